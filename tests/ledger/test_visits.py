"""A link becomes a visit, a visit becomes a page or an ending, and nobody does it twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from articles.outcome import Outcome
from articles.page import ArchiveRef, Link, Validators
from ledger.refining import MOST_REFININGS
from ledger.values import ListMemory, Planned
from ledger.visits import CRAWL_TTL
from tests.ledger.conftest import SITE, Desk

FEED = f"{SITE}/zeitung.rss"
NOTHING = Outcome("listed", "0")


def test_a_feed_of_three_links_queues_what_was_decided_and_keeps_the_reason_of_what_was_not(desk: Desk) -> None:
    visit = desk.ledger.visits.open_list("zeitung", FEED, "feed", desk.clock.now)
    planned = [
        Planned(Link(f"{SITE}/a?utm=1", title="A", keywords=("x", "y")), f"{SITE}/a", "visit"),
        Planned(Link(f"{SITE}/old"), f"{SITE}/old", "skip", "before_start"),
        Planned(Link(f"{SITE}/more.xml", kind="sitemap"), f"{SITE}/more.xml", "list"),
    ]
    outcome = Outcome("listed", "3")
    held = Validators('"1"', "Mon, 02 Mar 2026 08:00:00 GMT")
    assert desk.ledger.visits.list_done(visit, outcome=outcome, planned=planned, validators=held, now=desk.clock.now)

    known = desk.ledger.visits.known([f"{SITE}/a", f"{SITE}/old", f"{SITE}/more.xml", f"{SITE}/unknown"])
    assert {url: one.state for url, one in known.items()} == {
        f"{SITE}/a": "scheduled",
        f"{SITE}/old": "skipped",
        f"{SITE}/more.xml": "scheduled",
    }
    assert known[f"{SITE}/old"].reason == "before_start"
    taken = {one.kind: one for one in desk.ledger.visits.take(["zeitung"], 10, desk.clock.now)}
    assert set(taken) == {"article", "sitemap"}
    assert taken["article"].link == planned[0].link
    assert desk.ledger.visits.validators(FEED) == held
    assert desk.gaps() == ()


def test_what_is_known_of_a_list_grows_with_every_poll(desk: Desk) -> None:
    assert desk.ledger.visits.last_list(FEED) is None
    first = desk.clock.now
    desk.list_links()
    second = desk.clock.later(minutes=15)
    visit = desk.ledger.visits.open_list("zeitung", FEED, "feed", second)
    again = second + timedelta(minutes=5)
    assert desk.ledger.visits.list_done(visit, outcome=Outcome("http", "503"), now=second, retry_at=again)

    state = desk.ledger.visits.last_list(FEED)
    assert state is not None
    assert (state.polls, state.first_poll_at, state.last_read_at, state.next_at) == (2, first, second, again)
    assert state.last_outcome == Outcome("http", "503")


def test_the_retry_of_a_list_is_begun_by_the_next_poll_and_counts_as_a_further_attempt(desk: Desk) -> None:
    now = desk.clock.now
    visit = desk.ledger.visits.open_list("zeitung", FEED, "feed", now)
    desk.ledger.visits.list_done(visit, outcome=Outcome("unreachable", "timeout"), now=now, retry_at=now)
    again = desk.ledger.visits.open_list("zeitung", FEED, "feed", now)
    assert (again.id != visit.id, again.attempt) == (True, 2)
    assert desk.gaps() == ()


def test_validators_are_kept_through_failures_and_cleared_by_an_answer_without_any(desk: Desk) -> None:
    visits, now = desk.ledger.visits, desk.clock.now
    for outcome, given, kept in [
        (NOTHING, Validators('"1"'), Validators('"1"')),
        (Outcome("http", "500"), Validators('"error"'), Validators('"1"')),
        (Outcome("not_modified"), None, Validators('"1"')),
        (Outcome("rejected", "not_a_list"), Validators('"consent"'), Validators('"1"')),
        (NOTHING, Validators(), None),
    ]:
        visit = visits.open_list("zeitung", FEED, "feed", now)
        visits.list_done(visit, outcome=outcome, validators=given, now=now)
        assert visits.validators(FEED) == kept
        assert visits.open_list("zeitung", FEED, "feed", now).validators == (kept or Validators())


def test_what_a_poll_taught_is_kept_with_it_and_only_with_it(desk: Desk) -> None:
    visits, now = desk.ledger.visits, desk.clock.now
    learnt = ListMemory(timedelta(minutes=7), now, 3, "hash", ("a", "b"), 2, f"{SITE}/neu.rss", 1)
    late = visits.open_list("zeitung", FEED, "sitemap", now)
    mine = visits.open_list("zeitung", FEED, "sitemap", now)
    assert visits.list_done(mine, outcome=NOTHING, now=now, memory=learnt)
    assert not visits.list_done(late, outcome=NOTHING, now=now, memory=ListMemory())
    state = visits.last_list(FEED)
    assert state is not None
    assert state.memory == learnt
    assert visits.sitemaps_of("zeitung") == [FEED]
    assert visits.sitemaps_of("other") == []


def test_a_long_list_is_filed_in_parts_and_a_late_crawl_files_none(desk: Desk) -> None:
    visits, now = desk.ledger.visits, desk.clock.now
    late = visits.open_list("zeitung", FEED, "feed", now)
    mine = visits.open_list("zeitung", FEED, "feed", now)
    parts = [[Planned(Link(f"{SITE}/{n}"), f"{SITE}/{n}", "visit")] for n in range(3)]
    assert not visits.list_goes_on(late, parts[0], now)
    assert visits.list_goes_on(mine, parts[1], now)
    assert visits.known([f"{SITE}/0"]) == {}
    assert desk.gaps() == (), "also if the crawl is killed now"
    assert visits.list_done(mine, outcome=Outcome("listed", "2"), planned=parts[2], now=now)
    assert len(visits.known([f"{SITE}/1", f"{SITE}/2"])) == 2


def test_a_link_listed_twice_or_in_two_feeds_is_visited_once(desk: Desk) -> None:
    desk.list_links("/a", "/a")
    desk.list_links("/a", source="other")
    assert len(desk.ledger.visits.take(["zeitung", "other"], 10, desk.clock.now)) == 1
    assert desk.gaps() == ()


def test_an_address_once_skipped_is_visited_when_a_later_plan_wants_it(desk: Desk) -> None:
    visit = desk.ledger.visits.open_list("zeitung", FEED, "feed", desk.clock.now)
    skipped = Planned(Link(f"{SITE}/a"), f"{SITE}/a", "skip", "filtered")
    desk.ledger.visits.list_done(visit, outcome=NOTHING, planned=[skipped], now=desk.clock.now)
    desk.list_links("/a")
    (known,) = desk.ledger.visits.known([f"{SITE}/a"]).values()
    assert (known.state, known.reason) == ("scheduled", None)
    assert desk.gaps() == ()


def test_a_link_is_never_skipped_for_a_reason_that_does_not_exist(desk: Desk) -> None:
    visit = desk.ledger.visits.open_list("zeitung", FEED, "feed", desk.clock.now)
    bad = Planned(Link(f"{SITE}/a"), f"{SITE}/a", "skip", "boring")
    with pytest.raises(ValueError, match="boring"):
        desk.ledger.visits.list_done(visit, outcome=NOTHING, planned=[bad], now=desk.clock.now)
    assert desk.ledger.visits.known([f"{SITE}/a"]) == {}


def test_five_hundred_links_are_filed_in_one_go(desk: Desk) -> None:
    desk.list_links(*[f"/article-{number}" for number in range(500)])
    assert desk.ledger.status(desk.clock.now).due == 500
    assert len(desk.ledger.visits.known([f"{SITE}/article-{number}" for number in range(500)])) == 500
    assert desk.gaps() == ()


def test_a_taken_visit_is_nobody_elses_until_its_lease_runs_out(desk: Desk) -> None:
    desk.list_links("/a")
    (first,) = desk.ledger.visits.take(["zeitung"], 10, desk.clock.now)
    assert desk.ledger.visits.take(["zeitung"], 10, desk.clock.now) == []
    (second,) = desk.ledger.visits.take(["zeitung"], 10, desk.clock.later(seconds=CRAWL_TTL.total_seconds()))
    assert (second.id, second.attempt, second.lease) == (first.id, 2, first.lease + 1)


def test_a_late_worker_is_fenced_whatever_it_tries(desk: Desk) -> None:
    desk.list_links("/a")
    (late,) = desk.ledger.visits.take(["zeitung"], 10, desk.clock.now)
    desk.clock.later(minutes=16)
    (mine,) = desk.ledger.visits.take(["zeitung"], 10, desk.clock.now)
    visits, record = desk.ledger.visits, ArchiveRef("20260302-x-1.warc.gz", 0, 9)
    assert not visits.fetched(late, record, late.url, 200, None, desk.clock.now)
    assert not visits.ended(late, Outcome("http", "404"), desk.clock.now)
    assert not visits.release(late)
    assert visits.ended(mine, Outcome("http", "404"), desk.clock.now)
    assert not visits.ended(mine, Outcome("http", "404"), desk.clock.now)
    assert desk.gaps() == ()


def test_a_crawl_that_takes_a_list_over_fences_the_one_before_and_its_links_are_not_filed(desk: Desk) -> None:
    late = desk.ledger.visits.open_list("zeitung", FEED, "feed", desk.clock.now)
    mine = desk.ledger.visits.open_list("zeitung", FEED, "feed", desk.clock.now)
    link = Planned(Link(f"{SITE}/a"), f"{SITE}/a", "visit")
    assert not desk.ledger.visits.list_done(late, outcome=NOTHING, planned=[link], now=desk.clock.now)
    assert desk.ledger.visits.known([f"{SITE}/a"]) == {}
    assert desk.ledger.visits.list_done(mine, outcome=NOTHING, planned=[link], now=desk.clock.now)


def test_a_transient_failure_ends_the_visit_and_schedules_the_next(desk: Desk) -> None:
    desk.list_links("/a")
    (visit,) = desk.ledger.visits.take(["zeitung"], 10, desk.clock.now)
    at = desk.clock.now + timedelta(minutes=10)
    assert desk.ledger.visits.ended(visit, Outcome("unreachable", "timeout"), desk.clock.now, retry_at=at)
    assert desk.ledger.visits.take(["zeitung"], 10, desk.clock.now) == []
    (again,) = desk.ledger.visits.take(["zeitung"], 10, desk.clock.later(minutes=10))
    assert (again.url, again.attempt, again.link) == (visit.url, 2, visit.link)
    assert desk.ledger.check().outcomes == {"listed": 1, "unreachable(timeout)": 1}


def test_a_stopped_crawl_gives_its_visits_back_as_they_were(desk: Desk) -> None:
    desk.list_links("/a")
    (visit,) = desk.ledger.visits.take(["zeitung"], 10, desk.clock.now)
    assert desk.ledger.visits.release(visit)
    (again,) = desk.ledger.visits.take(["zeitung"], 10, desk.clock.now)
    assert (again.id, again.attempt) == (visit.id, 1)


def test_the_longest_due_visit_is_taken_first_and_only_of_the_sources_asked_for(desk: Desk) -> None:
    desk.list_links("/late", source="other")
    desk.clock.later(minutes=1)
    desk.list_links("/b", "/c")
    taken = desk.ledger.visits.take(["zeitung", "other"], 2, desk.clock.now)
    assert [visit.source for visit in taken] == ["other", "zeitung"]
    assert desk.ledger.visits.take(["nobody"], 10, desk.clock.now) == []
    assert desk.ledger.visits.take([], 10, desk.clock.now) == []


def test_a_further_visit_is_scheduled_once_and_sooner_wins(desk: Desk) -> None:
    desk.file_page("/a")
    url, now = f"{SITE}/a", desk.clock.now
    for minutes in (60, 30, 90):
        desk.ledger.visits.schedule(url, "zeitung", now, now + timedelta(minutes=minutes), "revisit")
    (known,) = desk.ledger.visits.known([url]).values()
    assert (known.state, known.next_visit) == ("scheduled", now + timedelta(minutes=30))
    (visit,) = desk.ledger.visits.take(["zeitung"], 10, desk.clock.later(minutes=30))
    assert visit.validators.etag is not None
    assert desk.gaps() == ()


def test_fetched_pages_wait_and_their_weight_is_known(desk: Desk) -> None:
    records = desk.fetch("/a", "/b")
    waiting = desk.ledger.visits.waiting()
    assert (waiting.pages, waiting.bytes) == (2, sum(record.length for record in records))
    desk.refs()
    assert desk.ledger.visits.waiting().pages == 2


def test_a_list_is_never_refined(desk: Desk) -> None:
    visit = desk.ledger.visits.open_list("zeitung", FEED, "feed", desk.clock.now)
    with pytest.raises(ValueError, match="not refined"):
        desk.ledger.visits.fetched(visit, ArchiveRef("s", 0, 1), FEED, 200, None, desk.clock.now)


def test_a_page_that_a_killed_run_left_behind_is_leased_again_and_the_late_run_is_fenced(desk: Desk) -> None:
    desk.fetch("/a")
    (late,) = desk.refs()
    assert desk.refs() == []
    desk.clock.later(minutes=10)
    (mine,) = desk.refs()
    assert (mine.visit, mine.record, mine.link) == (late.visit, late.record, late.link)
    assert desk.file(late) is None
    assert not desk.ledger.visits.ended_refined(late, Outcome("broken", "parser"), desk.clock.now)
    assert desk.ledger.visits.give_back([late]) == 0
    assert desk.ledger.visits.ended_refined(mine, Outcome("rejected", "no_text"), desk.clock.now)
    assert desk.gaps() == ()


def test_pages_given_back_wait_again_and_the_first_fetched_come_first(desk: Desk) -> None:
    desk.fetch("/a")
    desk.clock.later(minutes=1)
    desk.fetch("/b")
    refs = desk.refs(1)
    assert [ref.url for ref in refs] == [f"{SITE}/a"]
    assert desk.ledger.visits.give_back(refs) == 1
    assert [ref.url for ref in desk.refs()] == [f"{SITE}/a", f"{SITE}/b"]


def test_a_page_over_which_three_runs_died_is_broken_and_its_neighbour_is_read(desk: Desk) -> None:
    desk.fetch("/killer")
    for _ in range(MOST_REFININGS):
        (ref,) = desk.refs()
        desk.clock.later(minutes=10)
    desk.fetch("/neighbour")
    assert [other.url for other in desk.refs()] == [f"{SITE}/neighbour"]
    assert not desk.ledger.visits.ended_refined(ref, Outcome("rejected", "no_text"), desk.clock.now)
    assert desk.ledger.check().outcomes["broken(deadline)"] == 1
    (known,) = desk.ledger.visits.known([ref.url]).values()
    assert (known.state, known.last_outcome) == ("visited", "broken(deadline)")
    assert desk.gaps() == ()


def test_a_page_given_back_by_a_run_that_was_stopped_is_tried_as_often_as_before(desk: Desk) -> None:
    desk.fetch("/a")
    for _ in range(MOST_REFININGS + 1):
        assert desk.ledger.visits.give_back(desk.refs()) == 1
    assert len(desk.refs()) == 1


def test_validators_of_a_page_that_was_no_article_are_not_believed(desk: Desk) -> None:
    desk.fetch("/consent")
    (ref,) = desk.refs()
    desk.ledger.visits.ended_refined(ref, Outcome("rejected", "consent"), desk.clock.now)
    assert desk.ledger.visits.validators(ref.url) is None
    desk.file_page("/a")
    assert desk.ledger.visits.validators(f"{SITE}/a") is not None


def test_a_list_that_ran_over_is_told_by_check_without_being_a_broken_sum(desk: Desk) -> None:
    visit = desk.ledger.visits.open_list("zeitung", FEED, "feed", desk.clock.now)
    desk.ledger.visits.list_done(
        visit, outcome=NOTHING, now=desk.clock.now, gap="30 new items, none known: more may be missed"
    )
    report = desk.ledger.check()
    assert report.ok
    assert [(gap.source, gap.text) for gap in report.missed] == [
        ("zeitung", "30 new items, none known: more may be missed")
    ]


def test_an_address_of_eight_thousand_letters_is_an_address_like_any_other(desk: Desk) -> None:
    long = "/" + "a" * 8000
    desk.file_page(long)
    assert desk.ledger.files.article(SITE + long) is not None
    assert desk.gaps() == ()
