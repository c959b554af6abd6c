"""The files in which sites say how they want to be visited (robots.txt, tdmrep.json), as they were last read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ledger.schema import key, site_files
from ledger.store import Store


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One such file: when it was read, the status of the answer, its text as far as it is read."""

    read_at: datetime
    status: int
    text: str


class SiteFiles:
    """One row per address; each method is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def last(self, url: str) -> SiteFile | None:
        """Return the file as it was last read, None if never."""
        with self._store.read() as connection:
            row = connection.execute(sa.select(site_files).where(site_files.c.key == key(url))).one_or_none()
        return None if row is None else SiteFile(row.read_at, row.status, row.body)

    def keep(self, url: str, file: SiteFile) -> None:
        """Keep the file, in place of what was read before."""
        values = {"read_at": file.read_at, "status": file.status, "body": file.text}
        insert = self._store.insert(site_files).values({"key": key(url), "url": url, **values})
        with self._store.write() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=[site_files.c.key], set_=values))
