"""Each default of Scrapy that is unsafe or impolite here is overridden, and the overrides are in force."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import default_settings

from crawlers.conduct import Conduct, Manners, user_agent
from crawlers.handler import GuardedHandler
from crawlers.settings import scrapy_settings
from crawlers.spider import NewsSpider
from egress.guard import Guard
from pipeline.services import utc_now

OURS: dict[str, Any] = {
    "TWISTED_REACTOR_ENABLED": False,
    "ROBOTSTXT_OBEY": True,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_MAXSIZE": 10 * 1024 * 1024,
    "DOWNLOAD_TIMEOUT": 30.0,
    "REDIRECT_MAX_TIMES": 5,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "COOKIES_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "COMPRESSION_ENABLED": False,
    "RETRY_ENABLED": False,
    "REFERER_ENABLED": False,
    "DOWNLOAD_HANDLERS_BASE": {},
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {},
}


@pytest.mark.parametrize("name", OURS)
def test_an_unsafe_default_is_overridden(name: str) -> None:
    """Should a new Scrapy change a default to ours, this says that the override can go."""
    assert scrapy_settings("Lagebild")[name] == OURS[name]
    assert getattr(default_settings, name) != OURS[name]


def test_every_setting_is_one_that_scrapy_knows() -> None:
    assert set(scrapy_settings("Lagebild")) <= set(dir(default_settings))


def test_http_and_https_are_fetched_by_the_guarded_handler_and_nothing_else_by_any() -> None:
    handlers = scrapy_settings("Lagebild")["DOWNLOAD_HANDLERS"]
    assert set(handlers) == {"http", "https"}
    assert set(handlers.values()) == {f"{GuardedHandler.__module__}.{GuardedHandler.__name__}"}


class _Nothing:
    """Errands of somebody with nothing to do, who looks at the running engine instead."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}
        self.crawler: Any = None

    async def more(self) -> list[Any]:
        engine = self.crawler.engine
        self.seen["middlewares"] = [type(m).__name__ for m in engine.downloader.middleware.middlewares]
        self.seen["extensions"] = [type(e).__name__ for e in self.crawler.extensions.middlewares]
        self.seen["spider middlewares"] = [type(m).__name__ for m in engine.scraper.spidermw.middlewares]
        self.seen["handlers"] = {scheme: type(engine.downloader.handlers._get_handler(scheme)) for scheme in SCHEMES}
        handler = engine.downloader.handlers._get_handler("https")
        self.seen["socket factory"] = handler._session.connector._socket_factory
        self.seen["environment"] = handler._session.trust_env
        self.seen["tls"] = (handler._ssl_context.check_hostname, handler._ssl_context.verify_mode.name)
        return []

    async def done(self, ask: Any, answer: Any) -> None:
        raise AssertionError("nothing was asked")


SCHEMES = ("http", "https", "file", "ftp", "s3", "data")


async def test_the_running_crawler_has_our_parts_and_no_others() -> None:
    errands = _Nothing()
    guard = Guard()
    runner = AsyncCrawlerRunner(scrapy_settings("Lagebild"))
    errands.crawler = runner.create_crawler(NewsSpider)
    conduct = Conduct(guard, "Lagebild", Manners(), clock=utc_now)
    await runner.crawl(errands.crawler, errands=errands, conduct=conduct)
    seen = errands.seen
    assert seen["middlewares"] == [
        *("ObeyRobots", "DownloadTimeoutMiddleware", "DefaultHeadersMiddleware", "UserAgentMiddleware", "FollowRedirects")
    ]
    assert seen["extensions"] == ["CoreStats"]
    assert seen["spider middlewares"] in ([], ["StartSpiderMiddleware"])
    assert seen["handlers"] == {scheme: GuardedHandler if scheme in ("http", "https") else type(None) for scheme in SCHEMES}
    assert seen["socket factory"] == guard.socket
    assert seen["environment"] is False
    assert seen["tls"] == (True, "CERT_REQUIRED")


def test_the_user_agent_is_honest() -> None:
    assert user_agent("").startswith("Lagebild/")
    assert user_agent("https://zeitung.example/bot").endswith(" (+https://zeitung.example/bot)")
