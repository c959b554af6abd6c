"""How the age of a hit can count in a search by relevance: the first hundred hits ordered anew, alike for every engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from articles.errors import Wrong
from index import cursor
from index.engine import Engine, Hit, Hits
from language.query_plan import Plan

LOOKED_AT = 100
"""Hits by relevance that are ordered anew; the pages of such a search end after them (docs/decisions/0025)."""


def search_recent(
    engine: Engine, plan: Plan, *, limit: int, half_life: float, now: datetime, after: str | None = None
) -> Hits:
    """Return a page of the best hits, those of today counting twice what very old ones do.

    ``half_life`` is the number of days after which half of that bonus is gone; ``now`` carries a zone, in which a bare
    date is meant. A hit without a time has no bonus. Raises as ``Engine.search``, and Wrong for a half-life of 0 or less.
    """
    if not half_life > 0:
        raise Wrong(f"must be a number of days greater than 0, not {half_life:g}", field="half-life")
    place = cursor.read(after) if after else cursor.ByScore("", 0)
    if not isinstance(place, cursor.ByScore):
        raise Wrong("this cursor belongs to a search by time", field="after")
    found = engine.search(plan, limit=LOOKED_AT)
    ordered = sorted((fresh(hit, half_life, now) for hit in found.hits), key=lambda hit: -hit.score)
    end = place.offset + limit
    more = cursor.write(cursor.ByScore("", end)) if end < len(ordered) else None
    return Hits(found.total, tuple(ordered[place.offset : end]), more)


def fresh(hit: Hit, half_life: float, now: datetime) -> Hit:
    """Return the hit with the score x (1 + 2^(-age / half-life)); what is dated in the future is of today."""
    if hit.published is None:
        return hit
    at = datetime.fromisoformat(hit.published)
    days = (now - (at if at.tzinfo else at.replace(tzinfo=now.tzinfo))).total_seconds() / 86_400
    return replace(hit, score=hit.score * (1 + 2.0 ** (-max(0.0, days) / half_life)))
