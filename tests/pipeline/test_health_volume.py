"""What a source usually publishes, seen from noisy weeks: robust, per weekday, and since the last change only."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.health_volume import change_points, spread, volume

MONDAY = date(2026, 1, 5)


def weeks(*per_week: list[int]) -> dict[date, int]:
    """Days with their counts, week by week from a Monday."""
    return {MONDAY + timedelta(days=7 * w + d): count for w, week in enumerate(per_week) for d, count in enumerate(week)}


WEEK = [10, 12, 11, 10, 9, 2, 0]


def test_the_model_knows_each_weekday() -> None:
    found = volume(weeks(*[WEEK] * 8))
    assert found is not None
    assert found.usual == tuple(map(float, WEEK))
    assert found.days == 56
    assert found.changes == ()
    assert [found.publishes(MONDAY + timedelta(days=n)) for n in range(7)] == [True] * 6 + [False]


def test_one_great_day_and_one_outage_move_nothing() -> None:
    noisy = weeks(*[WEEK] * 8) | {MONDAY: 400, MONDAY + timedelta(days=15): 0}
    found = volume(noisy)
    assert found is not None
    assert found.usual == tuple(map(float, WEEK))


def test_a_source_that_doubled_is_measured_from_then_on() -> None:
    found = volume(weeks(*[[20] * 7] * 6, *[[60] * 7] * 5))
    assert found is not None
    assert found.changes == (MONDAY + timedelta(weeks=6),)
    assert (found.since, found.usual) == (MONDAY + timedelta(weeks=6), (60.0,) * 7)


def test_several_changes_are_found_and_a_holiday_week_is_none() -> None:
    up_and_down = weeks(*[[20] * 7] * 5, *[[60] * 7] * 5, *[[5] * 7] * 5)
    assert change_points(up_and_down) == (MONDAY + timedelta(weeks=5), MONDAY + timedelta(weeks=10))
    holiday = weeks(*[[20] * 7] * 7, [2] * 7, *[[20] * 7] * 7)
    assert change_points(holiday) == ()


def test_too_few_days_are_no_model_unless_the_operator_expects_something() -> None:
    few = weeks([5] * 7)
    assert volume(few) is None
    found = volume(few, {"mon": 8, "tue": 8})
    assert found is not None
    assert found.usual == (8, 8, 0, 0, 0, 0, 0)
    assert found.publishes(MONDAY)
    assert not found.publishes(MONDAY + timedelta(days=3))
    assert volume({}) is None


def test_the_spread_is_never_below_chance() -> None:
    assert spread([25, 25, 25]) == 5
    assert spread([0, 0]) == 1
    assert spread([10, 20, 30, 40, 50]) == pytest.approx(14.826)


def test_chance_alone_makes_a_change_point_seldom() -> None:
    dice = random.Random(11)
    found = 0
    for _ in range(200):
        level = dice.choice([1, 3, 10, 30])
        days = {MONDAY + timedelta(days=n): sum(dice.random() < 0.02 for _ in range(level * 50)) for n in range(112)}
        found += bool(change_points(days))
    assert found <= 4, f"{found} of 200"


COUNTS = st.lists(st.integers(0, 1000), min_size=7, max_size=160)


@given(COUNTS)
def test_the_model_is_total_and_lies_within_what_was_seen(counts: list[int]) -> None:
    observed = {MONDAY + timedelta(days=n): count for n, count in enumerate(counts)}
    found = volume(observed)
    assert (found is None) == (len(counts) < 14)
    if found is not None:
        assert all(min(counts) <= usual <= max(counts) for usual in found.usual)
        assert all(value >= 1 for value in found.spread)
        assert list(found.changes) == sorted(found.changes)
        assert all(day.weekday() == 0 for day in found.changes)


@given(st.integers(30, 300), st.integers(3, 8), st.integers(3, 8))
def test_a_clear_step_is_found_at_its_week(level: int, before: int, after: int) -> None:
    observed = weeks(*[[level] * 7] * before, *[[3 * level] * 7] * after)
    assert change_points(observed) == (MONDAY + timedelta(weeks=before),)
