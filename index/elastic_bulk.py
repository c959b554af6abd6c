"""How articles are written to Elasticsearch: requests of bounded size, a verdict for each item, and what is sent again.

Every item carries its own id and the ledger's ``seq`` as external version (``external_gte``: a smaller number never
replaces a greater one, an equal one is written again), so that sending any of them twice changes nothing.

    409                    older: the index has a greater number, which is read back
    429, 503 of an item    overloaded: halve the request, wait longer each time, send again; in the end ``again``
    blocked, closed, red   raise Transient: everything waits in the ledger
    other 4xx of an item   the words are refused: keep the article without them (``refused``, with the reason)
    413                    halve the request
    no answer              send the same again
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, ConnectionError, ConnectionTimeout, Elasticsearch, NotFoundError

from index.document import Document
from index.elastic_address import Server
from index.elastic_client import at_a_halt, border, explained, kind_and_reason
from index.elastic_mapping import article, reduced, trace, written
from index.engine import Removal, Verdict
from index.fields import exact_value

BATCH = 500
"""Items of one request at most (the spool's own batch)."""

MOST_BYTES = 5_000_000
"""Bytes of one request at most, unless a single article is larger; servers take 100 MB, and proxies often 10."""

TRIES = 5
"""How often in a row a request may fail to be answered, or get nothing taken, before the rest is left for later."""

WAIT, LONGEST_WAIT = 0.2, 5.0
"""Seconds before the second try, doubled each time, and at most."""

PATIENCE = "10s"
"""How long the server waits for a shard that is not there before it says so."""

Item = Document | Removal


@dataclass(frozen=True, slots=True)
class Line:
    """One item as it is sent; ``why`` is the reason for which its words were refused before."""

    key: str
    item: Item
    body: bytes
    why: str | None = None

    def operations(self) -> tuple[bytes, bytes]:
        """The two lines of the bulk protocol."""
        head = {"index": {"_id": self.key, "version": self.item.seq, "version_type": "external_gte"}}
        return json.dumps(head, ensure_ascii=False).encode(), self.body


class Missing(Exception):
    """The index that was written to is not there."""


class Bulk:
    """Writes to the indices of one server. Raises Missing, or Transient if nothing is taken at all."""

    def __init__(self, client: Elasticsearch, server: Server, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client, self._server, self._sleep = client, server, sleep

    def take(self, index: str, items: Sequence[Item]) -> dict[str, Verdict]:
        """Write items of different keys and return how each ended, by key; what was taken is durable."""
        pending = [_line(item) for item in items]
        verdicts: dict[str, Verdict] = {}
        size, most, failed = BATCH, BATCH, 0
        while pending and failed < TRIES:
            lines = _first(pending, size)
            left = pending[len(lines) :]
            try:
                answers = self._send(index, lines)
            except TooLarge:
                if len(lines) > 1:
                    size = most = len(lines) // 2
                    continue
                answers = [_Answer(413, "too_large", f"the article has {len(lines[0].body):,} bytes")]
            busy, lesser = self._judge(index, lines, answers, verdicts)
            pending = busy + lesser + left
            if busy:
                failed = failed + 1 if len(busy) == len(lines) else 0
                size = max(1, len(lines) // 2)
                self._sleep(pause(failed))
            else:
                size, failed = min(most, size * 2), 0
        for line in pending:
            verdicts[line.key] = Verdict(line.item.id, line.item.seq, "again", "the server takes too little for now")
        return verdicts

    def _judge(
        self, index: str, lines: Sequence[Line], answers: Sequence[_Answer], verdicts: dict[str, Verdict]
    ) -> tuple[list[Line], list[Line]]:
        """Note the verdicts of a request; return what it had no room for, and what is sent again without its words."""
        busy: list[Line] = []
        lesser: list[Line] = []
        older: list[Line] = []
        for line, answer in zip(lines, answers, strict=True):
            item = line.item
            if answer.status < 300:
                verdicts[line.key] = _taken(line)
            elif answer.status == 409:
                older.append(line)
            elif halted := at_a_halt(self._server, answer.kind, answer.reason):
                raise halted
            elif answer.status == 404:
                raise Missing(index)
            elif answer.status == 429 or answer.status >= 500:
                busy.append(line)
            elif line.why is None and isinstance(item, Document):
                lesser.append(Line(line.key, item, reduced(item), answer.told))
            else:
                verdicts[line.key] = Verdict(item.id, item.seq, "refused", line.why or answer.told)
        numbers = self.numbers(index, [line.key for line in older]) if older else {}
        for line in older:
            known = numbers.get(line.key, -1)
            if known > line.item.seq:
                verdicts[line.key] = Verdict(line.item.id, line.item.seq, "older", f"the index has number {known}")
            else:
                busy.append(line)  # somebody removed it by hand meanwhile
        return busy, lesser

    def numbers(self, index: str, keys: Sequence[str]) -> dict[str, int]:
        """Read back the numbers the index has for keys, in real time."""
        with border(self._server, "read numbers back"):
            found = self._client.mget(index=index, ids=list(keys), source_includes=["seq"])
        return {doc["_id"]: int(doc["_source"]["seq"]) for doc in found["docs"] if doc.get("found")}

    def _send(self, index: str, lines: Sequence[Line]) -> list[_Answer]:
        operations = [part for line in lines for part in line.operations()]
        for attempt in range(1, TRIES + 1):
            try:
                found = self._client.bulk(
                    index=written(self._server, index),
                    require_alias=self._server.compat == "opensearch",
                    operations=operations,  # type: ignore[arg-type]  # lines that are made already are passed through
                    timeout=PATIENCE,
                )
            except (ConnectionTimeout, ConnectionError) as error:  # it may have been taken: the same ids again
                if attempt == TRIES or (isinstance(error, ConnectionTimeout) and attempt > 1):
                    raise explained(error, self._server, f"write {len(lines)} articles") from error
                self._sleep(pause(attempt))
            except NotFoundError as error:
                raise Missing(index) from error
            except ApiError as error:
                if error.status_code == 413:
                    raise TooLarge from error
                kind, reason = kind_and_reason(error)
                if error.status_code != 429 or kind == "cluster_block_exception":
                    raise explained(error, self._server, f"write {len(lines)} articles") from error
                return [_Answer(429, kind, reason)] * len(lines)
            else:
                return [_Answer.of(item) for item in found["items"]]
        raise AssertionError("the last attempt returns or raises")


class TooLarge(Exception):
    """The server, or a proxy before it, takes no request of this size."""


_KEPT = "; the article is kept without its words, and found by source, annotation and time"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the server said of one item."""

    status: int
    kind: str = ""
    reason: str = ""

    @property
    def told(self) -> str:
        """The reason for people."""
        return f"{self.kind}: {self.reason}"

    @classmethod
    def of(cls, item: dict[str, Any]) -> _Answer:
        """Read one item of a bulk answer."""
        (told,) = item.values()
        error = told.get("error") or {}
        if not isinstance(error, dict):
            return cls(int(told["status"]), "", str(error))
        cause = (error.get("caused_by") or {}).get("reason")
        reason = str(error.get("reason", ""))
        return cls(int(told["status"]), str(error.get("type", "")), f"{reason}: {cause}" if cause else reason)


def _taken(line: Line) -> Verdict:
    item = line.item
    if line.why is not None:
        return Verdict(item.id, item.seq, "refused", line.why + _KEPT)
    return Verdict(item.id, item.seq, "deleted" if isinstance(item, Removal) else "put")


def winners(items: Iterable[Item]) -> tuple[list[Item], dict[str, int]]:
    """Return of each key the item of the greatest number, of equal ones the last, and that number by key."""
    best: dict[str, Item] = {}
    for item in items:
        key = key_of(item)
        if key not in best or item.seq >= best[key].seq:
            best[key] = item
    return list(best.values()), {key: item.seq for key, item in best.items()}


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Cut items into lists of at most ``BATCH``."""
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def key_of(item: Item) -> str:
    """Return the key under which an item is kept."""
    return item.key if isinstance(item, Document) else exact_value(item.id)


def pause(failed: int) -> float:
    """Return the seconds to wait after so many failures in a row, with a quarter of chance in it."""
    return min(WAIT * 2.0 ** max(failed - 1, 0), LONGEST_WAIT) * random.uniform(0.75, 1.25)  # noqa: S311  # no secret


def _line(item: Item) -> Line:
    return Line(key_of(item), item, article(item) if isinstance(item, Document) else trace(item))


def _first(lines: Sequence[Line], most: int) -> Sequence[Line]:
    """The first lines that make one request: at least one, at most ``most`` and ``MOST_BYTES``."""
    size = 0
    for count, line in enumerate(lines[:most]):
        size += len(line.body) + len(line.key) + 100
        if size > MOST_BYTES and count:
            return lines[:count]
    return lines[:most]
