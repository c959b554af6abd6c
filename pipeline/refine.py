"""The second half of a pass: every fetched page is read in a worker, settled in the ledger, and ends in one outcome."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from articles.article import Article
from articles.errors import Broken, NotSo, Transient
from articles.outcome import Killed, Outcome, Rejected
from articles.page import PageRef
from crawlers.revisit import next_revisit
from pipeline.reserved import RESERVED, is_unwanted, take_out
from pipeline.services import Services
from pipeline.settle import settle
from pipeline.twins import Twins

BATCH = 100
"""Pages leased at once: few enough that a killed run leaves little to wait for, many enough to keep the workers busy."""

Ended = Callable[[PageRef, Outcome], None]
"""Called once for each page that ended, for those who watch."""

log = logging.getLogger("lagebild.refine")


@dataclass(slots=True)
class RefineReport:
    """How many pages ended in which outcome; ``late`` pages were settled by another worker meanwhile."""

    outcomes: Counter[str] = field(default_factory=Counter)
    late: int = 0

    def count(self, kind: str, reason: str | None = None) -> int:
        """Return how many pages ended so."""
        return self.outcomes[str(Outcome(kind, reason))]  # type: ignore[arg-type]  # checked by Outcome itself


async def refine(services: Services, ended: Ended | None = None, twins: Twins | None = None) -> RefineReport:
    """Refine until no page waits. Raises Transient (disk, database); what was not settled waits for the next pass.

    While a crawl goes on, it hands in the ``twins`` that may wait for a page that is still to come.
    """
    report, waiting = RefineReport(), twins or Twins(services)
    services.presence  # noqa: B018 - what a killed run had leased waits again
    while True:
        while refs := services.ledger.visits.lease(BATCH, services.clock(), besides=waiting.visits):
            await _batch(services, refs, report, ended, waiting)
        if not waiting.let_go(all_the_same=twins is None):
            return report


async def _batch(services: Services, refs: list[PageRef], report: RefineReport, ended: Ended | None, twins: Twins) -> None:
    """Read the pages side by side in the workers, and settle them here in their order; those that wait are given back."""
    readings = [asyncio.create_task(_read(services, ref)) for ref in refs]
    left = list(refs)
    try:
        # What cannot be had (a full disk, a broken installation) is no page's fault: better known before the first one.
        services.matcher  # noqa: B018
        await asyncio.to_thread(lambda: services.enricher)
        for ref, reading in zip(refs, readings, strict=True):
            read = await reading
            if isinstance(read, Article) and twins.waits(ref, read):
                continue
            outcome = _settled(services, ref, read)
            left.remove(ref)
            if outcome is None:
                report.late += 1
                continue
            report.outcomes[str(outcome)] += 1
            if ended:
                ended(ref, outcome)
    finally:
        for reading in readings:
            reading.cancel()
        await asyncio.gather(*readings, return_exceptions=True)
        if left:
            services.ledger.visits.give_back(left)


async def _read(services: Services, ref: PageRef) -> Article | Rejected | Killed | Outcome:
    try:
        page = services.archive.read(ref.record, ref.link)
    except NotSo:  # a run was killed after it had erased the page, see take_out
        return RESERVED
    except Broken as error:
        return Killed("parser", str(error))
    return await services.pool.extract(page, services.desk.sources.get(ref.source))


def _settled(services: Services, ref: PageRef, read: Article | Rejected | Killed | Outcome) -> Outcome | None:
    """Settle one page. The per-page loop's broad except: one page's fault is that page's outcome, not the pass's."""
    try:
        if isinstance(read, Outcome):
            return _end(services, ref, read, services.clock())
        if is_unwanted(services, ref, read):
            return _end(services, ref, take_out(services, ref), services.clock())
        if isinstance(read, Article):
            receipt = settle(services, ref, read)
            return receipt.outcome if receipt else None
        outcome = Outcome("rejected" if isinstance(read, Rejected) else "broken", read.reason)
        return _end(services, ref, outcome, services.clock())
    except Transient:
        raise
    except OSError as error:  # a page is only bytes in memory here: the disk is at fault
        raise Transient(f"{ref.url} could not be settled: {error.strerror or error}; it waits for the next run") from error
    except Exception:
        log.exception("quarantined %s: its bytes are kept in the archive", ref.url)
        return _end(services, ref, Outcome("broken", "parser"), services.clock())


def _end(services: Services, ref: PageRef, outcome: Outcome, now: datetime) -> Outcome | None:
    if not services.ledger.visits.ended_refined(ref, outcome, now):
        return None
    if ref.kind == "visit":
        _look_again(services, ref, now)
    return outcome


def _look_again(services: Services, ref: PageRef, now: datetime) -> None:
    """Queue the next look at a filed article whose page shows something else today: a wall, or an error page."""
    filed = services.ledger.files.article(ref.url)
    at = next_revisit(filed.first_seen, now, services.desk.settings.revisits) if filed else None
    if at is not None:
        services.ledger.visits.schedule(ref.url, ref.source, now, at, "revisit", ref.link)
