"""Stories about patience: what a server asks for, and when a failure is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.outcome import Outcome
from crawlers.retry import LONGEST_WAIT, TRIES, patience, retry_after, retry_at

NOW = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "wait"),
    [
        (None, None),
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("0", timedelta(0)),
        ("Mon, 24 Nov 2025 13:00:00 GMT", timedelta(hours=1)),
        ("Monday, 24-Nov-25 13:00:00 GMT", timedelta(hours=1)),
        ("Mon, 24 Nov 2025 11:00:00 GMT", timedelta(0)),
        ("99999999999999999999", LONGEST_WAIT),
        ("Mon, 24 Nov 2031 13:00:00 GMT", LONGEST_WAIT),
        ("-5", None),
        ("bald", None),
        ("", None),
        ("１２０", None),
    ],
)
def test_both_forms_of_retry_after_are_read(stated: str | None, wait: timedelta | None) -> None:
    assert retry_after(stated, NOW) == wait


@given(st.text(max_size=40))
def test_any_header_is_a_wait_within_a_day_or_none(stated: str) -> None:
    wait = retry_after(stated, NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST_WAIT


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
    assert waits[-2] == NOW + LONGEST_WAIT
    assert waits[-1] is None


def test_a_list_is_never_given_up_and_not_asked_before_its_interval() -> None:
    failed = Outcome("unreachable", "timeout")
    every = timedelta(minutes=30)
    assert retry_at(failed, 1, None, NOW, every) == NOW + every
    assert retry_at(failed, 500, None, NOW, every) == NOW + LONGEST_WAIT


def test_what_the_server_asks_for_is_never_undercut() -> None:
    assert retry_at(Outcome("http", "429"), 1, timedelta(hours=3), NOW) == NOW + timedelta(hours=3)
    assert retry_at(Outcome("http", "429"), 1, timedelta(seconds=3), NOW) == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("outcome", [Outcome("http", "404"), Outcome("forbidden", "robots"), Outcome("too_large")])
def test_a_final_failure_is_not_tried_again(outcome: Outcome) -> None:
    assert retry_at(outcome, 1, None, NOW) is None
