"""How redirects are followed: at most five, to http(s) only, each a request of its own before guard and robots.txt."""

from __future__ import annotations

from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response

from articles.errors import Wrong
from articles.url import fetchable

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
MOST_HOPS = 5
HOPS = "hops"
"""The key of ``Request.meta`` that holds the hops so far: pairs of the address that answered and its status."""


class TooManyHops(Exception):
    """A redirect after the fifth, which is a loop or as good as one."""


def next_hop(url: str, status: int, location: str | None) -> str | None:
    """Return where an answer sends its reader, or None if nowhere or to what is no http(s) address."""
    if status not in REDIRECTS or not location:
        return None
    try:
        return fetchable(urljoin(url, location.strip()))
    except (Wrong, ValueError):  # urljoin raises ValueError for half an IPv6 address
        return None


class FollowRedirects:
    """The downloader middleware: a redirect becomes a new request that runs through everything again."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the next request or the answer as it is; raises TooManyHops."""
        stated = response.headers.get("Location")
        target = next_hop(request.url, response.status, stated.decode("utf-8", "replace") if stated else None)
        if target is None:
            return response
        hops: tuple[tuple[str, int], ...] = (*request.meta.get(HOPS, ()), (request.url, response.status))
        if len(hops) > MOST_HOPS:
            raise TooManyHops(request.url)
        meta = {key: value for key, value in request.meta.items() if key not in ("download_slot", "download_latency")}
        return request.replace(url=target, meta={**meta, HOPS: hops})
