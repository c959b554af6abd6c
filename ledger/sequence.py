"""The order of everything that changed: numbers without holes, given so that commit order is number order."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.schema import sequence, spool

_LOCK = 0x6C616765
"""Key of the advisory lock, one per database: the letters ``lage``."""

_HOLD = sa.select(sa.func.pg_advisory_xact_lock(_LOCK))
_NEXT = sa.update(sequence).values(head=sequence.c.head + 1).returning(sequence.c.head)
_SPOOL = sa.insert(spool)


def take(connection: Connection) -> int:
    """Take the next number, near the end of a writing transaction, and keep everybody else from taking one until commit.

    SQLite's writers are alone anyway; on PostgreSQL an advisory lock is held. So whoever has read up to a number has
    missed nothing below it.
    """
    hold(connection)
    number: int = connection.execute(_NEXT).scalar_one()
    return number


def spool_change(connection: Connection, seq: int, op: Literal["put", "delete"], article_id: str) -> None:
    """File what the index must do because of change ``seq``."""
    connection.execute(_SPOOL, {"seq": seq, "op": op, "article_id": article_id, "taken": 0})


def hold(connection: Connection) -> None:
    """Hold the lock of the sequence until the transaction ends, so that what is read next stays true until then."""
    if connection.dialect.name == "postgresql":
        connection.execute(_HOLD)


def head(connection: Connection) -> int:
    """Return the highest number given, 0 before the first."""
    number: int = connection.execute(sa.select(sequence.c.head)).scalar_one()
    return number
