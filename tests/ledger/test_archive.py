"""Bytes come back as they came, whatever they are, and a crash or a full disk costs nothing that was filed."""

from __future__ import annotations

import errno
import gzip
import io
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # warcio ships no types

from articles.errors import Broken, NotSo, Transient, Wrong
from articles.page import ArchiveRef, Link, Page
from ledger import warc
from ledger.archive import Archive
from tests.ledger.conftest import SITE, T0, Desk, page

HTML = b"<html><p>Helsing baut Drohnen</p></html>"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive", "w1")


def segments(archive: Archive) -> list[str]:
    """Return the names of all segments."""
    return sorted(path.name for path in archive.folder.glob("*.warc.gz"))


def records(archive: Archive, name: str) -> list[tuple[str, str | None]]:
    """Return type and address of every record, as any WARC tool reads them."""
    with (archive.folder / name).open("rb") as file:
        return [(one.rec_type, one.rec_headers.get_header("WARC-Target-URI")) for one in ArchiveIterator(file)]


names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=":"), min_size=1)
values = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"))


@given(
    st.builds(
        Page,
        url=st.text(),
        final_url=st.text(),
        status=st.integers(100, 999),
        headers=st.lists(st.tuples(names, values)).map(tuple),
        body=st.binary(),
        fetched_at=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
        link=st.none(),
    )
)
def test_any_page_comes_back_as_it_came(came: Page) -> None:
    data = warc.encode(came)
    assert warc.decode(data, ArchiveRef("s", 0, len(data)), None) == came


@given(st.binary(), st.lists(st.tuples(names, values)).map(tuple))
def test_any_record_can_be_overwritten_by_one_of_its_length_that_says_removed(
    body: bytes, headers: tuple[tuple[str, str], ...]
) -> None:
    old = warc.encode(Page("u", "u", 200, headers, body, T0))
    new = warc.removed(old, ArchiveRef("s", 17, len(old)))
    assert len(new) == len(old)
    assert warc.is_removed(new)
    assert not warc.is_removed(old)
    (record,) = ArchiveIterator(io.BytesIO(new))
    assert record.rec_type == "metadata"
    assert gzip.decompress(new).endswith(b"\r\n\r\n")


def test_a_body_in_two_content_codings_is_kept_undecoded(archive: Archive) -> None:
    coded = zlib.compress(gzip.compress(HTML))
    came = Page(SITE, SITE, 200, (("Content-Encoding", "gzip, deflate"), ("X-Odd", "  spaces \u00e9 ")), coded, T0)
    read = archive.read(archive.append(came))
    assert read == came
    assert gzip.decompress(zlib.decompress(read.body)) == HTML
    archive.close()


def test_a_segment_is_a_warc_file_that_other_tools_read(archive: Archive) -> None:
    for path in ("/a", "/b"):
        archive.append(page(SITE + path, HTML, T0))
    archive.close()
    (name,) = segments(archive)
    assert name == "20260302-w1-1.warc.gz"
    assert records(archive, name) == [("response", f"{SITE}/a"), ("response", f"{SITE}/b")]
    check = subprocess.run([sys.executable, "-m", "warcio.cli", "check", archive.folder / name], capture_output=True)
    assert check.returncode == 0, check.stderr


def test_the_link_that_led_to_the_page_is_given_back_to_the_reader(archive: Archive) -> None:
    ref = archive.append(page(SITE, HTML, T0))
    assert archive.read(ref, Link(SITE, title="A")).link == Link(SITE, title="A")
    archive.close()


def test_each_day_and_each_writer_has_a_segment_of_its_own(archive: Archive) -> None:
    other = Archive(archive.folder, "w2")
    refs = [
        archive.append(page(SITE, b"one", T0)),
        other.append(page(SITE, b"two", T0)),
        archive.append(page(SITE, b"three", T0 + timedelta(days=1))),
        archive.append(page(SITE, b"four", T0)),
    ]
    assert [ref.segment for ref in refs] == [
        "20260302-w1-1.warc.gz",
        "20260302-w2-1.warc.gz",
        "20260303-w1-1.warc.gz",
        "20260302-w1-1.warc.gz",
    ]
    assert [other.read(ref).body for ref in refs] == [b"one", b"two", b"three", b"four"]
    archive.close()
    other.close()


