"""What lies on disk: the folder of the embedded index, which of its sub-folders answers, and who may write.

current.json      names the sub-folder that answers and the version it was made by; replaced atomically
writer.lock       locked (flock) by the one process that writes; its text says which
articles-N/       tantivy's own files; one of them answers, another may be in the making
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from articles.errors import Broken, Transient
from index.embedded_call import CURE

_PREFIX = "articles-"


@dataclass(frozen=True, slots=True)
class Current:
    """The sub-folder that answers, and the version of field table and analysis that made it."""

    folder: str
    version: str


class IndexFolder:
    """One embedded index on disk. Every method may raise Transient for the disk's own errors."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pointer = path / "current.json"
        self._lock: int | None = None

    def current(self) -> Current | None:
        """Return what answers now, None before the first ``switch``; raises Broken for a damaged pointer file."""
        try:
            return Current(**json.loads(self._pointer.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise Broken(f"{self._pointer} is damaged; {CURE}") from error

    def stamp(self) -> tuple[int, int] | None:
        """Return what changes whenever ``current`` does, for the price of one look at the file's date."""
        try:
            seen = self._pointer.stat()
        except FileNotFoundError:
            return None
        return seen.st_ino, seen.st_mtime_ns

    def switch(self, current: Current) -> None:
        """Let ``current`` answer from now on: one atomic rename, durable before it returns."""
        beside = self._pointer.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(asdict(current), file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._pointer)
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def fresh(self) -> Path:
        """Make and return an empty sub-folder with a number that none had before."""
        numbers = [int(path.name.removeprefix(_PREFIX)) for path in self._subfolders()]
        path = self.path / f"{_PREFIX}{max(numbers, default=0) + 1}"
        path.mkdir()
        return path

    def sweep(self) -> None:
        """Remove sub-folders that do not answer: left by a killed rebuild, or replaced; only while holding the lock."""
        try:
            current = self.current()
        except Broken:
            current = None  # then no sub-folder answers
        for path in self._subfolders():
            if current is None or path.name != current.folder:
                shutil.rmtree(path, ignore_errors=True)

    def lock(self) -> None:
        """Become the one writer; raises Transient if another process is."""
        if self._lock is not None:
            return
        self.path.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path / "writer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if not _locked(handle):
            holder = os.pread(handle, 100, 0).decode("ascii", "replace").strip()
            os.close(handle)
            raise Transient(
                f"the index in {self.path} is being written by another process ({holder or 'unknown'}); "
                "it takes what waits in the ledger, or try again when it has ended"
            )
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"pid {os.getpid()}".encode(), 0)
        self._lock = handle

    def unlock(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def size(self) -> int:
        """Return the bytes of the sub-folder that answers."""
        current = self.current()
        return sum(_size(path) for path in (self.path / current.folder).iterdir()) if current else 0

    def _subfolders(self) -> list[Path]:
        return [path for path in self.path.glob(f"{_PREFIX}*") if path.name.removeprefix(_PREFIX).isdecimal()]


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # tantivy removed a merged segment meanwhile
        return 0
