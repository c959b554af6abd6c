"""What came of one request: a page, nothing new, or a failure in the words of ``articles.outcome``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response

from articles.outcome import Outcome
from articles.page import Page, Validators, Visit
from crawlers.media import LargeMedia
from crawlers.redirects import HOPS, TooManyHops
from crawlers.robots import Forbidden, Reserved, Unknown
from crawlers.tdm import reserved_by_header, stated_policy
from egress.failure import reason_of
from egress.retry_after import retry_after
from ledger.values import Asked

ASKED = "asked"
"""The key of ``Request.meta`` that holds the ``Asked`` of a request and of those that were sent on to it."""

FAILURES = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    TooManyHops,
    Forbidden,
    LargeMedia,
    Reserved,
    Unknown,
    OSError,
)
"""How a request may fail through no fault of ours; every other exception is a fault and ends the crawl."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page came; ``hops`` are the addresses that sent on to it, each with its status."""

    page: Page
    validators: Validators
    hops: tuple[tuple[str, int], ...] = ()
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server says that nothing changed since the validators we sent."""

    validators: Validators
    final_url: str
    hops: tuple[tuple[str, int], ...] = ()
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """No page came and why; ``wait`` is how long the server, or its robots.txt, asks to be left alone."""

    outcome: Outcome
    wait: timedelta | None = None
    final_url: str | None = None
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class Unasked:
    """The request was not made or not finished: the visit goes back into the queue."""


Answer = Fetched | Unchanged | Failed | Unasked


def outcome_of(error: BaseException) -> Outcome:
    """Return how a visit ends that failed with one of ``FAILURES``."""
    if isinstance(error, Unknown):
        return error.outcome
    if isinstance(error, Forbidden):
        return Outcome("forbidden", "robots")
    if isinstance(error, LargeMedia):
        return Outcome("rejected", "not_html")
    if isinstance(error, Reserved):
        return Outcome("forbidden", "tdm")
    if isinstance(error, TooManyHops):
        return Outcome("unreachable", "redirects")
    if isinstance(error, DownloadCancelledError):  # raised for a size over the limit, and for nothing else here
        return Outcome("too_large")
    reason = reason_of(error)
    return Outcome("forbidden", "egress") if reason == "egress" else Outcome("unreachable", reason)


def answer_of(response: Response, visit: Visit, now: datetime, *, skips_reserved: bool = False) -> Answer:
    """Return what a response means for the visit that asked for it.

    A header that reserves text and data mining counts with a 304 as with a page (RFC 9110, 15.4.5: it is newer).
    """
    hops: tuple[tuple[str, int], ...] = response.meta.get(HOPS, ())
    asked = asked_of(response.meta)
    if response.status not in (200, 203, 304):
        wait = retry_after(_header(response, "Retry-After"), now)
        return Failed(Outcome("http", str(response.status)), wait, response.url, asked)
    if visit.kind == "article" and asked and reserved_by_header(_header(response, "tdm-reservation")):
        last, policy = asked[-1], stated_policy(_header(response, "tdm-policy"))
        asked = (*asked[:-1], replace(last, tdm=last.tdm or "header", policy=last.policy or policy))
        if skips_reserved:
            return Failed(Outcome("forbidden", "tdm"), None, response.url, asked)
    if response.status == 304:
        stated = _validators(response)
        kept = Validators(stated.etag or visit.validators.etag, stated.last_modified or visit.validators.last_modified)
        return Unchanged(kept, response.url, hops, asked)
    page = Page(
        url=visit.url,
        final_url=response.url,
        status=response.status,
        headers=tuple((name, value) for name, value in _headers(response)),
        body=response.body,
        fetched_at=now,
        link=visit.link,
    )
    return Fetched(page, _validators(response), hops, asked)


def asked_of(meta: Mapping[str, Any]) -> tuple[Asked, ...]:
    """Return how a request was judged, and those before it that were sent on to it."""
    return tuple(meta.get(ASKED, ()))


def _validators(response: Response) -> Validators:
    return Validators(_header(response, "ETag"), _header(response, "Last-Modified"))


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1").strip() or None if value is not None else None


def _headers(response: Response) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values
    ]
