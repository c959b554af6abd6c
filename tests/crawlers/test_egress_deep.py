"""The guard on the handler in use: 45 special addresses in a dozen spellings, by every way an address can come in."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from articles.page import Link
from articles.url import fetchable
from config.models import Address, Source
from crawlers.plan import Reading, plan
from egress.guard import Guard
from tests.crawlers.sites import serve, set_trap
from tests.crawlers.test_hostile import outcome, visit
from tests.egress.test_guard import SPECIAL

NOW = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)


def spellings(address: str) -> Iterator[str]:
    """Every way to write an address into a URL that a browser or a resolver may understand."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        yield from (f"[{found.compressed}]", f"[{found.exploded}]", f"[{found.compressed.upper()}]", f"x@[{found}]")
        return
    number, (a, b, c, d) = int(found), found.packed
    yield from (f"{a}.{b}.{c}.{d}", f"{a}.{b}.{c}.{d}.", f"{number}", f"{number:#x}", f"0{number:o}")
    yield from (f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a}.{number & 0xFFFFFF}")
    yield from (f"{a}.{b}.{number & 0xFFFF}", f"[::ffff:{found}]", f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]")
    yield from (f"{a}%2e{b}.{c}.{d}", f"zeitung.example@{a}.{b}.{c}.{d}", "".join(chr(ord(x) + 0xFEE0) for x in str(found)))


SPELLINGS = dict.fromkeys(spelling for address in SPECIAL for spelling in spellings(address))


def is_allowed(url: str) -> bool:
    """Whether a spelling means the one address the test allows."""
    return "127.0.0.1/" in fetchable(url) or "7f00:1]" in fetchable(url)


ADDRESSES = [f"http://{spelling}/geheim" for spelling in SPELLINGS if not is_allowed(f"http://{spelling}/geheim")]


def test_there_are_a_dozen_spellings_of_45_addresses() -> None:
    assert len(SPECIAL) >= 45
    assert len(list(spellings("169.254.169.254"))) >= 12
    assert len(ADDRESSES) > 400


def test_as_links_of_a_feed_or_sitemap_all_are_private() -> None:
    source = Source(id="z", name="Z", tier="aggregator", addresses=(Address(kind="feed", url="https://z.example/feed"),))
    for kind in ("article", "sitemap"):
        links = [Link(url, kind="article" if kind == "article" else "sitemap") for url in ADDRESSES]
        planned = plan(links, Reading(source, {}, NOW, NOW, guard=Guard()))
        assert {entry.reason for entry in planned} <= {"private", "duplicate"}


@pytest.mark.deep
async def test_as_addresses_to_visit_none_is_dialled() -> None:
    """The suite's own audit hook fails the run if any process of ours connects to anything but loopback."""
    async with set_trap() as trap:
        errand = await visit(*ADDRESSES, *(f"http://{s}:{trap.port}/" for s in spellings("127.0.0.2")))
        assert {outcome(answer) for answer in errand.answers.values()} == {"forbidden(egress)"}
        assert trap.visitors == 0


@pytest.mark.deep
@pytest.mark.parametrize("status", [302, 307])
async def test_as_redirects_none_is_dialled(status: int) -> None:
    async with serve() as site, set_trap() as trap:
        targets = [*ADDRESSES, *(f"http://{s}:{trap.port}/" for s in spellings("127.0.0.2"))]
        for number, target in enumerate(targets):
            site.pages[f"/{number}"] = web.Response(status=status, headers={"Location": target})
        errand = await visit(*(f"{site.url}/{number}" for number in range(len(targets))), timeout=20)
        assert {outcome(answer) for answer in errand.answers.values()} == {"forbidden(egress)"}
        assert trap.visitors == 0


@pytest.mark.deep
async def test_a_thousand_alternating_answers_of_a_resolver_reach_no_trap(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    async def alternating(*args: Any, **_: Any) -> list[dict[str, Any]]:
        nonlocal asked
        asked += 1
        place = "127.0.0.1" if asked % 2 else "127.0.0.2"
        return [{"hostname": args[1], "host": place, "port": args[2], "family": 2, "proto": 6, "flags": 0}]

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", alternating)
    monkeypatch.setattr(aiohttp.DefaultResolver, "resolve", alternating)
    async with set_trap() as trap:
        door = await asyncio.start_server(close, "127.0.0.1", trap.port)
        async with door:
            errand = await visit(*(f"http://name{number}.example:{trap.port}/" for number in range(1000)), timeout=20)
        assert trap.visitors == 0
    assert asked >= 1000
    assert {outcome(answer) for answer in errand.answers.values()} == {"forbidden(egress)", "unreachable(reset)"}
