"""Stories about looking at an article again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawlers.revisit import REVISITS, SOONEST, next_revisit

FIRST = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)


def test_an_article_is_visited_after_an_hour_six_a_day_and_a_week() -> None:
    visits, now = [], FIRST
    while (at := next_revisit(FIRST, now)) is not None:
        visits.append(at - FIRST)
        now = at
    assert visits == [timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=7)]


def test_what_passed_while_the_desk_was_off_is_not_made_up_for() -> None:
    assert next_revisit(FIRST, FIRST + timedelta(hours=5, minutes=45)) == FIRST + timedelta(hours=24)
    assert next_revisit(FIRST, FIRST + timedelta(days=30)) is None


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)))
def test_the_next_visit_is_never_at_once_and_there_are_at_most_four(late: timedelta) -> None:
    now, count = FIRST + late, 0
    while (at := next_revisit(FIRST, now)) is not None:
        assert at - now >= SOONEST
        now, count = at, count + 1
    assert count <= len(REVISITS)
