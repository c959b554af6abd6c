"""How runs are run, against the real server: one at a time, stopped on request, skipped when late, cleared after a kill."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling, Pending, Running, Scheduled
from prefect.utilities.engine import propose_state

import flows.deployments
import flows.runs
from flows.deployments import Deployed, clear, deploy, known, under_way
from flows.runs import Runs
from flows.schedules import Planned
from flows.tick import tick
from pipeline.services import Services
from tests.flows.running import Up, write_desk

pytestmark = [
    pytest.mark.timeout(400),
    # Prefect 3.9.1 leaves a connection to its API for the collector after each run; nothing of ours is on a socket here.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

events: list[str] = []


@flow(name="slow")
async def slow(desk: str, seconds: float) -> None:
    """Sleep, and note how that ended."""
    events.append(f"begun {desk}")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        events.append(f"cancelled {desk}")
        raise
    events.append(f"ended {desk}")


@flow(name="quick")
async def quick(desk: str, every: float) -> State[Any]:
    """Tick, with work that only says that it was done."""

    async def work(services: Services) -> str:
        return f"worked on {services.desk.folder.name}"

    return await tick(desk, every, work)


class Server:
    """The server of the shared service, with deployments of this test's own."""

    def __init__(self, client: PrefectClient) -> None:
        self.client = client
        self.desk = f"test-{uuid4().hex[:8]}"
        self.told: list[str] = []
        self.deployed: dict[UUID, Deployed] = {}

    async def deploy(self, flow: Any, **parameters: Any) -> UUID:
        id = await deploy(self.client, flow, Planned("monitor", f"m{len(self.deployed)}", parameters), self.desk)
        self.deployed[id] = Deployed(flow, "the flow")
        return id

    async def order(self, deployment: UUID, at: datetime | None = None) -> UUID:
        state: State[Any] = Scheduled(scheduled_time=at or datetime.now(UTC))
        return (await self.client.create_flow_run_from_deployment(deployment, state=state)).id

    async def run(self, id: UUID) -> FlowRun:
        return await self.client.read_flow_run(id)

    async def until(self, holds: Callable[[list[State[Any]]], bool], *ids: UUID) -> list[State[Any]]:
        """Wait until the states of these runs are as they should be."""
        states: list[State[Any]] = []
        for _ in range(400):
            states = [state for id in ids if (state := (await self.run(id)).state)]
            if holds(states):
                return states
            await asyncio.sleep(0.2)
        raise AssertionError(f"never so: {states}, {self.told}")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        task = asyncio.create_task(Runs(self.client, self.deployed, self.told.append).serve())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def server(up: Up) -> AsyncIterator[Server]:
    with temporary_settings({PREFECT_API_URL: up.pages + "/api"}):
        async with get_client() as client:
            yield Server(client)
    gc.collect()  # so that Prefect's open connections warn here, where that is expected, and not in another room's test


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.runs, "POLL", 0.5)


def all_ended(states: list[State[Any]]) -> bool:
    return all(state.is_final() for state in states)


def all_cancelled(states: list[State[Any]]) -> bool:
    return all(state.is_cancelled() for state in states)


async def test_while_a_run_is_under_way_the_next_is_cancelled_and_the_one_after_runs(up: Up) -> None:
    async with server(up) as here:
        deployment = await here.deploy(slow, desk=here.desk, seconds=4.0)
        first, second = await here.order(deployment), await here.order(deployment)
        async with here.serving():
            states = await here.until(all_ended, first, second)
            assert sorted(state.type for state in states) == ["CANCELLED", "COMPLETED"]
            third = await here.order(deployment)
            await here.until(lambda states: states[0].is_running(), third)
            async with asyncio.timeout(60):
                while sum(here.desk in event and event.startswith("begun") for event in events) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)  # Prefect says running before the first line runs; nothing else tells
    assert [event.split()[0] for event in events if here.desk in event] == ["begun", "ended", "begun", "cancelled"]


async def test_a_run_cancelled_on_prefects_pages_stops(up: Up) -> None:
    async with server(up) as here:
        deployment = await here.deploy(slow, desk=here.desk, seconds=300.0)
        id = await here.order(deployment)
        async with here.serving():
            await here.until(lambda states: states[0].is_running(), id)
            await here.client.set_flow_run_state(id, Cancelling())
            (state,) = await here.until(all_cancelled, id)
            assert state.message == "stopped on request"
            again = await here.order(deployment)  # the slot was given back
            await here.until(lambda states: states[0].is_running(), again)
        (state,) = await here.until(all_cancelled, again)
        assert state.message == "the service was stopped"
    assert f"cancelled {here.desk}" in events


async def test_a_tick_that_comes_later_than_its_interval_is_skipped_but_an_order_never_is(up: Up, tmp_path: Path) -> None:
    folder = write_desk(tmp_path / "desk", "http://127.0.0.1:9", "1m")
    minute, three_hours = timedelta(minutes=1), timedelta(hours=3)
    parameters = {"desk": str(folder), "every": minute.total_seconds()}
    async with server(up) as here:
        asleep = Planned("monitor", "asleep", parameters, after=-three_hours, every=minute)
        deployment = await deploy(here.client, quick, asleep, here.desk)
        here.deployed[deployment] = Deployed(quick, "the flow")
        (late,) = await here.client.get_scheduled_flow_runs_for_deployments([deployment], datetime.now(UTC) - minute)
        async with here.serving():
            (state,) = await here.until(all_ended, late.id)
            assert (state.type, state.name) == ("COMPLETED", "Skipped")
            assert "late by 108" in (state.message or "")
            ordered = await here.order(deployment, at=datetime.now(UTC) - three_hours)
            (state,) = await here.until(all_ended, ordered)
            assert state.message == "worked on desk"


async def test_every_deployment_of_a_desk_is_known_however_many(up: Up, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.deployments, "PAGE", 2)
    async with server(up) as here:
        made = {await here.deploy(slow, desk=here.desk, seconds=0.1) for _ in range(5)}
        assert {deployment.id for deployment in await known(here.client, here.desk)} == made
        found, killed = await clear(here.client, here.desk)
    assert (set(found), killed) == (made, 0)


async def test_what_a_killed_service_left_is_cleared_and_its_slot_is_free(up: Up) -> None:
    async with server(up) as here:
        deployment = await here.deploy(slow, desk=here.desk, seconds=0.1)
        killed = await here.order(deployment)
        await propose_state(here.client, Pending(), flow_run_id=killed)
        await propose_state(here.client, Running(), flow_run_id=killed)  # and then the service was killed
        assert len(await under_way(here.client, [deployment])) == 1
        found, count = await clear(here.client, here.desk)
        assert (found, count) == ([deployment], 1)
        state = (await here.run(killed)).state
        assert state is not None
        assert state.is_crashed()
        await here.deploy(slow, desk=here.desk, seconds=0.1)
        id = await here.order(deployment)
        async with here.serving():
            (state,) = await here.until(all_ended, id)
        assert state.is_completed(), state
