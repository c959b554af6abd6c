"""Where the words stand that made an article match: the best passage first, from our own offsets, alike in every engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from articles.article import TEXT_FIELDS, Article, Span

WIDTH = 200
"""Characters of a passage at most, as in a search page's two lines."""

_FIELDS = (*TEXT_FIELDS, "author")


@dataclass(frozen=True, slots=True)
class Highlight:
    """One span with its exact words: ``text`` is ``field[start:end]``."""

    field: str
    start: int
    end: int
    text: str

    def to_json(self) -> dict[str, object]:
        """Return the public form (docs/reference.md)."""
        return {"field": self.field, "start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one field on word borders: ``text`` is ``field[start:end]``, ``marks`` lie within it, in field offsets.

    ``cut_before`` and ``cut_after`` say whether the field goes on there.
    """

    field: str
    start: int
    end: int
    text: str
    marks: tuple[Highlight, ...]
    cut_before: bool
    cut_after: bool

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """Yield the text in pieces, each with whether it is a mark: what a page or a terminal composes from."""
        place = self.start
        for mark in self.marks:
            if mark.start > place:
                yield self.text[place - self.start : mark.start - self.start], False
            yield mark.text, True
            place = mark.end
        if place < self.end:
            yield self.text[place - self.start :], False


def highlights(article: Article, spans: Iterable[Span]) -> list[Highlight]:
    """Return every marked word, those of the best passage first, the others in reading order."""
    spans = tuple(spans)
    marks = [mark for field in _FIELDS for mark in _marks(article, field, spans)]
    best = passages(article, spans, most=1)
    first = best[0].marks if best else ()
    return [*first, *(mark for mark in marks if mark not in first)]


def passages(article: Article, spans: Iterable[Span], *, width: int = WIDTH, most: int = 3) -> list[Passage]:
    """Return at most ``most`` passages of at most ``width`` characters, best first, none overlapping another.

    The best has the most different marked words, then the most marks, then comes first in reading order.
    """
    spans = tuple(spans)
    found = [group for field in _FIELDS for group in _groups(_marks(article, field, spans), width)]
    # they lie in reading order and the sort keeps it; only those that may be shown are cut out, which costs most
    found.sort(key=lambda group: (-len({mark.text.casefold() for mark in group}), -len(group)))
    chosen: list[Passage] = []
    for group in found:
        if len(chosen) == most:
            break
        passage = _passage(group[0].field, article.part(group[0].field), group, width)
        if not any(_overlap(passage, other) for other in chosen):
            chosen.append(passage)
    return chosen


def _marks(article: Article, field: str, spans: Sequence[Span]) -> tuple[Highlight, ...]:
    """The spans of one field in reading order; of overlapping ones (a phrase and its word) their union."""
    text = article.part(field)
    merged: list[tuple[int, int]] = []
    for start, end in sorted({(span.start, span.end) for span in spans if span.field == field}):
        if not 0 <= start < end <= len(text):
            continue
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(Highlight(field, start, end, text[start:end]) for start, end in merged)


def _groups(marks: Sequence[Highlight], width: int) -> Iterator[tuple[Highlight, ...]]:
    """For each mark, those that fit into one passage with it as the first."""
    last = 0
    for first, mark in enumerate(marks):
        last = max(last, first + 1)
        while last < len(marks) and marks[last].end - mark.start <= width:
            last += 1
        yield tuple(marks[first:last])


def _passage(field: str, text: str, marks: tuple[Highlight, ...], width: int) -> Passage:
    """The marks with as much around them as the width allows, cut between words and never across paragraphs' ends."""
    first, last = marks[0].start, marks[-1].end
    spare = max(0, width - (last - first))
    floor, ceiling = _paragraph(text, first, last)
    start = max(floor, first - spare // 2)
    end = min(ceiling, start + max(width, last - first))
    start = max(floor, min(start, end - width))
    if start > floor and not text[start - 1].isspace():
        start = next((place + 1 for place in range(start, first) if text[place].isspace()), first)
    if end < ceiling and not text[end].isspace():
        end = next((place for place in range(end - 1, last, -1) if text[place].isspace()), last)
    while start < first and text[start].isspace():
        start += 1
    while end > last and text[end - 1].isspace():
        end -= 1
    return Passage(field, start, end, text[start:end], marks, cut_before=start > 0, cut_after=end < len(text))


def _paragraph(text: str, first: int, last: int) -> tuple[int, int]:
    """Where the paragraphs begin and end that hold the marks."""
    before, after = text.rfind("\n\n", 0, first), text.find("\n\n", last)
    return (before + 2 if before >= 0 else 0), (after if after >= 0 else len(text))


def _overlap(one: Passage, other: Passage) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end
