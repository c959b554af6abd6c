"""Which versions of alerts, sources, topics and entities there have been: what a match or annotation was made with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.schema import config_versions
from ledger.store import Store
from ledger.values import ConfigKind

_TABLE = config_versions.c


class Configs:
    """The versions of the desk's config, each under the hash of its body; bodies hold no secrets."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, kind: ConfigKind, id_: str, body: Mapping[str, Any], now: datetime) -> str:
        """Make this body the current version of ``id_`` and return its hash; nothing is written if it is already."""
        digest = version(body)
        with self._store.read() as connection:
            if self._current(connection, kind).get(id_) == digest:
                return digest
        with self._store.write() as connection:
            last = connection.execute(
                sa.select(sa.func.max(_TABLE.seen_at)).where(_TABLE.kind == kind, _TABLE.id == id_)
            ).scalar()
            seen_at = now if last is None else max(now, last + timedelta(microseconds=1))
            row = {"kind": kind, "id": id_, "hash": digest, "body": dict(body), "seen_at": seen_at}
            insert = self._store.insert(config_versions)
            connection.execute(
                insert.on_conflict_do_update(index_elements=["kind", "id", "hash"], set_={"seen_at": seen_at}), row
            )
        return digest

    def seen(self, kind: ConfigKind) -> dict[str, str]:
        """Return the current hash of every id of this kind that was ever recorded."""
        with self._store.read() as connection:
            return self._current(connection, kind)

    def body(self, kind: ConfigKind, id_: str, digest: str) -> Mapping[str, Any] | None:
        """Return the body recorded under a hash, None if there is none."""
        wanted = sa.select(_TABLE.body).where(_TABLE.kind == kind, _TABLE.id == id_, _TABLE.hash == digest)
        with self._store.read() as connection:
            found: Mapping[str, Any] | None = connection.execute(wanted).scalar_one_or_none()
        return found

    @staticmethod
    def _current(connection: Connection, kind: ConfigKind) -> dict[str, str]:
        rows = connection.execute(sa.select(_TABLE.id, _TABLE.hash).where(_TABLE.kind == kind).order_by(_TABLE.seen_at))
        return {row.id: row.hash for row in rows}


def version(body: Mapping[str, Any]) -> str:
    """Return 16 hex digits of the SHA-256 of a config's canonical JSON: its version."""
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
