"""How robots.txt is obeyed: before every request, redirects included, and its crawl-delay with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawlers.answers import ASKED, FAILURES, outcome_of
from crawlers.conduct import Conduct
from crawlers.robots import (
    FRESH,
    MOST_BYTES,
    PASS,
    Forbidden,
    Reserved,
    RobotsAnswer,
    Rules,
    Unknown,
    origin_of,
    text_of,
)
from crawlers.tdm import WELL_KNOWN, Reservation, reserved_by_file, reserved_by_robots
from ledger.site_files import SiteFile
from ledger.values import Asked

IS_ROBOTS = "is_robots"
"""The key of ``Request.meta`` that marks a request for a robots.txt or its like, which asks no leave of itself."""

IS_PAGE = "is_page"
"""The key of ``Request.meta`` that marks a request for an article, whose words a site may reserve."""


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
        """Note the verdict and let an allowed request pass; raises Forbidden, Reserved or Unknown."""
        if request.meta.get(IS_ROBOTS):
            return
        conduct, url, place = self._conduct, request.url, urlparse_cached(request).hostname or ""
        rules = await self._rules(url)
        conduct.pace.set_by_site(place, rules.delay or 0.0)
        verdict = rules.verdict(url)
        is_page = request.meta.get(IS_PAGE, False)
        tdm = await self._reservation(rules, url) if is_page and verdict in PASS else None
        asked = Asked(conduct.clock(), url, conduct.user_agent, verdict, conduct.pace.delay(place))
        if tdm is not None:
            asked = replace(asked, tdm=tdm.where, policy=tdm.policy)
        request.meta.setdefault(ASKED, []).append(asked)
        if rules.not_now is not None:
            raise Unknown(rules.not_now)
        if verdict not in PASS:
            raise Forbidden(url)
        if tdm is not None and conduct.skips_reserved:
            raise Reserved(url)

    async def _rules(self, url: str) -> Rules:
        """One question per origin at a time, so that many links ask for one robots.txt once."""
        async with self._asking.setdefault(origin_of(url), asyncio.Lock()):
            return await self._conduct.robots.rules(url, self._ask, self._conduct.clock())

    async def _reservation(self, rules: Rules, url: str) -> Reservation | None:
        """Return where the site reserves text and data mining before anything is fetched, or None."""
        if reserved_by_robots(rules.parsed, url):
            return Reservation("robots")
        if not rules.allows(f"{origin_of(url)}{WELL_KNOWN}"):
            return None
        async with self._asking.setdefault(origin_of(url), asyncio.Lock()):
            file = await self._conduct.robots.reserved(url, self._ask, self._conduct.clock())
        rule = reserved_by_file(file, url)
        return Reservation("tdmrep", rule.policy) if rule else None

    async def _ask(self, url: str) -> RobotsAnswer:
        """Return what was read within the last day, by whichever process, or else ask."""
        files, now = self._conduct.site_files, self._conduct.clock()
        last = files.last(url) if files else None
        if last is not None and timedelta(0) <= now - last.read_at < FRESH:
            return RobotsAnswer(last.status, last.text.encode(), read_at=last.read_at)
        request = Request(
            url, callback=NO_CALLBACK, dont_filter=True, meta={IS_ROBOTS: True}, headers={"Accept-Encoding": "identity"}
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except FAILURES as error:
            return RobotsAnswer(failure=outcome_of(error))
        packed = response.headers.get("Content-Encoding") is not None
        answer = RobotsAnswer(response.status, response.body[: MOST_BYTES * 2], packed)
        if files and response.status != 429 and response.status < 500:
            text = text_of(answer) if response.status == 200 else ""
            files.keep(url, SiteFile(now, response.status, text))
        return answer
