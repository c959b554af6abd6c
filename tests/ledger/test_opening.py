"""A ledger is opened by its URL, belongs to one desk, and its tables are changed only after a backup."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from articles.errors import Broken, Transient, Wrong
from ledger import schema, upgrade
from ledger.book import Ledger
from ledger.store import Store
from tests.ledger.conftest import Desk
from tests.services import postgres as service

BEFORE = upgrade.HEAD
NEXT = '''"""A change that a later version might bring."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    """Add a column."""
    op.add_column("articles", sa.Column("licence", sa.Text()))
'''


@pytest.fixture
def later_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make this process a Lagebild that knows one migration more."""
    folder = tmp_path / "migrations"
    versions = folder / "versions"
    versions.mkdir(parents=True)
    for script in (upgrade.FOLDER / "versions").glob("v*.py"):
        (versions / script.name).write_text(script.read_text())
    (versions / "v9999_licence.py").write_text(NEXT.format(head=upgrade.HEAD))
    monkeypatch.setattr(upgrade, "FOLDER", folder)
    monkeypatch.setattr(upgrade, "HEAD", "9999")
    return folder


@pytest.fixture
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that has no tables yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/deep/er/ledger.sqlite"
        return
    server: service.Postgres = request.getfixturevalue("postgres")
    url = server.fresh()
    yield url
    server.drop(url)


both = pytest.mark.parametrize("blank", ["sqlite", "postgresql"], indirect=True)


@both
def test_a_new_ledger_gets_exactly_the_tables_the_code_knows(blank: str) -> None:
    Ledger.open(blank).close()
    store = Store(blank)
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, schema.metadata)
    store.close()
    assert differences == []


def test_the_newest_migration_is_the_one_the_code_expects() -> None:
    scripts = ScriptDirectory(str(upgrade.FOLDER))
    assert scripts.get_heads() == [upgrade.HEAD]


def test_an_up_to_date_ledger_opens_without_importing_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    Ledger.open(url).close()
    code = f"import sys; from ledger.book import Ledger; Ledger.open({url!r}).close(); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@both
def test_one_database_holds_one_desk(blank: str) -> None:
    Ledger.open(blank, desk="north").close()
    Ledger.open(blank, desk="north").close()
    Ledger.open(blank).close()
    with pytest.raises(Wrong, match="belongs to the desk 'north', not to 'south'"):
        Ledger.open(blank, desk="south")


