"""How what was learnt of a list is written down and read back."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from articles.page import Visit
from ledger.schema import key, lists
from ledger.store import Store
from ledger.values import ListMemory

_SECOND = timedelta(seconds=1)
_OF = sa.select(lists).where(lists.c.key == sa.bindparam("v_key"))


def of(connection: Connection, url: str) -> ListMemory:
    """Return what was learnt of the list at this address, nothing if it was never read."""
    row = connection.execute(_OF, {"v_key": key(url)}).one_or_none()
    if row is None:
        return ListMemory()
    return ListMemory(
        every=None if row.every is None else row.every * _SECOND,
        full_at=row.full_at,
        since_full=row.since_full,
        body=row.body,
        shown=tuple(row.shown),
        sitemaps=row.sitemaps,
        moved_to=row.moved_to,
        moves=row.moves,
    )


def keep(store: Store, connection: Connection, visit: Visit, memory: ListMemory) -> None:
    """Write down what the visit taught, in the visit's own transaction."""
    learnt = {
        "every": None if memory.every is None else memory.every // _SECOND,
        "full_at": memory.full_at,
        "since_full": memory.since_full,
        "body": memory.body,
        "shown": list(memory.shown),
        "sitemaps": memory.sitemaps,
        "moved_to": memory.moved_to,
        "moves": memory.moves,
    }
    row = {"key": key(visit.url), "url": visit.url, "source": visit.source, "kind": visit.kind, **learnt}
    insert = store.insert(lists).values(row)
    connection.execute(insert.on_conflict_do_update(index_elements=[lists.c.key], set_=learnt))


def sitemaps_of(connection: Connection, source: str) -> list[str]:
    """Return the addresses of a source's sitemaps, in order."""
    wanted = sa.select(lists.c.url).where(lists.c.source == source, lists.c.kind == "sitemap").order_by(lists.c.url)
    return list(connection.execute(wanted).scalars())
