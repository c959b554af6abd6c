"""How results are printed: one JSON object a line for scripts, plain words for people, progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line, flushed; what UTF-8 cannot hold is escaped."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if any("\ud800" <= char <= "\udfff" for char in text):
        text = json.dumps(value, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def console() -> Console:
    """Return the console that people read: colours on a terminal only, no wrapping when piped."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def say(text: str) -> None:
    """Tell a person something that is not a result."""
    print(safe(text), file=sys.stderr)


def safe(text: str) -> str:
    """Replace what a terminal could obey instead of show: control characters of crawled text."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 article`` or ``2 articles``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return rows as lines with aligned columns, two blanks apart."""
    rows = [tuple(safe(cell) for cell in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
