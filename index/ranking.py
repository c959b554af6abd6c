"""What a hit's score is made of: the legs that a plan's own terms give, and their weights, the same for every engine."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from language.query_plan import AllOf, AnyOf, Plan, PlanField, Stream, Terms

FIELD_WEIGHT: dict[PlanField, float] = {"title": 1.0, "kicker": 1.0, "lead": 1.2, "text": 1.0, "author": 1.0}
"""Chosen by measurement (docs/decisions/0025). BM25 already gives a headline more than a text, being rarer and shorter;
a weight above 1 lifts function words of headlines over what a query is about."""

STREAM_WEIGHT: dict[Stream, float] = {"x": 0.1, "s": 1.0, "p": 2.0}
"""Stems carry the score, the very form as written tips the scale; a compound that holds the word adds a constant, about
what one mention in a text does (docs/decisions/0025)."""


class Leg(NamedTuple):
    """Terms that add to the score where they occur: BM25 times ``weight``, or ``weight`` alone if ``constant``.

    A tuple, since a word has two dozen of them and a frozen dataclass takes three times as long to make.
    """

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
    if isinstance(plan, Terms):  # first, as most nodes are
        if plan.slop:
            found.update((replace(plan, terms=(term,), slop=0), None) for term in plan.terms)
        else:
            found[plan] = None
    elif isinstance(plan, AllOf | AnyOf):
        for child in plan.children:
            _collect(child, found)


def _leg(terms: Terms) -> Leg:
    weight = FIELD_WEIGHT[terms.field] * STREAM_WEIGHT[terms.stream]
    return Leg(terms, weight, constant=terms.stream == "p")
