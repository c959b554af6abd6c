"""What the ledger remembers of addresses: seen, skipped, visited, with which validators, and never to be fetched again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from articles.outcome import Outcome
from articles.page import Validators
from ledger import list_memory, visit_rows
from ledger.schema import addresses, key, urls, visits
from ledger.store import Store
from ledger.values import OPEN_STATES, Asked, Known, ListState, Waiting

_PORTION = 500
"""Values in one IN list; SQLite allows 32,766 variables, older ones 999."""


class Memory:
    """Questions about addresses; each is one reading transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def validators(self, url: str) -> Validators | None:
        """Return what makes the next GET of this canonical address conditional, None if nothing does."""
        with self._store.read() as connection:
            return validators(connection, [url]).get(url)

    def last_list(self, url: str) -> ListState | None:
        """Return how the list at this address was read so far, None if never."""
        with self._store.read() as connection:
            row = connection.execute(sa.select(addresses).where(addresses.c.key == key(url))).one_or_none()
            if row is None or row.first_visit is None:
                return None
            queued = sa.select(visits.c.due_at).where(visits.c.key == key(url), visits.c.state == "queued")
            next_at = connection.execute(queued).scalar()
            memory = list_memory.of(connection, url)
        outcome = Outcome.parse(row.last_outcome) if row.last_outcome else None
        return ListState(row.visits, row.first_visit, row.last_visit, outcome, next_at, memory)

    def sitemaps_of(self, source: str) -> list[str]:
        """Return the canonical addresses of the sitemaps that were ever read for a source."""
        with self._store.read() as connection:
            return list_memory.sitemaps_of(connection, source)

    def known(self, wanted: Sequence[str]) -> dict[str, Known]:
        """Return what is known of each canonical address; an address never seen is absent."""
        found: dict[str, Known] = {}
        with self._store.read() as connection:
            for part in portions(wanted):
                found.update(_known(connection, {key(url): url for url in part}))
        return found

    def asked(self, url: str) -> list[Asked]:
        """Return how the last visit to a canonical address was made: each request with its verdict; none if unknown."""
        told = sa.select(visits.c.conduct).where(visits.c.key == key(url), visits.c.conduct.is_not(None))
        with self._store.read() as connection:
            return visit_rows.as_asked(connection.execute(told.order_by(visits.c.id.desc()).limit(1)).scalar())

    def left_alone(self, now: datetime) -> list[Asked]:
        """Return the requests after which a host asked to be left alone until later than now.

        Such a visit is queued again, so the queue says where to look.
        """
        again = sa.select(visits.c.key).where(visits.c.state == "queued", visits.c.why == "retry", visits.c.due_at > now)
        busy = visits.c.outcome.in_([str(Outcome("http", status)) for status in ("429", "503")])
        told = sa.select(visits.c.conduct).where(visits.c.key.in_(again), busy, visits.c.conduct.is_not(None))
        with self._store.read() as connection:
            found = [asked for each in connection.execute(told).scalars() for asked in visit_rows.as_asked(each)]
        return [asked for asked in found if asked.alone_until is not None and asked.alone_until > now]

    def waiting(self) -> Waiting:
        """Return how many fetched pages wait to be refined and what their records weigh; re-read pages do not count."""
        pages, size = sa.func.count(), sa.func.coalesce(sa.func.sum(visits.c.record_length), 0)
        waits = visits.c.state.in_(("fetched", "refining")), visits.c.work == "visit"
        with self._store.read() as connection:
            row = connection.execute(sa.select(pages, size).where(*waits)).one()
        return Waiting(row[0], int(row[1]))

    def known_end(self, segment: str) -> int:
        """Return how many bytes of a segment of the archive the ledger vouches for; for ``Archive.repair``."""
        end = sa.func.max(visits.c.record_offset + visits.c.record_length)
        with self._store.read() as connection:
            return connection.execute(sa.select(end).where(visits.c.segment == segment)).scalar() or 0


def portions(values: Sequence[str]) -> Iterator[list[str]]:
    """Yield the values in portions that fit into one IN list."""
    for start in range(0, len(values), _PORTION):
        yield list(values[start : start + _PORTION])


def validators(connection: Connection, wanted: Sequence[str]) -> dict[str, Validators]:
    """Return the validators of those addresses that have any."""
    found: dict[str, Validators] = {}
    for part in portions(wanted):
        names = {key(url): url for url in part}
        has_any = sa.or_(addresses.c.etag.is_not(None), addresses.c.last_modified.is_not(None))
        rows = connection.execute(sa.select(addresses).where(addresses.c.key.in_(names), has_any))
        found.update({names[row.key]: Validators(row.etag, row.last_modified) for row in rows})
    return found


def forgotten(connection: Connection, wanted: Sequence[str]) -> set[str]:
    """Return those addresses that may never be fetched again."""
    found: set[str] = set()
    for part in portions(wanted):
        names = {key(url): url for url in part}
        gone = addresses.c.key.in_(names), addresses.c.reason == "forgotten"
        found.update(names[each] for each in connection.execute(sa.select(addresses.c.key).where(*gone)).scalars())
    return found


def _known(connection: Connection, names: Mapping[str, str]) -> dict[str, Known]:
    keys = list(names)
    rows = {row.key: row for row in connection.execute(sa.select(addresses).where(addresses.c.key.in_(keys)))}
    answers = {row.key: row for row in connection.execute(sa.select(urls).where(urls.c.key.in_(keys)))}
    still = visits.c.key.in_(keys), visits.c.work == "visit", visits.c.state.in_(OPEN_STATES)
    due = {row.key: row.due_at for row in connection.execute(sa.select(visits.c.key, visits.c.due_at).where(*still))}
    found = {}
    for each in rows.keys() | answers.keys():
        row, article = rows.get(each), answers.get(each)
        found[names[each]] = Known(
            _state(row, each in due),
            article.article_id if article else None,
            row.last_visit if row else None,
            due.get(each),
            row.reason if row else None,
            row.last_outcome if row else None,
        )
    return found


def _state(row: Row[Any] | None, is_open: bool) -> Literal["skipped", "scheduled", "visited", "forgotten"]:
    if row is not None and row.reason == "forgotten":
        return "forgotten"
    if is_open:
        return "scheduled"
    return "skipped" if row is not None and row.state == "skipped" else "visited"
