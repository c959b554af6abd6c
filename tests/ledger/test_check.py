"""check() notices every way in which we could break the ledger by hand, and says in plain words what is wrong."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from articles.outcome import Outcome
from ledger import check, sums
from tests.ledger.conftest import SITE, Desk, decision

DAMAGE = {
    "DELETE FROM visits WHERE state = 'queued'": "every visit that was begun is in the ledger",
    "DELETE FROM journal WHERE word = 'begun' AND visit_id = (SELECT min(id) FROM visits)": "has its beginning",
    "DELETE FROM journal WHERE word = 'ended' AND outcome = 'http(404)'": "has its ending in the journal",
    "UPDATE visits SET state = 'lost' WHERE state = 'queued'": "open or ended, nothing else",
    "UPDATE visits SET state = 'queued' WHERE outcome = 'http(404)'": "whose ending is in the journal has ended",
    "UPDATE visits SET outcome = NULL WHERE outcome = 'http(404)'": "one outcome and one time of ending",
    "UPDATE visits SET outcome = 'http(410)' WHERE outcome = 'http(404)'": "has the outcome it ended with",
    "UPDATE visits SET outcome = 'eaten(dog)' WHERE outcome = 'http(404)'": "one of the known outcomes: 1 ended as 'eaten",
    "UPDATE visits SET segment = NULL WHERE state = 'fetched'": "has its record in the archive",
    "INSERT INTO journal (visit_id, word, at, matches) SELECT id, 'dropped', 0, 0 FROM visits WHERE state = 'fetched'": (
        "dropped from the archive only after its visit has ended"
    ),
    "UPDATE visits SET leased_until = NULL WHERE state = 'fetching'": "work under way is leased",
    "UPDATE visits SET leased_until = 1 WHERE state = 'queued'": "work under way is leased",
    "DELETE FROM addresses WHERE url LIKE '%/gone'": "address of a visit is known",
    "UPDATE visits SET key = 'x' WHERE outcome = 'http(404)'": "address that was scheduled has a visit",
    "UPDATE addresses SET state = 'skipped' WHERE url LIKE '%/gone'": "scheduled, or skipped for a reason",
    "UPDATE articles SET new_visit = (SELECT min(id) FROM visits) WHERE url LIKE '%/a'": "was made by a visit that ended",
    "UPDATE journal SET outcome = 'article(new)' WHERE outcome = 'http(404)'": "ended article(new) made one article",
    "UPDATE visits SET outcome = 'removed(x)' WHERE outcome = 'article(new)' AND url LIKE '%/a'": "still says so",
    "UPDATE articles SET state = 'asleep' WHERE url LIKE '%/a'": "live or removed",
    "UPDATE articles SET text_hash = 'x' WHERE url LIKE '%/a'": "has its latest revision, with the same number and text",
    "UPDATE articles SET revision = 3 WHERE url LIKE '%/a'": "has its latest revision",
    "UPDATE revisions SET number = 5 WHERE number = 1 AND seq = 2": "without a hole",
    "UPDATE revisions SET visit_id = (SELECT min(id) FROM visits) WHERE number = 2": "article(revised) made one revision",
    "UPDATE revisions SET body = NULL WHERE number = 2": "a live article has its text",
    "DELETE FROM urls WHERE url LIKE '%/a'": "answers to the address it was first filed under",
    "DELETE FROM outbox WHERE channel = 'mail'": "one per channel",
    "DELETE FROM outbox": "at least one",
    "UPDATE matches SET channels = 0": "at least one",
    "UPDATE journal SET matches = 2 WHERE matches = 1": "every match that was filed is in the ledger",
    "UPDATE outbox SET state = 'lost' WHERE channel = 'mail'": "open or has ended in one way",
    "UPDATE outbox SET ended_at = 1 WHERE channel = 'mail'": "open or has ended in one way",
    "UPDATE outbox SET leased_until = 1 WHERE channel = 'mail'": "leased while it is being sent",
    "UPDATE outbox SET reason = NULL WHERE state = 'suppressed'": "says why",
    "UPDATE outbox SET channel = '' WHERE channel = 'mail'": "row without channel",
    "DELETE FROM spool WHERE seq = 2": "numbers 1 to 3 are all in the spool: 2 are, from 1 to 3",
    "UPDATE spool SET seq = 9 WHERE seq = 3": "the last change of an article stands in the spool",
    "UPDATE sequence SET head = 7": "numbers 1 to 7 are all in the spool: 3 are",
    "UPDATE spool SET op = 'delete' WHERE seq = 1": "the last change of an article stands in the spool",
}


@pytest.fixture
def lively(desk: Desk) -> Desk:
    """A ledger with something of everything, and nothing missing."""
    told = [decision(), decision(channel="mail"), decision(channel="chat", state="suppressed", reason="old")]
    desk.file_page("/a", "a", decisions=told)
    desk.file_page("/b", "first")
    desk.file_page("/b", "second")
    desk.list_links("/gone")
    (visit,) = desk.ledger.visits.take(["zeitung"], 1, desk.clock.now)
    desk.ledger.visits.ended(visit, Outcome("http", "404"), desk.clock.now)
    desk.fetch("/fetched")
    desk.list_links("/fetching")
    desk.ledger.visits.take(["zeitung"], 1, desk.clock.now)
    desk.list_links("/queued")
    assert desk.gaps() == ()
    return desk


def test_damage_done_by_hand_is_noticed(lively: Desk) -> None:
    """Each damage is done in a transaction, looked at, and taken back."""
    for damage, said in DAMAGE.items():
        with lively.ledger._store.engine.connect() as connection:
            assert connection.execute(sa.text(damage)).rowcount, damage
            found = check.report(connection).gaps
            assert any(said in gap for gap in found), (damage, found)
            connection.rollback()
    assert lively.gaps() == ()


def test_every_law_is_tried_by_some_damage() -> None:
    untried = [law.says for law in sums.LAWS if not any(part in law.says for part in DAMAGE.values())]
    assert untried == []


def test_a_record_that_is_missing_or_damaged_in_the_archive_is_noticed(lively: Desk) -> None:
    lively.archive.close()
    (segment,) = lively.archive.folder.glob("*.warc.gz")
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-20])
    (gap,) = lively.gaps()
    assert f"{SITE}/fetched" in gap
    assert "cannot be read" in gap
    segment.unlink()
    assert len(lively.gaps()) == 4
    segment.write_bytes(whole)
    assert lively.ledger.check(lively.archive).records == 4
    assert lively.gaps() == ()


def test_a_record_removed_though_nobody_asked_is_noticed(lively: Desk) -> None:
    filed = lively.ledger.files.article(f"{SITE}/a")
    assert filed is not None
    record = lively.ledger.files.raw(filed.annotated.article.id)
    assert record is not None
    lively.archive.erase(record)
    (gap,) = lively.gaps()
    assert "was removed, but the address was not forgotten" in gap


def test_a_page_that_was_not_to_be_kept_is_noticed_while_it_is_there(lively: Desk) -> None:
    (ref,) = lively.refs()
    assert lively.ledger.visits.ended_refined(ref, Outcome("forbidden", "tdm"), lively.clock.now)
    (gap,) = lively.gaps()
    assert "is still there, though it ended forbidden(tdm)" in gap
    lively.archive.erase(ref.record)
    assert lively.gaps() == ()


def test_a_record_of_another_page_is_noticed(lively: Desk) -> None:
    with lively.ledger._store.write() as connection:
        other = "(SELECT min(record_offset) FROM visits WHERE segment IS NOT NULL)"
        length = f"(SELECT record_length FROM visits WHERE record_offset = {other} LIMIT 1)"
        connection.execute(
            sa.text(f"UPDATE visits SET record_offset = {other}, record_length = {length} WHERE state = 'fetched'")
        )
    (gap,) = lively.gaps()
    assert "holds another page" in gap


def test_many_broken_rows_are_counted_and_some_named(desk: Desk) -> None:
    desk.list_links(*[f"/{number}" for number in range(12)])
    with desk.ledger._store.write() as connection:
        connection.execute(sa.text("UPDATE visits SET state = 'lost' WHERE state = 'queued'"))
    gap = next(gap for gap in desk.gaps() if "nothing else" in gap)
    assert gap.endswith("and 7 more")


def test_an_empty_ledger_is_whole(desk: Desk) -> None:
    report = desk.ledger.check(desk.archive)
    assert report.ok
    assert (report.head, report.records, report.visits) == (0, 0, {})
