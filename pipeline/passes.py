"""One pass over a desk: crawl what is due, refine meanwhile, index, say what is to be said, drop what is old."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from articles.errors import LagebildError
from articles.outcome import Outcome
from config.models import Source
from crawlers.due import due, groups
from pipeline.crawl import crawl
from pipeline.deliver import DeliverReport, deliver
from pipeline.indexing import IndexReport, index
from pipeline.refine import RefineReport, refine
from pipeline.retention import drop_old
from pipeline.services import Services
from pipeline.twins import Twins

PAUSE = 0.2
"""Seconds between two looks for fetched pages while the crawl goes on."""

HOSTS = 16
"""Hosts crawled side by side: each takes one request at a time, so this is the number of open requests."""

Ended = Callable[[str, Outcome], None]
"""Called with the address and outcome of every visit that ended, for those who watch."""


@dataclass(slots=True)
class PassReport:
    """What one pass did: sources visited, how every visit ended, what was indexed and said, seconds of wall time."""

    sources: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    index: IndexReport = field(default_factory=lambda: IndexReport(0, 0))
    said: DeliverReport = field(default_factory=DeliverReport)
    seconds: float = 0.0

    def count(self, outcome: Outcome, times: int = 1) -> None:
        """Count ended visits; outcomes whose reason is a number or an id are counted together."""
        together = outcome.kind in ("listed", "alias", "removed")
        self.outcomes[outcome.kind if together else str(outcome)] += times

    def articles(self, reason: str) -> int:
        """Return how many visits ended in article(reason)."""
        return self.outcomes[f"article({reason})"]


async def run_pass(
    services: Services,
    only: Collection[str] | None = None,
    ended: Ended | None = None,
    *,
    among: Collection[str] | None = None,
) -> PassReport:
    """Run one pass over what is due, of all sources or of those in ``among``; or over those in ``only``, due or not.

    Pages that end badly have outcomes and raise nothing. Raises Wrong (unknown source, wrong alert or selector) and
    Transient (disk, database); whatever was begun waits for the next pass. On cancellation the crawl stops and leases are
    given back.
    """
    started, report, twins = time.monotonic(), PassReport(), Twins(services)
    services.ready()
    watched = [one for one in services.desk.sources.values() if among is None or one.id in among]
    visited = due(watched, services.ledger.visits.last_list, services.clock(), only=only)
    queued = _only_queued(services, watched, visited) if only is None else []
    report.sources = len(visited) + len(queued)
    crawling = asyncio.create_task(_crawl(services, [*visited, *queued], {one.id for one in queued}, report, ended))
    try:
        while not crawling.done():
            await _refine(services, report, ended, twins)
            await asyncio.wait({crawling}, timeout=PAUSE)
        await crawling
        await _refine(services, report, ended)
    finally:
        if not crawling.done():
            crawling.cancel()
        await asyncio.gather(crawling, return_exceptions=True)
    report.index = index(services)
    report.said = await deliver(services)
    drop_old(services)
    report.seconds = time.monotonic() - started
    return report


def _only_queued(services: Services, watched: Sequence[Source], visited: Sequence[Source]) -> list[Source]:
    """Return the sources whose lists are not due but some of whose articles are: tried again, or left by a killed run."""
    waiting = services.ledger.visits.waiting_sources(services.clock()) - {source.id for source in visited}
    return [source for source in watched if source.enabled and source.id in waiting]


async def _crawl(
    services: Services, sources: Sequence[Source], only_queued: Collection[str], report: PassReport, ended: Ended | None
) -> None:
    """Crawl host groups side by side; the first fault of ours stops them all."""
    turn = asyncio.Semaphore(HOSTS)

    def note(url: str, how: str) -> None:
        if how != "fetched":  # such a page has not ended: refine ends it
            outcome = Outcome.parse(how)
            report.count(outcome)
            if ended:
                ended(url, outcome)

    async def one(group: Sequence[Source]) -> None:
        async with turn:
            await crawl(
                group,
                services.ledger,
                services.archive,
                services.pool,
                services.desk.settings,
                services.clock,
                note,
                services.manners,
                only_queued=only_queued,
            )

    try:
        async with asyncio.TaskGroup() as tasks:
            for group in groups(sources):
                tasks.create_task(one(group))
    except* LagebildError as faults:
        raise faults.exceptions[0] from None


async def _refine(services: Services, report: PassReport, ended: Ended | None, twins: Twins | None = None) -> None:
    told = (lambda ref, outcome: ended(ref.url, outcome)) if ended else None
    refined: RefineReport = await refine(services, told, twins)
    for outcome, times in refined.outcomes.items():
        report.count(Outcome.parse(outcome), times)
