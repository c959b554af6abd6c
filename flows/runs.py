"""How scheduled runs are run: in this process, in one event loop, where models, workers and the index are open already.

Prefect's own runner starts a process for each run: seconds of CPU for imports alone, where a tick costs a fraction of one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import Abort, PrefectException
from prefect.flow_engine import run_flow_async
from prefect.states import Cancelled, Pending
from prefect.utilities.engine import propose_state

from flows.deployments import UNDER_WAY, Deployed

POLL = 5.0
"""Seconds between two questions for scheduled runs; each is asked for this long ahead, so a run begins on its second."""

AT_ONCE = 16
"""Runs under way at once, as many as the crawler keeps hosts."""

_STOPPED = [StateType.CANCELLING, StateType.CANCELLED]
_UNREACHABLE = (httpx.HTTPError, PrefectException)


Tell = Callable[[str], None]


class Runs:
    """Runs the scheduled runs of some deployments until it is cancelled."""

    def __init__(self, client: PrefectClient, deployed: Mapping[UUID, Deployed], tell: Tell) -> None:
        self._client, self._deployed, self._tell = client, deployed, tell
        self._active: dict[UUID, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._mute = False

    async def serve(self) -> None:
        """Run what is scheduled; an API that does not answer is asked again. When cancelled, stops every run first."""
        try:
            while True:
                try:
                    await self._take()
                    await self._look_for_cancelled()
                    self._mute = False
                except _UNREACHABLE as error:
                    self._complain(error)
                await asyncio.sleep(POLL)
        finally:
            await self._stop_all()

    async def _take(self) -> None:
        ahead = datetime.now(UTC) + timedelta(seconds=POLL)
        found = await self._client.get_scheduled_flow_runs_for_deployments(list(self._deployed), scheduled_before=ahead)
        for run in found:
            if run.id not in self._active:
                task = asyncio.create_task(self._run(run), name=f"flow run {run.name}")
                self._active[run.id] = task
                task.add_done_callback(lambda _, id=run.id: self._active.pop(id, None))  # type: ignore[misc]  # bound now

    async def _run(self, run: FlowRun) -> None:
        assert run.deployment_id is not None
        deployed = self._deployed[run.deployment_id]
        if run.next_scheduled_start_time:
            await asyncio.sleep((run.next_scheduled_start_time - datetime.now(UTC)).total_seconds())
        try:
            async with self._room:
                state = await self._go(deployed.flow, run)
        except _UNREACHABLE as error:
            self._complain(error)
            return
        if state is not None:
            name = "" if state.name == "Completed" else f"{(state.name or state.type.value).lower()}: "
            self._tell(f"{deployed.title}: {name}{state.message or ''}")

    async def _go(self, flow: Flow[..., Any], run: FlowRun) -> State[Any] | None:
        """Run one run and return its end, or the state that the server gave it instead of letting it begin."""
        try:
            state = await propose_state(self._client, Pending(), flow_run_id=run.id)
        except Abort:  # somebody else runs it, or ended it
            return None
        if not state.is_pending():
            return state
        run = await self._client.read_flow_run(run.id)
        return await run_flow_async(flow, flow_run=run, parameters=dict(run.parameters), return_type="state")

    async def _look_for_cancelled(self) -> None:
        """Stop the runs that somebody cancelled on Prefect's pages."""
        if not self._active:
            return
        stopped = await self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                id=FlowRunFilterId(any_=list(self._active)),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_STOPPED)),
            )
        )
        for run in stopped:
            if task := self._active.get(run.id):
                await self._stop(run.id, task, "stopped on request")

    async def _stop_all(self) -> None:
        active = dict(self._active)
        for task in active.values():
            task.cancel()
        await asyncio.gather(*(self._stop(id, task, "the service was stopped") for id, task in active.items()))

    async def _stop(self, id: UUID, task: asyncio.Task[None], why: str) -> None:
        """Cancel a run and wait until it has stopped; what it had begun waits in the ledger for the next tick."""
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        try:
            state = (await self._client.read_flow_run(id)).state
            if state is not None and (state.is_crashed() or state.type in UNDER_WAY):
                await self._client.set_flow_run_state(id, Cancelled(message=why), force=True)
        except _UNREACHABLE as error:
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        if not self._mute:
            self._tell(f"Prefect's API does not answer ({type(error).__name__}: {error}); asking again")
        self._mute = True
