"""One service that really runs, shared by the tests of this room: its start costs 20 s of CPU, so there is one.

It ends with the last test of the room: it crawls every ten seconds, and would do so beside all tests that follow.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.demo_site.server import SiteServer
from flows import quiet
from tests.flows.running import Up, write_desk

# Before any test of this room imports Prefect: the developer's own profile is as untouchable as the user's.
quiet.set_apart(Path(tempfile.mkdtemp(prefix="lagebild-prefect-")))


@pytest.fixture(scope="session")
def site() -> Iterator[SiteServer]:
    with SiteServer(datetime.now(UTC)) as server:
        yield server


_shared = ExitStack()


@pytest.fixture(scope="session")
def up(site: SiteServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A service that watches the demo site every ten seconds with a Prefect server of its own."""
    folder = tmp_path_factory.mktemp("desk")
    running = Up(write_desk(folder, site.origin, "10s"), tmp_path_factory.mktemp("home"))
    _shared.callback(_stop, running)
    with _shared:
        running.said("watching")
        yield running


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Stop the shared service after the last test of this room; pytest itself would only do so after the last of all."""
    if nextitem is None or nextitem.path.parent != item.path.parent:
        _shared.close()


def _stop(running: Up) -> None:
    code = running.stop()
    assert code == 0, running.lines
