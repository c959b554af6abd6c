"""Wrong use, wrong config, and parts that fail: one clear message each, the right exit code, and never a traceback."""

from __future__ import annotations

import re
import resource
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.demo_site.server import SiteServer
from app.demo_site.sources import sources
from config.load import load
from pipeline.services import Services
from tests.app.commanding import LOOPBACK, Told, command, done, environment, in_child
from tests.stories.desks import new_desk


@pytest.fixture(autouse=True)
def loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LAGEBILD_HOME", raising=False)
    with environment(XDG_DATA_HOME=str(tmp_path / "none"), **LOOPBACK):
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk that watches nothing yet."""
    return new_desk(tmp_path / "desk")


@pytest.fixture(scope="module")
def site() -> Iterator[SiteServer]:
    with SiteServer(datetime.now(UTC) - timedelta(hours=2)) as server:
        yield server


@pytest.fixture
def watching(site: SiteServer, tmp_path: Path) -> Path:
    """A desk that watches the smallest of the demo's titles."""
    return new_desk(tmp_path / "watching", [one for one in sources(site.origin) if one["id"] == "kuestenblatt"])


def assert_told(told: Told, code: int, *words: str) -> None:
    """One message that says all of this, and nothing that only a programmer reads."""
    assert told.code == code, told.err
    assert told.err.startswith("lagebild: ")
    assert "Traceback" not in told.err
    for word in words:
        assert word in told.err


class TestConfig:
    def test_broken_yaml(self, desk: Path) -> None:
        (desk / "config" / "alerts.yaml").write_text("alerts:\n  - id: a\n   query: x\n", encoding="utf-8")
        assert_told(command("-C", desk, "run"), 2, "config/alerts.yaml:3")

    def test_an_unknown_key_names_the_nearest_valid_one(self, desk: Path) -> None:
        (desk / "lagebild.yaml").write_text("languages: [de]\nuser_agnet: me@example.org\n", encoding="utf-8")
        assert_told(command("-C", desk, "status"), 2, "lagebild.yaml:2", "user_agnet", "'user_agent'")

    def test_an_alert_that_names_an_unknown_channel(self, desk: Path) -> None:
        alerts = "alerts:\n  - id: a\n    query: Helsing\n    channels: [fiel]\n"
        (desk / "config" / "alerts.yaml").write_text(alerts, encoding="utf-8")
        assert_told(command("-C", desk, "alerts", "check"), 2, "config/alerts.yaml:4", "fiel", "'file'")

    def test_a_query_with_an_unclosed_quote_is_shown_with_its_place(self, desk: Path) -> None:
        good = "alerts:\n  - id: good\n    query: NATO\n    channels: []\n"
        alerts = good + "  - id: a\n    query: 'Helsing AND \"Quantum'\n    channels: []\n"
        (desk / "config" / "alerts.yaml").write_text(alerts, encoding="utf-8")
        told = command("-C", desk, "alerts", "check")
        assert_told(told, 2, "config/alerts.yaml:5", "alerts.a.query", 'Helsing AND "Quantum')
        lines = told.err.splitlines()
        (shown,) = [number for number, line in enumerate(lines) if line.strip() == 'Helsing AND "Quantum']
        assert lines[shown + 1].index("^") == lines[shown].index('"')
        assert command("-C", desk, "run").code == 2  # and before anything is fetched
        assert_told(command("query", "explain", '"unclosed'), 2, "^")

    def test_all_mistakes_are_told_at_once(self, desk: Path) -> None:
        (desk / "config" / "alerts.yaml").write_text("alerts:\n  - id: A B\n    query: x\n", encoding="utf-8")
        (desk / "config" / "sources" / "x.yaml").write_text("name: X\naddresses: []\n", encoding="utf-8")
        assert_told(command("-C", desk, "sources", "check"), 2, "config/alerts.yaml", "config/sources/x.yaml", "channels")

    def test_a_wrong_setting_from_the_environment_names_its_variable(self, desk: Path) -> None:
        with environment(LAGEBILD_WORKERS="many"):
            assert_told(command("-C", desk, "status"), 2, "LAGEBILD_WORKERS")


class TestWords:
    def test_no_desk(self, tmp_path: Path) -> None:
        assert_told(command("run"), 2, str(tmp_path / "none" / "lagebild"), "lagebild init")
        assert_told(command("-C", tmp_path / "nowhere", "search", "x"), 2, "no such folder")
        (tmp_path / "empty").mkdir()
        assert_told(command("-C", tmp_path / "empty", "status"), 2, "is no desk")

    def test_init_leaves_a_folder_alone_that_holds_something(self, desk: Path) -> None:
        assert_told(command("init", desk), 2, "is not empty")

    def test_an_unknown_command_or_option(self, desk: Path) -> None:
        assert_told(command("serach", "x"), 2, "serach", "search", "Try: lagebild --help")
        assert_told(command("-C", desk, "search", "x", "--limti", "3"), 2, "--limti", "--limit")
        assert_told(command("-C", desk, "search", "x", "--limit", "0"), 2, "--limit")
        assert_told(command("show"), 2, "ID")
        assert_told(command("links", "--kind", "feeed"), 2, "feeed")

    def test_an_unknown_source(self, watching: Path) -> None:
        assert_told(command("-C", watching, "run", "--source", "kuestenblat"), 2, "kuestenblat", "'kuestenblatt'")

    def test_an_unknown_alert(self, desk: Path) -> None:
        assert_told(command("-C", desk, "alerts", "test", "helsnig"), 2, "helsnig", "'helsing'")

    def test_an_unknown_facet(self, desk: Path) -> None:
        assert_told(command("-C", desk, "search", "x", "--facet", "sourse"), 2, "--facet", "'source'")

    @pytest.mark.parametrize("command_", ["export", "reprocess", "search"])
    def test_a_since_that_is_no_time(self, desk: Path, command_: str) -> None:
        assert done("-C", desk, "index", "migrate").code == 0
        words = ["Helsing"] if command_ == "search" else []
        assert_told(command("-C", desk, command_, *words, "--since", "last tuesday"), 2, "since", "last tuesday")

    def test_nothing_to_search_for(self, desk: Path) -> None:
        assert_told(command("-C", desk, "search", "  "), 2, "lagebild search QUERY")

    def test_no_index_yet(self, desk: Path) -> None:
        assert_told(command("-C", desk, "search", "x"), 1, "lagebild")

    def test_forgetting_needs_a_reason_and_an_article(self, desk: Path) -> None:
        assert_told(command("-C", desk, "forget", "0123456789abcdef"), 2, "--reason")
        assert_told(command("-C", desk, "forget", "0123456789abcdef", "--reason", " "), 2, "--reason")
        assert_told(command("-C", desk, "forget", "0123456789abcdef", "--reason", "x"), 1, "0123456789abcdef")

    @pytest.mark.parametrize("url", ["not-an-address", "ftp://x.example/", "http://", "http://["])
    def test_an_address_that_is_none(self, desk: Path, url: str) -> None:
        assert command("-C", desk, "sources", "add", url).code == 2
        assert command("-C", desk, "show", url).code in (1, 2)


