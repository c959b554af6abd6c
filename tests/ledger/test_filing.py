"""What becomes of one refined page: an article, a revision, nothing new, or an alias, always in one transaction."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.article import Annotated, Annotations, Entity, Span
from articles.outcome import Outcome
from articles.page import Link, PageRef
from articles.url import article_id
from ledger import schema, visit_rows
from ledger.values import Filing
from tests.ledger.conftest import SITE, Desk, article, decision, text_hash


def test_a_first_page_is_a_new_article_under_the_id_of_its_canonical_address(desk: Desk) -> None:
    receipt = desk.file_page("/a")
    assert receipt.id == article_id(f"{SITE}/a")
    assert (receipt.outcome, receipt.revision, receipt.seq) == (Outcome("article", "new"), 1, 1)
    filed = desk.ledger.files.latest(receipt.id)
    assert filed is not None
    assert filed.annotated.article.id == receipt.id
    assert (filed.seq, filed.revision, filed.first_seen) == (1, 1, desk.clock.now)
    assert desk.ledger.files.article(f"{SITE}/a") == filed
    assert desk.gaps() == ()


def test_a_changed_text_is_a_revision_with_a_number_of_its_own_and_both_stay(desk: Desk) -> None:
    first = desk.file_page("/a", "first text")
    desk.clock.later(hours=1)
    second = desk.file_page("/a", "second text")
    assert (second.id, second.outcome, second.revision, second.seq) == (first.id, Outcome("article", "revised"), 2, 2)
    assert [one.annotated.article.text for one in desk.ledger.files.versions(first.id)] == ["first text", "second text"]
    assert [one.annotated.article.revision for one in desk.ledger.files.versions(first.id)] == [1, 2]
    latest = desk.ledger.files.latest(first.id)
    assert latest is not None
    assert latest.annotated.article.text == "second text"
    assert desk.gaps() == ()


def test_the_same_text_again_is_unchanged_and_takes_no_number(desk: Desk) -> None:
    first = desk.file_page("/a")
    again = desk.file_page("/a")
    assert (again.id, again.outcome, again.revision, again.seq) == (first.id, Outcome("article", "unchanged"), 1, None)
    assert desk.ledger.spool.head() == 1
    assert desk.gaps() == ()


def test_the_ledger_settles_what_a_reader_could_not_know(desk: Desk) -> None:
    """Two workers refine two addresses of one article; both believe it is new."""
    desk.fetch("/a", "/a-amp")
    one, two = desk.refs()
    first = desk.file(one, "text", urls=[f"{SITE}/a-amp"])
    second = desk.file(two, "text", urls=[f"{SITE}/a"])
    assert first is not None
    assert second is not None
    assert (second.id, second.outcome) == (first.id, Outcome("article", "unchanged"))
    assert desk.ledger.check().articles == {"live": 1}
    assert desk.gaps() == ()


def test_every_address_leads_to_the_article_and_the_first_owner_keeps_it(desk: Desk) -> None:
    desk.fetch("/a", "/b")
    one, two = desk.refs()
    shared = f"{SITE}/shared"
    first = desk.file(one, "text a", urls=[shared, f"{SITE}/a?amp=1"])
    assert first is not None
    assert desk.ledger.files.resolve([f"{SITE}/unknown", f"{SITE}/a?amp=1"]) == first.id
    second = desk.file(two, "text b", urls=[shared])
    assert second is not None
    assert second.id == first.id, "an address they share makes them one article"
    assert desk.ledger.files.resolve([]) is None


def test_an_alias_leads_to_its_article_without_revision_or_number(desk: Desk) -> None:
    target = desk.file_page("/a")
    desk.fetch("/copy")
    (ref,) = desk.refs()
    receipt = desk.file(ref, outcome=Outcome("alias", target.id))
    assert receipt is not None
    assert (receipt.id, receipt.outcome, receipt.seq) == (target.id, Outcome("alias", target.id), None)
    assert desk.ledger.files.resolve([f"{SITE}/copy"]) == target.id
    assert desk.ledger.check().outcomes == {"alias": 1, "article(new)": 1, "listed": 2}
    assert desk.gaps() == ()


def test_an_alias_of_nothing_is_refused_and_leaves_nothing(desk: Desk) -> None:
    desk.fetch("/copy")
    (ref,) = desk.refs()
    with pytest.raises(ValueError, match="not filed"):
        desk.file(ref, outcome=Outcome("alias", "f" * 16))
    assert desk.ledger.files.resolve([ref.url]) is None
    assert desk.file(ref) is not None, "the lease is still held"


def test_a_filing_that_fails_in_the_middle_leaves_nothing(desk: Desk) -> None:
    desk.fetch("/a")
    (ref,) = desk.refs()
    before = desk.ledger.check()
    with pytest.raises(ValueError, match="no such reason"):
        desk.file(ref, decisions=[decision(state="suppressed", reason="boredom")])
    assert desk.ledger.check() == before
    assert desk.ledger.files.latest(article_id(ref.url)) is None
    assert desk.ledger.spool.head() == 0


def test_an_older_page_refined_late_takes_nothing_back(desk: Desk) -> None:
    desk.file_page("/a", "text of eight")
    desk.fetch("/a")
    (old,) = desk.ledger.visits.lease(1, desk.clock.now, ttl=timedelta(days=1))
    desk.clock.later(hours=1)
    other = desk.file_page("/other-address", "text of nine", urls=[f"{SITE}/a"])
    assert other.outcome == Outcome("article", "revised")
    settled = desk.file(old, "text of half past eight")
    assert settled is not None
    assert settled.outcome == Outcome("article", "unchanged")
    latest = desk.ledger.files.latest(settled.id)
    assert latest is not None
    assert latest.annotated.article.text == "text of nine"


def test_articles_come_in_the_order_of_their_last_change_and_only_the_newer_ones_if_asked(desk: Desk) -> None:
    ids = {path: desk.file_page(path, f"text {path}").id for path in ("/a", "/b", "/c")}
    desk.file_page("/a", "text changed")
    assert [filed.annotated.article.id for filed in desk.ledger.files.every()] == [ids["/b"], ids["/c"], ids["/a"]]
    assert [filed.seq for filed in desk.ledger.files.every(since_seq=2)] == [3, 4]
    assert [filed.seq for filed in desk.ledger.files.every(until=3)] == [2, 3]


def test_many_articles_are_streamed_in_portions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.files._STREAM", 2)
    for path in ("/a", "/b", "/c", "/d", "/e"):
        desk.file_page(path, path)
    assert [filed.seq for filed in desk.ledger.files.every()] == [1, 2, 3, 4, 5]


def test_the_spool_gives_every_change_in_order_until_the_index_has_it(desk: Desk) -> None:
    one, two = desk.file_page("/a", "a"), desk.file_page("/b", "b")
    desk.ledger.forget(one.id, "court order", desk.clock.now, desk.archive)
    rows = desk.ledger.spool.batch(10)
    assert [(row.seq, row.op, row.id) for row in rows] == [(1, "put", one.id), (2, "put", two.id), (3, "delete", one.id)]
    assert [row.seq for row in desk.ledger.spool.batch(2)] == [1, 2]
    desk.ledger.spool.done([1, 2])
    desk.ledger.spool.done([1, 2])
    desk.ledger.spool.done([])
    assert (desk.ledger.spool.behind(), desk.ledger.spool.head()) == (1, 3)
    assert [row.seq for row in desk.ledger.spool.batch(10)] == [3]
    assert desk.gaps() == ()


def test_three_texts_that_claim_one_address_are_counted_once_each(desk: Desk) -> None:
    claimed = f"{SITE}/claimed"
    for path, text in (("/a", "one"), ("/b", "two"), ("/c", "three"), ("/d", "three")):
        desk.fetch(path)
        (ref,) = desk.refs()
        annotated = Annotated(article(ref, text, "title"))
        filing = Filing(ref, Outcome("article", "new"), annotated, (ref.url,), text, claimed=claimed)
        assert desk.ledger.files.file(filing, desk.clock.now) is not None
    assert desk.ledger.files.claims(claimed) == 3
    assert desk.ledger.files.claims(f"{SITE}/a") == 0


def test_hostile_text_is_filed_and_read_back_as_it_was(desk: Desk) -> None:
    hostile = "NUL \x00, half a pair \ud83d, \u202e turned, \U0001f680, '; DROP TABLE articles; --"
    receipt = desk.file_page("/a", hostile)
    filed = desk.ledger.files.latest(receipt.id)
    assert filed is not None
    assert filed.annotated.article.text == hostile


def test_the_bytes_of_an_article_are_found_again(desk: Desk) -> None:
    receipt = desk.file_page("/a")
    record = desk.ledger.files.raw(receipt.id)
    assert record is not None
    assert desk.archive.read(record).body == f"{SITE}/a".encode()
    assert desk.ledger.files.raw("f" * 16) is None
    assert desk.ledger.visits.known_end(record.segment) == record.offset + record.length


# --- reprocessing -------------------------------------------------------------------------------------------------------


def reread(desk: Desk, stage: str = "extract") -> list[PageRef]:
    """File work for what is there and lease it."""
    desk.ledger.files.reprocess(desk.clock.now, None, stage)
    return desk.refs()


def test_pages_are_read_anew_from_the_same_bytes_once_and_after_the_news(desk: Desk) -> None:
    desk.file_page("/a")
    assert desk.ledger.files.reprocess(desk.clock.now, None, "extract") == 1
    assert desk.ledger.files.reprocess(desk.clock.now, None, "extract") == 0
    assert desk.ledger.visits.waiting().pages == 0, "no reason to crawl less"
    desk.clock.later(minutes=1)
    desk.fetch("/b")
    news, again = desk.refs()
    assert (news.kind, news.url) == ("visit", f"{SITE}/b")
    assert (again.kind, again.url) == ("reprocess", f"{SITE}/a")
    assert again.link == Link(f"{SITE}/a", title="Title of /a")
    assert desk.archive.read(again.record).body == f"{SITE}/a".encode()


def test_better_annotations_of_the_same_text_reach_the_index_without_a_revision(desk: Desk) -> None:
    first = desk.file_page("/a", "Helsing baut.")
    (ref,) = reread(desk, "enrich")
    entity = Entity("helsing", "ORG", "Helsing", "gazetteer", 1.0, (Span("text", 0, 7),))
    annotated = Annotated(article(ref, "Helsing baut.", "Helsing baut"), Annotations("de", (entity,)))
    filing = Filing(ref, Outcome("article", "unchanged"), annotated, (ref.url,), text_hash("Helsing baut."))
    receipt = desk.ledger.files.file(filing, desk.clock.now)
    assert receipt is not None
    assert (receipt.outcome, receipt.revision, receipt.seq) == (Outcome("article", "unchanged"), 1, 2)
    filed = desk.ledger.files.latest(first.id)
    assert filed is not None
    assert (filed.annotated.annotations.entities, filed.seq) == ((entity,), 2)
    assert [row.seq for row in desk.ledger.spool.batch(10)] == [1, 2]
    assert desk.gaps() == ()

    (same,) = reread(desk, "enrich")
    nothing = desk.ledger.files.file(dataclasses.replace(filing, ref=same), desk.clock.now)
    assert nothing is not None
    assert nothing.seq is None


def test_an_article_that_changed_meanwhile_is_not_taken_back_by_its_old_page(desk: Desk) -> None:
    desk.file_page("/a", "old")
    assert desk.ledger.files.reprocess(desk.clock.now, None, "extract") == 1
    desk.clock.later(hours=1)
    desk.list_links("/a")
    (visit,) = desk.ledger.visits.take(["zeitung"], 1, desk.clock.now)
    desk.ledger.visits.release(visit)
    desk.fetch("/a")
    news, again = desk.refs()
    revised = desk.file(news, "new")
    assert revised is not None
    assert revised.outcome == Outcome("article", "revised")
    receipt = desk.file(again, "old, read better")
    assert receipt is not None
    assert (receipt.outcome, receipt.seq) == (Outcome("article", "unchanged"), None)
    latest = desk.ledger.files.latest(revised.id)
    assert latest is not None
    assert latest.annotated.article.text == "new"
    assert desk.gaps() == ()


def test_a_rejected_page_may_become_an_article_when_it_is_read_anew(desk: Desk) -> None:
    desk.fetch("/a", "/b")
    for ref, reason in zip(desk.refs(), ("no_text", "section"), strict=True):
        desk.ledger.visits.ended_refined(ref, Outcome("rejected", reason), desk.clock.now)
    assert desk.ledger.files.reprocess(desk.clock.now, None, "enrich") == 0, "nothing there to enrich"
    assert desk.ledger.files.reprocess(desk.clock.later(hours=1), desk.clock.now, "extract") == 0, "fetched earlier"
    one, two = reread(desk)
    receipt = desk.file(one)
    assert receipt is not None
    assert receipt.outcome == Outcome("article", "new")
    assert desk.ledger.visits.ended_refined(two, Outcome("rejected", "section"), desk.clock.now)
    assert desk.gaps() == ()


# --- the form in which values are stored --------------------------------------------------------------------------------

anything = st.text() | st.text(st.characters(categories=("Cs", "Cc", "Lu", "So")))


@given(st.dictionaries(anything, anything | st.none() | st.integers() | st.lists(anything)))
def test_any_json_value_is_stored_as_text_every_database_takes_and_read_back(value: dict[str, object]) -> None:
    kind = schema.Json()
    stored = kind.process_bind_param(value, None)  # type: ignore[arg-type]  # the dialect is not used
    assert stored is not None
    assert "\x00" not in stored
    stored.encode()
    read = kind.process_result_value(stored, None)  # type: ignore[arg-type]  # as above
    assert read == json.loads(json.dumps(value)), "two halves of a pair side by side are the character they mean"


@given(anything)
def test_any_text_is_made_storable_and_ordinary_text_stays(text: str) -> None:
    stored = schema.Words().process_bind_param(text, None)  # type: ignore[arg-type]  # as above
    assert stored is not None
    stored.encode()
    assert "\x00" not in stored
    assert len(stored) == len(text)


@given(st.builds(Link, url=anything, title=st.none() | anything, keywords=st.lists(anything).map(tuple)))
def test_a_link_is_read_back_as_it_was(link: Link) -> None:
    assert visit_rows.as_link(visit_rows.link_json(link)) in (link, dataclasses.replace(link, title=link.title or None))


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without zone"):
        schema.Instant().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]  # as above
