"""What analysis makes of a text: units with offsets, joined forms, and one article's fields analysed together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from articles.article import Span


class Unit(NamedTuple):
    """One unit of a written word, at one position of its field; a tuple, since an article has thousands of them.

    ``start`` and ``end`` are code points in the original text. ``exact`` is folded; ``stem`` is folded and stemmed in the
    article's language, without its tag; ``parts`` are the folded stems of leaf parts in order, then of sub-compounds,
    without tag (empty if the unit is no compound).
    """

    start: int
    end: int
    exact: str
    stem: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """The joined form of a written word of several units (``natogipfel`` for NATO-Gipfel): no position, but a place.

    ``stem`` is the joined form stemmed in the article's language, without its tag; None where only exact tokens exist.
    """

    start: int
    end: int
    text: str
    stem: str | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """One field analysed: its position ``i`` is ``units[i]``; ``language`` is None where only exact tokens exist."""

    language: str | None
    units: tuple[Unit, ...]
    joined: tuple[Joined, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysed:
    """What a query is judged on: analysed fields, keyword values and times of one article.

    ``fields`` has title, kicker, lead, text and author. ``keywords`` maps source, tier, country, lang, kind, entity,
    topic, story to their values. ``published``, ``seen`` and ``time`` (published, else seen) are epoch milliseconds.
    """

    id: str
    fields: Mapping[str, Analysis]
    keywords: Mapping[str, frozenset[str]]
    published: int | None
    seen: int | None
    time: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A judged query: whether it holds, and the spans of the words that made it so."""

    holds: bool
    spans: tuple[Span, ...] = ()
