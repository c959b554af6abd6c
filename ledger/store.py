"""How the ledger's database is opened and how a transaction begins, ends and fails, on SQLite and on PostgreSQL."""

from __future__ import annotations

import importlib.util
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.dml import Insert

from articles.errors import Broken, Transient, Wrong

_WRITES = "lagebild_writes"
BUSY_SECONDS = 15
"""How long a transaction waits for another process's lock; ``?timeout=`` in a SQLite URL says otherwise."""


class Store:
    """One opened database; ``read`` and ``write`` are its only transactions, ``place`` names it in messages."""

    def __init__(self, url: str) -> None:
        parsed = _parsed(url)
        self.engine: Engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
        self.place = parsed.render_as_string(hide_password=True)
        self.file = Path(parsed.database or "") if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one file of ours."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One writing transaction: all or nothing. SQLite's writers queue from the start (BEGIN IMMEDIATE).

        Raises Transient when the database is locked, full or out of reach, Broken when it is damaged.
        """
        with self.failures(), self.engine.connect() as connection:
            connection = connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One reading transaction over one unchanging state of the database; raises as ``write``."""
        with self.failures(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Turn what the database says into our families of errors."""
        try:
            yield
        except exc.IntegrityError:
            raise  # a law broken by our own code: never a matter of trying again
        except (exc.DBAPIError, sqlite3.Error) as error:
            raise self._as_ours(error) from error

    def _as_ours(self, error: exc.DBAPIError | sqlite3.Error) -> Exception:
        cause = error.orig if isinstance(error, exc.DBAPIError) else error
        said = (str(cause).strip() or type(cause).__name__).splitlines()[0]
        if "full" in said or "No space left" in said:
            return Transient(f"the disk is full: {self.place}: {said}; nothing was written; free space and try again")
        if "locked" in said or "busy" in said:
            return Transient(f"the ledger is locked by another process: {self.place}; nothing was written; try again")
        if "malformed" in said or "not a database" in said:
            return Broken(f"the ledger is damaged: {self.place}: {said}; restore it from a backup")
        if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.InternalError | sqlite3.OperationalError):
            return Transient(f"the ledger cannot be used: {self.place}: {said}; nothing was written")
        return error

    def insert_new(self, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
        """Return an insert that leaves rows that stand already as they are."""
        return self.insert(table).on_conflict_do_nothing()

    def insert(self, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
        """Return this database's own insert, which knows ``on_conflict_*``."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def empty_log(self) -> None:
        """Move SQLite's write-ahead log into the file and overwrite it, as far as no reader still needs it."""
        if self.is_sqlite:
            with self.failures(), self.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def new_ids(connection: Connection, insert: Insert, id_column: sa.Column[Any], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert the rows and return the ids of those that were really added, in no order."""
    return list(connection.execute(insert.returning(id_column), list(rows)).scalars()) if rows else []


def _parsed(url: str) -> URL:
    if url.startswith("postgres://"):
        url = "postgresql" + url.removeprefix("postgres")
    try:
        parsed = sa.make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        raise Wrong(f"not a database URL: {url!r}; write sqlite:///FILE or postgresql://...", field="database") from error
    if parsed.drivername == "postgresql":
        if importlib.util.find_spec("psycopg") is None:
            raise Wrong("PostgreSQL needs psycopg: pip install 'lagebild[postgresql]'", field="database")
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise Wrong(
            f"no such kind of database: {parsed.drivername!r}; write sqlite:///FILE or postgresql://...", field="database"
        )
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise Wrong("the ledger needs a file, as in sqlite:///data/ledger.sqlite", field="database")
    return parsed


def _postgresql(url: URL) -> Engine:
    return sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": BUSY_SECONDS})


def _sqlite(url: URL) -> Engine:
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    if "timeout" not in url.query:
        url = url.update_query_dict({"timeout": str(BUSY_SECONDS)})
    engine = sa.create_engine(url)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(raw: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """A commit is on the disk before it is answered, readers never wait for writers, and what is deleted is overwritten."""
    assert isinstance(raw, sqlite3.Connection)
    raw.isolation_level = None  # begin is ours, see _begin
    _log_ahead(raw)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        raw.execute(f"PRAGMA {pragma}").close()


def _log_ahead(raw: sqlite3.Connection) -> None:
    """Turn the write-ahead log on, waiting for whoever is doing the same.

    SQLite's own timeout does not hold here: two connections that both read the new file's header and both want it
    exclusively would wait for each other for ever, so one is told "locked" at once (https://sqlite.org/rescode.html#busy).
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            raw.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - spreads the tries, guards nothing


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
