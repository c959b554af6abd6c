"""What a query says: a small typed tree that knows no engine, no language and no clock."""

from __future__ import annotations

from collections.abc import Iterator
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


def normal(query: Query) -> Query:
    """Return the normal form: no group in a group of its kind, none of one child, no NOT of a NOT.

    The parser gives normal forms only, and the printer's text is read back as the normal form. Raises ValueError for a
    group without children, which no text can say.
    """
    match query:
        case Not(child):
            inner = normal(child)
            return inner.child if isinstance(inner, Not) else Not(inner)
        case And(children):
            return _grouped(And, tuple(_flat(And, children)))
        case Or(children):
            return _grouped(Or, tuple(_flat(Or, children)))
        case _:
            return query


def leaves(query: Query) -> Iterator[Leaf]:
    """Yield the leaves in the order in which they are written."""
    match query:
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
        case Not(child):
            yield from leaves(child)
        case _:
            yield query


def _flat(kind: type[And | Or], children: tuple[Query, ...]) -> Iterator[Query]:
    for child in map(normal, children):
        if isinstance(child, kind):
            yield from child.children
        else:
            yield child


def _grouped(kind: type[And | Or], children: tuple[Query, ...]) -> Query:
    if not children:
        raise ValueError(f"{kind.__name__} of nothing")
    return children[0] if len(children) == 1 else kind(children)
