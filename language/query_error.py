"""How a mistake in a query is told: where it is, what is wrong, what was probably meant."""

from __future__ import annotations

from dataclasses import dataclass

from articles.errors import Wrong

_AROUND = 56
"""Characters shown on each side of the caret, so that a long query still fits a terminal's line."""


class QueryError(Wrong):
    """A query that cannot be asked; ``position`` is a 0-based code point of the query's text.

    ``message`` says what is wrong, ``suggestion`` what was probably meant (a name or a spelling), if that is known.
    """

    def __init__(self, message: str, position: int = 0, suggestion: str | None = None) -> None:
        self.position, self.suggestion = position, suggestion
        hint = f"; did you mean '{suggestion}'?" if suggestion else ""
        super().__init__(f"{message} (at character {position + 1}){hint}")
        self.message = message

    def pointer(self, text: str) -> str:
        """Return two lines for a terminal: the part of ``text`` around the mistake, and a caret below it."""
        return pointer(text, self.position)


@dataclass(frozen=True, slots=True)
class Note:
    """What the lenient reader read differently from what was written; ``position`` as in QueryError."""

    position: int
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        return self.message + (f"; did you mean '{self.suggestion}'?" if self.suggestion else "")


def pointer(text: str, position: int) -> str:
    """Return the part of ``text`` around ``position`` and, on a second line, a caret below that character."""
    position = min(position, len(text))
    start, end = max(0, position - _AROUND), position + _AROUND
    before, after = "…" if start else "", "…" if end < len(text) else ""
    line = before + "".join(printable(c) for c in text[start:end]) + after
    return f"{line}\n{' ' * (len(before) + position - start)}^"


def shown(text: str, limit: int = 40) -> str:
    """Return ``text`` in single quotes for a message: cut at ``limit`` characters, nothing unprintable in it."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "'" + "".join(printable(c) for c in cut) + "'"


def printable(char: str) -> str:
    """Return ``char``, or one visible character in its place where a terminal could not show it."""
    return char if char.isprintable() else " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
