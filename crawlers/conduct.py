"""What every request goes by: guard, manners (robots.txt and pace), proxy, and the order to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

from crawlers.pace import Pace
from crawlers.robots import Robots
from egress.guard import Guard
from ledger.site_files import SiteFiles

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Manners:
    """What sites asked of us so far: robots.txt and pace; one object serves every pass of a process."""

    robots: Robots = field(default_factory=Robots)
    pace: Pace = field(default_factory=Pace)


class NotNow(Exception):
    """The request was not made or not finished: the pass stops, or the host asked to be left alone."""


class Conduct:
    """The rules of one pass, shared by all its requests; ``stop`` ends what is under way at once.

    ``guard`` judges addresses of the web; ``dialling`` judges what sockets are made for: the proxy if there is one.
    ``site_files`` remembers robots.txt and its like between processes; ``skips_reserved`` says that pages whose site
    reserves text and data mining are not fetched. ``clock`` is the desk's.
    """

    def __init__(
        self,
        guard: Guard,
        user_agent: str,
        manners: Manners,
        proxy: str | None = None,
        *,
        site_files: SiteFiles | None = None,
        skips_reserved: bool = False,
        clock: Callable[[], datetime],
    ) -> None:
        self.clock = clock
        self.guard, self.user_agent, self.proxy = guard, user_agent, proxy
        self.site_files, self.skips_reserved = site_files, skips_reserved
        self.dialling = guard if proxy is None else Guard.only(proxy)
        self.robots, self.pace = manners.robots, manners.pace
        self._stopping = False
        self._turns: dict[str, asyncio.Lock] = {}
        self._under_way: set[asyncio.Task[Any]] = set()

    async def request(self, host: str, download: Coroutine[Any, Any, T]) -> T:
        """Make one request when the host's turn comes; raises NotNow when it is not to be made or is broken off."""
        if self._stopping or self.left_alone_until(host):
            download.close()
            raise NotNow
        task = asyncio.create_task(self._in_turn(host, download))
        self._under_way.add(task)
        try:
            await asyncio.wait({task})
            if task.cancelled():
                raise NotNow
            return task.result()
        finally:
            self._under_way.discard(task)
            task.cancel()

    async def _in_turn(self, host: str, download: Coroutine[Any, Any, T]) -> T:
        """One request at a time per host: Scrapy 2.19 without a reactor starts all that are queued at once when its own
        delay is 0, whatever CONCURRENT_REQUESTS_PER_DOMAIN says (docs/decisions/0040).
        """
        try:
            async with self._turns.setdefault(host, asyncio.Lock()):
                if self.left_alone_until(host):
                    raise NotNow
                await self.pace.turn(host)
                return await download
        finally:
            download.close()  # of a download that has ended or never began: nothing

    def left_alone_until(self, host: str) -> datetime | None:
        """Return until when a host is not to be asked at all, None if it may be now."""
        return self.pace.left_alone_until(host, self.clock())

    def stop(self) -> None:
        """Break off every request under way and make no further one."""
        self._stopping = True
        for task in self._under_way:
            task.cancel()


def user_agent(contact: str) -> str:
    """Return the honest name every request carries: product, version and, if set, how to reach the operator."""
    try:
        number = version("lagebild")
    except PackageNotFoundError:  # run from a folder that was never installed
        number = "0"
    return f"Lagebild/{number} (+{contact})" if contact else f"Lagebild/{number}"
