"""How an address becomes a source: looked at through the guard, and written as one YAML file."""

from __future__ import annotations

from pathlib import Path

from articles.errors import Wrong
from articles.url import canonicalise
from config.write import write_source
from crawlers.discover import discover_source
from egress.client import Client
from egress.guard import Guard
from pipeline.services import Services


async def add(services: Services, url: str) -> tuple[str, Path]:
    """Find feed or news sitemap from an address and write ``config/sources/<id>.yaml``; return id and file.

    Raises Wrong (no list found there, there is such a source already, the guard refuses the address), Transient (no
    answer).
    """
    canonicalise(url)  # what is no address is told as such, before anybody is asked
    settings = services.desk.settings
    guard = Guard.only(settings.proxy) if settings.proxy else Guard.allowing(settings.allow_private)
    async with Client(guard, services.user_agent, proxy=settings.proxy) as client:
        found = await discover_source(url, client, services.pool)
    known = {address.url: source.id for source in services.desk.sources.values() for address in source.addresses}
    for address in found["addresses"]:
        if address["url"] in known:
            raise Wrong(f"{address['url']} belongs to the source '{known[address['url']]}' already")
    return str(found["id"]), write_source(services.desk.folder, found)
