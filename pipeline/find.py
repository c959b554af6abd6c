"""What a search page shows: hits with the words that made them ones, facets, and counts over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from articles.article import Annotated, Span
from articles.errors import Wrong
from index.engine import Bucket, Count, Engine, Hit, Sort, Unit
from index.suggest import suggest
from language.query_context import QueryContext
from language.query_error import shown
from language.query_judge import find
from language.query_plan import Between, Plan
from language.query_time import HOW_TO, is_time, milliseconds
from language.query_tree import KeywordField, Query, Word
from pipeline.lenient import ask
from pipeline.services import Services

_FINER: tuple[tuple[Unit, int], ...] = (("day", 2), ("week", 9))
"""In how many calendar months at most a search is counted by the day, by the week: about forty bars on a screen."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked besides the query's words; ``since`` and ``until`` are times as in the query language.

    ``half_life`` in days lets the age of hits count in their order by relevance (``index.recency``).
    """

    limit: int = 10
    sort: Sort = "relevance"
    facets: tuple[KeywordField, ...] = ()
    since: str | None = None
    until: str | None = None
    after: str | None = None
    half_life: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One hit with its article as filed and the spans of the words that made it one; ``annotated`` is None if it was
    removed since the index last caught up.
    """

    hit: Hit
    annotated: Annotated | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything a search page shows; ``notes`` say what was read differently from what was written.

    ``unit`` is what each bucket of the histogram is: a calendar day, week or month.
    """

    query: str
    total: int
    seen: tuple[Seen, ...]
    notes: tuple[str, ...] = ()
    facets: Mapping[str, Sequence[Count]] = field(default_factory=dict)
    unit: Unit = "day"
    histogram: tuple[Bucket, ...] = ()
    next: str | None = None


def search(services: Services, text: str, wanted: Wanted) -> Answer:
    """Answer a query of the search box. Raises Wrong (a bound that is no time, a cursor that is none), NotSo (no index
    yet), Transient (engine out of reach).
    """
    engine, context = services.engine, services.query_context()
    within = _between(wanted, context)
    asked = ask(
        engine,
        text,
        context,
        limit=wanted.limit,
        sort=wanted.sort,
        after=wanted.after,
        within=within,
        half_life=wanted.half_life,
    )
    if asked.plan is None:
        return Answer(text, 0, (), asked.notes)
    notes = list(asked.notes)
    if asked.hits.total == 0 and (hint := _meant(services, asked.query)):
        notes.append(f"nothing has '{text.strip()}'; did you mean '{hint}'?")
    unit, histogram = over_time(engine, asked.plan, services.zone)
    return Answer(
        query=text,
        total=asked.hits.total,
        seen=tuple(_seen(services, asked.plan, hit) for hit in asked.hits.hits),
        notes=tuple(notes),
        facets=engine.facets(asked.plan, wanted.facets) if wanted.facets else {},
        unit=unit,
        histogram=histogram,
        next=asked.hits.next,
    )


def over_time(engine: Engine, plan: Plan, zone: ZoneInfo) -> tuple[Unit, tuple[Bucket, ...]]:
    """Return counts per day, week or month, and which: by the span from the first article to the last (``_FINER``).

    Months are asked for first, since buckets cost (700 days: 10 ms, docs/decisions/0020); they tell the span.
    """
    months = engine.histogram(plan, "month", zone)
    for unit, fitting in _FINER if months else ():
        if len(months) <= fitting:
            return unit, engine.histogram(plan, unit, zone)
    return "month", months


def _between(wanted: Wanted, context: QueryContext) -> Between | None:
    if wanted.since is None and wanted.until is None:
        return None
    return Between("time", _bound(wanted.since, "since", context), _bound(wanted.until, "until", context))


def _bound(text: str | None, bound: Literal["since", "until"], context: QueryContext) -> int | None:
    if text is None:
        return None
    if not is_time(text):
        raise Wrong(f"{shown(text)} is no time; {HOW_TO}", field=bound)
    return milliseconds(text, bound, context.zone, context.now)


def _seen(services: Services, plan: Plan, hit: Hit) -> Seen:
    filed = services.ledger.files.latest(hit.id)
    if filed is None:
        return Seen(hit, None, ())
    return Seen(hit, filed.annotated, find(plan, services.analysed(filed.annotated)).spans)


def _meant(services: Services, query: Query | None) -> str | None:
    """Return a known word near the query's one word that nothing has."""
    if not isinstance(query, Word):
        return None
    units = services.analyser.units(query.text)
    return suggest(services.engine, units[0]) if len(units) == 1 else None
