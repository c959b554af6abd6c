"""What the answer for a list means: read in a worker, its links planned and filed, its next poll decided."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from articles.outcome import Killed, Outcome
from articles.page import ArchiveRef, Link, Links, Page, Visit
from articles.url import canonicalise
from config.models import Address, Source
from crawlers import polls
from crawlers.answers import Failed, Fetched, Unchanged
from crawlers.conduct import Conduct
from crawlers.plan import Reading, canonical_urls, gap, items, news_sitemaps, plan
from crawlers.retry import retry_at
from crawlers.spider import Ask
from extract.pool import ReaderPool
from ledger.values import ListMemory, ListState, Planned
from ledger.visits import Visits

PORTION = 1000
"""Links filed in one transaction, about a tenth of a second: other requests are answered in between."""

FILLED = timedelta(minutes=15)
"""A sitemap that was read so lately does not fill a gap a second time."""

_LISTED = ("listed", "not_modified")
_NOT_YET = ListMemory()


@dataclass(frozen=True, slots=True)
class _Poll:
    """One poll under way: what was asked, what is known of the list, and the address of the config it is, if any."""

    ask: Ask
    kind: Literal["feed", "sitemap", "page"]
    source: Source
    address: Address | None
    state: ListState | None

    @property
    def visit(self) -> Visit:
        return self.ask.visit

    @property
    def memory(self) -> ListMemory:
        return self.state.memory if self.state else _NOT_YET

    @property
    def was_listed(self) -> bool:
        return self.state is not None and self.state.last_outcome is not None and self.state.last_outcome.kind in _LISTED

    def after_move(self, hops: Sequence[tuple[str, int]], final: str) -> ListMemory:
        return polls.moved(self.memory, self.ask.url, _stated(self.visit, self.address), hops, final)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What one reading of a list comes to: its links decided and counted, what it may have missed, what it teaches."""

    planned: list[Planned]
    decisions: Counter[str]
    missed: str | None
    memory: ListMemory


