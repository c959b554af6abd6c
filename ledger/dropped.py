"""Which raw pages the archive no longer keeps: noted in the journal, page by page, before their segment goes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.schema import Instant, journal, visits
from ledger.store import Store

_LOCK = 0x6C616761
"""Key of the advisory lock, one per database: the letters ``laga``. Not the sequence's, under which pages are filed."""

_HOLD = sa.select(sa.func.pg_advisory_xact_lock(_LOCK))
_MINE = sa.and_(journal.c.visit_id == visits.c.id, journal.c.word == "dropped")

IS_DROPPED = sa.exists().select_from(journal).where(_MINE)
"""Of a visit: its bytes lay in a segment that was dropped."""

DROPPED_AT = sa.select(journal.c.at).where(_MINE).scalar_subquery()
"""Of a visit: when, or null."""


def drop(store: Store, segment: str, now: datetime) -> bool:
    """Note that every page of this segment is dropped; False, and nothing noted, while one of them is still to be read.

    Doing it again keeps the first time.
    """
    mine = visits.c.segment == segment
    with store.write() as connection:
        hold(connection)
        if connection.execute(sa.select(visits.c.id).where(mine, visits.c.ended_at.is_(None)).limit(1)).first():
            return False
        word, at, none = sa.literal("dropped"), sa.literal(now, Instant), sa.literal(0)
        entries = sa.select(visits.c.id, word, at, none).where(mine, ~IS_DROPPED)
        connection.execute(sa.insert(journal).from_select(["visit_id", "word", "at", "matches"], entries))
        return True


def hold(connection: Connection) -> None:
    """Let nobody else drop pages, or ask for dropped ones to be read anew, until the transaction ends.

    SQLite's writers are alone anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_HOLD)
