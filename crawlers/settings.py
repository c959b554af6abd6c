"""How Scrapy is set: every default that is unsafe, impolite or superfluous here, overridden (docs/decisions/0040)."""

from __future__ import annotations

from typing import Any

MOST_BYTES = 10 * 1024 * 1024
"""The largest body that is fetched, as it comes over the wire; larger ends as too_large."""

TIMEOUT = 30.0
"""Seconds from the dial to the last byte: a body that drips ends too."""

HOSTS_AT_ONCE = 16


def scrapy_settings(user_agent: str, *, timeout: float = TIMEOUT, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """Return the settings of one crawler.

    Middlewares, extensions and handlers are lists of what is wanted, not of what is not, so that a new version of Scrapy
    brings nothing in by itself. Retries, conditional requests and seen addresses are the ledger's; the delay between two
    requests is ``crawlers.pace``'s, which also knows robots.txt and can be stopped at once.
    """
    return {
        "TWISTED_REACTOR_ENABLED": False,
        "USER_AGENT": user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": "Lagebild",
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip, deflate",
            "Accept-Language": "de, en;q=0.8, *;q=0.5",
        },
        # what is fetched, and how much of it
        "DOWNLOAD_HANDLERS_BASE": {},
        "DOWNLOAD_HANDLERS": {
            "http": "crawlers.handler.GuardedHandler",
            "https": "crawlers.handler.GuardedHandler",
        },
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": most_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": HOSTS_AT_ONCE,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        # the parts that run
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.obey.ObeyRobots": 100,
            "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
            "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
            "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
            "crawlers.redirects.FollowRedirects": 600,
        },
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {"scrapy.extensions.corestats.CoreStats": 0},
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        # the same once more by its switches, should a list above ever change
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "COMPRESSION_ENABLED": False,
        "RETRY_ENABLED": False,
        "REFERER_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "STATS_DUMP": False,
        "LOG_ENABLED": False,
        "LOG_VERSIONS": [],
        "LOGSTATS_INTERVAL": 0,
    }
