"""Stories about patience: what a server asks for, and when a failure is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from articles.outcome import Outcome
from crawlers.retry import LIST_TRIES, TRIES, patience, retry_at
from egress.retry_after import LONGEST

NOW = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)


def test_a_host_is_left_alone_when_it_says_so() -> None:
    assert patience(200, b"60", NOW) is None
    assert patience(500, b"600", NOW) is None
    assert patience(503, None, NOW) is None
    assert patience(503, b"600", NOW) == timedelta(minutes=10)
    assert patience(503, b"0", NOW) == timedelta(minutes=1)
    assert patience(429, None, NOW) == timedelta(minutes=5)
    assert patience(429, b"\xff", NOW) == timedelta(minutes=5)


def test_waits_grow_and_end_for_an_article() -> None:
    failed = Outcome("http", "503")
    waits = [retry_at(failed, attempt, None, NOW) for attempt in range(1, TRIES + 1)]
    assert waits[0] == NOW + timedelta(minutes=5)
    assert waits[1] == NOW + timedelta(minutes=20)
    assert waits[-2] == NOW + LONGEST
    assert waits[-1] is None


def test_a_list_is_never_given_up_and_asked_within_its_intervals_while_there_is_hope() -> None:
    failed = Outcome("unreachable", "timeout")
    polled = timedelta(minutes=6), timedelta(minutes=15)
    waits = [retry_at(failed, attempt, None, NOW, polled) for attempt in (1, 2, LIST_TRIES, LIST_TRIES + 1, 80, 500)]
    assert waits == [NOW + timedelta(minutes=m) for m in (6, 15, 15, 60, 240, 1440)]
    assert retry_at(failed, 1, timedelta(hours=5), NOW, polled) == NOW + timedelta(hours=5)


def test_what_the_server_asks_for_is_never_undercut() -> None:
    assert retry_at(Outcome("http", "429"), 1, timedelta(hours=3), NOW) == NOW + timedelta(hours=3)
    assert retry_at(Outcome("http", "429"), 1, timedelta(seconds=3), NOW) == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("outcome", [Outcome("http", "404"), Outcome("forbidden", "robots"), Outcome("too_large")])
def test_a_final_failure_is_not_tried_again(outcome: Outcome) -> None:
    assert retry_at(outcome, 1, None, NOW) is None
