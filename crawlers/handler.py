"""How Scrapy dials: its own aiohttp handler with the egress guard where the socket is made, in the host's turn."""

from __future__ import annotations

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.core.downloader.handlers._base_streaming import BaseStreamingDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.conduct import Conduct
from crawlers.media import LargeMedia, is_large_media
from crawlers.obey import IS_PAGE
from crawlers.retry import patience
from egress.client import tls_context
from egress.guard import EgressRefused


class GuardedHandler(AiohttpDownloadHandler):
    """Scrapy's reactorless handler with a session of ours: guarded sockets, no proxy from the environment, no cookies.

    Scrapy 2.19 offers no hook for the connector, so the session is built here in its stead; a test pins that this
    handler is the one in use. Bodies stay as they came, packed if the server packed them.
    """

    experimental = False

    def __init__(self, crawler: Crawler) -> None:
        BaseStreamingDownloadHandler.__init__(self, crawler)  # AiohttpDownloadHandler's would open an unguarded session
        self._conduct: Conduct = crawler.spider.conduct  # type: ignore[union-attr]  # set before the engine is made
        self._ssl_context = tls_context()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._pool_size_total,
                limit_per_host=self._pool_size_per_host,
                socket_factory=self._conduct.dialling.socket,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """Take the bytes: Scrapy's own way fails on a header that is no UTF-8 (a hostile test shows it)."""
        return Headers(list(response.raw_headers))

    async def _read_response(self, response: _ClientResponse, request: Request) -> Response:
        """Read the body, unless the headers of an article announce a film; raises ``media.LargeMedia``."""
        stated = response.headers
        if request.meta.get(IS_PAGE) and is_large_media(stated.get("Content-Type"), stated.get("Content-Length")):
            raise LargeMedia(request.url)
        return await super()._read_response(response, request)

    async def download_request(self, request: Request) -> Response:
        """Fetch in the host's turn; raises ``conduct.NotNow`` when the pass stops or the host is left alone."""
        place = urlparse_cached(request).hostname or ""
        request.meta.pop("proxy", None)
        if self._conduct.proxy is not None:
            if self._conduct.guard.refuses_literally(place):  # names are the proxy's to resolve, and to guard
                raise EgressRefused(place, "a private address, asked of the proxy")
            request.meta["proxy"] = self._conduct.proxy
        return await self._conduct.request(place, self._download(request, place))

    async def _download(self, request: Request, place: str) -> Response:
        response = await super().download_request(request)
        now = self._conduct.clock()
        wait = patience(response.status, response.headers.get("Retry-After"), now)
        if wait is not None:  # said here, before the host's next turn begins
            self._conduct.pace.leave_alone(place, now + wait)
        return response
