"""What the ledger tells of a source's visits, and that each change of its health is noted and told once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from articles.outcome import Outcome
from ledger.source_history import HealthChange
from tests.ledger.conftest import SITE, T0, Desk

FEED = f"{SITE}/zeitung.rss"
BERLIN = timedelta(hours=1)


def change(state: str, at: datetime, why: str | None = "it ended http(403)", source: str = "zeitung") -> HealthChange:
    return HealthChange(source, state, at, why, "look at it" if why else None, at)


def test_the_last_polls_of_a_list_come_newest_first_with_all_that_is_known(desk: Desk) -> None:
    for minutes, outcome in ((0, "listed(3)"), (15, "not_modified"), (30, "http(503)")):
        now = T0 + timedelta(minutes=minutes)
        visit = desk.ledger.visits.open_list("zeitung", FEED, "feed", now)
        moved = f"{SITE}/neu.rss" if outcome == "listed(3)" else None
        assert desk.ledger.visits.list_done(visit, outcome=Outcome.parse(outcome), now=now, final_url=moved)
    polls = desk.ledger.history.polls(FEED, 2)
    assert [(str(poll.outcome), poll.at) for poll in polls] == [
        ("http(503)", T0 + timedelta(minutes=30)),
        ("not_modified", T0 + timedelta(minutes=15)),
    ]
    assert desk.ledger.history.polls(FEED, 9)[2].final_url == f"{SITE}/neu.rss"
    assert desk.ledger.history.polls(f"{SITE}/other.rss", 9) == []


def test_days_are_counted_where_the_desk_is(desk: Desk) -> None:
    desk.clock.now = datetime.fromisoformat("2026-03-02T23:30:00+00:00")
    desk.file_page("/a", "Helsing baut.")
    desk.file_page("/b", "Quantum baut.")
    desk.clock.later(hours=30)
    desk.file_page("/c", "Rheinmetall baut.")
    history, since = desk.ledger.history, T0 - timedelta(days=1)
    assert history.found_days(since, BERLIN) == {"zeitung": {date(2026, 3, 3): 2, date(2026, 3, 4): 1}}
    assert history.found_days(since, timedelta(0)) == {"zeitung": {date(2026, 3, 2): 2, date(2026, 3, 4): 1}}
    assert history.polled_days([FEED], since, BERLIN) == {date(2026, 3, 3), date(2026, 3, 4)}
    assert history.polled_days([FEED], desk.clock.now, BERLIN) == {date(2026, 3, 4)}
    assert history.last_found() == {"zeitung": desk.clock.now}


def test_the_last_pages_of_a_source_come_newest_first(desk: Desk) -> None:
    desk.file_page("/a", "Helsing baut.")
    desk.clock.later(hours=1)
    desk.fetch("/b")
    (ref,) = desk.refs()
    assert desk.ledger.visits.ended_refined(ref, Outcome("rejected", "no_text"), desk.clock.later(minutes=1))
    pages = desk.ledger.history.pages("zeitung", T0, 9)
    assert [str(page.outcome) for page in pages] == ["rejected(no_text)", "article(new)"]
    assert desk.ledger.history.pages("zeitung", T0 + timedelta(minutes=30), 9) == pages[:1]
    assert desk.ledger.history.pages("courier", T0, 9) == []


def test_only_a_change_is_noted_and_told_once(desk: Desk) -> None:
    history = desk.ledger.history
    (noted,) = history.note_health([change("blocked", T0)], tell=True)
    assert history.note_health([change("blocked", T0 + timedelta(hours=1))], tell=True) == []
    assert history.untold() == [noted] == list(history.health().values())
    history.told(noted, T0)
    assert history.untold() == []
    history.note_health([change("ok", T0 + timedelta(hours=2), None)], tell=True)
    assert [one.state for one in history.untold()] == ["ok"]


def test_of_several_untold_changes_only_what_holds_now_is_told(desk: Desk) -> None:
    history = desk.ledger.history
    for hours, state in enumerate(("blocked", "dead", "empty")):
        history.note_health([change(state, T0 + timedelta(hours=hours))], tell=True)
    (last,) = history.untold()
    assert last.state == "empty"
    history.told(last, T0)
    assert history.untold() == []


def test_nobody_is_told_of_a_source_that_is_well_from_the_start_or_where_nobody_wants_to_know(desk: Desk) -> None:
    desk.ledger.history.note_health([change("ok", T0, None)], tell=True)
    desk.ledger.history.note_health([change("dead", T0, source="courier")], tell=False)
    assert desk.ledger.history.untold() == []
    assert {one.source: one.state for one in desk.ledger.history.health().values()} == {"zeitung": "ok", "courier": "dead"}
