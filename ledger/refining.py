"""The life of visits on the refine side: fetched pages are leased, given back, or end without an article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from articles.outcome import Outcome
from articles.page import PageRef
from ledger import visit_rows
from ledger.schema import visits
from ledger.store import Store

REFINE_TTL = timedelta(minutes=10)
"""A page that was not filed by then belongs to a run that died; a batch of 500 pages takes about a minute."""


class Refining:
    """Fetched pages waiting to be refined, and pages to be read anew; each method is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def lease(self, limit: int, now: datetime, ttl: timedelta = REFINE_TTL) -> list[PageRef]:
        """Lease up to ``limit`` fetched pages, the first fetched first, news before reprocessing; expired ones again."""
        if limit < 1:
            return []
        waits = sa.or_(visits.c.state == "fetched", sa.and_(visits.c.state == "refining", visits.c.leased_until <= now))
        wanted = (
            sa.select(visits)
            .where(waits)
            .order_by(visits.c.work.desc(), visits.c.fetched_at, visits.c.id)  # "visit" > "reprocess"
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self._store.write() as connection:
            rows = connection.execute(wanted).all()
            if rows:
                connection.execute(
                    sa.update(visits)
                    .where(visits.c.id.in_([row.id for row in rows]))
                    .values(state="refining", lease=visits.c.lease + 1, leased_until=now + ttl)
                )
            return [visit_rows.as_page_ref(row, row.lease + 1) for row in rows]

    def give_back(self, refs: Sequence[PageRef]) -> int:
        """Let pages that were not refined wait again; returns how many leases were still held."""
        with self._store.write() as connection:
            waits = {"state": "fetched", "leased_until": None}
            return sum(
                visit_rows.change_held(connection, ref.visit, ref.lease, "refining", waits)
                for ref in sorted(refs, key=lambda ref: ref.visit)
            )

    def ended_refined(self, ref: PageRef, outcome: Outcome, now: datetime) -> bool:
        """End a page that is no article (rejected) or cannot be read (broken); False if the lease is lost.

        Its validators are not believed: the next visit asks for the whole page again.
        """
        with self._store.write() as connection:
            if visit_rows.holds(connection, ref.visit, ref.lease, "refining") is None:
                return False
            visit_rows.end(connection, ref.visit, outcome, now)
            if ref.kind == "visit":
                visit_rows.note_outcome(connection, ref.url, outcome)
            return True
