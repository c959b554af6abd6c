"""A week of fifty feeds on a virtual clock: what is missed, how late, and with how many requests, beside fixed pollers.

Run: ``python -m benchmarks.crawl_week``. The same pure functions decide as in a crawl (``due``, ``plan``, ``gap``,
``polls``); only the sites and the clock are made up. Feeds publish by day more than by night, in bursts, edit and re-date
items, and fail for hours. One feed in five publishes more in a burst than it shows; those, and the ones of 40 and more
items a day, have a news sitemap, as such sites do. The others never turn over within an hour and a quarter: no poller that
comes every hour could read those.
"""

from __future__ import annotations

import random
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from articles.outcome import Outcome
from articles.page import Link
from config.models import Address, Source
from crawlers import polls
from crawlers.due import due
from crawlers.plan import Reading, gap, items, plan
from crawlers.retry import retry_at
from ledger.values import Known, ListMemory, ListState

START = datetime(2025, 11, 24, tzinfo=UTC)
TICK = timedelta(minutes=1)
MANY = 40
KEPT = timedelta(hours=48)
"""How long a news sitemap names an item."""

BY_HOUR = (1, 1, 1, 1, 2, 5, 9, 12, 12, 11, 11, 10, 10, 11, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)
LISTED, FAILED = Outcome("listed", "1"), Outcome("http", "503")


@dataclass
class Site:
    """One made-up site: when which item came to the top of its feed, when it was down, what its feed shows now."""

    source: Source
    window: int
    events: list[tuple[datetime, str]]
    down: list[tuple[datetime, datetime]]
    sitemap: bool
    published: dict[str, datetime] = field(default_factory=dict)
    edited: dict[str, datetime] = field(default_factory=dict)
    top: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    place: int = 0

    def is_up(self, now: datetime) -> bool:
        """Return whether the site answers."""
        return not any(begin <= now < end for begin, end in self.down)

    def go_on(self, now: datetime) -> None:
        """Let happen what happens until now, and note what anybody could have seen."""
        while self.place < len(self.events) and self.events[self.place][0] <= now:
            at, url = self.events[self.place]
            self.place += 1
            if url in self.published:
                self.edited[url] = at
                self.top.remove(url) if url in self.top else None
            self.published.setdefault(url, at)
            self.top = [url, *self.top][: self.window]
            if self.is_up(at):
                self.shown.update(self.top)
        if self.is_up(now):
            self.shown.update(self.top)

    def links(self) -> list[Link]:
        """Return the feed as it is."""
        return [self._link(url) for url in self.top]

    def named(self, now: datetime) -> list[Link]:
        """Return the news sitemap as it is."""
        return [self._link(url) for url, at in self.published.items() if now - at < KEPT]

    def _link(self, url: str) -> Link:
        edited = self.edited.get(url)
        return Link(url, published=self.published[url].isoformat(), updated=edited.isoformat() if edited else None)


@dataclass
class Poller:
    """Who reads the feeds: what it knows, how often it asked, and how late it saw each item."""

    adaptive: bool
    requests: int = 0
    gaps: int = 0
    filled: int = 0
    revisits: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    states: dict[str, ListState] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    late: list[timedelta] = field(default_factory=list)

    def poll(self, site: Site, now: datetime) -> None:
        """Read one feed, and its news sitemap if items may be missing."""
        self.requests += 1
        url = site.source.addresses[0].url
        before = self.states.get(url)
        memory = before.memory if before else ListMemory()
        polled = before.polls + 1 if before else 1
        begun = before.first_poll_at if before else now
        if not site.is_up(now):
            self.failures[url] += 1
            again = None
            if self.adaptive:
                again = retry_at(FAILED, self.failures[url], None, now, polls.while_failing(site.source, memory))
                memory = polls.failed(memory, site.source, again=True)
            self.states[url] = ListState(polled, begun, now, FAILED, again, memory)
            return
        shown = frozenset(memory.shown) if before else None
        reading = Reading(site.source, self.known, begun, now, before is not None, shown=shown)
        planned = plan(site.links(), reading)
        missed = gap(planned, reading)
        since = before.last_read_at if before and before.last_outcome == LISTED else memory.full_at
        seen = items(planned)
        new = sum(item not in self.known for item in seen)
        ran_over = missed is not None
        if self.adaptive:
            memory = polls.read(memory, site.source, polls.Seen(seen, new, since=since, ran_over=ran_over), now)
        else:
            memory = replace(memory, shown=polls.marks(seen), full_at=now)
        self.failures[url] = 0
        self.states[url] = ListState(polled, begun, now, LISTED, None, memory)
        for entry in planned:
            if entry.decision == "visit":
                self._visit(site, entry.url, now)
        self.gaps += ran_over
        if ran_over and site.sitemap and self.adaptive:
            self.requests += 1
            for entry in plan(site.named(now), reading):
                if entry.decision == "visit":
                    self.filled += entry.url not in self.known
                    self._visit(site, entry.url, now)

    def _visit(self, site: Site, url: str, now: datetime) -> None:
        if url in self.known:
            self.revisits += 1
        else:
            self.late.append(now - site.published[url])
        self.known[url] = Known("visited", None, now, None)


