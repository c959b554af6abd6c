"""A server that means harm: each of its ways ends in time, with an outcome, and disturbs no neighbour."""

from __future__ import annotations

import asyncio
import gzip
import resource
import socket
import struct
import time
import zlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from articles.errors import Transient
from articles.page import Visit
from crawlers.answers import Answer, Failed, Fetched
from crawlers.conduct import Conduct, Manners
from crawlers.robots import Robots
from crawlers.run import run_errands
from crawlers.settings import scrapy_settings
from crawlers.spider import Ask
from egress.guard import Guard
from pipeline.services import utc_now
from tests.crawlers.sites import raw_server, serve

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"
TIMEOUT = 1.0
MOST_BYTES = 1_000_000


def says(*parts: bytes) -> Reply:
    async def reply(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return reply


def repeats(head: bytes, part: bytes, pause: float = 0) -> Reply:
    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return reply


async def silence(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def reset(writer: asyncio.StreamWriter) -> None:
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


ZEROS = b"\0" * 30_000_000
HOSTILE: list[tuple[str, Reply, set[str]]] = [
    ("nothing at all", says(b""), {"unreachable(reset)"}),
    ("a reset", reset, {"unreachable(reset)"}),
    ("silence", silence, {"unreachable(timeout)"}),
    ("another protocol", says(b"SSH-2.0-OpenSSH_9.2\r\n"), {"unreachable(protocol)"}),
    ("no status line", says(b"<html>alt</html>"), {"unreachable(protocol)"}),
    ("one huge header", says(OK, b"X: " + b"y" * 500_000 + b"\r\n\r\n"), {"unreachable(protocol)"}),
    ("endless headers", repeats(OK, b"X-A: b\r\n" * 1000), {"unreachable(protocol)", "unreachable(timeout)"}),
    ("headers that drip", repeats(OK, b"X-A: b\r\n", 0.05), {"unreachable(protocol)", "unreachable(timeout)"}),
    ("endless interim answers", repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), {"unreachable(timeout)"}),
    ("a NUL in a header", says(OK, b"X: a\0b\r\n\r\n"), {"unreachable(protocol)"}),
    ("two lengths", says(OK, b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), {"unreachable(protocol)"}),
    ("a negative length", says(OK, b"Content-Length: -1\r\n\r\nab"), {"unreachable(protocol)"}),
    ("a length of letters", says(OK, b"Content-Length: viel\r\n\r\nab"), {"unreachable(protocol)"}),
    ("too short a body", says(OK, b"Content-Length: 1000\r\n\r\nkurz"), {"unreachable(reset)"}),
    ("too large by its own word", says(OK, b"Content-Length: 999999999999\r\n\r\n"), {"too_large"}),
    ("an endless body", repeats(OK + b"\r\n", b"x" * 60_000), {"too_large"}),
    ("a body that drips", repeats(OK + b"Content-Length: 100000\r\n\r\n", b"x", 0.02), {"unreachable(timeout)"}),
    (
        "endless chunks",
        repeats(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"2000\r\n" + b"x" * 8192 + b"\r\n"),
        {"too_large"},
    ),
    (
        "a flood of tiny chunks",
        repeats(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 4000),
        {"too_large", "unreachable(timeout)"},
    ),
    ("a broken chunk", says(OK, b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), {"unreachable(protocol)"}),
    (
        "a chunk cut off",
        says(OK, b"Transfer-Encoding: chunked\r\n\r\n10\r\nabc"),
        {"unreachable(reset)", "unreachable(protocol)"},
    ),
    ("a huge redirect", says(b"HTTP/1.1 302 F\r\nLocation: /", b"a" * 8_100, b"\r\n\r\n"), {"unreachable(redirects)"}),
    ("a status beyond all", says(b"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n"), {"http(999)"}),
    ("headers of no encoding", says(OK, b"X: \xff\xfe\x80\r\nContent-Length: 2\r\n\r\nab"), {"fetched"}),
    (
        "a redirect of no encoding",
        says(b"HTTP/1.1 302 F\r\nLocation: http://\xff\xfe/\r\nContent-Length: 0\r\n\r\n"),
        {"http(302)"},
    ),
    ("a gzip bomb", says(OK, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(ZEROS)), {"fetched"}),
    ("a deflate bomb", says(OK, b"Content-Encoding: deflate\r\n\r\n", zlib.compress(ZEROS)), {"fetched"}),
    ("a nested bomb", says(OK, b"Content-Encoding: gzip, gzip\r\n\r\n", gzip.compress(gzip.compress(ZEROS))), {"fetched"}),
    ("codings nobody knows", says(OK, b"Content-Encoding: " + b"br, " * 500 + b"zstd\r\n\r\nab"), {"fetched"}),
    ("a thousand cookies", says(OK, b"Set-Cookie: a=b\r\n" * 1000, b"\r\nab"), {"fetched", "unreachable(protocol)"}),
]


class Errand:
    """One list of addresses to ask for; keeps what came."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._asks = [Ask(Visit(n, url, "boese", "article", 1, 1), url) for n, url in enumerate(urls)]
        self._left = len(urls)
        self.answers: dict[str, Answer] = {}

    async def more(self) -> Sequence[Ask]:
        asks, self._asks = self._asks, []
        return asks

    async def done(self, ask: Ask, answer: Answer) -> None:
        assert ask.url not in self.answers
        self.answers[ask.url] = answer


async def visit(*urls: str, **settings: Any) -> Errand:
    errand = Errand(urls)
    manners = Manners()
    for place in ("127.0.0.1", "127.0.0.3"):
        manners.pace.set_by_source(place, 0)
    conduct = Conduct(Guard.allowing(["127.0.0.1/32", "127.0.0.3/32"]), "Lagebild", manners, clock=utc_now)
    wanted = scrapy_settings("Lagebild", **{"timeout": TIMEOUT, "most_bytes": MOST_BYTES, **settings})
    await run_errands(errand, conduct, wanted)
    return errand


def outcome(answer: Answer) -> str:
    if isinstance(answer, Failed):
        return str(answer.outcome)
    return type(answer).__name__.lower()


@pytest.mark.parametrize(("reply", "outcomes"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
async def test_a_hostile_answer_ends_in_time_with_an_outcome(reply: Reply, outcomes: set[str]) -> None:
    good = says(OK, b"Content-Length: 5\r\nConnection: close\r\n\r\nguten")
    async with raw_server(reply) as bad_url, raw_server(good, "127.0.0.3") as good_url:
        began = time.monotonic()
        errand = await visit(f"{bad_url}/a", f"{good_url}/b")
    assert time.monotonic() - began < TIMEOUT + 5
    assert outcome(errand.answers[f"{bad_url}/a"]) in outcomes
    neighbour = errand.answers[f"{good_url}/b"]
    assert isinstance(neighbour, Fetched)
    assert neighbour.page.body == b"guten"


def test_there_are_at_least_25_ways_to_mean_harm() -> None:
    assert len(HOSTILE) >= 25


async def test_tls_to_a_server_without_is_an_outcome() -> None:
    async with serve() as site:
        secure = site.url.replace("http:", "https:") + "/a"
        errand = await visit(secure)
    assert outcome(errand.answers[secure]) == "unreachable(tls)"


async def test_endless_bodies_cost_little_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    endless = repeats(OK + b"\r\n", b"x" * 60_000)
    async with raw_server(endless) as url:
        urls = [f"{url}/{n}" for n in range(12)]
        errand = await visit(*urls, most_bytes=10 * 1024 * 1024, timeout=10)
    assert {outcome(answer) for answer in errand.answers.values()} == {"too_large"}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150 * 1024  # KiB


async def test_a_fault_of_ours_ends_the_crawl_and_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(self: Errand, ask: Ask, answer: Answer) -> None:
        raise Transient("disk full")

    monkeypatch.setattr(Errand, "done", full)
    async with serve() as site:
        with pytest.raises(Transient, match="disk full"):
            await visit(f"{site.url}/a")  # told in a callback
    with pytest.raises(Transient, match="disk full"):
        await visit("http://127.0.0.1:9/a")  # told in an errback


async def test_a_fault_while_asking_is_raised_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def locked(self: Errand) -> Sequence[Ask]:
        raise Transient("ledger locked")

    monkeypatch.setattr(Errand, "more", locked)
    with pytest.raises(Transient, match="ledger locked"):
        await visit("http://127.0.0.1:9/a")


async def test_a_failure_that_no_server_can_cause_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Robots, *_: Any) -> Any:
        raise LookupError("a mistake of ours")

    monkeypatch.setattr(Robots, "rules", broken)
    with pytest.raises(LookupError):
        await visit("http://127.0.0.1:9/a")
