"""The service as a person runs it: it watches by schedule, keeps to itself, and leaves the user's own Prefect alone."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.demo_site.server import SiteServer
from tests.flows.running import Up, wait_for, write_desk

pytestmark = pytest.mark.timeout(400)  # it takes 60 s on an idle machine


def test_a_schedule_creates_runs_that_really_crawl(up: Up, site: SiteServer) -> None:
    def runs() -> list[tuple[str, str]] | None:
        with httpx.Client(base_url=up.pages + "/api", trust_env=False) as client:
            found = client.post(
                "/flow_runs/filter", json={"flows": {"name": {"any_": ["monitor"]}}, "sort": "EXPECTED_START_TIME_ASC"}
            ).json()
        ended = [(run["state_name"], run["state"]["message"]) for run in found if run["auto_scheduled"] and run["end_time"]]
        return ended if sum(name == "Completed" for name, _ in ended) >= 2 else None

    ended = wait_for(runs, "two completed scheduled runs", up)
    assert any("new articles" in message for _, message in ended)
    assert ("/de/feed.rss", 200) in site.requests
    with sqlite3.connect(f"file:{up.desk}/data/ledger.sqlite?mode=ro", uri=True) as ledger:
        filed = ledger.execute("select count(*) from articles").fetchone()[0]
        waiting = ledger.execute("select count(*) from visits where state in ('fetched', 'refining')").fetchone()[0]
    assert filed > 40
    assert waiting == 0
    assert (up.desk / "data" / "index").is_dir()


def test_it_says_what_runs_when(up: Up) -> None:
    assert "every 10s, with kuestenblatt, lagebote" in up.said("monitor defence-courier")
    assert "every 1h" in up.said("health:")
    assert "new articles" in up.said("visits")


def test_a_second_service_on_the_desk_is_refused(up: Up) -> None:
    code = "import sys; from app.door import run; sys.exit(run(['-C', sys.argv[1], 'up']))"
    up.said("watching")
    second = subprocess.run([sys.executable, "-c", code, up.desk], capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 2
    assert f"watched already, by process {up.process.pid}" in second.stderr


def test_everything_of_prefect_lies_in_the_desk(up: Up) -> None:
    up.said("visits")
    assert (up.desk / "data" / "prefect" / "prefect.db").is_file()
    assert not list(up.home.rglob("*prefect*")), "the user's home was written to"


def test_telemetry_and_promotion_are_off_on_the_server(up: Up) -> None:
    server = httpx.get(up.pages + "/api/admin/settings", trust_env=False).json()["server"]
    assert server["analytics_enabled"] is False
    assert server["ui"]["show_promotional_content"] is False
    assert httpx.get(up.pages + "/ui-settings", trust_env=False).status_code == 200
    assert server["api"]["host"] == "127.0.0.1"


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Host": "evil.example:80"}, {"Origin": "http://evil.example"}, {"Origin": "null"}],
)
def test_only_the_servers_own_pages_may_ask_it(up: Up, headers: dict[str, str]) -> None:
    refused = httpx.post(up.pages + "/api/flow_runs/filter", json={}, headers=headers, trust_env=False)
    assert refused.status_code == 403
    own = httpx.post(up.pages + "/api/flow_runs/filter", json={}, headers={"Origin": up.pages}, trust_env=False)
    assert own.status_code == 200


def test_it_listens_on_loopback_only(up: Up) -> None:
    listening = [
        connection.laddr.ip
        for process in up.family()
        for connection in process.net_connections()
        if connection.status == "LISTEN"
    ]
    assert set(listening) == {"127.0.0.1"}


def test_commands_that_need_no_server_never_import_prefect(tmp_path: Path) -> None:
    code = "import sys; import app.cli, pipeline.passes; import app.commands.up; print('prefect' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip() == "False"


def test_with_the_users_own_server_it_starts_none_and_leaves_no_schedule_behind(
    up: Up, site: SiteServer, tmp_path: Path
) -> None:
    """The shared service's server stands in for the user's. It stops by Ctrl-C here, the shared service by SIGTERM."""
    desk = write_desk(tmp_path / "guest", site.origin, "10s")
    guest = Up(desk, tmp_path, LAGEBILD_PREFECT_API=up.pages + "/api")
    guest.said("watching")
    guest.said("new articles")
    assert guest.pages == up.pages
    assert not (desk / "data" / "prefect").exists()
    assert guest.stop(signal.SIGINT) == 0, guest.lines
    assert "stopped; nothing is lost" in guest.lines[-1]
    deployments = httpx.post(up.pages + "/api/deployments/filter", json={}, trust_env=False).json()
    left = {deployment["name"]: deployment["paused"] for deployment in deployments if desk.name in deployment["name"]}
    assert len(left) == 3
    assert all(left.values())
