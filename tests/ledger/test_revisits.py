"""The next look at an article: queued where the visit before ends, with the same evidence, never for a forgotten one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from articles.article import Annotated
from articles.outcome import Outcome
from articles.page import Link, Visit
from ledger.values import Filing, Planned
from tests.ledger.conftest import SITE, Desk, article, text_hash

HOUR = timedelta(hours=1)
TEXT = "Helsing baut Drohnen."


def file_and_look_again(desk: Desk, path: str = "/a") -> None:
    """File a page whose next look is in an hour."""
    desk.fetch(path)
    (ref,) = desk.refs()
    filing = Filing(ref, Outcome("article", "new"), Annotated(article(ref, TEXT, "Helsing")), (ref.url,), text_hash(TEXT))
    receipt = desk.ledger.files.file(replace(filing, revisit_at=desk.clock.now + HOUR), desk.clock.now)
    assert receipt is not None


def due(desk: Desk) -> list[Visit]:
    return desk.ledger.visits.take(["zeitung"], 10, desk.clock.now)


def test_the_next_look_comes_in_its_time_with_the_same_link_as_evidence(desk: Desk) -> None:
    file_and_look_again(desk)
    desk.clock.later(minutes=59)
    assert due(desk) == []
    desk.clock.later(minutes=1)
    (visit,) = due(desk)
    assert visit.link == Link(f"{SITE}/a", title="Title of /a")
    assert desk.gaps() == ()


def test_a_list_that_names_the_article_anew_brings_the_look_forward(desk: Desk) -> None:
    file_and_look_again(desk)
    desk.clock.later(minutes=10)
    desk.list_links("/a")
    assert [visit.url for visit in due(desk)] == [f"{SITE}/a"]


def test_a_retry_keeps_its_patience_whatever_a_list_says(desk: Desk) -> None:
    desk.list_links("/a")
    (visit,) = due(desk)
    assert desk.ledger.visits.ended(visit, Outcome("http", "503"), desk.clock.now, retry_at=desk.clock.now + HOUR)
    desk.list_links("/a")
    assert due(desk) == []


def test_an_article_that_was_forgotten_is_not_looked_at_again(desk: Desk) -> None:
    file_and_look_again(desk)
    desk.ledger.forget(f"{SITE}/a", "the publisher asked", desk.clock.now, desk.archive)
    desk.clock.later(hours=2)
    visits = desk.ledger.visits
    planned = [Planned(Link(f"{SITE}/a"), f"{SITE}/a", "visit")]
    list_ = visits.open_list("zeitung", f"{SITE}/zeitung.rss", "feed", desk.clock.now)
    assert visits.list_done(list_, outcome=Outcome("listed", "1"), planned=planned, now=desk.clock.now)
    assert due(desk) == []
    assert desk.gaps() == ()
