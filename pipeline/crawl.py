"""One crawl: lists are read, their links planned, articles fetched; every answer goes into archive and ledger at once."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from articles.errors import LagebildError
from articles.outcome import Outcome
from articles.page import ArchiveRef, Page, Visit
from articles.url import canonicalise, host
from config.models import Address, Settings, Source
from crawlers.answers import Answer, Failed, Fetched, Unasked, Unchanged
from crawlers.claim import claim
from crawlers.conduct import Conduct, Manners, user_agent
from crawlers.pace import DEFAULT_DELAY
from crawlers.retry import retry_at
from crawlers.revisit import next_revisit
from crawlers.run import run_errands
from crawlers.settings import HOSTS_AT_ONCE
from crawlers.spider import Ask
from egress.guard import Guard
from extract.pool import ReaderPool
from ledger.archive import Archive
from ledger.book import Ledger
from ledger.visits import CRAWL_TTL
from pipeline.lists import Lists

LEASED_AHEAD = 240.0
"""Seconds of work that are leased ahead: a quarter of a lease, so that a slow host loses none."""

MOST_LISTS = 500
"""Lists of one source read in one crawl: sitemaps may name sitemaps without end. The rest waits for the next crawl."""

PATIENCE = 30.0
"""Seconds the crawl waits for pages to be refined before it ends and leaves the rest to the next pass."""

CLAIMS = ".crawling"
"""Folder in the archive, which all crawls of a desk share, that says which sources are being crawled."""

_MANY = 10_000


@dataclass(slots=True)
class CrawlReport:
    """What one crawl did: how its visits ended (``fetched`` ones wait to be refined), what became of the links it saw.

    ``held`` says that it ended early because too many pages wait to be refined.
    """

    visits: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    held: bool = False


async def crawl(
    sources: Sequence[Source],
    ledger: Ledger,
    archive: Archive,
    pool: ReaderPool,
    settings: Settings,
    now: Callable[[], datetime],
    on_progress: Callable[[str, str], None] | None = None,
    manners: Manners | None = None,
    scrapy_settings: dict[str, Any] | None = None,
    only_queued: Collection[str] = (),
) -> CrawlReport:
    """Visit every address of these sources, which share one crawler, and the articles that are due; return what came.

    Of the sources named in ``only_queued`` no list is read: their time has not come, but that of articles has.
    ``on_progress`` is called with address and outcome (or ``fetched``) of each visit. ``manners`` is shared by the passes
    of a process; ``scrapy_settings`` replaces the crawler's own. Whatever a site does ends as an outcome; raises
    Transient and Broken for disk and database only, and Wrong for a config that cannot be followed. When cancelled,
    requests under way are broken off, their visits go back into the queue, and CancelledError goes on within seconds.
    """
    with contextlib.ExitStack() as claims:
        for source in sources:
            if claims.enter_context(claim(archive.folder / CLAIMS, source.id)):
                _take_back(ledger, source.id, now())
        conduct = await _conduct(sources, settings, manners or Manners(), ledger, now)
        errands = _Crawl(sources, ledger, archive, pool, settings, conduct, now, on_progress, only_queued)
        try:
            await run_errands(errands, conduct, scrapy_settings)
        finally:
            errands.release_all()
        return errands.report


def _take_back(ledger: Ledger, source: str, now: datetime) -> None:
    """Put visits that a killed crawl had leased back into the queue, rather than wait until their leases run out.

    Seen from the end of the longest lease every lease of the source has run out; what was only queued keeps its time.
    """
    for visit in ledger.visits.take([source], _MANY, now + CRAWL_TTL):
        ledger.visits.release(visit)


async def _conduct(
    sources: Sequence[Source], settings: Settings, manners: Manners, ledger: Ledger, now: Callable[[], datetime]
) -> Conduct:
    guard = Guard.allowing(settings.allow_private)
    conduct = Conduct(
        guard,
        user_agent(settings.user_agent),
        manners,
        settings.proxy,
        site_files=ledger.site_files,
        skips_reserved=settings.tdm == "skip",
        clock=now,
    )
    conduct.robots.forget_failures()
    delays: dict[str, float] = {}
    for source in sources:
        for name in {host(address.url) for address in source.addresses}:
            delays[name] = max(await _delay(source, name, guard), delays.get(name, 0.0))
    for name, seconds in delays.items():
        conduct.pace.set_by_source(name, seconds)
    return conduct


async def _delay(source: Source, name: str, guard: Guard) -> float:
    """Return a source's own delay; less than a second only on a network the operator allowed as private."""
    if source.delay is None:
        return DEFAULT_DELAY
    if source.delay >= DEFAULT_DELAY or not guard.networks:
        return max(source.delay, DEFAULT_DELAY)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name.strip("[]"), None, type=socket.SOCK_STREAM)
    except OSError:
        return DEFAULT_DELAY
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    ours = bool(addresses) and all(any(a in network for network in guard.networks) for a in addresses)
    return source.delay if ours else DEFAULT_DELAY


