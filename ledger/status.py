"""Where things stand: what waits, what is due, what was done last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import sequence
from ledger.schema import IS_UNTAKEN, addresses, articles, desk, outbox, revisions, visits
from ledger.store import Store
from ledger.values import Status, Waiting


def status(store: Store, now: datetime) -> Status:
    """Return counts by state and the last times of everything, from one state of the ledger."""
    with store.read() as connection:
        waits = visits.c.state.in_(("fetched", "refining")), visits.c.work == "visit"
        size = sa.func.coalesce(sa.func.sum(visits.c.record_length), 0)
        pages, weight = connection.execute(sa.select(sa.func.count(), size).where(*waits)).one()
        due = visits.c.state == "queued", visits.c.due_at <= now
        last_of = sa.select(addresses.c.source, sa.func.max(addresses.c.last_visit, type_=addresses.c.last_visit.type))
        return Status(
            desk=connection.execute(sa.select(desk.c.id)).scalar_one_or_none(),
            visits=counts(connection, visits.c.state),
            articles=_number(connection, sa.select(sa.func.count()).where(articles.c.state == "live")),
            waiting=Waiting(pages, int(weight)),
            due=_number(connection, sa.select(sa.func.count()).where(*due)),
            behind=_number(connection, sa.select(sa.func.count()).where(IS_UNTAKEN)),
            head=sequence.head(connection),
            outbox=counts(connection, outbox.c.state),
            last_visit_at=_last(connection, addresses.c.last_visit),
            last_filed_at=_last(connection, revisions.c.filed_at),
            sources={
                row[0]: row[1]
                for row in connection.execute(
                    last_of.where(addresses.c.last_visit.is_not(None)).group_by(addresses.c.source)
                )
            },
        )


def counts(connection: Connection, column: sa.Column[Any]) -> dict[str, int]:
    """Return how many rows have each value of a column, ordered by the value."""
    rows = connection.execute(sa.select(column, sa.func.count()).group_by(column).order_by(column))
    return {str(value): int(number) for value, number in rows}


def _number(connection: Connection, wanted: sa.Select[tuple[int]]) -> int:
    return int(connection.execute(wanted).scalar_one())


def _last(connection: Connection, column: sa.Column[Any]) -> datetime | None:
    last: datetime | None = connection.execute(sa.select(sa.func.max(column))).scalar_one_or_none()
    return last
