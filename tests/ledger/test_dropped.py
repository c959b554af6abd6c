"""Old days leave the archive: noted before their file goes, never while a page waits, and told from what was lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from articles.errors import NotSo, Transient
from articles.outcome import Outcome
from ledger import dropped
from ledger.archive import Archive
from ledger.book import Ledger
from ledger.schema import journal
from tests.ledger.conftest import SITE, T0, Desk, page

DAY = T0.date()
AFTER = DAY + timedelta(days=1)


def drop(desk: Desk, before: date = AFTER) -> list[str]:
    """Drop what is older, as a process does that has written nothing."""
    return Archive(desk.archive.folder, "test").drop(before, noting(desk))


def noting(desk: Desk) -> Callable[[str], bool]:
    return lambda segment: desk.ledger.files.drop_segment(segment, desk.clock.now)


def files(desk: Desk) -> list[str]:
    return sorted(path.name for path in desk.archive.folder.iterdir())


def raw(desk: Desk, path: str) -> bytes:
    filed = desk.ledger.files.article(SITE + path)
    assert filed is not None
    record = desk.ledger.files.raw(filed.annotated.article.id)
    assert record is not None
    return desk.archive.read(record).body


@pytest.fixture
def two_days(desk: Desk) -> Desk:
    """One article and one rejected page of the first day, one article of the second; nobody writes any more."""
    desk.file_page("/old", "old")
    desk.fetch("/wall")
    (ref,) = desk.refs()
    desk.ledger.visits.ended_refined(ref, Outcome("rejected", "consent"), desk.clock.now)
    desk.clock.later(days=1)
    desk.file_page("/new", "new")
    desk.archive.close()
    return desk


def test_an_old_day_goes_and_the_ledger_knows_it(two_days: Desk) -> None:
    assert drop(two_days, DAY) == [], "nothing is of an earlier day"
    assert drop(two_days) == ["20260302-test-1.warc.gz"]
    assert files(two_days) == ["20260303-test-1.warc.gz"]
    report = two_days.ledger.check(two_days.archive)
    assert (report.gaps, report.records) == ((), 1)
    assert two_days.archive.first_day() == AFTER
    assert raw(two_days, "/new") == f"{SITE}/new".encode()
    with pytest.raises(NotSo, match=r"fetched 2026-03-02, is no longer kept: it was dropped 2026-03-03, as `keep_raw`"):
        raw(two_days, "/old")
    filed = two_days.ledger.files.article(f"{SITE}/old")
    assert filed is not None, "the article stays"
    assert filed.annotated.article.text == "old"


def test_dropped_pages_are_not_read_anew_but_counted(two_days: Desk) -> None:
    drop(two_days)
    ledger, now = two_days.ledger.files, two_days.clock.now
    assert (ledger.not_kept(), ledger.not_kept(None, "enrich"), ledger.not_kept(now)) == (2, 1, 0)
    assert ledger.reprocess(now) == 1
    (ref,) = two_days.refs()
    assert ref.url == f"{SITE}/new"


def test_a_day_with_a_page_that_waits_is_kept_whole(desk: Desk) -> None:
    desk.file_page("/filed")
    desk.fetch("/waits")
    desk.archive.close()
    assert drop(desk) == []
    (ref,) = desk.refs()
    assert drop(desk) == [], "nor while it is leased"
    desk.file(ref, "text")
    desk.ledger.files.reprocess(desk.clock.now)
    assert drop(desk) == [], "nor while somebody wants it read anew"
    for ref in desk.refs():
        desk.file(ref, "text", outcome=Outcome("article", "unchanged"))
    assert raw(desk, "/waits")
    assert len(drop(desk)) == 1
    assert desk.gaps() == ()


def test_a_file_that_somebody_deleted_is_still_lost(two_days: Desk) -> None:
    two_days.clock.later(days=1)
    two_days.file_page("/newest")
    two_days.archive.close()
    (two_days.archive.folder / "20260303-test-1.warc.gz").unlink()
    assert drop(two_days, date(2026, 3, 5)) == ["20260302-test-1.warc.gz", "20260304-test-1.warc.gz"]
    (gap,) = two_days.gaps()
    assert "/new)" in gap
    assert "no segment 20260303-test-1.warc.gz" in gap


class Killed(BaseException):
    """What comes in the place of a kill."""


def killed_before_the_file_goes(desk: Desk) -> None:
    def noted(segment: str) -> bool:
        assert noting(desk)(segment)
        raise Killed

    with pytest.raises(Killed):
        Archive(desk.archive.folder, "test").drop(AFTER, noted)


def test_a_kill_between_note_and_removal_leaves_what_the_next_pass_removes(two_days: Desk) -> None:
    killed_before_the_file_goes(two_days)
    before = files(two_days)
    assert len(before) == 2
    assert two_days.gaps() == ()
    assert two_days.ledger.files.not_kept() == 2
    with pytest.raises(NotSo, match="no longer kept"):
        raw(two_days, "/old")
    assert Archive(two_days.archive.folder, "test").repair(two_days.ledger.visits.known_end) == []
    assert files(two_days) == before, "no repair takes it for an orphan"

    two_days.clock.later(days=5)
    assert drop(two_days) == ["20260302-test-1.warc.gz"]
    assert files(two_days) == ["20260303-test-1.warc.gz"]
    with pytest.raises(NotSo, match="dropped 2026-03-03"):
        raw(two_days, "/old")
    assert two_days.gaps() == ()


@pytest.mark.parametrize("killed", [False, True])
def test_an_article_is_forgotten_whose_day_was_dropped(two_days: Desk, killed: bool) -> None:
    """Also if its bytes are still there because the pass that dropped them was killed."""
    url = f"{SITE}/old"
    if killed:
        killed_before_the_file_goes(two_days)
    else:
        drop(two_days)
    gone = two_days.ledger.forget(url, "ordered by a court", two_days.clock.now, two_days.archive)
    assert gone.records == int(killed)
    assert two_days.gaps() == ()
    assert two_days.ledger.forget(url, "ordered by a court", two_days.clock.now, two_days.archive).records == 0
    if killed:
        assert len(drop(two_days)) == 1
        assert two_days.gaps() == ()


def test_a_page_cannot_be_asked_for_while_it_is_dropped(two_days: Desk) -> None:
    """On PostgreSQL both could look before either has written."""
    asked: list[int] = []

    def ask() -> None:
        with Ledger.open(two_days.url) as ledger:
            asked.append(ledger.files.reprocess(two_days.clock.now))

    thread = threading.Thread(target=ask)
    with two_days.ledger._store.write() as connection:
        dropped.hold(connection)
        thread.start()
        thread.join(0.5)
        assert asked == []
        everything = sa.text("INSERT INTO journal (visit_id, word, at, matches) SELECT id, 'dropped', 0, 0 FROM visits")
        connection.execute(everything)
    thread.join(20)
    assert asked == [0]


def test_the_note_is_one_entry_for_each_page_and_keeps_its_time(two_days: Desk) -> None:
    for _ in range(2):
        assert two_days.ledger.files.drop_segment("20260302-test-1.warc.gz", two_days.clock.now)
        two_days.clock.later(days=1)
    entries = sa.select(journal.c.at, sa.func.count()).where(journal.c.word == "dropped").group_by(journal.c.at)
    with two_days.ledger._store.read() as connection:
        assert connection.execute(entries).one()._tuple() == (T0 + timedelta(days=1), 2)


# The archive alone


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive", "w1")


def test_a_segment_stays_that_another_writer_holds_and_ones_own_goes_with_its_day(archive: Archive) -> None:
    ref = archive.append(page(SITE, b"being written", T0))
    assert Archive(archive.folder, "w2").drop(AFTER, lambda _: True) == []
    assert archive.drop(DAY, lambda _: True) == [], "nor one's own of a day that is kept"
    assert archive.append(page(SITE, b"and the next", T0)).segment == ref.segment
    assert archive.drop(AFTER, lambda _: False) == [], "nor what the ledger wants"
    assert archive.drop(AFTER, lambda _: True) == [ref.segment]
    assert list(archive.folder.iterdir()) == []
    assert archive.first_day() is None


def test_a_segment_is_locked_while_the_ledger_notes_that_it_goes(archive: Archive) -> None:
    first = archive.append(page(SITE, b"first", T0))
    archive.close()

    def noted(_: str) -> bool:
        late = Archive(archive.folder, "w1", lambda _: first.length)
        assert late.append(page(SITE, b"late", T0)).segment == "20260302-w1-2.warc.gz"
        late.close()
        return True

    assert archive.drop(AFTER, noted) == [first.segment]


def test_a_segment_dropped_between_opening_and_locking_is_not_written_to(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = archive.append(page(SITE, b"first", T0))
    archive.close()
    other = Archive(archive.folder, "w1")
    open_ = Path.open
    opened: list[Path] = []

    def open_and_lose(path: Path, *more: object, **named: object) -> object:
        file = open_(path, *more, **named)  # type: ignore[call-overload]  # passed on as they came
        if not opened:
            opened.append(path)
            path.unlink()
        return file

    monkeypatch.setattr(Path, "open", open_and_lose)
    ref = other.append(page(SITE, b"second", T0))
    other.close()
    assert opened == [archive.folder / first.segment]
    assert other.read(ref).body == b"second"


def test_what_a_repair_cut_off_goes_with_its_day(archive: Archive) -> None:
    for at in (T0, T0 + timedelta(days=1)):
        archive.append(page(SITE, b"never filed", at))
    archive.close()
    assert len(archive.repair(lambda _: 0)) == 2
    assert archive.drop(AFTER, lambda _: True) == ["20260302-w1-1.warc.gz"]
    assert [path.name for path in (archive.folder / "orphans").iterdir()] == ["20260303-w1-1.warc.gz.0"]


def test_files_of_others_stay(archive: Archive) -> None:
    archive.folder.mkdir()
    foreign = ["notes.txt", "crawl.warc.gz", "20269999-w1-1.warc.gz", "2026030-w1-1.warc.gz", "20260302.warc.gz"]
    for name in foreign:
        (archive.folder / name).write_bytes(b"")
    assert archive.drop(AFTER, lambda _: True) == []
    assert sorted(path.name for path in archive.folder.iterdir()) == sorted(foreign)
    assert archive.first_day() is None


def test_a_file_that_cannot_be_removed_is_told(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = archive.append(page(SITE, b"stays", T0))
    archive.close()

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(Transient, match=rf"no longer kept cannot be removed: .*{ref.segment}: Operation not permitted"):
        archive.drop(AFTER, lambda _: True)
