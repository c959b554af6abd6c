"""A calendar's buckets: every instant in exactly one, days as long as the zone makes them, however odd the zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.buckets import MOST_BUCKETS, at, bounds

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000


def instant(*parts: int, zone: ZoneInfo = BERLIN) -> int:
    return round(datetime(*parts, tzinfo=zone).timestamp() * 1000)  # type: ignore[arg-type, misc]  # year, month, day, hour


def test_the_day_the_clocks_change_is_shorter_or_longer() -> None:
    spring = bounds(instant(2025, 3, 30, 12), instant(2025, 3, 30, 12), "day", BERLIN)
    autumn = bounds(instant(2025, 10, 26, 12), instant(2025, 10, 26, 12), "day", BERLIN)
    assert [until - since for since, until in (*spring, *autumn)] == [23 * HOUR, 25 * HOUR]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    weeks = bounds(instant(2025, 6, 25), instant(2025, 7, 1), "week", BERLIN)
    months = bounds(instant(2024, 12, 31), instant(2025, 2, 1), "month", BERLIN)
    assert [at(since, BERLIN).isoformat() for since, _ in weeks] == [
        "2025-06-23T00:00:00+02:00",
        "2025-06-30T00:00:00+02:00",
    ]
    assert [at(since, BERLIN).date().isoformat() for since, _ in months] == ["2024-12-01", "2025-01-01", "2025-02-01"]


def test_a_very_long_span_keeps_its_newest_buckets_and_counts_the_rest_before_them() -> None:
    days = bounds(instant(1980, 1, 1), instant(2025, 6, 25), "day", BERLIN)
    assert len(days) == MOST_BUCKETS + 1
    assert days[0][0] == instant(1980, 1, 1)
    assert at(days[-1][0], BERLIN).date().isoformat() == "2025-06-25"


@pytest.mark.parametrize("unit", ["day", "week", "month"])
@given(
    first=st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    days=st.integers(0, 700),
    zone=st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
)
def test_buckets_join_without_gap_and_hold_both_ends(
    unit: Literal["day", "week", "month"], first: datetime, days: int, zone: str
) -> None:
    since, until = (round(time.timestamp() * 1000) for time in (first, first + timedelta(days=days)))
    found = bounds(since, until, unit, ZoneInfo(zone))
    assert found[0][0] <= since < found[0][1]
    assert found[-1][0] <= until < found[-1][1]
    assert all(before[1] == after[0] for before, after in pairwise(found))
