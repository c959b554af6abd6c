"""How the embedded index is written: batches, each committed before it is reported, an older number never over a newer."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import tantivy

from articles.errors import Broken, Transient
from index.document import Document
from index.embedded_call import border
from index.embedded_schema import article, schema, trace
from index.embedded_snapshot import Snapshot
from index.engine import Removal, Verdict
from index.fields import exact_value

BATCH = 500
BATCH_SECONDS = 2.0
"""A commit per 500 documents or two seconds (docs/decisions/0020)."""

HEAP = 64_000_000
"""Bytes tantivy buffers before it writes a segment (docs/decisions/0020)."""


class Writer:
    """The one writer of one of tantivy's folders; never used as ``with`` of tantivy's own, which commits on errors."""

    def __init__(self, place: Path) -> None:
        self._place = place
        with border(place, "open the index for writing"):
            self._index = tantivy.Index(schema(), str(place), reuse=True)
            self._index.config_reader("manual", 0)
            self._writer: tantivy.IndexWriter | None = self._index.writer(HEAP, 1)
            self._writer.garbage_collect_files()

    def take(self, items: Iterable[Document | Removal]) -> Iterator[list[Verdict]]:
        """Index and remove batch by batch; the verdicts of a batch come once it is durable."""
        for batch in _batches(items):
            with border(self._place, f"take {len(batch)} articles"):
                verdicts = self._commit(batch)
            yield verdicts

    def close(self) -> None:
        """Let go of tantivy's lock when the merges under way are done; what was not committed is dropped.

        A merge cut off would be begun anew by the next writer, so that one which only ever writes for a minute would never
        finish a great one, and a search has to look into twice as many segments (docs/decisions/0020).
        """
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(Transient, Broken), border(self._place, "merge"):  # nothing hangs on a merge: it is tried again
                writer.wait_merging_threads()

    def drop(self) -> None:
        """Let go of tantivy's lock at once, after a fault."""
        self._writer = None

    def _commit(self, batch: list[Document | Removal]) -> list[Verdict]:
        assert self._writer is not None, "the writer is closed"
        known = self._known(batch)
        newest = dict(known)
        for item in batch:
            newest[_key(item)] = max(item.seq, newest.get(_key(item), item.seq))
        winners = {_key(item): item for item in batch if item.seq == newest[_key(item)]}
        for key, item in winners.items():
            if key in known:
                self._writer.delete_documents_by_term("key", key)
            self._writer.add_document(trace(item.id, item.seq) if isinstance(item, Removal) else article(item))
        self._writer.commit()
        return [_verdict(item, newest[_key(item)]) for item in batch]

    def _known(self, batch: list[Document | Removal]) -> dict[str, int]:
        self._index.reload()
        searcher = self._index.searcher()
        if not searcher.num_docs:
            return {}
        return Snapshot("", searcher, self._index.schema).numbers([_key(item) for item in batch])


def _key(item: Document | Removal) -> str:
    return item.key if isinstance(item, Document) else exact_value(item.id)


def _verdict(item: Document | Removal, newest: int) -> Verdict:
    if item.seq < newest:
        return Verdict(item.id, item.seq, "older", f"the index has number {newest}")
    return Verdict(item.id, item.seq, "deleted" if isinstance(item, Removal) else "put")


def _batches(items: Iterable[Document | Removal]) -> Iterator[list[Document | Removal]]:
    batch: list[Document | Removal] = []
    begun = time.monotonic()
    for item in items:
        batch.append(item)
        if len(batch) == BATCH or time.monotonic() - begun > BATCH_SECONDS:
            yield batch
            batch, begun = [], time.monotonic()
    if batch:
        yield batch
