"""How a desk asks for single addresses on a person's order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from articles.errors import Wrong
from crawlers.asking import Asking
from crawlers.conduct import Manners
from egress.client import Client
from egress.guard import EgressRefused, Guard
from pipeline.services import Services


@asynccontextmanager
async def asking(services: Services) -> AsyncIterator[Asking]:
    """Yield who asks, through the guard and by what the desk knows of the sites; a desk that never ran knows nothing.

    Raises Wrong where the guard refuses what is asked inside.
    """
    settings = services.desk.settings
    guard = Guard.only(settings.proxy) if settings.proxy else Guard.allowing(settings.allow_private)
    manners = services.manners if services.has_run else Manners()
    try:
        async with Client(guard, services.user_agent, proxy=settings.proxy) as client:
            yield Asking(client, manners, guard, services.clock)
    except EgressRefused as error:
        raise Wrong(
            f"nothing was asked: {error.address} is no public address ({error.reason}); if it is on a network of "
            "yours, name that in lagebild.yaml, as in allow_private: [10.0.0.0/8]"
        ) from error
