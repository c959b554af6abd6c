"""What a query needs besides its own words: the analysis, the desk's languages, zone and names, and the time now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from language.query_error import QueryError, shown
from language.query_names import Names
from language.query_parse import parse
from language.query_tree import Concept, Query, leaves


class Words(Protocol):
    """The part of the analysis that queries need (``language.analysis.Analyser`` has it)."""

    def units(self, word: str) -> tuple[str, ...]:
        """Return the folded units of a written text, in order."""
        ...

    def stem(self, unit: str, language: str) -> str:
        """Return the stem of a folded unit, without a language tag."""
        ...

    def joined(self, units: tuple[str, ...]) -> str:
        """Return the joined form of units, without a mark."""
        ...


@dataclass(frozen=True)
class QueryContext:
    """What turns a query's tree into a plan.

    ``languages`` are the ISO 639-1 codes covered by the analysis; a written day is a day in ``zone``; ages count back from
    ``now``, which carries a zone.
    """

    analyser: Words
    languages: tuple[str, ...]
    zone: ZoneInfo
    now: datetime
    names: Names = field(default_factory=Names)


def concept(topic: str, context: QueryContext) -> Iterator[tuple[Query, QueryContext]]:
    """Yield each term of a topic as a query, with the context that reads it in the term's own language only.

    An unknown topic has no terms. Raises QueryError for a term that is no query, or that asks for a concept itself.
    """
    for language, terms in context.names.concepts.get(topic, {}).items():
        own = replace(context, languages=tuple(known for known in context.languages if known == language))
        for term in terms:
            yield _term(topic, term), own


def _term(topic: str, term: str) -> Query:
    where = f"term {shown(term)} of topic {topic}"
    try:
        query = parse(term, strict=True).query
    except QueryError as error:
        raise QueryError(f"{where}: {error.message}", error.position, error.suggestion) from error
    assert query is not None, "a strict reading is a query or an error"
    if any(isinstance(leaf, Concept) for leaf in leaves(query)):
        raise QueryError(f"{where}: a term cannot ask for a concept")
    return query
