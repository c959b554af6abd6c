"""Where a calendar's buckets begin: days, weeks and months of a zone as half-open ranges of epoch milliseconds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from index.engine import Unit

MOST_BUCKETS = 1_000
"""Buckets of one histogram at most; what is older than the newest 1,000 is counted in the one before them."""


def bounds(first: int, last: int, unit: Unit, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """Return the buckets, oldest first, that together hold every time from ``first`` to ``last`` inclusive.

    All times are epoch milliseconds. Engines' own calendars are not asked: tantivy's ignores the zone. A bucket is as
    long as its calendar unit in that zone, so the day the clocks change has 23 or 25 hours.
    """
    day, end = _start_of(_day(first, zone), unit), _day(last, zone)
    starts = [day]
    while (day := _next(day, unit)) <= end:
        starts.append(day)
    edges = [_instant(start, zone) for start in [*starts, day]]
    if len(starts) > MOST_BUCKETS:
        edges = [edges[0], *edges[-MOST_BUCKETS - 1 :]]
    return tuple(pairwise(edges))


def at(instant: int, zone: ZoneInfo) -> datetime:
    """Return the aware time of an instant in epoch milliseconds."""
    return datetime.fromtimestamp(instant / 1000, zone)


def _day(instant: int, zone: ZoneInfo) -> date:
    return at(instant, zone).date()


def _start_of(day: date, unit: Unit) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _next(start: date, unit: Unit) -> date:
    if unit == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + timedelta(days=7 if unit == "week" else 1)


def _instant(day: date, zone: ZoneInfo) -> int:
    """Midnight, or the first instant of a day that has none (the offset before the gap is the one that counts)."""
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)
