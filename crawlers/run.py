"""How one crawl is run inside the caller's event loop, and stopped when the caller is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from twisted.python.failure import Failure

from articles.errors import Broken
from crawlers.conduct import Conduct
from crawlers.settings import scrapy_settings
from crawlers.spider import Errands, NewsSpider


async def run_errands(errands: Errands, conduct: Conduct, settings: dict[str, Any] | None = None) -> None:
    """Run one crawler until there are no more errands.

    A fault while an answer is taken (a full disk, a locked ledger) stops the crawl and is raised here. When the caller is
    cancelled, requests under way are broken off and the crawler is waited for before CancelledError goes on: nothing
    fetches after this function has ended.
    """
    runner = AsyncCrawlerRunner(settings if settings is not None else scrapy_settings(conduct.user_agent))
    crawler = runner.create_crawler(NewsSpider)
    faults: list[BaseException] = []
    halt = asyncio.Event()

    def fault(failure: Failure) -> None:
        if failure.value is not None:
            faults.append(failure.value)
        halt.set()

    crawler.signals.connect(fault, signal=signals.spider_error)
    crawl = runner.crawl(crawler, errands=errands, conduct=conduct)
    halted = asyncio.create_task(halt.wait())
    try:
        await asyncio.wait({crawl, halted}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        halted.cancel()
        if not crawl.done():
            await _stop(crawler, conduct, crawl)
    if faults:
        raise faults[0]
    await crawl
    _judge(crawler)


async def _stop(crawler: Crawler, conduct: Conduct, crawl: asyncio.Task[None]) -> None:
    """End a running crawl at once and wait for its end, however often the caller is cancelled meanwhile."""
    conduct.stop()
    ending = asyncio.create_task(_end(crawler, crawl))
    while not ending.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({ending})


async def _end(crawler: Crawler, crawl: asyncio.Task[None]) -> None:
    # an engine that is only starting cannot be stopped, and its signal comes before it can be
    while not crawl.done() and not (crawler.crawling and crawler.engine.running):  # noqa: ASYNC110  see above
        await asyncio.sleep(0.01)
    if not crawl.done():
        await crawler.stop_async()
    await asyncio.wait({crawl})


def _judge(crawler: Crawler) -> None:
    """A spider's exception does not raise in Scrapy: what went wrong is read from its statistics."""
    reason = crawler.stats.get_value("finish_reason")
    if reason != "finished":
        raise Broken(f"the crawl ended with {reason!r} instead of 'finished'")
