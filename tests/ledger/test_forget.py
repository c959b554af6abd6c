"""What is removed on request is gone everywhere, its addresses are never fetched again, and the sums still hold."""

from __future__ import annotations

import gzip

import pytest
import sqlalchemy as sa

from articles.errors import NotSo
from articles.outcome import Outcome
from articles.page import Link
from ledger.schema import metadata
from ledger.values import Planned
from tests.ledger.conftest import SITE, Desk, decision

SECRET = "Jana Okonski"


def everything(desk: Desk) -> str:
    """Return all that is stored: every row of every table, every byte of SQLite's files, and every archived page."""
    with desk.ledger._store.read() as connection:
        rows = [str(row) for table in metadata.sorted_tables for row in connection.execute(sa.select(table))]
    if desk.url.startswith("sqlite"):
        files = desk.archive.folder.parent.glob("ledger.sqlite*")
        rows += [path.read_bytes().decode("latin-1") for path in files]
    packed = b"".join(path.read_bytes() for path in desk.archive.folder.glob("*.warc.gz"))
    return "\n".join(rows) + (gzip.decompress(packed).decode("utf-8", "replace") if packed else "")


def test_the_words_are_gone_from_every_table_and_file_and_the_fact_stays(desk: Desk) -> None:
    desk.fetch("/a", body=f"<p>{SECRET}</p>".encode())
    (ref,) = desk.refs()
    receipt = desk.file(
        ref, f"{SECRET} says", title=SECRET, decisions=[decision(why=f"names {SECRET}")], urls=[f"{SITE}/amp"]
    )
    assert receipt is not None
    desk.file_page("/other", "another text")
    assert SECRET in everything(desk)

    forgotten = desk.ledger.forget(receipt.id, "court order 7", desk.clock.now, desk.archive)
    assert (forgotten.id, forgotten.urls, forgotten.revisions, forgotten.records) == (
        receipt.id,
        (f"{SITE}/a", f"{SITE}/amp"),
        1,
        1,
    )
    assert SECRET not in everything(desk)
    assert desk.ledger.files.latest(receipt.id) is None
    assert desk.ledger.files.versions(receipt.id) == []
    assert desk.ledger.files.raw(receipt.id) is None
    assert desk.ledger.files.resolve([f"{SITE}/amp"]) == receipt.id, "the reader still knows whose address it is"
    assert desk.ledger.spool.batch(10)[-1].op == "delete"
    report = desk.ledger.check(desk.archive)
    assert report.gaps == ()
    assert (report.articles, report.outcomes) == ({"live": 1, "removed": 1}, {"article(new)": 1, "listed": 2, "removed": 1})


def test_an_open_notice_of_it_is_not_said_and_a_dead_one_not_opened_again(desk: Desk) -> None:
    receipt = desk.file_page("/a", decisions=[decision(), decision(channel="mail"), decision(channel="chat")])
    sending, dead = desk.ledger.outbox.claim(2, desk.clock.now)
    desk.ledger.outbox.dead(dead, "gone", desk.clock.now)
    desk.ledger.forget(f"{SITE}/a", "court", desk.clock.now, desk.archive)
    assert not desk.ledger.outbox.delivered(sending, desk.clock.now)
    assert not desk.ledger.outbox.requeue(dead.row, desk.clock.now)
    assert desk.ledger.outbox.claim(10, desk.clock.later(days=1)) == []
    assert desk.ledger.check().matches == {"dead": 1, "suppressed": 2}
    assert {view.reason for view in desk.ledger.outbox.rows("suppressed")} == {"removed"}
    assert {view.title for view in desk.ledger.outbox.rows()} == {None}
    assert desk.gaps() == ()
    assert receipt.id


def test_its_addresses_are_never_fetched_again_however_they_are_asked_for(desk: Desk) -> None:
    desk.file_page("/a", urls=[f"{SITE}/amp"])
    url, now = f"{SITE}/a", desk.clock.now
    desk.ledger.visits.schedule(url, "zeitung", now, now, "revisit")
    desk.ledger.forget(url, "court", now, desk.archive)
    assert {one.state for one in desk.ledger.visits.known([url, f"{SITE}/amp"]).values()} == {"forgotten"}
    desk.list_links("/a", "/amp")
    desk.ledger.visits.schedule(url, "zeitung", now, now, "revisit")
    assert desk.ledger.visits.take(["zeitung"], 10, now) == []
    assert desk.ledger.visits.validators(url) is None
    assert desk.gaps() == ()