class TestPartsThatFail:
    def test_a_locked_index_is_caught_up_by_the_next_run(self, watching: Path) -> None:
        done("-C", watching, "index", "migrate")
        with locked_index(watching):
            told = command("-C", watching, "run", "--json")
            assert_told(told, 3, "behind", "the next run goes on")
            assert told.json["articles"]["new"] == told.json["index_behind"] > 0
        assert done("-C", watching, "run", "--json").json["index_behind"] == 0
        assert done("-C", watching, "search", "Helsingborg OR Hafen", "--json").json["total"] > 0
        assert done("-C", watching, "check").code == 0

    def test_a_newer_ledger_is_left_alone(self, desk: Path) -> None:
        done("-C", desk, "status")
        with sqlite3.connect(desk / "data" / "ledger.sqlite") as ledger:
            ledger.execute("update alembic_version set version_num = '9999'")
        ledger.close()
        assert_told(command("-C", desk, "status"), 2, "newer")

    def test_another_desk_s_ledger_is_refused(self, desk: Path, tmp_path: Path) -> None:
        done("-C", desk, "status")
        other = new_desk(tmp_path / "other")
        with environment(LAGEBILD_DATABASE=f"sqlite:///{desk}/data/ledger.sqlite"):
            assert_told(command("-C", other, "status"), 2, "desk")

    def test_a_locked_ledger_is_told_and_nothing_lost(self, desk: Path) -> None:
        done("-C", desk, "status")
        (desk / "data" / "ledger.sqlite").chmod(0o600)
        told = in_child("-C", desk, "status", env={"LAGEBILD_DATABASE": "postgresql+psycopg://nobody@127.0.0.1:1/none"})
        assert_told(told, 3)

    def test_a_full_disk_is_told_and_the_next_run_loses_nothing(self, watching: Path) -> None:
        """No file of the run may grow beyond a few hundred KB: the archive, the ledger or the index meets the end."""
        whole = None
        for limit in (150_000, 450_000):
            told = in_child("-C", watching, "run", "--json", preexec_fn=lambda: _no_more_than(limit))  # noqa: B023
            assert told.code in (0, 3), told.err
            if told.code == 3:
                assert_told(told, 3)
                whole = limit
            assert done("-C", watching, "check", "--json").json["gaps"] == []
        assert whole is not None, "no limit was met"
        assert done("-C", watching, "run", "--source", "kuestenblatt", "--json").json["index_behind"] == 0
        assert len(done("-C", watching, "export").lines) == 5
        assert done("-C", watching, "check").code == 0


@contextmanager
def locked_index(desk: Path) -> Iterator[None]:
    """Hold the index as another process that writes to it."""
    engine = Services(load(desk)).engine
    try:
        engine.put([])
        yield
    finally:
        engine.close()


def _no_more_than(size: int) -> None:
    """Writing further than this fails as on a full disk, with EFBIG: the signal is ignored, as Python itself does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class TestFaultsOfOurs:
    @pytest.fixture
    def fault(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        from ledger.book import Ledger

        def fail(*_: object) -> None:
            raise ZeroDivisionError("one\ntwo")

        monkeypatch.setattr(Ledger, "status", fail)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "logs"))
        (tmp_path / "logs").mkdir()
        return tmp_path / "logs"

    def test_one_line_and_the_details_in_a_file(self, desk: Path, fault: Path) -> None:
        told = command("-C", desk, "status")
        assert_told(told, 4, "a fault of Lagebild itself: ZeroDivisionError: one two")
        assert len(told.err.splitlines()) == 1
        (log,) = fault.iterdir()
        assert str(log) in told.err
        assert "Traceback" in log.read_text(encoding="utf-8")

    def test_debug_shows_the_traceback(self, desk: Path, fault: Path) -> None:
        with pytest.raises(ZeroDivisionError):
            command("--debug", "-C", desk, "status")
        assert list(fault.iterdir()) == []

    def test_debug_shows_where_a_told_error_came_from_too(self, desk: Path) -> None:
        told = command("--debug", "-C", desk, "alerts", "test", "nobody")
        assert told.code == 2
        assert "Traceback" in told.err


def test_help_and_no_command_are_no_errors() -> None:
    told = command("--help")
    assert told.code == 0
    assert re.search(r"^ +run +One pass now", told.out, re.MULTILINE)
    assert command("alerts", "--help").code == 0
