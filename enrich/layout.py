"""How an article's fields become one text, and how a place in that text becomes a span of a field again."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from articles.article import TEXT_FIELDS, Article, Span

GAP = "\n\n"
"""Stands between fields, so that no name, sentence or paragraph reaches across."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The text of an article: its fields in reading order, and where each begins."""

    text: str
    fields: tuple[str, ...]
    starts: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """Return the span of a field for a place in the text; it must not reach across fields."""
        field = bisect_right(self.starts, start) - 1
        base = self.starts[field]
        return Span(self.fields[field], start - base, end - base)

    def start(self, field: str) -> int:
        """Return where a field begins in the text; raises ValueError if the article lacks it."""
        return self.starts[self.fields.index(field)]


def lay_out(article: Article) -> Layout:
    """Put the article's text fields together."""
    fields, starts, texts, at = [], [], [], 0
    for field in TEXT_FIELDS:
        if text := article.part(field):
            fields.append(str(field))
            starts.append(at)
            texts.append(text)
            at += len(text) + len(GAP)
    return Layout(GAP.join(texts), tuple(fields), tuple(starts))


def lowered(text: str) -> str:
    """Return the text in lower case with every letter at its place (İ alone would become two)."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(low if len(low := c.lower()) == 1 else c for c in text)
