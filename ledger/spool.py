"""What the index must still take, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ledger import sequence
from ledger.schema import IS_UNTAKEN, spool
from ledger.store import Store
from ledger.values import SpoolRow


class Spool:
    """The changes of the ledger as the index sees them; a row is taken once, and taking it twice does no harm."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def batch(self, limit: int) -> list[SpoolRow]:
        """Return the first ``limit`` changes that the index has not taken, in order of their number."""
        wanted = sa.select(spool.c.seq, spool.c.op, spool.c.article_id).where(IS_UNTAKEN).order_by(spool.c.seq).limit(limit)
        with self._store.read() as connection:
            return [SpoolRow(row.seq, row.op, row.article_id) for row in connection.execute(wanted)]

    def done(self, seqs: Sequence[int]) -> None:
        """Note that the index has durably taken these changes."""
        if not seqs:
            return
        with self._store.write() as connection:
            connection.execute(
                sa.update(spool).where(spool.c.seq == sa.bindparam("v_seq")).values(taken=1),
                [{"v_seq": seq} for seq in sorted(seqs)],
            )

    def behind(self) -> int:
        """Return how many changes the index has not taken."""
        with self._store.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).where(IS_UNTAKEN)).scalar_one())

    def head(self) -> int:
        """Return the number of the last change, 0 if there was none."""
        with self._store.read() as connection:
            return sequence.head(connection)
