"""The error families: what each failure asks the reader to do next.

    LagebildError
    ├── NotSo        the thing asked about is not so              exit code 1
    ├── Wrong        wrong use or wrong config: mend the input    exit code 2
    ├── Transient    a part outside failed: try again             exit code 3
    └── Broken       a fault of ours or poisonous bytes: keep     exit code 4
                     them, quarantine, tell health

A page that is not an article is no error: see ``articles.outcome.Rejected``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class LagebildError(Exception):
    """The root of every error that Lagebild raises on purpose; its text is written for people."""

    exit_code = 4


class NotSo(LagebildError):
    """The thing asked about is not so: no such article, an alert's example failed, a check found a gap."""

    exit_code = 1


class Wrong(LagebildError):
    """Wrong use or wrong config; says what, where (file, line, field) and, if there is one, the nearest valid name."""

    exit_code = 2

    def __init__(
        self, message: str, *, file: Path | None = None, line: int | None = None, field: str | None = None
    ) -> None:
        self.message, self.file, self.line, self.field = message, file, line, field
        place = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(": ".join(part for part in (place, field, message) if part))


class Transient(LagebildError):
    """A part outside failed (network, engine, disk, lock); nothing was lost and trying again may help."""

    exit_code = 3


class Broken(LagebildError):
    """A fault of ours, or bytes that no code of ours can read; the bytes are kept and health is told."""

    exit_code = 4


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the valid name closest to ``name``, or an empty string."""
    close = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""