class Lists:
    """The lists of one crawl. ``keep`` archives a body durably, ``erase`` takes one back; ``links`` counts decisions."""

    def __init__(
        self,
        sources: Sequence[Source],
        visits: Visits,
        pool: ReaderPool,
        conduct: Conduct,
        clock: Callable[[], datetime],
        keep: Callable[[Page], ArchiveRef],
        erase: Callable[[ArchiveRef], bool],
        links: Counter[str],
    ) -> None:
        self._visits, self._pool, self._conduct, self._clock = visits, pool, conduct, clock
        self._keep, self._erase, self._links = keep, erase, links
        self._sources = {source.id: source for source in sources}
        self._addresses = {canonicalise(a.url): a for source in sources for a in source.addresses}

    def ask(self, visit: Visit) -> Ask:
        """Return the request for a list: where, and conditional or not, as its polls so far say."""
        state, now = self._visits.last_list(visit.url), self._clock()
        memory = state.memory if state else _NOT_YET
        stated = _stated(visit, self._addresses.get(visit.url))
        return Ask(visit, polls.place(stated, memory, now), conditional=not polls.is_full(memory, now))

    async def done(
        self, ask: Ask, kind: Literal["feed", "sitemap", "page"], answer: Fetched | Unchanged | Failed
    ) -> Outcome | None:
        """File what came of a list and return how its visit ended; None if another crawl has it by now."""
        visit = ask.visit
        source, address = self._sources[visit.source], self._addresses.get(visit.url)
        poll = _Poll(ask, kind, source, address, self._visits.last_list(visit.url))
        if isinstance(answer, Fetched):
            return await self._fetched(poll, answer)
        now = self._clock()
        if isinstance(answer, Unchanged):
            memory = polls.unchanged(poll.after_move(answer.hops, answer.final_url), source)
            outcome, again = Outcome("not_modified"), None
        else:
            outcome = answer.outcome
            again = retry_at(outcome, visit.attempt, answer.wait, now, polls.while_failing(source, poll.memory))
            memory = polls.failed(poll.memory, source, again=again is not None)
        validators = answer.validators if isinstance(answer, Unchanged) else None
        filed = self._visits.list_done(
            visit,
            outcome=outcome,
            validators=validators,
            now=now,
            retry_at=again,
            memory=memory,
            asked=answer.asked,
        )
        return outcome if filed else None

    async def _fetched(self, poll: _Poll, answer: Fetched) -> Outcome | None:
        memory = poll.after_move(answer.hops, answer.page.final_url)
        body = polls.fingerprint(answer.page.body, poll.source, poll.address)
        if body == memory.body and not memory.sitemaps and poll.was_listed:  # whatever its ETag says
            now = self._clock()
            outcome = Outcome("not_modified")
            memory = replace(polls.unchanged(memory, poll.source), full_at=now, since_full=0)
            filed = self._visits.list_done(
                poll.visit,
                outcome=outcome,
                validators=answer.validators,
                now=now,
                memory=memory,
                asked=answer.asked,
            )
            return outcome if filed else None
        links = await self._pool.links(answer.page, poll.kind, poll.address.selector if poll.address else None)
        if isinstance(links, Killed):
            return self._file(poll, answer, Outcome("broken", links.reason), polls.failed(memory, poll.source, again=False))
        if links.error is not None:
            return self._file(
                poll, answer, Outcome("rejected", "not_a_list"), polls.failed(memory, poll.source, again=False)
            )
        return await self._listed(poll, answer, links, replace(memory, body=body))

    async def _listed(self, poll: _Poll, answer: Fetched, links: Links, memory: ListMemory) -> Outcome | None:
        """Plan and file a list's links, the last portion with the visit's end; planning goes on beside other requests."""
        now = self._clock()
        judged = await asyncio.to_thread(self._judge, poll, links, memory, now)
        planned = judged.planned
        self._links.update(judged.decisions)
        last = max(len(planned) - PORTION, 0)
        for start in range(0, last, PORTION):
            if not self._visits.list_goes_on(poll.visit, planned[start : min(start + PORTION, last)], now):
                return None
            await asyncio.sleep(0)
        outcome = Outcome("listed", str(len(links.links)))
        return self._file(poll, answer, outcome, judged.memory, planned[last:], judged.missed)

    def _judge(self, poll: _Poll, links: Links, memory: ListMemory, now: datetime) -> _Judged:
        """Decide everything about one reading: 50,000 links take seconds, so this runs in a thread."""
        reading = Reading(
            source=poll.source,
            known=self._visits.known(canonical_urls(links.links)),
            begun=poll.state.first_poll_at if poll.state else now,
            now=now,
            read_before=poll.was_listed or poll.memory.body is not None,
            guard=self._conduct.guard,
            shown=frozenset(poll.memory.shown) if poll.memory.body is not None else None,
        )
        planned = plan(links.links, reading)
        decisions = Counter(entry.reason or entry.decision for entry in planned)
        missed = gap(planned, reading) if poll.kind != "sitemap" or poll.address else None
        named = sum(entry.link.kind == "sitemap" for entry in planned)
        since = None
        if reading.read_before and poll.state is not None:
            since = poll.state.last_read_at if poll.was_listed else memory.full_at or poll.state.last_read_at
        shown = items(planned)
        new = sum(url not in reading.known for url in shown)
        seen = polls.Seen(shown, new, named, since, ran_over=missed is not None)
        memory = polls.read(memory, poll.source, seen, now)
        if missed:
            filling = self._filling(poll, planned, now)
            planned += filling
            missed += f"; news sitemaps read to fill it: {len(filling)}"
        return _Judged(planned, decisions, missed or _cut(poll.kind, len(links.links)), memory)

    def _file(
        self,
        poll: _Poll,
        answer: Fetched,
        outcome: Outcome,
        memory: ListMemory,
        planned: Sequence[Planned] = (),
        missed: str | None = None,
    ) -> Outcome | None:
        record = self._keep(answer.page)
        filed = self._visits.list_done(
            poll.visit,
            outcome=outcome,
            planned=planned,
            validators=answer.validators,
            record=record,
            now=self._clock(),
            gap=missed,
            final_url=canonicalise(answer.page.final_url),
            status=answer.page.status,
            memory=memory,
            asked=answer.asked,
        )
        if not filed:
            self._erase(record)
        return outcome if filed else None

    def _filling(self, poll: _Poll, planned: Sequence[Planned], now: datetime) -> list[Planned]:
        """Return the news sitemaps that may show what a list no longer does: the source's, and those robots.txt names."""
        near = [canonicalise(address.url) for address in poll.source.addresses]
        near += [entry.url for entry in planned if entry.decision == "visit"][:1]
        rules = [held for url in near if (held := self._conduct.robots.held(url)) is not None]
        named = canonical_urls([Link(url) for each in rules for url in each.sitemaps])
        urls = news_sitemaps([*self._visits.sitemaps_of(poll.source.id), *named], near)
        known = self._visits.known(urls)
        lately = {url for url, one in known.items() if one.last_visit is not None and now - one.last_visit < FILLED}
        return [Planned(Link(url, kind="sitemap"), url, "list") for url in urls if url not in lately]


def _stated(visit: Visit, address: Address | None) -> str:
    """Return a list's address as the config or the index that named it states it."""
    if address is not None:
        return address.url
    return visit.link.url if visit.link else visit.url


def _cut(kind: str, links: int) -> str | None:
    """Return a note of what was not read of a list that names more than is read of one."""
    if links < PORTION:
        return None
    from extract.feeds import ENTRIES_LIMIT  # imports feedparser, which only such a list is worth
    from extract.sitemaps import URLS_LIMIT

    limit = URLS_LIMIT if kind == "sitemap" else ENTRIES_LIMIT
    return f"the list names {limit} items or more: those beyond were not read" if links >= limit else None
