"""How a desk's schedules are told to a Prefect server, and how what a killed service left there is cleared away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import (
    ConcurrencyLimitStrategy,
    ConcurrencyOptions,
    FlowRun,
    StateType,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.states import Crashed
from prefect.utilities.callables import parameter_schema

from flows.quiet import LEASE
from flows.schedules import Planned, spoken

TAG = "lagebild"

PAGE = 100
"""Deployments asked for at once; the server gives no more than 200."""

UNDER_WAY = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def desk_tag(folder: Path) -> str:
    """Return the tag of a desk's deployments: a Prefect server of the user's may know several desks."""
    return f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment runs, and what people call it."""

    flow: Flow[..., Any]
    title: str


async def deploy_all(
    client: PrefectClient, folder: Path, plans: Sequence[Planned], tell: Callable[[str], None]
) -> dict[UUID, Deployed]:
    """Make the desk's deployments what the plans say, clear what a killed service left, order the first runs."""
    from flows.health import health
    from flows.monitor import monitor
    from flows.reprocess import reprocess

    flows: dict[str, Flow[..., Any]] = {"monitor": monitor, "health": health, "reprocess": reprocess}
    desk = desk_tag(folder)
    left, killed = await clear(client, desk)
    if killed:
        tell(f"runs under way when the service was killed: {killed}; what they had begun is taken up again")
    deployed: dict[UUID, Deployed] = {}
    for planned in plans:
        flow = flows[planned.flow]
        id = await deploy(client, flow, planned, desk)
        deployed[id] = Deployed(flow, planned.title)
        if planned.every:
            tell(f"{planned.title}: every {spoken(planned.every)}{planned.watched}")
    for old in left:
        if old not in deployed:
            await client.delete_deployment(old)
    return deployed


async def deploy(client: PrefectClient, flow: Flow[..., Any], planned: Planned, desk: str) -> UUID:
    """Tell the server of one deployment, in place of an earlier one of that name; return its id.

    One run at a time: while one is under way the next is cancelled, for the one after it finds the same work. Runs the
    server had created ahead for the earlier schedule are deleted by it.
    """
    first = None if planned.after is None else datetime.now(UTC) + planned.after
    schedule = IntervalSchedule(interval=planned.every, anchor_date=first) if planned.every else None
    id = await client.create_deployment(
        flow_id=await client.create_flow(flow),
        name=f"{desk} {planned.name}",
        schedules=[DeploymentScheduleCreate(schedule=schedule)] if schedule else [],
        concurrency_limit=1,
        concurrency_options=ConcurrencyOptions(
            collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW, grace_period_seconds=LEASE
        ),
        parameters=dict(planned.parameters),
        description=flow.description,
        tags=[TAG, desk],
        parameter_openapi_schema=parameter_schema(flow).model_dump(exclude_unset=True),
        enforce_parameter_schema=True,
        paused=False,
    )
    if first:
        # The server's scheduler, which looks every few seconds, would find the first time past and leave it out.
        once = {"start_time": first.isoformat(), "min_runs": 1, "max_runs": 1}
        await client.request("POST", "/deployments/{id}/schedule", path_params={"id": id}, json=once)
    return id


async def pause_all(client: PrefectClient, deployments: Iterable[UUID]) -> None:
    """Let the server create no more runs of these deployments, and delete those it created, overdue ones too."""
    for id in deployments:  # client.pause_deployment is another call, which leaves the overdue ones (3.9.1)
        await client.request("POST", "/deployments/{id}/pause_deployment", path_params={"id": id})


async def clear(client: PrefectClient, desk: str) -> tuple[list[UUID], int]:
    """Clear what an earlier service of this desk left; return its deployments, and how many runs it was killed in.

    To be called by the holder of the desk's lock only, before anything runs. A killed run stays Running and keeps its
    deployment's one slot; a server that was stopped itself has forgotten the lease, and then the slot is never given
    back: every later run would be cancelled, for ever and silently (docs/decisions/0060). Runs that fell due meanwhile
    are deleted.
    """
    found = await known(client, desk)
    ids = [deployment.id for deployment in found]
    await pause_all(client, ids)
    killed = await under_way(client, ids) if ids else []
    for run in killed:
        await client.set_flow_run_state(run.id, Crashed(message="the service was killed"), force=True)
    for deployment in found:
        limit = deployment.global_concurrency_limit
        if limit and limit.active_slots:
            await client.update_global_concurrency_limit(limit.name, GlobalConcurrencyLimitUpdate(active_slots=0))
    return ids, len(killed)


async def known(client: PrefectClient, desk: str) -> list[DeploymentResponse]:
    """Return all deployments of a desk; the server gives a page at a time."""
    mine = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG, desk]))
    found: list[DeploymentResponse] = []
    while page := await client.read_deployments(deployment_filter=mine, limit=PAGE, offset=len(found)):
        found += page
    return found


async def under_way(client: PrefectClient, deployments: Sequence[UUID]) -> list[FlowRun]:
    """Return the runs of these deployments that the server believes to be under way."""
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=list(deployments)),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNDER_WAY)),
        )
    )
