"""What a query says: a small typed tree that knows no engine, no language and no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TextField = Literal["title", "kicker", "lead", "text", "author"]
KeywordField = Literal["source", "tier", "country", "lang", "kind", "entity", "topic", "story"]
TimeField = Literal["published", "seen", "time"]
"""``time`` is what since: and until: ask for: published, else seen."""


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word, as written (``Drohne``, ``NATO-Gipfel``); ``exact`` is the leading ``=``."""

    text: str
    exact: bool = False
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in quotes, as written; ``slop`` is the number after ``~``."""

    text: str
    slop: int = 0
    exact: bool = False
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A word with ``*`` or ``?``, folded when compiled."""

    pattern: str
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword field with one exact value; ``value`` None is ``field:*``: has any."""

    field: KeywordField
    value: str | None


@dataclass(frozen=True, slots=True)
class Concept:
    """``concept:ID``: the OR of the terms of that topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Bounds as written (``2025-06-01``, ISO time, ``7d``), resolved against ``now`` and the desk's zone when compiled."""

    field: TimeField
    since: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything else."""

    child: Query


Leaf = Word | Phrase | Wildcard | Keyword | Concept | TimeRange
Query = Leaf | And | Or | Not
