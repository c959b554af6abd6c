"""What came of one request: a page, nothing new, or a failure in the words of ``articles.outcome``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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
from crawlers.redirects import HOPS, TooManyHops
from crawlers.robots import Forbidden, Unknown
from egress.failure import reason_of
from egress.retry_after import retry_after

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


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server says that nothing changed since the validators we sent."""

    validators: Validators
    final_url: str
    hops: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """No page came and why; ``wait`` is how long the server asks to be left alone."""

    outcome: Outcome
    wait: timedelta | None = None
    final_url: str | None = None


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
    if isinstance(error, TooManyHops):
        return Outcome("unreachable", "redirects")
    if isinstance(error, DownloadCancelledError):  # raised for a size over the limit, and for nothing else here
        return Outcome("too_large")
    reason = reason_of(error)
    return Outcome("forbidden", "egress") if reason == "egress" else Outcome("unreachable", reason)


def answer_of(response: Response, visit: Visit, now: datetime) -> Answer:
    """Return what a response means for the visit that asked for it."""
    hops: tuple[tuple[str, int], ...] = response.meta.get(HOPS, ())
    if response.status == 304:
        stated = _validators(response)
        kept = Validators(stated.etag or visit.validators.etag, stated.last_modified or visit.validators.last_modified)
        return Unchanged(kept, response.url, hops)
    if response.status not in (200, 203):
        wait = retry_after(_header(response, "Retry-After"), now)
        return Failed(Outcome("http", str(response.status)), wait, response.url)
    page = Page(
        url=visit.url,
        final_url=response.url,
        status=response.status,
        headers=tuple((name, value) for name, value in _headers(response)),
        body=response.body,
        fetched_at=now,
        link=visit.link,
    )
    return Fetched(page, _validators(response), hops)


def _validators(response: Response) -> Validators:
    return Validators(_header(response, "ETag"), _header(response, "Last-Modified"))


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1").strip() or None if value is not None else None


def _headers(response: Response) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values
    ]