@dataclass(frozen=True)
class Week:
    """What came of it: items that some feed showed, those never seen though they are gone, and the poller's own counts."""

    shown: int
    missed: int
    edits: int
    poller: Poller

    def row(self, name: str, yardstick: int) -> str:
        """Return one line of the table."""
        late = sorted(self.poller.late)
        middle, most = late[len(late) // 2], late[len(late) * 95 // 100]
        share = self.poller.requests / yardstick
        counts = f"{self.poller.requests:9,} {share:7.1%} {self.missed:7} {self.poller.gaps:6} {self.poller.filled:7}"
        return f"{name:28} {counts} {_minutes(middle):>9} {_minutes(most):>9}"


def run(sites: Sequence[Site], days: float, *, adaptive: bool = True) -> Week:
    """Let the sites publish and the poller read for so many days."""
    poller = Poller(adaptive)
    by_url = {site.source.addresses[0].url: site for site in sites}
    sources = [site.source for site in sites]
    now = START
    while now < START + timedelta(days=days):
        for site in sites:
            site.go_on(now)
        for source in due(sources, poller.states.get, now):
            poller.poll(by_url[source.addresses[0].url], now)
        now += TICK
    missed = sum(len(site.shown - poller.known.keys() - set(site.top)) for site in sites)
    return Week(sum(len(site.shown) for site in sites), missed, sum(len(site.edited) for site in sites), poller)


def make_sites(count: int, days: float, seed: int, every: timedelta | None = None) -> list[Site]:
    """Make up sites; the same seed gives the same week. ``every`` makes a fixed interval of it."""
    return [_site(number, days, random.Random(seed * 1000 + number), every) for number in range(count)]


def _site(number: int, days: float, chance: random.Random, every: timedelta | None) -> Site:
    name = f"blatt-{number}"
    bursting = number % 5 == 0
    window = chance.choice((10, 12, 15)) if bursting else chance.choice((20, 25, 30, 40, 50))
    daily = chance.choice((3, 8, 15, 25, 40, 80, 150) if not bursting else (8, 25, 60))
    moments = sorted(_moments(chance, days, daily, window * 2 if bursting else max(window // 3, 4)))
    if not bursting:
        moments = _spread(moments, window)
    urls = [f"https://{name}.example/politik/meldung-nummer-{place}-des-tages" for place in range(len(moments))]
    events = list(zip(moments, urls, strict=True))
    edits = [(at + timedelta(minutes=chance.uniform(20, 600)), url) for at, url in events if chance.random() < 0.08]
    if bursting:
        events += edits
    events.sort()
    down = []
    for _ in range(chance.choice((0, 0, 1, 2))):
        begin = START + timedelta(days=chance.uniform(0.2, max(days - 0.5, 0.3)))
        down.append((begin, begin + timedelta(hours=chance.uniform(0.5, 8))))
    more = {} if every is None else {"every": every, "every_min": every, "every_max": every}
    address = Address(kind="feed", url=f"https://{name}.example/feed")
    return Site(Source(id=name, name=name, addresses=(address,), **more), window, events, down, bursting or daily >= MANY)


def _moments(chance: random.Random, days: float, daily: int, burst: int) -> Iterator[datetime]:
    """Yield when items come: by day more than by night, and in bursts about every other day."""
    for hour in range(int(days * 24)):
        expected = daily * BY_HOUR[hour % 24] / sum(BY_HOUR)
        for _ in range(_poisson(chance, expected)):
            yield START + timedelta(hours=hour, minutes=chance.uniform(0, 60))
        if chance.random() < 1 / 48:
            length = chance.uniform(8, 40)
            for _ in range(chance.randint(burst // 2, burst)):
                yield START + timedelta(hours=hour, minutes=chance.uniform(0, length))


def _spread(moments: Sequence[datetime], window: int) -> list[datetime]:
    """Leave out what would make more than a window within an hour and a quarter."""
    kept: list[datetime] = []
    for at in moments:
        if len(kept) - bisect_left(kept, at - timedelta(minutes=75)) < window - 1:
            kept.append(at)
    return kept


def _poisson(chance: random.Random, expected: float) -> int:
    count, left = 0, chance.expovariate(1)
    while left < expected:
        count, left = count + 1, left + chance.expovariate(1)
    return count


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.0f} min"


def main() -> None:
    """Print the table."""
    days, count = 7.0, 50
    fixed = partial(make_sites, count, days, 1)
    yardstick = run(fixed(every=timedelta(minutes=5)), days, adaptive=False)
    print(f"{count} feeds, {days:g} days, {yardstick.shown:,} items, {yardstick.edits} edits; seed 1")
    print(f"{'':28} {'requests':>9} {'of 5min':>7} {'missed':>7} {'gaps':>6} {'filled':>7} {'half by':>9} {'95 % by':>9}")
    print(yardstick.row("fixed, every 5 minutes", yardstick.poller.requests))
    print(
        run(fixed(every=timedelta(minutes=15)), days, adaptive=False).row(
            "fixed, every 15 minutes", yardstick.poller.requests
        )
    )
    for seed in (1, 2, 3):
        begun = time.process_time()
        week = run(make_sites(count, days, seed), days)
        print(week.row(f"Lagebild, seed {seed}", yardstick.poller.requests), f" {time.process_time() - begun:.0f} s CPU")


if __name__ == "__main__":
    main()
