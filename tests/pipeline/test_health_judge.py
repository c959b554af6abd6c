"""How a source is judged from what its visits were like: a table of troubles, and the laws that hold for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.outcome import Outcome
from config.models import Address, Source
from crawlers.health import WORST_FIRST, Health, History, ListHistory, judge
from ledger.source_history import PageEnd, Poll

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
TODAY = NOW.date()
FEED = "https://zeitung.example/feed"
HOUR = timedelta(hours=1)


def listed(
    *outcomes: str,
    kind: Literal["feed", "sitemap", "page"] = "feed",
    wall: str | None = None,
    final: str | None = FEED,
) -> ListHistory:
    """A list whose last polls ended so, the newest first, one each hour."""
    polls = tuple(
        Poll(NOW - n * HOUR, Outcome.parse(text), final if text.startswith("listed") or wall is not None else None)
        for n, text in enumerate(outcomes)
    )
    return ListHistory(Address(kind=kind, url=FEED), FEED, polls, wall)


def history(*lists: ListHistory, pages: Sequence[str] = (), text_selector: str | None = None, **more: Any) -> History:
    addresses = tuple(one.address for one in lists)
    source = Source(id="zeitung", name="Zeitung", addresses=addresses, text_selector=text_selector)
    ends = tuple(PageEnd(NOW - n * HOUR, Outcome.parse(text)) for n, text in enumerate(pages))
    return History(**{"source": source, "lists": lists, "pages": ends, "last_found": NOW, **more})


@pytest.mark.parametrize(
    ("polls", "state", "said"),
    [
        ("listed(9)", "ok", None),
        ("not_modified listed(9)", "ok", None),
        ("http(503) listed(9)", "ok", None),
        ("http(503) http(503) listed(9)", "dead", "and so did 1 polls before"),
        ("http(404) http(404) listed(9)", "dead", "ended http(404)"),
        ("unreachable(dns) unreachable(timeout) listed(9)", "dead", "ended unreachable(dns)"),
        ("http(403) http(403) listed(9)", "blocked", "ended http(403)"),
        ("http(429) http(503) listed(9)", "blocked", "ended http(429)"),
        ("forbidden(robots) forbidden(robots) listed(9)", "blocked", "ended forbidden(robots)"),
        ("unreachable(redirects) unreachable(redirects) listed(9)", "blocked", "redirects"),
        ("listed(0) listed(0) listed(9)", "empty", "ended listed(0)"),
        ("not_modified listed(0) listed(9)", "empty", "ended listed(0)"),
        ("not_modified not_modified listed(9)", "ok", None),
        ("broken(parser) broken(deadline) listed(9)", "empty", "ended broken(parser)"),
        ("rejected(not_a_list) rejected(not_a_list) listed(9)", "empty", "ended rejected(not_a_list)"),
        ("http(404)", "dead", "ended http(404)"),
        ("rejected(not_a_list)", "empty", "ended rejected(not_a_list)"),
    ],
)
def test_what_the_polls_of_a_feed_say(polls: str, state: str, said: str | None) -> None:
    found = judge(history(listed(*polls.split())), NOW)
    assert found.state == state
    assert (found.why is None) == (found.repair is None) == (said is None)
    assert said is None or said in (found.why or "")


def test_a_consent_wall_in_place_of_the_feed_blocks_it() -> None:
    found = judge(history(listed("rejected(not_a_list)", "rejected(not_a_list)", "listed(3)", wall="consent")), NOW)
    assert found.state == "blocked"
    assert "it showed a consent wall" in (found.why or "")
    assert "browser" in (found.repair or "")


def test_a_feed_that_leads_to_a_page_has_moved() -> None:
    away = listed("rejected(not_a_list)", "rejected(not_a_list)", wall="", final="https://zeitung.example/")
    assert judge(history(away), NOW).state == "moved"


def test_a_feed_that_another_address_answers_has_moved_though_it_works() -> None:
    new = "https://neu.example/feed"
    twice = listed("listed(3)", "listed(3)", final=new)
    assert judge(history(twice), NOW).state == "ok"
    found = judge(history(listed("listed(3)", "listed(3)", "listed(3)", final=new)), NOW)
    assert (found.state, found.why) == ("moved", f"{FEED} is answered by {new}")
    assert found.repair == "write that address into config/sources/zeitung.yaml"
    assert found.since == NOW - 2 * HOUR


def test_an_empty_news_sitemap_is_a_quiet_sunday_and_an_empty_page_a_changed_layout() -> None:
    assert judge(history(listed("listed(0)", "listed(0)", kind="sitemap")), NOW).state == "ok"
    found = judge(history(listed("listed(0)", "listed(0)", "listed(20)", kind="page")), NOW)
    assert found.state == "drift"
    assert "selector" in (found.repair or "")


@pytest.mark.parametrize(
    ("pages", "selector", "state"),
    [
        (["rejected(no_text)"] * 5, None, "empty"),
        (["rejected(no_text)"] * 5, "div.text", "drift"),
        (["rejected(no_text)"] * 3, None, "ok"),
        (["rejected(no_text)"] * 3 + ["article(new)"] * 2, None, "ok"),
        (["article(new)", *["rejected(no_text)"] * 4], None, "empty"),
        (["rejected(consent)"] * 4 + ["article(new)"], None, "blocked"),
        (["http(403)", "http(403)", "rejected(consent)", "http(451)", "article(new)"], None, "blocked"),
        (["http(404)"] * 5, None, "ok"),
        (["article(unchanged)"] * 5 + ["rejected(no_text)"] * 15, None, "ok"),
    ],
)
def test_what_the_pages_of_a_source_say(pages: list[str], selector: str | None, state: str) -> None:
    assert judge(history(listed("listed(9)"), pages=pages, text_selector=selector), NOW).state == state


def test_of_several_lists_the_worst_speaks() -> None:
    found = judge(history(listed("listed(9)"), listed("http(404)", "http(404)", kind="sitemap")), NOW)
    assert (found.state, found.last_outcome) == ("dead", Outcome("http", "404"))


def test_a_fault_lasts_since_its_first_poll_and_health_since_the_fault_ended() -> None:
    assert judge(history(listed(*["http(500)"] * 5, "listed(1)")), NOW).since == NOW - 4 * HOUR
    assert judge(history(listed("listed(1)", "listed(1)", "http(500)")), NOW).since == NOW - HOUR


def test_a_source_that_nobody_visited_is_not_ill_but_not_known() -> None:
    found = judge(history(listed()), NOW)
    assert (found.state, found.why) == ("unvisited", "never visited")


# Silence


def regular(counts: Sequence[int], silent_days: int, weeks: int = 9, **more: Any) -> History:
    """A source that publishes so much per weekday, Monday first, and then nothing for so many days until today."""
    first = TODAY - timedelta(days=7 * weeks)
    days = [first + timedelta(days=n) for n in range(7 * weeks)]
    last = TODAY - timedelta(days=silent_days)
    found = {day: counts[day.weekday()] for day in days if day < last and counts[day.weekday()]}
    newest = datetime.combine(max(found), datetime.min.time(), UTC) + timedelta(hours=20)
    return history(listed("listed(9)"), found=found, polled=frozenset(days), last_found=newest, **more)


@pytest.mark.parametrize(
    ("counts", "silent_days", "state"),
    [
        ([5, 5, 5, 5, 5, 0, 0], 0, "ok"),
        ([5, 5, 5, 5, 5, 0, 0], 2, "ok"),  # Monday and Tuesday
        ([5, 5, 5, 5, 5, 0, 0], 4, "ok"),  # and the weekend before, when it never publishes
        ([5, 5, 5, 5, 5, 0, 0], 5, "quiet"),  # and the Friday
        ([5, 5, 5, 5, 5, 0, 0], 12, "quiet"),
        ([5, 5, 5, 5, 5, 0, 0], 16, "stale"),
        ([40] * 7, 2, "ok"),
        ([40] * 7, 3, "quiet"),
        ([1] * 7, 3, "quiet"),
        ([0, 0, 0, 5, 0, 0, 0], 13, "ok"),  # one Thursday of a weekly paper was left out, or came late
        ([0, 0, 0, 5, 0, 0, 0], 20, "quiet"),
    ],
)
def test_silence_is_measured_in_publishing_days(counts: list[int], silent_days: int, state: str) -> None:
    found = judge(regular(counts, silent_days), NOW)
    assert found.state == state
    if state != "ok":
        assert "nothing new since" in (found.why or "")
        assert found.since.date() < TODAY - timedelta(days=silent_days - 1)


def test_a_long_silence_never_becomes_usual() -> None:
    assert judge(regular([5] * 7, 60, weeks=16), NOW).state == "stale"


def test_days_on_which_nobody_looked_are_no_silence() -> None:
    busy = regular([5] * 7, 10)
    looked = frozenset(day for day in busy.polled if day < TODAY - timedelta(days=9))
    assert judge(History(busy.source, busy.lists, busy.pages, busy.found, looked, busy.last_found), NOW).state == "ok"


def test_far_less_than_usual_is_quiet_too_and_a_little_less_is_not() -> None:
    busy = regular([40] * 7, 0)
    last = [TODAY - timedelta(days=n) for n in (1, 2, 3)]
    for count, state in ((3, "quiet"), (30, "ok")):
        found = judge(history(*busy.lists, found=dict(busy.found) | dict.fromkeys(last, count), polled=busy.polled), NOW)
        assert found.state == state
    some = dict(busy.found) | dict.fromkeys(last[:2], 3)
    assert judge(history(*busy.lists, found=some, polled=busy.polled), NOW).state == "ok"


def test_a_list_of_old_items_alone_is_stale_after_three_days() -> None:
    polls = tuple(Poll(NOW - timedelta(hours=12 * n), Outcome("listed", "20"), FEED) for n in range(8))
    one = ListHistory(Address(kind="feed", url=FEED), FEED, polls)
    found = judge(history(one, last_found=None), NOW)
    assert (found.state, found.since) == ("stale", NOW - timedelta(hours=84))
    assert "20 items, and none was new" in (found.why or "")
    assert judge(history(ListHistory(one.address, FEED, polls[:6]), last_found=None), NOW).state == "ok"


def test_a_hard_fault_is_told_rather_than_the_silence_it_makes() -> None:
    silent = regular([5] * 7, 10)
    ill = history(
        listed(*["http(403)"] * 9, "listed(1)"), found=silent.found, polled=silent.polled, last_found=silent.last_found
    )
    assert judge(ill, NOW).state == "blocked"


# Laws

OUTCOMES = st.sampled_from(
    """listed(9) listed(0) not_modified http(403) http(404) http(503) http(429) unreachable(dns) unreachable(redirects)
    rejected(not_a_list) broken(parser) too_large forbidden(robots) forbidden(egress) article(new)""".split()  # noqa: SIM905  one a line would fill a screen
)
PAGES = st.lists(
    st.sampled_from(["article(new)", "rejected(no_text)", "rejected(consent)", "http(403)", "broken(memory)"]), max_size=8
)
LISTS = st.builds(
    lambda outcomes, kind, wall, final: listed(*outcomes, kind=kind, wall=wall, final=final),
    st.lists(OUTCOMES, max_size=6),
    st.sampled_from(["feed", "sitemap", "page"]),
    st.sampled_from([None, "consent", "error_page", ""]),
    st.sampled_from([FEED, "https://neu.example/feed", None]),
)
DAYS = st.dictionaries(st.integers(0, 100).map(lambda n: TODAY - timedelta(days=n)), st.integers(0, 50), max_size=60)
HISTORIES = st.builds(
    lambda lists, pages, days, last: history(
        *lists, pages=pages, found={d: n for d, n in days.items() if n}, polled=frozenset(days), last_found=last
    ),
    st.lists(LISTS, min_size=1, max_size=3),
    PAGES,
    DAYS,
    st.none() | st.integers(0, 2000).map(lambda n: NOW - n * HOUR),
)


@given(HISTORIES)
def test_every_history_has_one_health_that_says_what_to_do(known: History) -> None:
    found: Health = judge(known, NOW)
    assert found.state in WORST_FIRST
    assert (found.state == "ok") == (found.why is None) == (found.repair is None)
    assert found.since <= NOW


@given(HISTORIES, OUTCOMES.filter(lambda text: text not in ("listed(9)", "not_modified", "listed(0)")))
def test_a_hard_fault_is_noticed_by_the_second_poll(known: History, outcome: str) -> None:
    bad = Outcome.parse(outcome)
    first = known.lists[0]
    polls = (Poll(NOW + 2 * HOUR, bad), Poll(NOW + HOUR, bad), *first.polls)
    ill = history(ListHistory(first.address, FEED, polls), *known.lists[1:], found=known.found, polled=known.polled)
    assert judge(ill, NOW + 2 * HOUR).state in ("dead", "blocked", "empty", "moved")


@given(HISTORIES)
def test_one_good_poll_of_each_list_and_readable_pages_end_every_hard_fault(known: History) -> None:
    healed = [ListHistory(one.address, FEED, (Poll(NOW, Outcome("listed", "9"), FEED), *one.polls)) for one in known.lists]
    well = history(*healed, pages=["article(new)"] * 5, found=known.found, polled=known.polled, last_found=NOW)
    assert judge(well, NOW).state in ("ok", "quiet")


@given(
    st.lists(st.integers(0, 60), min_size=7, max_size=7).filter(lambda c: sum(n > 0 for n in c) >= 3), st.integers(0, 30)
)
def test_silence_is_noticed_within_three_publishing_days_and_not_before(counts: list[int], silent_days: int) -> None:
    state = judge(regular(counts, silent_days), NOW).state
    last = max(day for day in (TODAY - timedelta(days=silent_days + n) for n in range(1, 8)) if counts[day.weekday()])
    passed = sum(counts[day.weekday()] > 0 for day in _between(last, TODAY))
    assert (state in ("quiet", "stale")) == (passed >= 3)


def _between(last: date, today: date) -> list[date]:
    return [last + timedelta(days=n) for n in range(1, (today - last).days)]
