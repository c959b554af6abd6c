"""The flow that reads the archive again: after a change of extractor, model or config, when somebody asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State

from flows.tick import tick
from pipeline.reprocess import reprocess as read_again
from pipeline.services import Services


@flow(name="reprocess")
async def reprocess(
    desk: str, since: datetime | None = None, stage: Literal["extract", "enrich"] = "extract"
) -> State[Any]:
    """Read again what was fetched since then (None: everything); the matches of a re-read page notify nobody."""

    async def work(services: Services) -> str:
        report = await read_again(services, since, stage)
        kept = f", {report.not_kept} no longer kept" if report.not_kept else ""
        return f"{sum(report.outcomes.values())} pages read again{kept}"

    return await tick(desk, None, work)