def test_a_commit_is_on_the_disk_and_readers_do_not_wait(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/ledger.sqlite")
    with store.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    store.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


def test_an_older_sqlite_ledger_is_backed_up_and_then_migrated(desk: Desk, later_version: Path, folder: Path) -> None:
    if not desk.url.startswith("sqlite"):
        with pytest.raises(Wrong, match="run `lagebild upgrade`"):
            Ledger.open(desk.url)
        return
    receipt = desk.file_page("/a")
    with Ledger.open(desk.url) as migrated:
        assert migrated.files.latest(receipt.id) is not None
    (backup,) = folder.glob("*.backup")
    with sqlite3.connect(backup) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (BEFORE,)
        assert old.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        assert "licence" not in {row[1] for row in old.execute("PRAGMA table_info(articles)")}
    old.close()
    with sqlite3.connect(desk.url.removeprefix("sqlite:///")) as new:
        assert "licence" in {row[1] for row in new.execute("PRAGMA table_info(articles)")}
    new.close()


def test_a_ledger_of_the_first_version_keeps_what_it_knew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, first = f"sqlite:///{tmp_path}/ledger.sqlite", tmp_path / "first"
    (first / "versions").mkdir(parents=True)
    shutil.copy(upgrade.FOLDER / "versions" / "v0001_first.py", first / "versions")
    with monkeypatch.context() as then:
        then.setattr(upgrade, "FOLDER", first)
        then.setattr(upgrade, "HEAD", "0001")
        Ledger.open(url, desk="d").close()
    visit = {"id": 1, "key": schema.key("u"), "url": "u", "source": "z", "kind": "article", "work": "visit"}
    visit |= {"state": "fetched", "due_at": 0, "attempt": 1, "lease": 1, "begun_at": 0, "fetched_at": 0, "final_url": "u"}
    visit |= {"segment": "s", "record_offset": 0, "record_length": 9}
    with sqlite3.connect(tmp_path / "ledger.sqlite") as old:
        old.execute(f"INSERT INTO visits ({', '.join(visit)}) VALUES (:{', :'.join(visit)})", visit)
    old.close()
    with Ledger.open(url, desk="d") as ledger:
        (ref,) = ledger.visits.lease(1, datetime(2026, 3, 2, tzinfo=UTC))
        assert (ref.url, ref.record.length) == ("u", 9)


def test_an_older_ledger_is_not_migrated_when_that_is_not_wanted(desk: Desk, later_version: Path) -> None:
    with pytest.raises(Wrong, match=rf"older schema {BEFORE}.*lagebild upgrade"):
        Ledger.open(desk.url, migrate=False)


@both
def test_the_operators_upgrade_migrates_either_database(
    blank: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    Ledger.open(blank).close()
    request.getfixturevalue("later_version")
    backup = Ledger.upgrade(blank)
    assert (backup is not None) == blank.startswith("sqlite")
    with Ledger.open(blank, migrate=False) as ledger:
        assert ledger.check().ok
    assert Ledger.upgrade(blank) is None, "nothing left to do"


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(desk: Desk, later_version: Path) -> None:
    script = later_version / "versions" / "v9999_licence.py"
    script.write_text(script.read_text() + '    op.execute("SELECT no_such_function()")\n')
    with pytest.raises((Transient, sa.exc.DBAPIError)):
        Ledger.upgrade(desk.url)
    store = Store(desk.url)
    with store.read() as connection:
        assert "licence" not in {column["name"] for column in sa.inspect(connection).get_columns("articles")}
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == BEFORE
    store.close()
    assert desk.gaps() == ()


def test_a_newer_ledger_is_refused(desk: Desk) -> None:
    store = Store(desk.url)
    with store.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '7777'"))
    try:
        with pytest.raises(Wrong, match=r"schema 7777, which this version .* newer Lagebild"):
            Ledger.open(desk.url)
    finally:
        with store.write() as connection:
            connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{BEFORE}'"))
        store.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ledger.sqlite", "not a database URL"),
        ("mysql://localhost/x", "no such kind of database"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_a_wrong_url_is_told_in_plain_words(url: str, message: str) -> None:
    with pytest.raises(Wrong, match=message):
        Ledger.open(url)


def test_both_spellings_of_a_postgresql_url_are_accepted_and_passwords_are_not_shown() -> None:
    for url in ("postgres://me:secret@localhost/desk", "postgresql://me:secret@localhost/desk"):
        store = Store(url)
        assert store.engine.dialect.driver == "psycopg"
        assert "secret" not in store.place
        store.close()


def test_a_server_that_is_not_there_is_a_matter_of_trying_again() -> None:
    with pytest.raises(Transient, match="cannot be used"):
        Ledger.open("postgresql://nobody@127.0.0.1:9/none")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"This is no database at all. " * 100)
    with pytest.raises(Broken, match="damaged"):
        Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite")


@both
def test_whoever_makes_the_ledger_at_the_same_time_makes_one(blank: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for opened in [pool.submit(Ledger.open, blank, desk="d") for _ in range(4)]:
            opened.result(60).close()
    with Ledger.open(blank, desk="d") as ledger:
        assert ledger.check().ok


def test_whoever_turns_the_log_on_at_the_same_time_waits_for_the_others(tmp_path: Path) -> None:
    """SQLite tells all but one "locked" at once there; without our waiting about one race in fifteen was lost."""
    for race in range(40):
        together = Barrier(8)

        def first_write(url: str, together: Barrier = together) -> None:
            store = Store(url)
            together.wait(30)
            with store.write() as connection:
                connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS seen (id INTEGER)")
            store.close()

        with ThreadPoolExecutor(8) as pool:
            for writer in [pool.submit(first_write, f"sqlite:///{tmp_path}/{race}.sqlite") for _ in range(8)]:
                writer.result(60)
