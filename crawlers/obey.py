"""How robots.txt is obeyed: before every request, redirects included, and its crawl-delay with it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawlers.answers import FAILURES, outcome_of
from crawlers.conduct import Conduct
from crawlers.robots import MOST_BYTES, Forbidden, RobotsAnswer, Rules, Unknown, origin_of

IS_ROBOTS = "is_robots"
"""The key of ``Request.meta`` that marks a request for a robots.txt, which asks no leave of itself."""


class ObeyRobots:
    """The downloader middleware in front of all others."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._conduct: Conduct = crawler.spider.conduct  # type: ignore[union-attr]  # set before the engine is made
        self._asking: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware, as Scrapy asks for it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let an allowed request pass; raises Forbidden or Unknown."""
        if request.meta.get(IS_ROBOTS):
            return
        rules = await self._rules(request.url)
        if rules.not_now is not None:
            raise Unknown(rules.not_now)
        if rules.delay is not None:
            self._conduct.pace.set_by_site(urlparse_cached(request).hostname or "", rules.delay)
        if not rules.allows(request.url):
            raise Forbidden(request.url)

    async def _rules(self, url: str) -> Rules:
        """One question per origin at a time, so that many links ask for one robots.txt once."""
        async with self._asking.setdefault(origin_of(url), asyncio.Lock()):
            return await self._conduct.robots.rules(url, self._ask, datetime.now(UTC))

    async def _ask(self, url: str) -> RobotsAnswer:
        request = Request(
            url, callback=NO_CALLBACK, dont_filter=True, meta={IS_ROBOTS: True}, headers={"Accept-Encoding": "identity"}
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except FAILURES as error:
            return RobotsAnswer(failure=outcome_of(error))
        packed = response.headers.get("Content-Encoding") is not None
        return RobotsAnswer(response.status, response.body[: MOST_BYTES * 2], packed)
