"""How a query's tree becomes a plan: which terms of which stream in which field each leaf asks for.

The rules are the table "Compilation" of docs/query-language.md. Everything that needs a language, the desk's names or a
clock is settled here; what is left can be asked of any engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from articles.article import TEXT_FIELDS
from language.query_context import QueryContext, concept
from language.query_error import QueryError, shown
from language.query_limits import CLAUSES, arrangements, widest
from language.query_plan import AllOf, AnyOf, Between, Except, Is, Pattern, Plan, PlanField, Stream, Terms
from language.query_time import milliseconds
from language.query_tree import And, Concept, Keyword, Not, Or, Phrase, Query, TextField, TimeRange, Wildcard, Word
from language.query_wildcard import folded, is_one_unit

__all__ = ["QueryContext", "clauses", "lower"]

Leg = tuple[Stream, tuple[str, ...]]
"""One way in which a word can be found: a term, or several in order, of one stream."""


def lower(query: Query, desk: QueryContext) -> Plan:
    """Return the plan of a query on a desk.

    Raises QueryError for what the parser cannot see: more compiled clauses than an engine should be asked for, a topic's
    term that is no query, or, in a tree made by hand, a phrase with too wide a proximity.
    """
    plan = _plan(query, desk)
    if (count := clauses(plan)) > CLAUSES:
        raise QueryError(f"this query asks for {count:,} terms in all, and at most {CLAUSES:,} are allowed")
    return plan


def clauses(plan: Plan) -> int:
    """Return how many terms an engine is asked for; a proximity counts as the phrases that it stands for."""
    match plan:
        case AllOf(children) | AnyOf(children):
            return sum(map(clauses, children))
        case Except(child):
            return clauses(child)
        case Terms(terms=terms, slop=slop) if slop and (len(terms) > 2 or len(set(terms)) < len(terms)):
            return arrangements(len(terms), slop)
        case _:
            return 1


def _plan(query: Query, desk: QueryContext) -> Plan:
    match query:
        case And(children):
            return AllOf(tuple(_plan(child, desk) for child in children))
        case Or(children):
            return AnyOf(tuple(_plan(child, desk) for child in children))
        case Not(child):
            return Except(_plan(child, desk))
        case Word(text, exact, field):
            units = desk.analyser.units(text)
            return _in_fields(field, tuple(_word(units, desk, exact or field == "author")))
        case Phrase(text, slop, exact, field):
            units = desk.analyser.units(text)
            _check_slop(text, len(units), slop)
            return _in_fields(field, tuple(_phrase(units, desk, exact or field == "author")), slop)
        case Wildcard(pattern, field):
            return AnyOf(tuple(_pattern(pattern, name) for name in _fields(field)))
        case Keyword("tier", value):
            return _sources(desk.names.tiers, value)
        case Keyword("country", value):
            return _sources(desk.names.countries, value)
        case Keyword(name, value):
            return Is(name, value)
        case Concept(topic):
            return AnyOf(tuple(_plan(term, own) for term, own in concept(topic, desk)))
        case TimeRange():
            return _between(query, desk)


def _word(units: tuple[str, ...], desk: QueryContext, exact: bool) -> Iterator[Leg]:
    """Yield the legs of a bare word, or of ``=word``: also its joined form, as hyphens are spelling."""
    languages = () if exact else desk.languages
    joined = desk.analyser.joined(units)
    yield from _phrase(units, desk, exact)
    if not units:
        return
    yield "p", (f"={joined}",)
    if len(units) > 1:
        yield "x", (joined,)
        yield from (("s", (_stem(joined, language, desk),)) for language in languages)
    else:
        yield from (("p", (_stem(joined, language, desk),)) for language in languages)


def _phrase(units: tuple[str, ...], desk: QueryContext, exact: bool) -> Iterator[Leg]:
    """Yield the legs of units in order: as written, and, unless exact, as stems of each language."""
    if not units:
        return
    yield "x", units
    for language in () if exact else desk.languages:
        yield "s", tuple(_stem(unit, language, desk) for unit in units)


def _stem(unit: str, language: str, desk: QueryContext) -> str:
    return f"{language}|{desk.analyser.stem(unit, language)}"


def _in_fields(field: TextField | None, legs: tuple[Leg, ...], slop: int = 0) -> AnyOf:
    return AnyOf(
        tuple(
            Terms(name, stream, terms, slop if len(terms) > 1 else 0) for name in _fields(field) for stream, terms in legs
        )
    )


def _pattern(pattern: str, field: PlanField) -> Plan:
    form = folded(pattern)
    joined = Pattern(field, "p", f"={form}")
    return AnyOf((Pattern(field, "x", form), joined)) if is_one_unit(pattern) else joined


def _fields(field: TextField | None) -> tuple[PlanField, ...]:
    return (field,) if field else TEXT_FIELDS


def _sources(groups: Mapping[str, tuple[str, ...]], value: str | None) -> AnyOf:
    """Return any of the sources that have a tier or country today; with value None, that have one at all."""
    found = groups.get(value, ()) if value is not None else sorted({one for ids in groups.values() for one in ids})
    return AnyOf(tuple(Is("source", one) for one in found))


def _between(times: TimeRange, desk: QueryContext) -> Between:
    since = None if times.since is None else milliseconds(times.since, "since", desk.zone, desk.now)
    until = None if times.until is None else milliseconds(times.until, "until", desk.zone, desk.now)
    return Between(times.field, since, until)


def _check_slop(text: str, units: int, slop: int) -> None:
    if slop > (most := widest(units)):
        raise QueryError(f"the words of {shown(text)} can be at most ~{most} apart")
