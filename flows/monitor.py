"""The flow that watches: one tick visits what is due of one group of sources, and carries it through to the notices."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.tick import tick
from pipeline.passes import PassReport, run_pass
from pipeline.services import Services


@flow(name="monitor")
async def monitor(desk: str, sources: list[str], every: float) -> State[Any]:
    """Run one pass over what is due of the sources; ``every`` is the schedule's interval in seconds."""

    async def work(services: Services) -> str:
        return told(await run_pass(services, among=sources))

    return await tick(desk, every, work)


def told(report: PassReport) -> str:
    """Say in one line what a pass did."""
    if not report.outcomes and not report.said.delivered:
        return "nothing was due"
    parts = [
        f"{sum(report.outcomes.values())} visits",
        f"{report.articles('new')} new articles",
        f"{report.articles('revised')} revised",
        f"{report.said.delivered} notices",
    ]
    return ", ".join(parts)
