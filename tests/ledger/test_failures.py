"""A full disk, a locked file, a server that goes away: a clear message, nothing half written, and it goes on after."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import event

from articles.errors import Transient
from ledger.book import Ledger
from ledger.store import Store
from tests.ledger.conftest import SITE, Desk

ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@ON_SQLITE
def test_a_full_disk_is_told_nothing_is_half_written_and_filing_goes_on_after(desk: Desk) -> None:
    path = desk.url.removeprefix("sqlite:///")
    desk.fetch("/a", "/b")
    one, two = desk.refs()
    desk.file(one, "fits")
    before = desk.ledger.check(desk.archive)

    with Ledger.open(desk.url) as full:
        with sqlite3.connect(path) as raw:
            (pages,) = raw.execute("PRAGMA page_count").fetchone()
        raw.close()

        def no_space_left(raw: sqlite3.Connection, _record: object) -> None:
            raw.execute(f"PRAGMA max_page_count={pages}").close()

        full._store.engine.dispose()
        event.listen(full._store.engine, "connect", no_space_left)
        twin = Desk(desk.url, full, desk.archive, desk.clock)
        with pytest.raises(Transient, match=r"the disk is full: .*; nothing was written; free space and try again"):
            twin.file(two, "far too long " * 100_000)
        assert full.files.resolve([f"{SITE}/a"]) is not None, "reading goes on"

    assert desk.ledger.check(desk.archive) == before
    receipt = desk.file(two, "far too long " * 100_000)
    assert receipt is not None
    assert receipt.seq == 2
    assert desk.gaps() == ()


@ON_SQLITE
def test_a_locked_ledger_is_told_after_a_while_and_serves_again_once_free(desk: Desk) -> None:
    path = desk.url.removeprefix("sqlite:///")
    desk.fetch("/a")
    (ref,) = desk.refs()
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with Ledger.open(f"{desk.url}?timeout=0.1") as waiting:
        twin = Desk(desk.url, waiting, desk.archive, desk.clock)
        with pytest.raises(Transient, match="locked by another process"):
            twin.file(ref)
        assert waiting.spool.head() == 0, "readers do not wait for a writer"
        blocker.execute("ROLLBACK")
        blocker.close()
        assert twin.file(ref) is not None
    assert desk.gaps() == ()


@ON_POSTGRESQL
def test_a_server_that_drops_the_connection_in_the_middle_is_a_matter_of_trying_again(desk: Desk) -> None:
    desk.fetch("/a")
    (ref,) = desk.refs()
    killer = Store(desk.url)

    def kill(connection: object) -> None:
        with killer.write() as other:
            other.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    event.listen(desk.ledger._store.engine, "commit", kill, once=True)
    with pytest.raises(Transient, match="nothing was written"):
        desk.file(ref)
    killer.close()
    receipt = desk.file(ref)
    assert receipt is not None
    assert receipt.seq == 1
    assert desk.gaps() == ()
