"""What every flow run is: a tick that does its work with one desk's services, is skipped if late, and tells its result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Completed, Failed

from articles.errors import LagebildError
from config.load import load
from pipeline.services import Services, open_services

SKIPPED = "Skipped"
"""Name of the state of a tick that came too late to be of use."""

_shared: dict[Path, Services] = {}


def is_late(scheduled: datetime, now: datetime, every: timedelta) -> bool:
    """Whether a scheduled tick comes more than one interval late: a later one stands in for it.

    After a night's sleep of the machine every run of that night is due at once; one of them is enough.
    """
    return now - scheduled > every


async def tick(desk: str, every: float | None, work: Callable[[Services], Awaitable[str]]) -> State[Any]:
    """Do the work and return how the run ended: Completed, Skipped if late, Failed with what to do about it.

    ``every`` is the interval in seconds, None for a flow that is only run on demand. What somebody ordered by hand is
    never late.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    now = datetime.now(UTC)
    scheduled = run.expected_start_time if run and run.auto_scheduled else None
    if every and scheduled and is_late(scheduled, now, timedelta(seconds=every)):
        behind = (now - scheduled).total_seconds()
        return Completed(name=SKIPPED, message=f"late by {behind:.0f} s, more than its interval of {every:.0f} s")
    try:
        async with services_of(Path(desk)) as services:
            return Completed(message=await work(services))
    except LagebildError as error:
        return Failed(message=str(error))


@contextmanager
def shared(services: Services) -> Iterator[None]:
    """Let every tick of this process on this desk use these services: models, workers and the index are opened once."""
    folder = services.desk.folder
    _shared[folder] = services
    try:
        yield
    finally:
        del _shared[folder]


@asynccontextmanager
async def services_of(folder: Path) -> AsyncIterator[Services]:
    """Yield the services of a desk: the shared ones, or, in a Prefect worker elsewhere, its own for this run."""
    if folder in _shared:
        yield _shared[folder]
        return
    async with open_services(load(folder)) as services:
        yield services
