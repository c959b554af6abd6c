"""What a hit's score is made of: the legs that a plan's own terms give, and their weights, the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from language.query_plan import AllOf, AnyOf, Plan, PlanField, Stream, Terms

FIELD_WEIGHT: dict[PlanField, float] = {"title": 3.0, "kicker": 1.5, "lead": 1.5, "text": 1.0, "author": 1.0}
"""A word of the headline says more than one of the text (docs/decisions/0020)."""

STREAM_WEIGHT: dict[Stream, float] = {"x": 1.0, "s": 0.6, "p": 0.3}
"""The word as asked for first, its inflections after it; a compound that holds it adds a little (docs/decisions/0020)."""


@dataclass(frozen=True, slots=True)
class Leg:
    """Terms that add to the score where they occur: BM25 times ``weight``, or ``weight`` alone if ``constant``."""

    terms: Terms
    weight: float
    constant: bool


def legs(plan: Plan) -> tuple[Leg, ...]:
    """Return what the plan's own terms add to a score; nothing for what it excludes or asks of keywords and times.

    A phrase scores as a phrase; words that may stand apart score one by one, since no engine agrees on the score of
    a sloppy phrase. Terms that the plan asks for twice are one leg.
    """
    found: dict[Terms, None] = {}
    _collect(plan, found)
    return tuple(_leg(terms) for terms in found)


def scores(plan: Plan) -> bool:
    """Whether the plan has any leg."""
    match plan:
        case AllOf(children) | AnyOf(children):
            return any(scores(child) for child in children)
        case _:
            return isinstance(plan, Terms)


def _collect(plan: Plan, found: dict[Terms, None]) -> None:
    if isinstance(plan, AllOf | AnyOf):
        for child in plan.children:
            _collect(child, found)
    elif isinstance(plan, Terms):
        if plan.slop:
            found.update((replace(plan, terms=(term,), slop=0), None) for term in plan.terms)
        else:
            found[plan] = None


def _leg(terms: Terms) -> Leg:
    weight = FIELD_WEIGHT[terms.field] * STREAM_WEIGHT[terms.stream]
    return Leg(terms, weight, constant=terms.stream == "p")