def test_two_processes_under_one_name_write_two_segments(archive: Archive) -> None:
    twin = Archive(archive.folder, "w1")
    one, two = archive.append(page(SITE, b"one", T0)), twin.append(page(SITE, b"two", T0))
    assert one.segment != two.segment
    assert (archive.read(two).body, twin.read(one).body) == (b"two", b"one")
    archive.close()
    twin.close()


def test_after_a_crash_what_the_ledger_does_not_know_is_set_aside_and_the_segment_goes_on(archive: Archive) -> None:
    known = archive.append(page(SITE, b"known", T0))
    lost = archive.append(page(SITE, b"written, but the ledger never heard of it", T0))
    archive.close()
    with (archive.folder / known.segment).open("ab") as file:
        file.write(b"half a rec")

    after = Archive(archive.folder, "w1")
    (repaired,) = after.repair(lambda segment: known.length if segment == known.segment else 0)
    assert (repaired.segment, repaired.missing) == (known.segment, 0)
    assert repaired.orphan is not None
    assert repaired.orphan.name == f"{known.segment}.{known.length}"
    kept = repaired.orphan.read_bytes()
    assert len(kept) == lost.length + len(b"half a rec")
    assert kept.endswith(b"half a rec")
    following = after.append(page(SITE, b"next", T0))
    assert (following.segment, following.offset) == (known.segment, known.length)
    assert after.read(known).body == b"known"
    assert [kind for kind, _ in records(after, known.segment)] == ["response", "response"]
    after.close()


def test_a_second_crash_at_the_same_place_overwrites_no_orphan(archive: Archive) -> None:
    for number in (1, 2):
        archive = Archive(archive.folder, "w1")
        archive.repair(lambda _: 0)
        archive.append(page(SITE, b"unknown %d" % number, T0))
        archive.close()
    Archive(archive.folder, "w1").repair(lambda _: 0)
    orphans = sorted(path.name for path in (archive.folder / "orphans").iterdir())
    assert orphans == ["20260302-w1-1.warc.gz.0", "20260302-w1-1.warc.gz.0.2"]


def test_a_segment_whose_writer_lives_is_not_repaired(archive: Archive) -> None:
    ref = archive.append(page(SITE, b"not filed yet", T0))
    assert Archive(archive.folder, "w2").repair(lambda _: 0) == []
    assert archive.repair(lambda _: 0) == [], "nor one's own"
    assert archive.read(ref).body == b"not filed yet"
    archive.close()


def test_without_repair_a_segment_from_before_is_not_continued(archive: Archive) -> None:
    archive.append(page(SITE, b"before", T0))
    archive.close()
    after = Archive(archive.folder, "w1")
    assert after.append(page(SITE, b"after", T0)).segment == "20260302-w1-2.warc.gz"
    after.close()


def test_a_segment_that_lost_bytes_the_ledger_vouches_for_is_told_and_left_alone(archive: Archive) -> None:
    ref = archive.append(page(SITE, b"known", T0))
    archive.close()
    path = archive.folder / ref.segment
    path.write_bytes(path.read_bytes()[:-5])
    after = Archive(archive.folder, "w1")
    (repaired,) = after.repair(lambda _: ref.length)
    assert (repaired.missing, repaired.orphan) == (5, None)
    assert after.append(page(SITE, b"next", T0)).segment != ref.segment
    with pytest.raises(Broken, match="ends before the record"):
        after.read(ref)
    after.close()


def test_an_archive_that_knows_the_ledger_repairs_itself_when_it_is_first_written_to(archive: Archive) -> None:
    known = archive.append(page(SITE, b"known", T0))
    archive.append(page(SITE, b"unknown", T0))
    archive.close()
    reader = Archive(archive.folder, "w1", lambda _: known.length)
    assert reader.read(known).body == b"known"
    assert not (archive.folder / "orphans").exists()
    following = reader.append(page(SITE, b"next", T0))
    assert (following.segment, following.offset) == (known.segment, known.length)
    assert len(list((archive.folder / "orphans").iterdir())) == 1
    reader.close()


