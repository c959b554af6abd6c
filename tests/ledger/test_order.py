"""Numbers without holes: whoever has read up to a number has missed nothing below it, however writers overlap."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import event
from sqlalchemy.engine import Connection

from articles.outcome import Outcome
from ledger.book import Ledger
from tests.ledger.conftest import SITE, Desk, decision


def pause_before_commit(ledger: Ledger) -> tuple[threading.Event, threading.Event]:
    """Stop this ledger's commits until the second event is set; the first says that one has come there."""
    arrived, go_on = threading.Event(), threading.Event()

    def wait(_connection: Connection) -> None:
        arrived.set()
        assert go_on.wait(30)

    event.listen(ledger._store.engine, "commit", wait)
    return arrived, go_on


def test_a_second_writer_waits_for_one_that_is_paused_before_its_commit(desk: Desk) -> None:
    desk.fetch("/slow", "/quick")
    slow, quick = desk.refs()
    with Ledger.open(desk.url) as other, ThreadPoolExecutor(2) as pool:
        twin = Desk(desk.url, other, desk.archive, desk.clock)
        arrived, go_on = pause_before_commit(other)
        first = pool.submit(twin.file, slow, "slow")
        assert arrived.wait(30)
        second = pool.submit(desk.file, quick, "quick")
        threading.Event().wait(0.3)  # time enough to overtake, if that were possible
        assert not second.done()
        assert desk.ledger.spool.head() == 0, "a reader sees no number whose change is not there yet"
        assert desk.ledger.spool.batch(10) == []
        go_on.set()
        receipts = [first.result(30), second.result(30)]
    assert [receipt.seq for receipt in receipts if receipt] == [1, 2]
    assert [row.seq for row in desk.ledger.spool.batch(10)] == [1, 2]
    assert desk.gaps() == ()


def test_a_writer_that_gives_up_takes_its_number_back(desk: Desk) -> None:
    desk.fetch("/fails", "/works")
    fails, works = desk.refs()
    try:
        desk.file(fails, "x", decisions=[decision(state="suppressed", reason="boredom")])
    except ValueError:
        receipt = desk.file(works, "y")
    assert receipt is not None
    assert receipt.seq == 1
    assert desk.gaps() == ()


def test_four_writers_leave_no_hole_and_a_reader_beside_them_never_sees_one(desk: Desk) -> None:
    desk.fetch(*[f"/{number}" for number in range(40)])
    refs = desk.refs()
    ledgers = [Ledger.open(desk.url) for _ in range(4)]
    finished = threading.Event()
    seen: list[list[int]] = []

    def watch() -> None:
        while not finished.is_set():
            seen.append([row.seq for row in desk.ledger.spool.batch(100)])

    def write(worker: int) -> None:
        twin = Desk(desk.url, ledgers[worker], desk.archive, desk.clock)
        for ref in refs[worker::4]:
            assert twin.file(ref, f"text of {ref.url}") is not None

    with ThreadPoolExecutor(5) as pool:
        watching = pool.submit(watch)
        for done in [pool.submit(write, worker) for worker in range(4)]:
            done.result(60)
        finished.set()
        watching.result(60)
    for ledger in ledgers:
        ledger.close()
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
    assert desk.ledger.spool.head() == 40
    assert desk.gaps() == ()


def test_two_workers_that_file_one_story_at_once_tell_it_once(desk: Desk) -> None:
    paths = [f"/{number}" for number in range(8)]
    desk.fetch(*paths)
    refs = desk.refs()
    with Ledger.open(desk.url) as other, ThreadPoolExecutor(2) as pool:
        twin = Desk(desk.url, other, desk.archive, desk.clock)
        workers = [desk if number % 2 else twin for number in range(8)]
        running = [
            pool.submit(worker.file, ref, f"{ref.url} says", decisions=[decision()], story="gipfel")
            for worker, ref in zip(workers, refs, strict=True)
        ]
        for one in running:
            assert one.result(60) is not None
    assert desk.ledger.check().matches == {"collapsed": 7, "open": 1}


def test_two_crawls_share_the_queue_and_no_visit_is_taken_twice(desk: Desk) -> None:
    desk.list_links(*[f"/{number}" for number in range(60)])
    with Ledger.open(desk.url) as other, ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(ledger.visits.take, ["zeitung"], 5, desk.clock.now)
            for ledger in (desk.ledger, other)
            for _ in range(8)
        ]
        taken = [visit.id for one in running for visit in one.result(60)]
    assert len(taken) == len(set(taken)) == 60


def test_a_list_taken_over_while_its_links_are_being_filed_is_read_again_afterwards(desk: Desk) -> None:
    """The take-over waits for the row; by then the visit has ended, and a new one begins."""
    feed = f"{SITE}/feed"
    mine = desk.ledger.visits.open_list("zeitung", feed, "feed", desk.clock.now)
    with Ledger.open(desk.url) as other, ThreadPoolExecutor(2) as pool:
        arrived, go_on = pause_before_commit(other)
        ending = pool.submit(other.visits.list_done, mine, outcome=Outcome("listed", "0"), now=desk.clock.now)
        assert arrived.wait(30)
        beginning = pool.submit(desk.ledger.visits.open_list, "zeitung", feed, "feed", desk.clock.now)
        threading.Event().wait(0.2)
        go_on.set()
        assert ending.result(30)
        assert beginning.result(30).id != mine.id
    assert desk.gaps() == ()
