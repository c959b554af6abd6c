"""Which schema a database has, and how it is brought to the one this code knows: never silently, never without a backup."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from articles.errors import Wrong
from ledger.store import Store

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

HEAD = "0003"
"""The newest migration; kept beside the folder so that an up-to-date ledger opens without importing Alembic."""

FOLDER = Path(__file__).parent / "migrations"


def bring_up(store: Store, *, migrate: bool, upgrade: bool = False) -> Path | None:
    """Make the database have the schema of ``HEAD`` and return the backup that was made, if any.

    A new database gets its tables. An older SQLite schema is backed up beside the file and migrated if ``migrate``; an
    older PostgreSQL schema only by ``upgrade`` (``lagebild upgrade``), after the operator's own backup. Raises Wrong for
    an older schema that may not be migrated here and for one this version does not know.
    """
    with store.read() as connection:
        found = _revision(connection)
    if found == HEAD:
        return None
    backup = None
    if found is not None:
        _refuse_unknown(store, found)
        if not (upgrade or (migrate and store.is_sqlite)):
            raise Wrong(
                f"the ledger has the older schema {found}, this version needs {HEAD}: back up {store.place}, then run "
                "`lagebild upgrade`",
                field="database",
            )
        backup = _back_up(store, found) if store.is_sqlite else None
    with store.write() as connection:
        _migrate(connection)
    return backup


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory  # 0.15 s, needed only when tables are made or changed

    return ScriptDirectory(str(FOLDER))


def _refuse_unknown(store: Store, found: str) -> None:
    if found not in {script.revision for script in _scripts().walk_revisions()}:
        raise Wrong(
            f"the ledger {store.place} has the schema {found}, which this version ({HEAD}) does not know: it was "
            "written by a newer Lagebild, or is no ledger; install the newer version",
            field="database",
        )


def _back_up(store: Store, found: str) -> Path:
    assert store.file is not None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    target = store.file.with_name(f"{store.file.name}.{found}-{stamp}.backup")
    with store.failures(), contextlib.closing(sqlite3.connect(store.file)) as raw:
        raw.execute("VACUUM INTO ?", (str(target),))
    return target


def _migrate(connection: Connection) -> None:
    """Run what is missing inside the caller's transaction; another process may have done it meanwhile."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext, RevisionStep

    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    scripts = _scripts()

    def missing(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs("head", revision)  # as Alembic's own upgrade command does

    with EnvironmentContext(Config(), scripts, fn=missing) as environment:
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()


_MIGRATION_LOCK = 0x6C61676D
"""Key of the advisory lock that lets one process at a time change the tables: the letters ``lagm``."""
