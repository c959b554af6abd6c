"""Why a request got no answer: the reason behind an exception, in the words of ``articles.outcome``."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Literal

import aiohttp
from aiohttp import http_exceptions

from egress.guard import EgressRefused

Failure = Literal["egress", "dns", "refused", "tls", "timeout", "reset", "protocol", "redirects"]

_REASONS: tuple[tuple[tuple[type[BaseException], ...], Failure], ...] = (
    ((EgressRefused,), "egress"),
    ((aiohttp.TooManyRedirects,), "redirects"),
    ((TimeoutError,), "timeout"),
    ((aiohttp.ClientConnectorDNSError, socket.gaierror), "dns"),
    ((aiohttp.ClientSSLError, ssl.SSLError), "tls"),
    ((http_exceptions.TransferEncodingError,), "protocol"),
    ((http_exceptions.ContentLengthError, aiohttp.ServerDisconnectedError, ConnectionResetError, BrokenPipeError), "reset"),
    ((aiohttp.ClientPayloadError,), "reset"),
    ((http_exceptions.HttpProcessingError, aiohttp.ClientResponseError, aiohttp.InvalidURL, ValueError), "protocol"),
    ((OSError,), "refused"),  # also no route to the host or network
)
"""From the most to the least telling; the first that any exception of the chain belongs to is the reason."""


def reason_of(error: BaseException) -> Failure:
    """Return why a request failed, judged by the whole chain of causes; ``protocol`` if nothing is known."""
    chain = list(_chain(error))
    return next((reason for kinds, reason in _REASONS if any(isinstance(e, kinds) for e in chain)), "protocol")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
