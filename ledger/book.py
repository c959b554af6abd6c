"""The ledger as a whole: opened by its address, checked to be this desk's, and asked through its parts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from articles.errors import Wrong
from ledger import check, forget, status, upgrade
from ledger.configs import Configs
from ledger.files import Files
from ledger.outbox import Outbox
from ledger.schema import desk as desk_table
from ledger.site_files import SiteFiles
from ledger.source_history import SourceHistory
from ledger.spool import Spool
from ledger.store import Store
from ledger.values import CheckReport, Forgotten, Status
from ledger.visits import Visits

if TYPE_CHECKING:  # reading WARC costs every command that asks the ledger a twentieth of a second
    from ledger.archive import Archive


class Ledger:
    """One desk's memory. Every method of its parts is one transaction; several processes may use it at once.

    Any of them may raise Transient (locked, full, out of reach: nothing was written) and Broken (damaged).
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.visits = Visits(store)
        self.files = Files(store)
        self.outbox = Outbox(store)
        self.spool = Spool(store)
        self.configs = Configs(store)
        self.history = SourceHistory(store)
        self.site_files = SiteFiles(store)

    @classmethod
    def open(cls, url: str, *, desk: str | None = None, migrate: bool = True) -> Self:
        """Open ``sqlite:///FILE`` or ``postgresql://...``, making what is missing.

        ``desk`` is noted in a new ledger and compared in an old one. An older SQLite schema is backed up and migrated if
        ``migrate``. Raises Wrong for a wrong URL, another desk's ledger, an older schema that may not be migrated here, or
        a newer one; Transient if the database is locked or out of reach.
        """
        store = Store(url)
        try:
            upgrade.bring_up(store, migrate=migrate)
            if desk is not None:
                _claim(store, desk)
        except BaseException:
            store.close()
            raise
        return cls(store)

    @staticmethod
    def upgrade(url: str) -> Path | None:
        """Bring a ledger's schema up to date on the operator's word; returns the backup that was made (SQLite)."""
        store = Store(url)
        try:
            return upgrade.bring_up(store, migrate=True, upgrade=True)
        finally:
            store.close()

    def check(self, archive: Archive | None = None) -> CheckReport:
        """Prove that nothing is missing, see ``ledger.check``; with an archive also that every record can be read."""
        return check.check(self._store, archive)

    def status(self, now: datetime) -> Status:
        """Return where things stand."""
        return status.status(self._store, now)

    def forget(self, id_or_url: str, reason: str, now: datetime, archive: Archive | None = None) -> Forgotten:
        """Remove an article on request, see ``ledger.forget``; without the archive its raw pages stay until repeated."""
        return forget.forget(self._store, archive, id_or_url, reason, now)

    def close(self) -> None:
        """Close every connection; the ledger is not used afterwards."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _claim(store: Store, desk: str) -> None:
    """One database holds one desk: note its id in a new ledger, refuse another's."""
    with store.read() as connection:
        found = connection.execute(sa.select(desk_table.c.id)).scalar_one_or_none()
    if found is None:
        with store.write() as connection:
            connection.execute(store.insert_new(desk_table), [{"one": 1, "id": desk}])
            found = connection.execute(sa.select(desk_table.c.id)).scalar_one()
    if found != desk:
        raise Wrong(
            f"the ledger {store.place} belongs to the desk {found!r}, not to {desk!r}: one database holds one desk",
            field="database",
        )
