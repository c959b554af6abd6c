"""How an index is built anew beside the one that answers, and how it is proved whole before it takes its place."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from elasticsearch import Elasticsearch

from articles.errors import LagebildError, Transient
from index.document import Document
from index.elastic_address import Server
from index.elastic_bulk import Bulk, Item, Missing, batches, key_of, winners
from index.elastic_client import border
from index.elastic_indices import BEAT, Indices, now
from index.fields import tie_of

PAGE = 10_000
"""Articles looked at by one request of the proof."""

ROUNDS = 3
"""How often documents that the server had no room for are offered again before a rebuild gives up."""

Expected = dict[int, int]
"""The ``seq`` of each article by its ``tie`` (63 bits of a hash of its key): about 100 bytes an article."""


class Rebuild:
    """One rebuild. Writers that see its index put there too what they put meanwhile (``index.elastic``)."""

    def __init__(self, client: Elasticsearch, server: Server, indices: Indices, bulk: Bulk) -> None:
        self._client, self._server, self._indices, self._bulk = client, server, indices, bulk
        self._beaten = time.monotonic()

    def run(self, documents: Iterable[Document]) -> None:
        """Fill a new index, prove it whole, let it answer; whatever is raised, the old one stands as it was.

        ``documents`` is first asked after the new index can be seen by every writer. So what a writer put into the old
        index alone, because it had looked before, is in the ledger already and comes with the documents.
        """
        name = self._indices.following()
        try:
            expected = self._fill(name, documents)
            self._prove(name, expected)
            self._indices.replace(name)
        except BaseException:
            with suppress(LagebildError):  # if the server is gone, the next rebuild drops it
                self._indices.drop(name)
            raise
        self._indices.sweep(now())

    def _fill(self, index: str, documents: Iterable[Document]) -> Expected:
        """Write all documents and return what must then be there; refused ones were told by the drain before."""
        expected: Expected = {}
        for batch in batches(documents):
            pending, numbers = winners(batch)
            for _ in range(ROUNDS):
                pending = self._write(index, pending, numbers)
                if not pending:
                    break
            else:
                raise Transient(f"{self._server.place}: the server takes too little; the old index goes on answering")
            expected |= {tie_of(key): seq for key, seq in numbers.items()}
        return expected

    def _write(self, index: str, items: Sequence[Item], numbers: dict[str, int]) -> list[Item]:
        if time.monotonic() - self._beaten > BEAT.total_seconds():
            self._indices.beat(index)
            self._beaten = time.monotonic()
        try:
            verdicts = self._bulk.take(index, items)
        except Missing as error:
            raise Transient(f"{self._server.place}: another rebuild has begun meanwhile and goes on instead") from error
        for key, verdict in verdicts.items():
            if verdict.ended == "refused":
                numbers.pop(key, None)
        return [item for item in items if verdicts[key_of(item)].ended == "again"]

    def _prove(self, index: str, expected: Expected) -> None:
        """See that each article expected is there with its number, or a greater one that was put meanwhile."""
        total = len(expected)
        with border(self._server, "prove the new index"):
            self._client.indices.refresh(index=index)
            after: list[Any] | None = None
            while page := self._page(index, after):
                for hit in page:
                    tie = int(hit["sort"][0])
                    if int(hit["fields"]["seq"][0]) >= expected.get(tie, 0):
                        expected.pop(tie, None)
                after = page[-1]["sort"]
        if expected:
            raise Transient(
                f"{self._server.place}: the new index lacks {len(expected):,} of {total:,} articles; the old one goes on "
                "answering, and another rebuild may be begun"
            )

    def _page(self, index: str, after: list[Any] | None) -> list[dict[str, Any]]:
        body: dict[str, Any] = {"size": PAGE, "sort": [{"tie": "asc"}], "_source": False, "docvalue_fields": ["seq"]}
        found = self._client.search(
            index=index,
            body=body | ({"search_after": after} if after else {}),
            allow_partial_search_results=False,
        )
        hits: list[dict[str, Any]] = found["hits"]["hits"]
        return hits