def test_an_archive_that_does_not_exist_yet_needs_no_repair(archive: Archive) -> None:
    assert archive.repair(lambda _: 0) == []
    archive.sync()
    archive.close()


def test_an_erased_record_is_gone_and_every_other_stays_where_it_was(archive: Archive) -> None:
    refs = [archive.append(page(SITE, b"%d " % number + b"secret words " * 50, T0)) for number in range(3)]
    assert archive.erase(refs[1]), "while the segment is being written"
    assert not archive.erase(refs[1])
    later = archive.append(page(SITE, b"later", T0))
    with pytest.raises(NotSo, match="removed on request"):
        archive.read(refs[1])
    assert [archive.read(ref).body[:2] for ref in (refs[0], refs[2], later)] == [b"0 ", b"2 ", b"la"]
    archive.close()
    assert [kind for kind, _ in records(archive, later.segment)] == ["response", "metadata", "response", "response"]
    whole = gzip.decompress((archive.folder / later.segment).read_bytes())
    assert (b"0 secret" in whole, b"1 secret" in whole, b"2 secret" in whole) == (True, False, True)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:30] + bytes([data[30] ^ 255]) + data[31:], "no sound record"),
        (lambda data: b"\0" * len(data), "no sound record"),
        (lambda data: gzip.compress(b"WARC/1.1\r\nContent-Length: 0\r\n\r\n\r\n\r\n").ljust(len(data), b"\0"), "no sound"),
    ],
)
def test_damage_is_told_and_never_read_as_a_page(archive: Archive, damage: object, message: str) -> None:
    ref = archive.append(page(SITE, HTML * 20, T0))
    archive.close()
    path = archive.folder / ref.segment
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]  # one of the functions above
    with pytest.raises(Broken, match=message):
        archive.read(ref)


def test_a_body_that_was_changed_after_it_was_written_is_noticed(archive: Archive) -> None:
    data = gzip.decompress(warc.encode(page(SITE, b"Helsing", T0)))
    forged = gzip.compress(data.replace(b"Helsing", b"Hensing"))
    with pytest.raises(Broken, match="does not have the bytes"):
        warc.decode(forged, ArchiveRef("s", 0, len(forged)), None)


def test_what_is_not_there_cannot_be_read(archive: Archive) -> None:
    with pytest.raises(Broken, match="no segment"):
        archive.read(ArchiveRef("20260302-w1-1.warc.gz", 0, 10))
    with pytest.raises(Broken, match="not the name of a segment"):
        archive.read(ArchiveRef("../../etc/passwd", 0, 10))
    with pytest.raises(Wrong, match="writer"):
        Archive(archive.folder, "../w")


class FullDisk(io.FileIO):
    """A file on a disk that takes five more bytes."""

    def write(self, data: object) -> int:
        super().write(bytes(data)[:5])  # type: ignore[call-overload]  # bytes of any kind
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_and_leaves_no_half_record(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    first = archive.append(page(SITE, b"first", T0))
    path = archive.folder / first.segment
    whole = archive._open
    assert whole is not None
    with FullDisk(path, "a+b") as full:
        monkeypatch.setattr(archive, "_open", full)
        with pytest.raises(Transient, match="the disk is full"):
            archive.append(page(SITE, b"second", T0))
    monkeypatch.setattr(archive, "_open", whole)
    assert path.stat().st_size == first.length
    assert archive.append(page(SITE, b"third", T0)).offset == first.length
    archive.close()


def test_the_ledger_says_how_far_it_vouches_for_a_segment(desk: Desk) -> None:
    records_ = desk.fetch("/a", "/b")
    last = max(records_, key=lambda ref: ref.offset)
    assert desk.ledger.visits.known_end(last.segment) == last.offset + last.length
    assert desk.ledger.visits.known_end("20200101-x-1.warc.gz") == 0
    desk.archive.append(page(SITE, b"not filed", T0))
    desk.archive.close()
    (repaired,) = Archive(desk.archive.folder, "test").repair(desk.ledger.visits.known_end)
    assert repaired.orphan is not None
    assert desk.gaps() == ()