class _Crawl:
    """The errands of one crawl: what is asked next, and what each answer means for archive and ledger."""

    def __init__(
        self,
        sources: Sequence[Source],
        ledger: Ledger,
        archive: Archive,
        pool: ReaderPool,
        settings: Settings,
        conduct: Conduct,
        clock: Callable[[], datetime],
        on_progress: Callable[[str, str], None] | None,
        only_queued: Collection[str],
    ) -> None:
        self._visits, self._files, self._archive, self._settings = ledger.visits, ledger.files, archive, settings
        self._conduct, self._clock, self._on_progress = conduct, clock, on_progress
        self._sources = {source.id: source for source in sources}
        self._lists = {source.id: deque(() if source.id in only_queued else source.addresses) for source in sources}
        self._drained: set[str] = set()
        self._quiet: set[str] = set()
        self._lists_read: Counter[str] = Counter()
        self._open: dict[tuple[int, int], Ask] = {}
        self._changed = asyncio.Event()
        self.report = CrawlReport()
        self._reading = Lists(sources, self._visits, pool, conduct, clock, self._keep, archive.erase, self.report.links)

    async def more(self) -> Sequence[Ask]:
        """Return the next requests; waits while others are under way or too many pages wait to be refined."""
        patience = PATIENCE
        while True:
            self._changed.clear()
            hungry = [source for source in self._sources.values() if self._room(source)]
            held = bool(hungry) and self._is_held()
            asks = [ask for source in hungry for ask in self._next_of(source, lists_only=held)]
            if asks:
                return asks
            if not self._open:
                if not held or patience <= 0:
                    self.report.held = held
                    return ()
                patience -= 0.5
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), 0.5 if held else None)

    async def done(self, ask: Ask, answer: Answer) -> None:
        """File one answer."""
        visit = ask.visit
        try:
            if isinstance(answer, Unasked):
                self._visits.release(visit)
                self._quiet.add(visit.source)
            elif visit.kind == "article":
                self._article(visit, answer)
            else:
                outcome = await self._reading.done(ask, visit.kind, answer)
                if outcome is not None:
                    self._note(visit.url, str(outcome))
                self._drained.discard(visit.source)
                self._lists_read[visit.source] += 1
            self._open.pop((visit.id, visit.lease), None)
        finally:
            self._changed.set()

    def release_all(self) -> None:
        """Give back what was leased and not finished; what the ledger cannot take back now runs out by itself."""
        for ask in self._open.values():
            with contextlib.suppress(LagebildError):
                self._visits.release(ask.visit)
        self._open.clear()

    def _is_held(self) -> bool:
        waiting = self._visits.waiting()
        return waiting.pages >= self._settings.waiting_pages or waiting.bytes >= self._settings.waiting_bytes

    def _next_of(self, source: Source, *, lists_only: bool) -> list[Ask]:
        asks: list[Ask] = []
        room = self._room(source)
        lists = self._lists[source.id]
        while lists and len(asks) < room:
            asks.append(self._ask_list(source, lists.popleft()))
        if not lists_only and source.id not in self._drained and len(asks) < room:
            room -= len(asks)
            taken = self._visits.take([source.id], room, self._clock())
            asks += [self._ask(visit) for visit in taken]
            if len(taken) < room:
                self._drained.add(source.id)
        for ask in asks:
            self._open[ask.visit.id, ask.visit.lease] = ask
        return asks

    def _room(self, source: Source) -> int:
        """How many visits of a source may be leased now; none before half of those that were are done."""
        nothing_left = not self._lists[source.id] and source.id in self._drained
        has_enough = self._lists_read[source.id] >= MOST_LISTS or source.id in self._quiet
        if nothing_left or has_enough or self._is_left_alone(source):
            return 0
        window = self._window(source)
        room = window - sum(1 for ask in self._open.values() if ask.visit.source == source.id)
        return room if room * 2 >= window else 0

    def _is_left_alone(self, source: Source) -> bool:
        return any(self._conduct.left_alone_until(host(address.url)) for address in source.addresses)

    def _window(self, source: Source) -> int:
        """How many visits of a source are leased at once: so many as its host can take within a part of the lease."""
        slowest = max(self._conduct.pace.delay(host(address.url)) for address in source.addresses)
        return max(1, min(HOSTS_AT_ONCE, int(LEASED_AHEAD / slowest))) if slowest else HOSTS_AT_ONCE

    def _ask(self, visit: Visit) -> Ask:
        if visit.kind != "article":
            return self._reading.ask(visit)
        return Ask(visit, visit.link.url if visit.link else visit.url)

    def _ask_list(self, source: Source, address: Address) -> Ask:
        url = canonicalise(address.url)
        return self._reading.ask(self._visits.open_list(source.id, url, address.kind, self._clock()))

    def _article(self, visit: Visit, answer: Answer) -> None:
        now = self._clock()
        if isinstance(answer, Fetched):
            record = self._keep(answer.page)
            page, hops = answer.page, [canonicalise(url) for url, _ in answer.hops]
            final = canonicalise(page.final_url)
            held = answer.validators
            if not self._visits.fetched(visit, record, final, page.status, held, now, hops, answer.asked):
                self._archive.erase(record)  # another crawl has the visit, or the address was forgotten meanwhile
                return
            self._note(visit.url, "fetched")
        elif isinstance(answer, Unchanged):
            self._visits.ended(visit, Outcome("not_modified"), now, validators=answer.validators, asked=answer.asked)
            self._note_reserved(visit, answer)
            self._look_again(visit, now)
            self._note(visit.url, "not_modified")
        elif isinstance(answer, Failed):
            again = retry_at(answer.outcome, visit.attempt, answer.wait, now)
            final_url = canonicalise(answer.final_url) if answer.final_url else None
            self._visits.ended(visit, answer.outcome, now, retry_at=again, final_url=final_url, asked=answer.asked)
            self._note_reserved(visit, answer)
            self._note(visit.url, str(answer.outcome))

    def _note_reserved(self, visit: Visit, answer: Unchanged | Failed) -> None:
        """What is on file leaves without its text from now on, though no page came that says so, with `tdm: skip` also."""
        if any(asked.tdm for asked in answer.asked):
            self._files.reserve(visit.url)

    def _look_again(self, visit: Visit, now: datetime) -> None:
        """Queue the next look at an unchanged article; refining does so for one that was read."""
        state = self._visits.last_list(visit.url)
        at = next_revisit(state.first_poll_at, now, self._settings.revisits) if state else None
        if at is not None:
            self._visits.schedule(visit.url, visit.source, now, at, "revisit", visit.link)

    def _keep(self, page: Page) -> ArchiveRef:
        """Put the bytes into the archive, durably, before the ledger speaks of them."""
        record = self._archive.append(page)
        self._archive.sync()
        self.report.bytes += len(page.body)
        return record

    def _note(self, url: str, outcome: str) -> None:
        self.report.visits[outcome.partition("(")[0] if outcome.startswith("listed") else outcome] += 1
        if self._on_progress is not None:
            self._on_progress(url, outcome)
