"""Which times a query may name (a day, an ISO time, ``7d``, ``now``), and which instant each means on a desk."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

HOW_TO = "a time is a day (2025-06-01), an ISO time (2025-06-01T14:30, zone optional), an age (12h, 7d, 2w) or now"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGE = re.compile(r"([0-9]{1,5})([smhdw])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_YEARS = range(1000, 9999)
"""Years for which the day before and the day after can be computed in every zone."""


def is_day(text: str) -> bool:
    """Tell whether a bound is written as a whole day."""
    return bool(_DAY.fullmatch(text))


def is_time(text: str) -> bool:
    """Tell whether ``text`` is a bound that ``milliseconds`` can resolve."""
    if text == "now" or _AGE.fullmatch(text):
        return True
    if not (is_day(text) or _TIME.fullmatch(text)):
        return False
    try:
        return datetime.fromisoformat(text).year in _YEARS
    except ValueError:
        return False


def milliseconds(text: str, bound: Literal["since", "until"], zone: ZoneInfo, now: datetime) -> int:
    """Return the bound as epoch milliseconds for a half-open range; ``until`` a day is the start of the day after.

    A time without a zone, and the borders of a day, are in ``zone`` (so a day may have 23 or 25 hours). ``text`` must be
    one that ``is_time`` accepts.
    """
    if text == "now":
        return _epoch(now)
    if age := _AGE.fullmatch(text):
        return _epoch(now - timedelta(**{_UNITS[age[2]]: int(age[1])}))
    if is_day(text):
        day = date.fromisoformat(text) + timedelta(days=bound == "until")
        return _epoch(datetime.combine(day, time.min, zone))
    instant = datetime.fromisoformat(text)
    return _epoch(instant if instant.tzinfo else instant.replace(tzinfo=zone))


def _epoch(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(milliseconds=1)
