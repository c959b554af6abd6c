"""The flow that looks after the sources: which of them fail, and since when."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.schedules import HEALTH_EVERY
from flows.tick import tick
from pipeline.health import health as look
from pipeline.services import Services


@flow(name="health")
async def health(desk: str) -> State[Any]:
    """Say how many sources are well, and name those that are not."""

    async def work(services: Services) -> str:
        found = await look(services)
        ill = [source for source in found if source.why]
        if not ill:
            return f"{len(found)} sources, all well"
        names = "; ".join(f"{source.source}: {source.why}" for source in ill)
        return f"{len(ill)} of {len(found)} sources need a look: {names}"

    return await tick(desk, HEALTH_EVERY.total_seconds(), work)
