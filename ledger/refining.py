"""The life of visits on the refine side: fetched pages are leased, given back, or end without an article."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from articles.outcome import Outcome
from articles.page import PageRef
from ledger import visit_rows
from ledger.schema import visits
from ledger.store import Store

MOST_REFININGS = 3
"""Runs that may die over one page before it is ended as broken: else a page that kills its run does so for ever."""

REFINE_TTL = timedelta(minutes=10)
"""A page that was not filed by then belongs to a run that died; a batch of 500 pages takes about a minute."""


class Refining:
    """Fetched pages waiting to be refined, and pages to be read anew; each method is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def lease(self, limit: int, now: datetime, ttl: timedelta = REFINE_TTL, besides: Collection[int] = ()) -> list[PageRef]:
        """Lease up to ``limit`` fetched pages, the first fetched first, news before reprocessing; expired ones again.

        A page that was leased when a run died is leased alone, after all others: should the next run die too, no other
        page is suspected with it. One over which ``MOST_REFININGS`` runs died ends here as broken(deadline). The pages of
        the visits ``besides`` are left where they are; a few hundred at most.
        """
        if limit < 1:
            return []
        waits = sa.or_(visits.c.state == "fetched", sa.and_(visits.c.state == "refining", visits.c.leased_until <= now))
        waits = sa.and_(waits, visits.c.id.not_in(list(besides))) if besides else waits
        with self._store.write() as connection:
            self._end_killers(connection, waits, now)
            rows = _chosen(connection, sa.and_(waits, visits.c.refinings == 0), limit) or _chosen(connection, waits, 1)
            if rows:
                leased = {"lease": visits.c.lease + 1, "refinings": visits.c.refinings + 1, "leased_until": now + ttl}
                ids = [row.id for row in rows]
                connection.execute(sa.update(visits).where(visits.c.id.in_(ids)).values(state="refining", **leased))
            return [visit_rows.as_page_ref(row, row.lease + 1) for row in rows]

    def _end_killers(self, connection: Connection, waits: sa.ColumnElement[bool], now: datetime) -> None:
        killers = sa.select(visits).where(waits, visits.c.refinings >= MOST_REFININGS).with_for_update(skip_locked=True)
        for row in connection.execute(killers).all():
            _end(connection, row.id, row.url, row.work, Outcome("broken", "deadline"), now)

    def give_back(self, refs: Sequence[PageRef]) -> int:
        """Let pages that were not refined wait again; returns how many leases were still held."""
        with self._store.write() as connection:
            in_order = sorted(refs, key=lambda ref: ref.visit)
            return sum(visit_rows.hand_back(connection, ref.visit, ref.lease) for ref in in_order)

    def reclaim(self) -> int:
        """Let every leased page wait again, and return how many: for a caller who knows that its holder is dead.

        That a run died over them stays counted.
        """
        with self._store.write() as connection:
            held = sa.update(visits).where(visits.c.state == "refining").values(state="fetched", leased_until=None)
            return connection.execute(held).rowcount

    def ended_refined(self, ref: PageRef, outcome: Outcome, now: datetime) -> bool:
        """End a page that is no article (rejected) or cannot be read (broken); False if the lease is lost.

        Its validators are not believed: the next visit asks for the whole page again.
        """
        with self._store.write() as connection:
            if visit_rows.holds(connection, ref.visit, ref.lease, "refining") is None:
                return False
            _end(connection, ref.visit, ref.url, ref.kind, outcome, now)
            return True


def _chosen(connection: Connection, which: sa.ColumnElement[bool], limit: int) -> Sequence[sa.Row[Any]]:
    in_order = visits.c.refinings, visits.c.work.desc(), visits.c.fetched_at, visits.c.id  # "visit" > "reprocess"
    wanted = sa.select(visits).where(which).order_by(*in_order).limit(limit)
    return connection.execute(wanted.with_for_update(skip_locked=True)).all()


def _end(connection: Connection, visit: int, url: str, work: str, outcome: Outcome, now: datetime) -> None:
    visit_rows.end(connection, visit, outcome, now)
    if work == "visit":
        visit_rows.note_outcome(connection, url, outcome)
