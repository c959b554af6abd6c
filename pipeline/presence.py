"""Who works on this desk: what a killed process had leased is taken back at once by the next, if no other one lives."""

from __future__ import annotations

import fcntl
from io import FileIO
from pathlib import Path

from articles.errors import Transient
from ledger.book import Ledger

FILE = ".working"
"""In the archive, which all who work on a desk share. The lock is the kernel's: it goes when its process does."""


class Presence:
    """A lock that is shared by all who refine or deliver.

    Whoever comes while nobody is there knows that every lease belongs to the dead, and takes them all back. Without this
    they would run out by themselves, but a person who runs Lagebild again after a kill need not wait for that. Leases
    are fenced, so a machine that does not share the folder can at worst do work twice.
    """

    def __init__(self, archive: Path, ledger: Ledger) -> None:
        try:
            archive.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(archive / FILE, "a")
        except OSError as error:
            raise Transient(f"cannot note in {archive} who works on this desk: {error.strerror}") from error
        try:
            if self._is_alone():
                ledger.visits.reclaim()
                ledger.outbox.reclaim()
            fcntl.flock(self._file, fcntl.LOCK_SH)
        except BaseException:
            self._file.close()
            raise

    def _is_alone(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Leave."""
        self._file.close()
