"""How a notice is written to a file: one line of JSON, synced, and never twice."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from io import FileIO
from pathlib import Path

from alerts.channel import TryLater
from articles.match import Notice

TAIL = 8 * 1024 * 1024
"""Bytes read back before a retry: thousands of notices, far more than can follow a send within one lease."""


class FileSender:
    """Appends to one JSON Lines file under a lock, so that several processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, notice: Notice, *, again: bool) -> None:
        """Append the notice unless ``again`` and its id already stands in the file; raises TryLater (disk, rights)."""
        try:
            await asyncio.to_thread(self._append, notice, again)
        except OSError as error:
            raise TryLater(f"cannot write {self._path}: {error.strerror or error}") from error

    def _append(self, notice: Notice, again: bool) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: what a failed write left in a buffer would be written after all when the file is closed.
        with self._path.open("ab+", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _drop_torn_line(file)
            if again and notice.id in _ids(file):
                return
            line = json.dumps(notice.to_json(), ensure_ascii=False) + "\n"
            size = file.seek(0, os.SEEK_END)
            try:
                _write(file, line.encode("utf-8", "replace"))
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), size)  # half a line on a full disk would be half a truth
                raise


def _write(file: FileIO, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]


def _drop_torn_line(file: FileIO) -> None:
    """Cut what a killed writer left without a line end: its notice was not said and will be said again."""
    start, tail = _tail(file)
    if tail and not tail.endswith(b"\n"):
        os.ftruncate(file.fileno(), start + tail.rfind(b"\n") + 1)


def _tail(file: FileIO) -> tuple[int, bytes]:
    start = max(0, file.seek(0, os.SEEK_END) - TAIL)
    file.seek(start)
    return start, file.read()


def _ids(file: FileIO) -> set[str]:
    ids = set()
    for line in _tail(file)[1].splitlines():
        try:
            ids.add(str(json.loads(line)["id"]))
        except (ValueError, TypeError, KeyError):  # the tail may begin inside a line, and people edit files
            continue
    return ids
