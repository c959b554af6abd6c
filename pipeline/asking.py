"""How a desk asks for single addresses on a person's order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crawlers.asking import Asking
from crawlers.conduct import Manners
from egress.client import Client
from egress.guard import Guard
from pipeline.services import Services


@asynccontextmanager
async def asking(services: Services) -> AsyncIterator[Asking]:
    """Yield who asks, through the guard and by what the desk knows of the sites; a desk that never ran knows nothing."""
    settings = services.desk.settings
    guard = Guard.only(settings.proxy) if settings.proxy else Guard.allowing(settings.allow_private)
    manners = services.manners if services.has_run else Manners()
    async with Client(guard, services.user_agent, proxy=settings.proxy) as client:
        yield Asking(client, manners, guard, services.clock)
