"""Stories about polling: how often, where, with which conditions, and what a list's answers teach."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models import Address, Source
from crawlers import polls
from crawlers.polls import adapt, bounds, failed, fingerprint, interval, is_full, marks, moved, place, unchanged
from ledger.values import ListMemory

NOW = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)
FEED, NEW = "https://zeitung.example/feed", "https://zeitung.example/neu/feed"
MINUTE = timedelta(minutes=1)
READ = ListMemory(every=15 * MINUTE, full_at=NOW - 15 * MINUTE, body="x", shown=("a",))


def source(**more: Any) -> Source:
    return Source(**{"id": "z", "name": "Z", "addresses": (Address(kind="feed", url=FEED),), **more})


@pytest.mark.parametrize(
    ("new", "shown", "minutes"),
    [
        (0, 20, 22.5),  # nothing: half as long again
        (1, 20, 15),  # one new item a poll is what is wanted
        (2, 20, 7.5),
        (3, 20, 5),
        (50, 50, 5),  # never below the least
        (1, 4, 7.5),  # a list of four items may lose one sooner than one of twenty
    ],
)
def test_the_interval_follows_what_a_list_publishes(new: int, shown: int, minutes: float) -> None:
    found = adapt(15 * MINUTE, 15 * MINUTE, new, shown, 5 * MINUTE, 60 * MINUTE)
    assert found == minutes * MINUTE


def test_after_a_night_without_the_desk_the_rate_is_judged_over_the_whole_night() -> None:
    assert adapt(15 * MINUTE, 600 * MINUTE, 10, 40, 5 * MINUTE, 60 * MINUTE) == 22.5 * MINUTE


SPANS = st.timedeltas(timedelta(seconds=1), timedelta(days=3))


@given(SPANS, SPANS, st.integers(0, 500), st.integers(0, 500), SPANS, SPANS)
def test_the_interval_never_leaves_its_bounds(
    every: timedelta, elapsed: timedelta, new: int, shown: int, one: timedelta, other: timedelta
) -> None:
    second = timedelta(seconds=1)
    least, most = sorted((one // second * second, other // second * second))
    found = adapt(every, elapsed, new, shown, least, most)
    assert least <= found <= most
    assert adapt(every, elapsed, new + 1, shown, least, most) <= found, "more news, never less often"


def test_a_source_that_is_to_be_read_seldom_or_often_widens_the_bounds_itself() -> None:
    assert bounds(source()) == (5 * MINUTE, 60 * MINUTE)
    assert bounds(source(every=timedelta(hours=6))) == (5 * MINUTE, timedelta(hours=6))
    assert bounds(source(every=MINUTE)) == (MINUTE, 60 * MINUTE)


def test_a_changed_config_counts_at_once() -> None:
    learnt = ListMemory(every=60 * MINUTE)
    assert interval(source(), ListMemory()) == 15 * MINUTE
    assert interval(source(), learnt) == 60 * MINUTE
    assert interval(source(every_max=20 * MINUTE), learnt) == 20 * MINUTE


def test_quiet_and_failing_lists_are_asked_less_and_less_up_to_the_bound() -> None:
    for step in (unchanged, partial(failed, again=False)):
        memory = READ
        waits = []
        for _ in range(6):
            memory = step(memory, source())
            waits.append(interval(source(), memory))
        assert waits == sorted(waits)
        assert waits[-1] == 60 * MINUTE


def test_a_list_that_fails_for_now_is_asked_at_nearly_its_usual_pace_and_is_back_at_once() -> None:
    busy = replace(READ, every=6 * MINUTE)
    assert polls.while_failing(source(), busy) == (6 * MINUTE, 15 * MINUTE)
    assert polls.while_failing(source(), replace(READ, every=60 * MINUTE)) == (60 * MINUTE, 60 * MINUTE)
    assert interval(source(), failed(busy, source(), again=True)) == 6 * MINUTE


def test_a_list_is_fetched_whole_every_fifty_polls_or_once_a_day() -> None:
    assert is_full(ListMemory(), NOW), "nothing is known of it yet"
    assert not is_full(READ, NOW)
    assert is_full(READ, NOW + timedelta(hours=24))
    memory, polled = READ, 0
    while not is_full(memory, NOW):
        memory, polled = unchanged(memory, source()), polled + 1
    assert polled == polls.FULL_POLLS - 1


def test_a_sitemap_index_is_never_asked_with_conditions() -> None:
    assert is_full(replace(READ, sitemaps=3), NOW)


def test_a_permanent_redirect_is_believed_after_three() -> None:
    memory = READ
    for _ in range(3):
        assert place(FEED, memory, NOW) == FEED
        memory = moved(memory, FEED, FEED, [(FEED, 301)], NEW)
    assert place(FEED, memory, NOW) == NEW
    assert place(FEED, memory, NOW + timedelta(hours=24)) == FEED, "looked at again once a day"
    assert moved(memory, NEW, FEED, [], NEW) == memory
    assert place(FEED, failed(memory, source(), again=True), NOW) == FEED, (
        "a new address that fails is not the list's any more"
    )


@pytest.mark.parametrize(
    ("hops", "final"),
    [
        ([], FEED),
        ([(FEED, 302)], NEW),
        ([(FEED, 301), (NEW, 307)], "https://zeitung.example/c"),
        ([(FEED, 301), (NEW, 301)], FEED),
    ],
)
def test_any_other_answer_ends_the_row(hops: list[tuple[str, int]], final: str) -> None:
    twice = replace(READ, moved_to=NEW, moves=2)
    assert moved(twice, FEED, FEED, hops, final).moves == 0


def test_redirects_to_changing_places_are_no_move() -> None:
    memory = READ
    for number in range(5):
        memory = moved(memory, FEED, FEED, [(FEED, 301)], f"{NEW}?session={number}")
        assert memory.moves == 1


def test_the_same_body_is_the_same_only_under_the_same_rules() -> None:
    assert fingerprint(b"<rss/>", source(), None) == fingerprint(b"<rss/>", source(name="A"), None)
    assert fingerprint(b"<rss/>", source(), None) != fingerprint(b"<rss/>", source(exclude=("/sport",)), None)
    assert fingerprint(b"<rss/>", source(), None) != fingerprint(b"<rss />", source(), None)


def test_items_from_both_ends_of_a_long_list_are_remembered() -> None:
    urls = [f"{FEED}/{number}" for number in range(1000)]
    found = marks(urls)
    assert len(found) == 2 * polls.MARKS
    assert set(found) & set(marks(urls[-10:]))
    assert set(found) & set(marks(urls[:10]))
    assert marks(urls[:3] + urls[:3]) == marks(urls[:3])
