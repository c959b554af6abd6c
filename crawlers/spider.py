"""The one generic spider: it asks for what it is handed, in its turn, and hands back what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.http import Response
from twisted.python.failure import Failure

from articles.page import Validators, Visit
from articles.url import fetchable
from crawlers.answers import ASKED, FAILURES, Answer, Failed, Unasked, answer_of, asked_of, outcome_of
from crawlers.conduct import Conduct, NotNow
from crawlers.obey import IS_PAGE

LISTS_FIRST = 10


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to make: the visit it is for, the address as stated, and whether it is made conditional."""

    visit: Visit
    url: str
    conditional: bool = True


class Errands(Protocol):
    """Who hands the spider its requests and takes what comes of them."""

    async def more(self) -> Sequence[Ask]:
        """Return the next requests, waiting for them if need be; an empty answer ends the crawl."""

    async def done(self, ask: Ask, answer: Answer) -> None:
        """Take the answer to one request; called exactly once for each, unless the crawl is stopped before."""


class NewsSpider(scrapy.Spider):
    """Visits feeds, sitemaps, list pages and articles alike; what they mean is not its business."""

    name = "news"

    def __init__(self, errands: Errands, conduct: Conduct, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.errands, self.conduct = errands, conduct

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Yield requests as long as there are errands."""
        while asks := await self.errands.more():
            for ask in asks:
                yield self._request(ask)

    def _request(self, ask: Ask) -> scrapy.Request:
        return scrapy.Request(
            fetchable(ask.url),
            callback=self.answered,
            errback=self.failed,
            headers=_conditions(ask.visit.validators) if ask.conditional else {},
            cb_kwargs={"ask": ask},
            priority=0 if ask.visit.kind == "article" else LISTS_FIRST,
            dont_filter=True,
            meta={"verbatim_url": True, IS_PAGE: ask.visit.kind == "article", ASKED: []},
        )

    async def answered(self, response: Response, ask: Ask) -> None:
        """Hand on what a response means."""
        answer = answer_of(response, ask.visit, self.conduct.clock(), skips_reserved=self.conduct.skips_reserved)
        await self.errands.done(ask, self._with_wait(answer))

    async def failed(self, failure: Failure) -> None:
        """Hand on why no response came; a failure that no server can cause ends the crawl.

        Scrapy only logs what an errback raises, so a fault is announced here as a callback's would be.
        """
        telling = asyncio.ensure_future(self._tell(failure))
        await asyncio.wait({telling})
        fault = telling.exception()
        if fault is not None:
            told = Failure(fault)  # type: ignore[no-untyped-call]  # Twisted states no type here
            self.crawler.signals.send_catch_log(signals.spider_error, failure=told, response=None, spider=self)

    async def _tell(self, failure: Failure) -> None:
        ask: Ask = failure.request.cb_kwargs["ask"]  # type: ignore[attr-defined]  # Scrapy puts the request there
        error = failure.value
        if isinstance(error, NotNow):
            await self.errands.done(ask, Unasked())
        elif isinstance(error, FAILURES):
            asked = asked_of(failure.request.meta)  # type: ignore[attr-defined]  # as above
            await self.errands.done(ask, self._with_wait(Failed(outcome_of(error), asked=asked)))
        else:
            raise error if error is not None else RuntimeError("a failure without an exception")

    def _with_wait(self, answer: Answer) -> Answer:
        """Note with a failure how long its host asked to be left alone, be it by its robots.txt: the next process must
        know too.
        """
        if not isinstance(answer, Failed) or not answer.asked:
            return answer
        last = answer.asked[-1]
        until = self.conduct.left_alone_until(urlsplit(last.url).hostname or "")
        if until is None:
            return answer
        asked = (*answer.asked[:-1], replace(last, alone_until=until))
        return replace(answer, wait=until - self.conduct.clock(), asked=asked)


def _conditions(validators: Validators) -> dict[str, str]:
    """RFC 9110, 13.1: both conditions if both are known; a server that knows ETags looks at no other."""
    stated = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in stated.items() if value and "\n" not in value and "\r" not in value}
