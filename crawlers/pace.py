"""How fast one host may be asked: the delay between two requests, and hosts that asked to be left alone for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

DEFAULT_DELAY = 1.0
"""Seconds between two requests to a host of which nothing else is known."""

LONGEST_DELAY = 120.0
"""A longer crawl-delay is cut to this, or one line of robots.txt would hold a pass for days (docs/decisions/0040)."""


class Pace:
    """The delays of all hosts met so far; one object serves every pass of a process, so passes share them.

    ``clock`` gives seconds that never go back, for the turns; how long a host is left alone is a time of day, which a
    restart of the process does not change.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_source: dict[str, float] = {}
        self._by_site: dict[str, float] = {}
        self._free_at: dict[str, float] = {}
        self._alone_until: dict[str, datetime] = {}

    def delay(self, host: str) -> float:
        """Return the seconds between two requests to a host: the longer of what the source and what the site says."""
        return min(max(self._by_source.get(host, DEFAULT_DELAY), self._by_site.get(host, 0.0)), LONGEST_DELAY)

    def set_by_source(self, host: str, seconds: float) -> None:
        """Take over the delay from a source's config."""
        self._by_source[host] = seconds

    def set_by_site(self, host: str, seconds: float) -> None:
        """Take over the crawl-delay of a site's robots.txt."""
        self._by_site[host] = max(seconds, 0.0)

    def leave_alone(self, host: str, until: datetime) -> None:
        """Make no request to a host until then; a longer wait that was asked before stays."""
        self._alone_until[host] = max(until, self._alone_until.get(host, until))

    def left_alone_until(self, host: str, now: datetime) -> datetime | None:
        """Return until when a host asked for no requests, None if it may be asked now."""
        until = self._alone_until.get(host)
        return until if until is not None and now < until else None

    def reserve(self, host: str) -> float:
        """Take the host's next turn and return the seconds until it comes."""
        now = self._clock()
        at = max(now, self._free_at.get(host, 0.0))
        self._free_at[host] = at + self.delay(host)
        return at - now

    async def turn(self, host: str) -> None:
        """Wait until the host may be asked."""
        wait = self.reserve(host)
        if wait > 0:
            await asyncio.sleep(wait)
            # a busy machine wakes late: the next request keeps its distance from this one as it is really made
            self._free_at[host] = max(self._free_at[host], self._clock() + self.delay(host))
