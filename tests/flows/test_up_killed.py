"""The service is killed in the middle of a run: nothing stays behind, and the next service goes on."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from app.demo_site.server import SiteServer
from config.load import load
from pipeline.services import open_services
from tests.flows.running import Up, wait_for, write_desk

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


def running(up: Up) -> bool:
    found = httpx.post(
        up.pages + "/api/flow_runs/filter",
        json={"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}, "flows": {"name": {"any_": ["monitor"]}}},
        trust_env=False,
    )
    return bool(found.json())


async def test_after_kill_9_nothing_stays_behind_and_the_next_service_goes_on(tmp_path: Path) -> None:
    with SiteServer(datetime.now(UTC)) as site:
        desk = write_desk(tmp_path / "desk", site.origin, "20s")
        killed = Up(desk, tmp_path)
        killed.said("watching")
        wait_for(lambda: running(killed) or None, "a run under way", killed)
        family = killed.family()
        killed.process.send_signal(signal.SIGKILL)
        killed.process.wait(10)
        _, orphans = psutil.wait_procs(family, timeout=30)
        assert not orphans, [process.cmdline() for process in orphans]

        again = Up(desk, tmp_path)
        again.said("runs under way when the service was killed: 1")
        began = time.monotonic()
        again.said("visits")
        assert time.monotonic() - began < 60  # far under Prefect's own 300 s for a slot that nobody gave back
        assert again.pages == killed.pages  # the port of last time
        assert again.stop() == 0
    async with open_services(load(desk)) as services:
        assert services.ledger.check().ok
        assert services.ledger.status(datetime.now(UTC)).articles > 40
