"""How a plan is asked of Elasticsearch: the compiler to its query language, which never analyses and never guesses.

Streams are asked by canonical terms, times by integers. The plan is the filter and the score stands beside it, so that the
set found does not depend on any weight.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from index.fields import encodable, exact_value, stream_name
from index.ranking import legs
from language.query_plan import AllOf, AnyOf, Between, Except, Is, Pattern, Plan, Terms

Query = dict[str, Any]
EVERYTHING: Query = {"match_all": {}}
NOTHING: Query = {"match_none": {}}
GONE: Query = {"term": {"gone": True}}
"""The traces of removed articles, which hold for a plan that excludes something."""

LOWEST, HIGHEST = -(2**63), 2**63 - 1
"""What a ``long`` of Elasticsearch can hold."""


def living(plan: Plan) -> Query:
    """Return the query that holds for exactly the articles the plan holds for."""
    return {"bool": {"filter": [matching(plan)], "must_not": [GONE]}}


def ranked(plan: Plan) -> Query:
    """Return a query that holds for the same articles and scores them by the legs of ``index.ranking``."""
    scoring = [query for leg in legs(plan) if (query := _leg(leg.terms, leg.weight, leg.constant)) != NOTHING]
    return {"bool": {**living(plan)["bool"], "should": scoring, "minimum_should_match": 0}}


def matching(plan: Plan) -> Query:
    """Return the query of a plan, traces of removed articles not yet left out."""
    match plan:
        case Terms():
            return _terms(plan)
        case Pattern(field, stream, pattern):
            return _wildcard(stream_name(field, stream), pattern)
        case Is(field, value):
            return {"exists": {"field": field}} if value is None else {"term": {field: exact_value(value)}}
        case Between(field, since, until):
            return _between(field, since, until)
        case AllOf(children):
            return _all(_flat(children))
        case AnyOf(children):
            return _any(matching(child) for child in children)
        case Except(Except(child)):
            return matching(child)
        case Except():
            return _all([plan])


def _flat(children: Iterable[Plan]) -> list[Plan]:
    """The children of an AND with those of any AND among them: a server allows 30 levels of nesting."""
    found: list[Plan] = []
    for child in children:
        found += _flat(child.children) if isinstance(child, AllOf) else [child]
    return found


def _all(children: list[Plan]) -> Query:
    wanted = [matching(child) for child in children if not isinstance(child, Except)]
    unwanted = [matching(child.child) for child in children if isinstance(child, Except)]
    if NOTHING in wanted:
        return NOTHING
    if not unwanted and len(wanted) == 1:
        return wanted[0]
    parts = {"filter": wanted or [EVERYTHING], "must_not": unwanted}
    return {"bool": {name: queries for name, queries in parts.items() if queries}}


def _any(queries: Iterable[Query]) -> Query:
    found = [query for query in queries if query != NOTHING]
    if len(found) <= 1:
        return found[0] if found else NOTHING
    return {"bool": {"should": found, "minimum_should_match": 1}}


def _terms(plan: Terms, **options: float) -> Query:
    """A term, or a phrase whose words stand as close as Lucene's slop says."""
    name = stream_name(plan.field, plan.stream)
    if not plan.terms or not all(encodable(term) for term in plan.terms):
        return NOTHING
    if len(plan.terms) == 1:
        return {"term": {name: {"value": plan.terms[0], **options}}}
    return {"match_phrase": {name: {"query": " ".join(plan.terms), "slop": plan.slop, **options}}}


def _leg(terms: Terms, weight: float, constant: bool) -> Query:
    if not constant:
        return _terms(terms, boost=weight)
    found = _terms(terms)
    return found if found == NOTHING else {"constant_score": {"filter": found, "boost": weight}}


def _wildcard(name: str, pattern: str) -> Query:
    if not encodable(pattern):
        return NOTHING
    return {"wildcard": {name: {"value": pattern.replace("\\", "\\\\"), "rewrite": "constant_score"}}}


def _between(name: str, since: int | None, until: int | None) -> Query:
    """Half open; without bounds, or with bounds beyond what a number can be: has any."""
    if (since is not None and since > HIGHEST) or (until is not None and until <= LOWEST):
        return NOTHING
    bounds: dict[str, int] = {}
    if since is not None and since > LOWEST:
        bounds["gte"] = since
    if until is not None and until <= HIGHEST:
        bounds["lt"] = until
    return {"range": {name: bounds}} if bounds else {"exists": {"field": name}}
