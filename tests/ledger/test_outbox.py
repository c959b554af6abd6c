"""Every match has its rows, every row ends once, and nobody is told the same twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ledger.outbox import SEND_TTL
from tests.ledger.conftest import T0, Desk, decision


def test_a_match_is_filed_with_its_words_and_claimed_as_a_notice(desk: Desk) -> None:
    version = desk.ledger.configs.record("alert", "helsing", {"title": "Helsing in the news", "query": "Helsing"}, T0)
    receipt = desk.file_page("/a", decisions=[decision(why="the title names Helsing")])
    (row,) = desk.ledger.outbox.claim(10, desk.clock.now)
    notice = row.notice
    assert (notice.alert, notice.channel, notice.article) == ("helsing", "file", receipt.id)
    assert (notice.title, notice.source, notice.at) == ("Helsing baut", "zeitung", desk.clock.now)
    assert [text for _, text in notice.spans] == ["Helsing"]
    assert notice.why == "the title names Helsing"
    assert notice.alert_title == "helsing", f"the match was made with v1, not with {version}"
    assert (row.attempts, row.lease) == (1, 1)
    assert desk.gaps() == ()


def test_the_notice_bears_the_title_of_the_alert_as_it_was_when_it_matched(desk: Desk) -> None:
    body = {"title": "Helsing in the news", "query": "Helsing"}
    version = desk.ledger.configs.record("alert", "helsing", body, T0)
    desk.ledger.configs.record("alert", "helsing", body | {"title": "Renamed"}, T0)
    match = decision().match
    made = decision(channel="file")
    made = type(made)(type(match)("helsing", match.article, match.spans, version), "file", "open", T0)
    desk.file_page("/a", decisions=[made])
    (row,) = desk.ledger.outbox.claim(10, desk.clock.now)
    assert row.notice.alert_title == "Helsing in the news"


def test_a_notice_is_sent_once_and_marked_under_its_lease_only(desk: Desk) -> None:
    desk.file_page("/a", decisions=[decision()])
    (late,) = desk.ledger.outbox.claim(10, desk.clock.now)
    assert desk.ledger.outbox.claim(10, desk.clock.now) == []
    desk.clock.later(seconds=SEND_TTL.total_seconds())
    (mine,) = desk.ledger.outbox.claim(10, desk.clock.now)
    assert (mine.notice.id, mine.attempts) == (late.notice.id, 2)
    assert not desk.ledger.outbox.delivered(late, desk.clock.now)
    assert desk.ledger.outbox.delivered(mine, desk.clock.now)
    assert not desk.ledger.outbox.dead(mine, "too late", desk.clock.now)
    assert desk.ledger.check().matches == {"delivered": 1}
    assert desk.gaps() == ()


def test_a_failed_notice_waits_dies_and_can_be_opened_again(desk: Desk) -> None:
    desk.file_page("/a", decisions=[decision()])
    (row,) = desk.ledger.outbox.claim(10, desk.clock.now)
    assert desk.ledger.outbox.retry(row, desk.clock.now + timedelta(minutes=1), "503 \x00 from the \ud800 server")
    assert desk.ledger.outbox.claim(10, desk.clock.now) == []
    (again,) = desk.ledger.outbox.claim(10, desk.clock.later(minutes=1))
    assert (again.attempts, again.notice.id) == (2, row.notice.id)
    assert desk.ledger.outbox.dead(again, "410 gone", desk.clock.now)
    (view,) = desk.ledger.outbox.rows("dead")
    assert (view.row, view.error, view.title, view.attempts) == (row.row, "410 gone", "Helsing baut", 2)
    assert desk.gaps() == ()
    assert desk.ledger.outbox.requeue(view.row, desk.clock.now)
    assert not desk.ledger.outbox.requeue(view.row, desk.clock.now)
    assert [one.notice.id for one in desk.ledger.outbox.claim(10, desk.clock.now)] == [row.notice.id]
    assert desk.gaps() == ()


def test_one_match_has_one_row_for_each_channel_and_each_goes_its_own_way(desk: Desk) -> None:
    later = T0 + timedelta(hours=8)
    night = decision(channel="mail")
    night = type(night)(night.match, "mail", "open", later)
    muted = decision(channel="chat", state="muted", reason="holiday")
    desk.file_page("/a", decisions=[decision(), night, muted])
    assert [row.notice.channel for row in desk.ledger.outbox.claim(10, desk.clock.now)] == ["file"]
    assert desk.ledger.check().matches == {"muted": 1, "open": 1, "sending": 1}
    assert {view.channel for view in desk.ledger.outbox.rows()} == {"file", "mail", "chat"}
    assert len({view.alert for view in desk.ledger.outbox.rows(limit=2)}) == 1
    assert desk.gaps() == ()


def test_a_match_of_an_alert_without_channels_has_one_row_that_says_so(desk: Desk) -> None:
    desk.file_page("/a", decisions=[decision(channel=None, state="suppressed", reason="no_channel")])
    (view,) = desk.ledger.outbox.rows()
    assert (view.channel, view.state, view.reason) == (None, "suppressed", "no_channel")
    assert desk.ledger.outbox.claim(10, desk.clock.now) == []
    assert desk.gaps() == ()


def test_what_was_said_of_a_story_or_is_about_to_be_collapses_the_next_notice(desk: Desk) -> None:
    """The reader decided before the other worker had filed; the ledger knows better."""
    files = desk.ledger.files
    desk.file_page("/a", "a", story="gipfel", decisions=[decision()])
    assert files.told("helsing", "gipfel", "file")
    desk.file_page("/b", "b", story="gipfel", decisions=[decision(), decision(channel="mail")])
    assert [(view.channel, view.state, view.reason) for view in desk.ledger.outbox.rows()] == [
        ("mail", "open", None),
        ("file", "collapsed", "gipfel"),
        ("file", "open", None),
    ]
    assert files.told_for(["gipfel", "other"]) == {("helsing", "gipfel", "file"), ("helsing", "gipfel", "mail")}
    assert files.told_for([]) == set()
    assert desk.gaps() == ()


def test_a_dead_letter_told_nobody_so_the_next_article_of_the_story_does(desk: Desk) -> None:
    desk.file_page("/a", "a", story="gipfel", decisions=[decision()])
    (row,) = desk.ledger.outbox.claim(10, desk.clock.now)
    desk.ledger.outbox.dead(row, "gone", desk.clock.now)
    assert not desk.ledger.files.told("helsing", "gipfel", "file")
    desk.file_page("/b", "b", story="gipfel", decisions=[decision()])
    assert len(desk.ledger.outbox.claim(10, desk.clock.now)) == 1


def test_until_stories_exist_an_article_is_its_own_story(desk: Desk) -> None:
    receipt = desk.file_page("/a", decisions=[decision()])
    assert desk.ledger.files.told("helsing", receipt.id, "file")


@pytest.mark.parametrize(
    "bad",
    [
        decision(state="delivered"),
        decision(state="sending"),
        decision(state="suppressed", reason="boredom"),
        decision(channel=None),
        decision(channel=None, state="suppressed", reason="old"),
    ],
)
def test_a_decision_that_no_rule_allows_is_refused(desk: Desk, bad: object) -> None:
    desk.fetch("/a")
    (ref,) = desk.refs()
    with pytest.raises(ValueError, match=r"decision|reason|channel"):
        desk.file(ref, decisions=[bad])  # type: ignore[list-item]  # a Decision, parametrised
    assert desk.ledger.check().matches == {}


def test_the_words_of_a_notice_stay_those_that_matched_when_the_article_is_revised(desk: Desk) -> None:
    desk.file_page("/a", "a", decisions=[decision()])
    desk.file_page("/a", "b", title="Anders als zuvor")
    (row,) = desk.ledger.outbox.claim(10, desk.clock.now)
    assert (row.notice.title, row.notice.spans[0][1]) == ("Helsing baut", "Helsing")


def test_versions_of_the_config_are_kept_and_the_last_one_seen_is_the_current_one(desk: Desk) -> None:
    configs = desk.ledger.configs
    first = configs.record("alert", "helsing", {"query": "Helsing"}, T0)
    assert configs.record("alert", "helsing", {"query": "Helsing"}, T0 + timedelta(days=1)) == first
    second = configs.record("alert", "helsing", {"query": "=Helsing"}, T0)
    assert configs.seen("alert") == {"helsing": second}
    assert configs.record("alert", "helsing", {"query": "Helsing"}, T0) == first
    assert configs.seen("alert") == {"helsing": first}
    assert configs.seen("topic") == {}
    assert configs.body("alert", "helsing", second) == {"query": "=Helsing"}
    assert configs.body("alert", "helsing", "0" * 16) is None


def test_status_says_where_things_stand(desk: Desk) -> None:
    desk.file_page("/a", decisions=[decision()])
    desk.fetch("/b")
    desk.list_links("/c", source="other")
    status = desk.ledger.status(desk.clock.now)
    assert (status.desk, status.articles, status.behind, status.head, status.due) == ("desk-1", 1, 1, 1, 1)
    assert (status.visits, status.outbox) == ({"ended": 4, "fetched": 1, "queued": 1}, {"open": 1})
    assert status.waiting.pages == 1
    assert set(status.sources) == {"zeitung", "other"}
    assert (status.last_visit_at, status.last_filed_at) == (desk.clock.now, desk.clock.now)
