"""How the embedded index is read while others write it: snapshots that renew themselves when something was committed."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from itertools import count
from pathlib import Path
from threading import Lock

import tantivy

from articles.errors import NotSo
from index.embedded_call import border
from index.embedded_folder import IndexFolder
from index.embedded_snapshot import Snapshot

KEPT = 4
"""Snapshots a reader holds for pages of running searches; each keeps replaced segments on disk a little longer."""

_Stamp = tuple[object, ...]


class Reader:
    """Reads one index folder; safe to share between threads. Every method may raise NotSo, Transient or Broken."""

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._guard = Lock()
        self._names = (f"{secrets.token_hex(4)}-{number}" for number in count())
        self._stamp: _Stamp | None = None
        self._index: tantivy.Index | None = None
        self._opened: Path | None = None
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()

    def snapshot(self, name: str | None = None) -> Snapshot:
        """Return the snapshot of that name if it is still held, else one that sees every commit made until now."""
        with self._guard:
            if name is not None and name in self._kept:
                return self._kept[name]
            stamp = self._now()
            if stamp != self._stamp or not self._kept:
                self._renew()
                self._stamp = stamp
            return next(reversed(self._kept.values()))

    def close(self) -> None:
        """Let go of every file."""
        with self._guard:
            self._kept.clear()
            self._index = self._opened = self._stamp = None

    def _now(self) -> _Stamp:
        """What changes with every commit and every switch: two looks at dates of files, about 5 us."""
        pointer = self._folder.stamp()
        if self._opened is None:
            return (pointer,)
        try:
            meta = (self._opened / "meta.json").stat()
        except FileNotFoundError:  # switched and swept meanwhile: the pointer's stamp differs too
            return (pointer,)
        return (pointer, meta.st_ino, meta.st_mtime_ns)

    def _renew(self) -> None:
        for attempt in (1, 2, 3):
            current = self._folder.current()
            if current is None:
                raise NotSo(f"there is no index in {self._folder.path} yet; `lagebild index migrate` makes one")
            place = self._folder.path / current.folder
            if not place.is_dir() and attempt < 3:
                continue  # a rebuild switched and swept between the two looks
            with border(place, "open the index"):
                self._open(place)
            return

    def _open(self, place: Path) -> None:
        if self._index is None or self._opened != place:
            self._index = tantivy.Index.open(str(place))
            # by hand: tantivy's own watcher is a thread that looks twice a second
            self._index.config_reader("manual", 0)
            self._opened = place
        self._index.reload()
        name = next(self._names)
        self._kept[name] = Snapshot(name, self._index.searcher(), self._index.schema)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
