"""Whatever happens in whatever order, late workers and forgetting included: the sums hold and nobody is told twice."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from articles.match import OutboxRow
from articles.outcome import Outcome
from articles.page import PageRef, Visit
from ledger.archive import Archive
from ledger.book import Ledger
from tests.ledger.conftest import SITE, Desk, decision, empty, page

paths = st.sampled_from(["/a", "/b", "/c", "/d"])
ENDS = [Outcome("http", "404"), Outcome("http", "503"), Outcome("unreachable", "dns"), Outcome("forbidden", "robots")]
ended = st.sampled_from([*ENDS, Outcome("not_modified"), Outcome("too_large")])
alerts = st.lists(st.sampled_from(["helsing", "systems"]), unique=True)


class Life(RuleBasedStateMachine):
    """Crawls, refining runs and deliveries that overlap as they like; tokens are kept, so that many come too late."""

    make_url: Callable[[Path], str]

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.ledger = Ledger.open(type(self).make_url(self.folder), desk="d")
        self.desk = Desk("", self.ledger, Archive(self.folder / "archive", "w"))
        self.visits: list[Visit] = []
        self.refs: list[PageRef] = []
        self.rows: list[OutboxRow] = []
        self.said: Counter[str] = Counter()

    def teardown(self) -> None:
        self.ledger.close()
        self.desk.archive.close()
        shutil.rmtree(self.folder)

    @rule(minutes=st.sampled_from([1, 6, 11, 16]))
    def time_passes(self, minutes: int) -> None:
        self.desk.clock.later(minutes=minutes)

    @rule(listed=st.lists(paths, max_size=4))
    def a_feed_is_read(self, listed: list[str]) -> None:
        self.desk.list_links(*listed)

    @rule(limit=st.integers(1, 3))
    def a_crawl_takes(self, limit: int) -> None:
        self.visits += self.ledger.visits.take(["zeitung"], limit, self.desk.clock.now)

    @precondition(lambda self: self.visits)
    @rule(data=st.data(), outcome=ended, again=st.booleans())
    def a_visit_ends(self, data: st.DataObject, outcome: Outcome, again: bool) -> None:
        visit = data.draw(st.sampled_from(self.visits))
        retry = self.desk.clock.now + timedelta(minutes=5) if again else None
        self.ledger.visits.ended(visit, outcome, self.desk.clock.now, retry_at=retry)

    @precondition(lambda self: self.visits)
    @rule(data=st.data())
    def a_page_is_fetched(self, data: st.DataObject) -> None:
        visit, now = data.draw(st.sampled_from(self.visits)), self.desk.clock.now
        record = self.desk.archive.append(page(visit.url, b"body", now))
        self.desk.archive.sync()
        self.ledger.visits.fetched(visit, record, visit.url, 200, None, now)

    @precondition(lambda self: self.visits)
    @rule(data=st.data())
    def a_crawl_stops(self, data: st.DataObject) -> None:
        self.ledger.visits.release(data.draw(st.sampled_from(self.visits)))

    @rule(path=paths)
    def a_revisit_is_scheduled(self, path: str) -> None:
        now = self.desk.clock.now
        self.ledger.visits.schedule(SITE + path, "zeitung", now, now + timedelta(minutes=3), "revisit")

    @rule(limit=st.integers(1, 3))
    def a_refining_run_leases(self, limit: int) -> None:
        self.refs += self.desk.refs(limit)

    @precondition(lambda self: self.refs)
    @rule(data=st.data(), text=st.sampled_from(["one", "two"]), names=alerts, story=st.sampled_from([None, "gipfel"]))
    def a_page_is_filed(self, data: st.DataObject, text: str, names: list[str], story: str | None) -> None:
        ref = data.draw(st.sampled_from(self.refs))
        self.desk.file(ref, text, decisions=[decision(name, channel) for name in names for channel in "xy"], story=story)

    @precondition(lambda self: self.refs)
    @rule(data=st.data(), path=paths)
    def a_page_is_an_alias(self, data: st.DataObject, path: str) -> None:
        ref, id_ = data.draw(st.sampled_from(self.refs)), self.ledger.files.resolve([SITE + path])
        if id_ is not None:
            self.desk.file(ref, outcome=Outcome("alias", id_))

    @precondition(lambda self: self.refs)
    @rule(data=st.data())
    def a_page_is_rejected(self, data: st.DataObject) -> None:
        ref = data.draw(st.sampled_from(self.refs))
        self.ledger.visits.ended_refined(ref, Outcome("rejected", "no_text"), self.desk.clock.now)

    @precondition(lambda self: self.refs)
    @rule(data=st.data())
    def a_refining_run_stops(self, data: st.DataObject) -> None:
        self.ledger.visits.give_back([data.draw(st.sampled_from(self.refs))])

    @rule(stage=st.sampled_from(["extract", "enrich"]))
    def all_is_read_anew(self, stage: str) -> None:
        self.ledger.files.reprocess(self.desk.clock.now, None, stage)

    @rule()
    def a_delivery_claims(self) -> None:
        self.rows += self.ledger.outbox.claim(2, self.desk.clock.now)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), how=st.sampled_from(["delivered", "retry", "dead", "requeue"]))
    def a_notice_is_marked(self, data: st.DataObject, how: str) -> None:
        row, now = data.draw(st.sampled_from(self.rows)), self.desk.clock.now
        if how == "delivered":
            self.said[row.notice.id] += self.ledger.outbox.delivered(row, now)
        elif how == "retry":
            self.ledger.outbox.retry(row, now, "503")
        elif how == "dead":
            self.ledger.outbox.dead(row, "410", now)
        else:
            self.ledger.outbox.requeue(row.row, now)

    @rule()
    def the_index_catches_up(self) -> None:
        self.ledger.spool.done([row.seq for row in self.ledger.spool.batch(2)])

    @rule(path=paths)
    def an_article_is_forgotten(self, path: str) -> None:
        if self.ledger.files.resolve([SITE + path]) is not None:
            self.ledger.forget(SITE + path, "court", self.desk.clock.now, self.desk.archive)

    @rule(noted=st.booleans())
    def the_archive_drops_what_it_may(self, noted: bool) -> None:
        """``noted`` is all that a killed pass does: its files stay."""
        archive, now = self.desk.archive, self.desk.clock.now
        archive.close()
        archive.drop(now.date() + timedelta(days=1), lambda name: self.ledger.files.drop_segment(name, now) and not noted)

    @invariant()
    def the_sums_hold(self) -> None:
        for path in ("/a", "/b", "/c", "/d"):  # a page of a forgotten article that came in since
            known = self.ledger.visits.known([SITE + path]).get(SITE + path)
            if known is not None and known.state == "forgotten" and known.article_id is not None:
                self.ledger.forget(known.article_id, "court", self.desk.clock.now, self.desk.archive)
        assert self.desk.gaps() == ()

    @invariant()
    def nobody_is_told_twice(self) -> None:
        assert all(number <= 1 for number in self.said.values())


def run(make_url: Callable[[Path], str], examples: int, steps: int) -> None:
    """Try that many lives of that many steps."""
    machine = type("Life", (Life,), {"make_url": staticmethod(make_url)})
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=steps))


def fresh_file(template: Path) -> Callable[[Path], str]:
    """Return what makes a new SQLite ledger."""

    def make(folder: Path) -> str:
        shutil.copy(template, folder / "ledger.sqlite")
        return f"sqlite:///{folder}/ledger.sqlite"

    return make


def emptied(url: str) -> Callable[[Path], str]:
    """Return what empties the one PostgreSQL ledger."""

    def make(_folder: Path) -> str:
        empty(url)
        return url

    return make


def test_the_sums_hold_through_any_life_of_a_ledger(sqlite_file: Path) -> None:
    run(fresh_file(sqlite_file), examples=8, steps=30)


SHORTER = 6 if os.environ.get("LAGEBILD_SHORT") else 1


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_the_sums_hold_through_many_long_lives(sqlite_file: Path) -> None:
    run(fresh_file(sqlite_file), examples=60 // SHORTER, steps=50)


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_the_sums_hold_on_postgresql_too(postgres_database: str) -> None:
    run(emptied(postgres_database), examples=30 // SHORTER, steps=50)
