"""The engine without a server: tantivy in a folder of the desk, written by one process and read by any number."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from threading import RLock
from typing import TypeVar
from zoneinfo import ZoneInfo

from articles.errors import Broken, LagebildError, NotSo, Transient, Wrong
from index import cursor
from index.document import Document
from index.embedded_call import border
from index.embedded_folder import Current, IndexFolder
from index.embedded_reader import Reader
from index.embedded_snapshot import Snapshot
from index.embedded_writer import Writer
from index.engine import DEEPEST, Bucket, Count, EngineStatus, Hits, PutReport, Removal, Sort, State, Unit
from index.fields import fingerprint
from language.query_plan import Plan, Terms
from language.query_tree import KeywordField

T = TypeVar("T")


class EmbeddedEngine:
    """An ``index.engine.Engine`` over one folder; safe to share between threads.

    ``analysis`` is the version of code and lexicon that analysed the documents: an index of another one is stale. Reading
    needs no lock and sees each commit at once; the first write takes the folder's lock, which ``close`` gives back.
    """

    def __init__(self, folder: Path, analysis: str) -> None:
        self._folder = IndexFolder(folder)
        self._version = f"{fingerprint()}-{analysis}"
        self._reader = Reader(self._folder)
        self._writing = RLock()
        self._writer: Writer | None = None

    def migrate(self) -> EngineStatus:
        """Make an empty index if there is none."""
        with self._writing, self._border("make the index"):
            if self._folder.current() is None:
                self._lock()
            if self._folder.current() is None:  # nobody made it before the lock was ours
                self._folder.sweep()
                place = self._folder.fresh()
                self._writer = Writer(place)
                self._folder.switch(Current(place.name, self._version))
        return self.status()

    def put(self, documents: Iterable[Document]) -> PutReport:
        """Index documents; each batch is durable when the next begins."""
        return self._take(documents)

    def delete(self, removals: Iterable[Removal]) -> PutReport:
        """Take articles out, leaving a trace with the number."""
        return self._take(removals)

    def search(self, plan: Plan, *, limit: int = 10, sort: Sort = "relevance", after: str | None = None) -> Hits:
        """Return one page."""
        if not 1 <= limit <= DEEPEST:
            raise Wrong(f"must be from 1 to {DEEPEST:,}, not {limit}", field="limit")
        place = cursor.read(after) if after else None
        snapshot = self._reader.snapshot(place.snapshot if place else None)
        with self._border("search"):
            if isinstance(place, cursor.ByTime):
                return snapshot.by_time(plan, limit, place)
            if sort == "newest":
                if place is not None:
                    raise Wrong("this cursor belongs to a search by relevance", field="after")
                return snapshot.by_time(plan, limit, None)
            return snapshot.by_score(plan, limit, place.offset if place else 0)

    def count(self, plan: Plan) -> int:
        """Return how many articles the plan holds for."""
        return self._ask("count", lambda snapshot: snapshot.count(plan))

    def facets(self, plan: Plan, fields: Sequence[KeywordField], size: int = 10) -> Mapping[str, tuple[Count, ...]]:
        """Return exact counts of the most frequent values."""
        return self._ask("count values", lambda snapshot: snapshot.facets(plan, fields, size))

    def histogram(self, plan: Plan, unit: Unit, zone: ZoneInfo) -> tuple[Bucket, ...]:
        """Return counts over time."""
        return self._ask("count over time", lambda snapshot: snapshot.histogram(plan, unit, zone))

    def frequencies(self, terms: Sequence[Terms]) -> tuple[int, ...]:
        """Return how many articles have each term."""
        return self._ask("count terms", lambda snapshot: snapshot.frequencies(terms))

    def vocabulary(self, prefix: str, limit: int) -> tuple[Count, ...]:
        """Return words of the texts."""
        return self._ask("list words", lambda snapshot: snapshot.vocabulary(prefix, limit))

    def refresh(self) -> None:
        """Look whether something was committed; every search does so by itself."""
        self._reader.snapshot()

    def status(self) -> EngineStatus:
        """Return version, size and number of articles; reading only."""
        now = EngineStatus(f"tantivy {version('tantivy')}", str(self._folder.path), "absent", 0, 0, None, self._version)
        try:
            with self._border("read the index"):
                current, size = self._folder.current(), self._folder.size()
            if current is None:
                return now
            state: State = "ready" if current.version == self._version else "stale"
            now = replace(now, state=state, version=current.version, bytes=size)
            return replace(now, documents=self._reader.snapshot().documents)
        except Broken as error:
            return replace(now, state="broken", why=str(error))

    def rebuild(self, documents: Iterable[Document]) -> EngineStatus:
        """Build a sub-folder beside the one that answers, then switch; holds the writer's lock all the while."""
        with self._writing, self._border("rebuild the index"):
            self._lock()
            self._stop_writing()
            self._folder.sweep()
            place = self._folder.fresh()
            writer = Writer(place)
            try:
                deque(writer.take(documents), maxlen=0)
                self._folder.switch(Current(place.name, self._version))
            except BaseException:
                writer.drop()
                shutil.rmtree(place, ignore_errors=True)
                raise
            self._writer = writer
            self._folder.sweep()
        return self.status()

    def close(self) -> None:
        """Give the writer's lock back and let go of every file."""
        with self._writing:
            self._stop_writing()
            self._folder.unlock()
        self._reader.close()

    def _ask(self, doing: str, question: Callable[[Snapshot], T]) -> T:
        snapshot = self._reader.snapshot()
        with self._border(doing):
            return question(snapshot)

    def _take(self, items: Iterable[Document | Removal]) -> PutReport:
        with self._writing:
            writer = self._ready_writer()
            try:
                return PutReport(tuple(chain.from_iterable(writer.take(items))))
            except LagebildError:
                writer.drop()  # after a fault tantivy's writer takes nothing more; the next call opens another
                self._writer = None
                raise

    def _ready_writer(self) -> Writer:
        with self._border("open the index"):
            current = self._folder.current()
            if current is None:
                raise NotSo(f"there is no index in {self._folder.path} yet; `lagebild index migrate` makes one")
            if current.version != self._version:
                raise Transient(
                    f"the index in {self._folder.path} was made by another version ({current.version}, now "
                    f"{self._version}); it answers searches and takes nothing new until `lagebild index rebuild`"
                )
            self._lock()
            if self._writer is None:
                self._folder.sweep()
                self._writer = Writer(self._folder.path / current.folder)
            return self._writer

    def _lock(self) -> None:
        self._folder.lock()

    def _stop_writing(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def _border(self, doing: str) -> AbstractContextManager[None]:
        return border(self._folder.path, doing)
