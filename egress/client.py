"""The guarded HTTP client: for webhooks, and for looking at an address before it becomes a source."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp

from articles.errors import Transient, Wrong
from egress.failure import Failure, reason_of
from egress.guard import EgressRefused, Guard

MOST_BYTES = 10 * 1024 * 1024
"""The largest body that is read, as for crawled pages (docs/decisions/0040)."""

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@cache
def tls_context() -> ssl.SSLContext:
    """Return the one TLS context of this process: certificates and host names verified; loading it takes a while."""
    return ssl.create_default_context()


class Unanswered(Transient):
    """No usable answer came; ``reason`` is a word of ``articles.outcome`` (dns, refused, tls, timeout, ...)."""

    def __init__(self, url: str, reason: Failure, detail: str) -> None:
        self.reason = reason
        super().__init__(f"no answer from {url} ({reason}): {detail}")


class TooLarge(Transient):
    """The body is larger than the client reads."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: the address that answered, status, headers in order, the body undecoded."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        """Return the first header of that name in any case, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Client:
    """An HTTP client behind a guard; use it as an async context manager.

    It takes no proxy from the environment, keeps no cookies, verifies TLS, and reads at most ``most_bytes``. With
    ``proxy`` set every request goes to that place and the guard sees only it; ``guard`` then should be ``Guard.only``.
    """

    def __init__(
        self,
        guard: Guard,
        user_agent: str,
        *,
        timeout: float = 30.0,
        most_bytes: int = MOST_BYTES,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._guard, self._user_agent, self._most_bytes, self._proxy = guard, user_agent, most_bytes, proxy
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._ssl = ssl_context or tls_context()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=self._guard.socket, ssl=self._ssl),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent},
            timeout=self._timeout,
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for an address and follow at most five redirects, each dialled through the guard.

        Raises EgressRefused, Unanswered, TooLarge, and Wrong for an address that is not http(s).
        """
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._ask("GET", url, None, headers or {})
            target = answer.header("Location")
            if answer.status not in _REDIRECTS or not target:
                return answer
            url = urljoin(answer.url, target)
        raise Unanswered(url, "redirects", f"more than {MOST_REDIRECTS} redirects")

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body; a redirect is an answer like any other and is not followed. Raises as ``get``."""
        return await self._ask("POST", url, body, headers)

    async def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        if self._session is None:
            raise RuntimeError("the client is used outside of its context")
        if urlsplit(url).scheme not in ("http", "https"):
            raise Wrong(f"not an http or https address: {url!r}")
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False, proxy=self._proxy
            ) as response:
                read = await self._read(response)
                return Answer(str(response.url), response.status, tuple(response.headers.items()), read)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._failure(url, error) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        read = bytearray()
        async for chunk in response.content.iter_any():
            read += chunk
            if len(read) > self._most_bytes:
                raise TooLarge(f"{response.url} answers with more than {self._most_bytes} bytes")
        return bytes(read)

    def _failure(self, url: str, error: Exception) -> Exception:
        reason = reason_of(error)
        if reason != "egress":
            return Unanswered(url, reason, str(error) or type(error).__name__)
        chain: BaseException | None = error
        while chain is not None and not isinstance(chain, EgressRefused):
            chain = chain.__cause__ or chain.__context__
        return chain if isinstance(chain, EgressRefused) else error
