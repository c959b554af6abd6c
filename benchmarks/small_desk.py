"""A small desk for measurements: generated pages, filed and indexed by the pipeline itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from articles.outcome import Outcome
from articles.page import Link, Page
from articles.url import canonicalise
from benchmarks.pages import pages
from config.init import write_desk
from config.load import load
from ledger.values import Planned
from pipeline.indexing import index
from pipeline.refine import refine
from pipeline.services import Services, open_services


def make(folder: Path, number: int) -> Path:
    """Write a desk with so many articles in ledger and index, and return its folder."""
    write_desk(folder)
    asyncio.run(_fill(folder, number))
    return folder


async def _fill(folder: Path, number: int) -> None:
    async with open_services(load(folder, {})) as services:
        _file_pages(services, pages(number))
        await refine(services)
        index(services)


def _file_pages(services: Services, made: list[tuple[str, bytes]]) -> None:
    """Put the pages into archive and ledger as if they had been crawled."""
    now, site = datetime.now(UTC), "https://probezeitung.example"
    visits, source = services.ledger.visits, next(iter(services.desk.sources))
    bodies = {canonicalise(site + path): body for path, body in made}
    feed = visits.open_list(source, f"{site}/feed", "feed", now)
    planned = [Planned(Link(url), url, "visit") for url in bodies]
    visits.list_done(feed, outcome=Outcome("listed", str(len(planned))), planned=planned, now=now)
    for visit in visits.take([source], len(planned), now):
        page = Page(visit.url, visit.url, 200, (("Content-Type", "text/html"),), bodies[visit.url], now, visit.link)
        record = services.archive.append(page)
        services.archive.sync()
        visits.fetched(visit, record, visit.url, 200, visit.validators, now)
