"""How a query is asked: read leniently, lowered, given to the engine, each hit shown with the words that made it one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from articles.article import Annotated, Span
from index.engine import Bucket, Count, Hit, Sort
from index.suggest import suggest
from language.query_judge import find
from language.query_lower import lower
from language.query_parse import Parsed, parse
from language.query_plan import AllOf, Between, Plan
from language.query_time import milliseconds
from language.query_tree import KeywordField, Word
from pipeline.services import Services


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked besides the query's words; ``since`` and ``until`` are times as in the query language."""

    limit: int = 10
    sort: Sort = "relevance"
    facets: tuple[KeywordField, ...] = ()
    since: str | None = None
    until: str | None = None
    after: str | None = None


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
    """Everything a search page shows; ``notes`` say what was read differently from what was written."""

    query: str
    total: int
    seen: tuple[Seen, ...]
    notes: tuple[str, ...] = ()
    facets: Mapping[str, Sequence[Count]] = field(default_factory=dict)
    histogram: tuple[Bucket, ...] = ()
    next: str | None = None


def search(services: Services, text: str, wanted: Wanted) -> Answer:
    """Answer a query of the search box. Raises Wrong (a bound that is no time, a cursor that is none), NotSo (no index
    yet), Transient (engine out of reach).
    """
    parsed = parse(text, strict=False, names=services.names)
    plan = _plan(services, parsed, wanted)
    notes = [str(note) for note in parsed.notes]
    if plan is None:
        return Answer(text, 0, (), tuple(notes or ["there is nothing to search for"]))
    engine = services.engine
    hits = engine.search(plan, limit=wanted.limit, sort=wanted.sort, after=wanted.after)
    if hits.total == 0 and (hint := _meant(services, parsed)):
        notes.append(f"nothing has '{text.strip()}'; did you mean '{hint}'?")
    return Answer(
        query=text,
        total=hits.total,
        seen=tuple(_seen(services, plan, hit) for hit in hits.hits),
        notes=tuple(notes),
        facets=engine.facets(plan, wanted.facets) if wanted.facets else {},
        histogram=engine.histogram(plan, "day", services.zone),
        next=hits.next,
    )


def _plan(services: Services, parsed: Parsed, wanted: Wanted) -> Plan | None:
    context = services.query_context()
    if parsed.query is None:
        return None
    plan = lower(parsed.query, context)
    if wanted.since is None and wanted.until is None:
        return plan
    since = None if wanted.since is None else milliseconds(wanted.since, "since", services.zone, context.now)
    until = None if wanted.until is None else milliseconds(wanted.until, "until", services.zone, context.now)
    return AllOf((plan, Between("time", since, until)))


def _seen(services: Services, plan: Plan, hit: Hit) -> Seen:
    filed = services.ledger.files.latest(hit.id)
    if filed is None:
        return Seen(hit, None, ())
    return Seen(hit, filed.annotated, find(plan, services.analysed(filed.annotated)).spans)


def _meant(services: Services, parsed: Parsed) -> str | None:
    """Return a known word near the query's one word that nothing has."""
    if not isinstance(parsed.query, Word):
        return None
    units = services.analyser.units(parsed.query.text)
    return suggest(services.engine, units[0]) if len(units) == 1 else None