def test_a_visit_under_way_is_ended_and_its_worker_fenced(desk: Desk) -> None:
    desk.file_page("/a")
    now = desk.clock.now
    desk.ledger.visits.schedule(f"{SITE}/a", "zeitung", now, now, "revisit")
    (visit,) = desk.ledger.visits.take(["zeitung"], 1, now)
    desk.ledger.forget(f"{SITE}/a", "court", now, desk.archive)
    assert not desk.ledger.visits.ended(visit, Outcome("http", "404"), now, retry_at=now)
    assert desk.ledger.visits.take(["zeitung"], 1, now) == []
    assert desk.gaps() == ()


def test_a_page_that_turns_out_to_be_the_forgotten_article_ends_as_removed(desk: Desk) -> None:
    receipt = desk.file_page("/a")
    desk.ledger.forget(receipt.id, "court", desk.clock.now, desk.archive)
    desk.fetch("/new-address")
    (ref,) = desk.refs()
    again = desk.file(ref, f"{SECRET} says", urls=[f"{SITE}/a"], decisions=[decision()])
    assert again is not None
    assert (again.id, again.outcome, again.seq) == (receipt.id, Outcome("removed", "court"), None)
    (gap,) = desk.gaps()
    assert "forget again" in gap, "its raw page is still there, and check says so"
    assert desk.ledger.forget(receipt.id, "court", desk.clock.now, desk.archive).records == 1
    assert SECRET not in everything(desk)
    assert desk.gaps() == ()


def test_forgetting_twice_takes_no_second_number_and_finishes_what_was_interrupted(desk: Desk) -> None:
    receipt = desk.file_page("/a")
    first = desk.ledger.forget(receipt.id, "court", desk.clock.now)
    assert len(desk.gaps()) == 1, "without the archive the raw page stays, and check says so"
    second = desk.ledger.forget(receipt.id, "court", desk.clock.now, desk.archive)
    assert (first.seq, first.records) == (2, 0)
    assert (second.seq, second.records) == (2, 1)
    assert desk.gaps() == ()


def test_pages_to_be_read_anew_are_dropped(desk: Desk) -> None:
    receipt = desk.file_page("/a")
    desk.ledger.files.reprocess(desk.clock.now)
    (ref,) = desk.refs()
    desk.ledger.forget(receipt.id, "court", desk.clock.now, desk.archive)
    assert desk.file(ref) is None
    assert desk.ledger.files.reprocess(desk.clock.now) == 0
    assert desk.gaps() == ()


def test_a_later_page_of_its_address_that_was_no_article_is_not_read_anew_either(desk: Desk) -> None:
    receipt = desk.file_page("/a")
    desk.fetch("/a")
    (ref,) = desk.refs()
    assert desk.ledger.visits.ended_refined(ref, Outcome("rejected", "error_page"), desk.clock.now)
    desk.ledger.forget(receipt.id, "court", desk.clock.now, desk.archive)
    assert desk.ledger.files.reprocess(desk.clock.now) == 0, "its bytes are erased"
    assert desk.gaps() == ()


def test_what_is_not_there_cannot_be_forgotten_and_nothing_is_forgotten_without_a_reason(desk: Desk) -> None:
    with pytest.raises(NotSo, match="no article"):
        desk.ledger.forget("f" * 16, "court", desk.clock.now, desk.archive)
    with pytest.raises(NotSo, match="no article"):
        desk.ledger.forget(f"{SITE}/unknown", "court", desk.clock.now, desk.archive)
    with pytest.raises(ValueError, match="reason"):
        desk.ledger.forget("f" * 16, "  ", desk.clock.now, desk.archive)


def test_a_forgotten_address_in_a_list_keeps_its_reason(desk: Desk) -> None:
    receipt = desk.file_page("/a")
    desk.ledger.forget(receipt.id, "court", desk.clock.now, desk.archive)
    visit = desk.ledger.visits.open_list("zeitung", f"{SITE}/feed", "feed", desk.clock.now)
    planned = [Planned(Link(f"{SITE}/a", title=SECRET), f"{SITE}/a", "visit")]
    desk.ledger.visits.list_done(visit, outcome=Outcome("listed", "1"), planned=planned, now=desk.clock.now)
    assert SECRET not in everything(desk)
    (known,) = desk.ledger.visits.known([f"{SITE}/a"]).values()
    assert (known.state, known.article_id) == ("forgotten", receipt.id)
    assert desk.gaps() == ()
