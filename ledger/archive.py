"""The raw pages: bytes as they came, appended to WARC files, found again, repaired after a crash, erased and dropped."""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import BinaryIO

from articles.errors import Broken, Transient, Wrong
from articles.page import ArchiveRef, Link, Page
from ledger import warc

_WRITER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_OURS = re.compile(r"(\d{4})(\d{2})(\d{2})-.+\.warc\.gz(\.\d+)*")
"""A segment, or what was cut from one: its day and its writer."""

ORPHANS = "orphans"
"""Folder beside the segments for bytes the ledger does not know, one file per repair, named SEGMENT.OFFSET."""

_UNDONE = "nothing was filed; try again"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What repair did to one segment: bytes moved to ``orphan``, or ``missing`` bytes that the ledger vouches for."""

    segment: str
    orphan: Path | None = None
    missing: int = 0


class Archive:
    """A folder of WARC segments, one per day and writer, shared by readers, other writers and other machines.

    ``append`` then ``sync`` before the ledger's transaction: what the ledger knows is on the disk. A segment is locked
    (flock) while its writer lives and continued after a restart only once ``repair`` has cut it to what the ledger knows;
    without that a further segment of the day is begun. With ``known_end`` (the ledger's) the first ``append`` repairs, so
    that a process which only reads touches nothing.
    """

    def __init__(self, folder: Path, writer_id: str, known_end: Callable[[str], int] | None = None) -> None:
        if not _WRITER.fullmatch(writer_id):
            raise Wrong(f"not a name for a writer of the archive: {writer_id!r}; use letters, digits, . _ -")
        self.folder, self.writer = folder, writer_id
        self._open: BinaryIO | None = None
        self._name = ""
        self._sound: dict[str, int] = {}
        self._known_end = known_end

    def append(self, page: Page) -> ArchiveRef:
        """Add one record for this fetch and return its place; durable after ``sync``.

        Raises Transient if the disk is full or fails; the segment is then as it was before.
        """
        record = warc.encode(page)
        if self._known_end is not None:
            self.repair(self._known_end)
            self._known_end = None
        with self._disk_failures():
            file = self._segment_of(page)
            start = file.seek(0, os.SEEK_END)
            try:
                _write_all(file, record)
            except OSError:
                file.truncate(start)
                raise
        return ArchiveRef(self._name, start, len(record))

    def sync(self) -> None:
        """Return once everything appended is on the disk."""
        if self._open is not None:
            with self._disk_failures():
                os.fsync(self._open.fileno())

    def read(self, ref: ArchiveRef, link: Link | None = None) -> Page:
        """Return the page of a record as it came.

        Raises NotSo if it was erased on request, Broken if the file or record is missing or damaged.
        """
        return warc.decode(self._bytes(ref), ref, link)

    def erase(self, ref: ArchiveRef) -> bool:
        """Overwrite a record, for good, with one of the same length that says it was removed; False if it was already,
        or if its whole segment is gone.

        No other record moves, so every reference stays true, and a segment that is being written can be erased from.
        """
        if not self._path(ref.segment).exists():
            return False
        old = self._bytes(ref)
        if warc.is_removed(old):
            return False
        with self._disk_failures(), self._path(ref.segment).open("r+b", buffering=0) as file:
            file.seek(ref.offset)
            _write_all(file, warc.removed(old, ref))
            os.fsync(file.fileno())
        return True

    def repair(self, known_end: Callable[[str], int]) -> list[Repaired]:
        """Cut every segment without a living writer to the last byte the ledger knows (``known_end(segment)``).

        Bytes beyond are kept under a name in ``orphans``. The ledger is asked while the segment is locked, so a record
        that a writer has just filed is never cut. Returns what was not in order.
        """
        found = []
        with self._disk_failures():
            for path, file in self._unlocked():
                size, end = os.fstat(file.fileno()).st_size, known_end(path.name)
                if size < end:
                    found.append(Repaired(path.name, missing=end - size))
                    continue
                if size > end:
                    found.append(Repaired(path.name, orphan=self._cut(file, path, end)))
                self._sound[path.name] = end
        return found

    def drop(self, before: date, noted: Callable[[str], bool]) -> list[str]:
        """Remove every segment of a day before this one that no writer holds, and what was cut from such; return names.

        One's own is closed first: a page that is appended begins a segment of its own day anyway.
        ``noted(segment)`` is asked while the segment is locked: the ledger notes that it goes, or says that it may not yet.
        A kill between the two leaves a file that the next call removes. Raises Transient if a file cannot be removed.
        """
        gone = []
        if self._open is not None and _is_before(Path(self._name), before):
            self.close()
        with self._disk_failures("a segment that is no longer kept cannot be removed", "the next pass tries again"):
            for path, _file in self._unlocked():
                if _is_before(path, before) and noted(path.name):
                    path.unlink()
                    gone.append(path.name)
            if gone:
                _sync_folder(self.folder)
            orphans = [path for path in (self.folder / ORPHANS).glob("*.warc.gz.*") if _is_before(path, before)]
            for path in orphans:
                path.unlink(missing_ok=True)
            if orphans:
                _sync_folder(self.folder / ORPHANS)
        return gone

    def first_day(self) -> date | None:
        """Return the day of the oldest segment, in UTC; None if there is none."""
        return min((day for path in self.folder.glob("*.warc.gz") if (day := _day(path))), default=None)

    def _unlocked(self) -> Iterator[tuple[Path, BinaryIO]]:
        """Yield every segment without a living writer, locked until the next one is asked for."""
        for path in sorted(self.folder.glob("*.warc.gz")):
            with suppress(FileNotFoundError), path.open("r+b", buffering=0) as file:  # another process may have dropped it
                if path.name != self._name and _held(file):
                    yield path, file

    def close(self) -> None:
        """Make everything durable and let go of the segment."""
        if self._open is not None:
            self.sync()
            self._sound[self._name] = self._open.seek(0, os.SEEK_END)
            self._open.close()
            self._open, self._name = None, ""

    def _segment_of(self, page: Page) -> BinaryIO:
        stem = f"{page.fetched_at.astimezone(UTC):%Y%m%d}-{self.writer}-"
        if self._open is None or not self._name.startswith(stem):
            self.close()
            self.folder.mkdir(parents=True, exist_ok=True)
            self._open, self._name = self._continued_or_new(stem)
        return self._open

    def _continued_or_new(self, stem: str) -> tuple[BinaryIO, str]:
        """Lock and return the first segment of the day that ends where the ledger ends, or a new one."""
        number = 0
        while True:
            number += 1
            name = f"{stem}{number}.warc.gz"
            file = (self.folder / name).open("a+b", buffering=0)
            if _held(file) and file.seek(0, os.SEEK_END) == self._sound.get(name, 0):
                _sync_folder(self.folder)
                return file, name
            file.close()

    def _cut(self, file: BinaryIO, path: Path, end: int) -> Path:
        orphan = self.folder / ORPHANS / f"{path.name}.{end}"
        orphan.parent.mkdir(exist_ok=True)
        number = 1
        while orphan.exists():
            number += 1
            orphan = orphan.with_name(f"{path.name}.{end}.{number}")
        file.seek(end)
        with orphan.open("xb") as kept:
            while part := file.read(1 << 20):
                kept.write(part)
            kept.flush()
            os.fsync(kept.fileno())
        _sync_folder(orphan.parent)
        file.truncate(end)
        os.fsync(file.fileno())
        return orphan

    def _path(self, segment: str) -> Path:
        if Path(segment).name != segment:
            raise Broken(f"not the name of a segment: {segment!r}")
        return self.folder / segment

    def _bytes(self, ref: ArchiveRef) -> bytes:
        try:
            with self._path(ref.segment).open("rb") as file:
                file.seek(ref.offset)
                data = file.read(ref.length)
        except FileNotFoundError as error:
            raise Broken(f"the archive has no segment {ref.segment}: {self.folder}") from error
        except OSError as error:
            raise Transient(f"the archive cannot be read: {self.folder / ref.segment}: {error.strerror}") from error
        if len(data) < ref.length:
            raise Broken(f"the archive's segment {ref.segment} ends before the record at {ref.offset}")
        return data

    @contextmanager
    def _disk_failures(self, what: str = "the archive cannot be written", then: str = _UNDONE) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            what = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else what
            raise Transient(f"{what}: {error.filename or self.folder}: {error.strerror}; {then}") from error


def _write_all(file: BinaryIO, data: bytes) -> None:
    """An unbuffered write may take less than it was given, as on a disk that is nearly full."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _held(file: BinaryIO) -> bool:
    """Lock a segment, and return whether it is ours now: not another's, nor dropped since it was opened."""
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(file.fileno()).st_nlink > 0


def _is_before(path: Path, day: date) -> bool:
    own = _day(path)
    return own is not None and own < day


def _day(path: Path) -> date | None:
    """Return the day that the name of a segment, or of a part cut from one, begins with; None for a foreign file."""
    found = _OURS.fullmatch(path.name)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
