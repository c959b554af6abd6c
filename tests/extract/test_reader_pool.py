"""A page that kills its reader costs its own worker only; workers die with their parent and never touch the network."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gzip
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from articles.article import Article
from articles.errors import Broken
from articles.outcome import Killed, Rejected
from articles.page import Link, Links
from config.models import Source
from extract import wire
from extract.page import extract
from extract.pool import ReaderPool
from tests.extract.making import PROSE, article, html, page

ROOT = Path(__file__).resolve().parents[2]
SLOW = "<p>a b c d e</p>" * 90_000
"""Costs trafilatura many seconds: with a deadline of one it never ends."""
POISON = article(SLOW)


@pytest.fixture
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool(1) as one:
        yield one


def children() -> list[psutil.Process]:
    """Return the worker processes of this test."""
    return [child for child in psutil.Process().children() if "extract.worker" in " ".join(child.cmdline())]


async def test_the_pool_says_what_the_pure_function_says(pool: ReaderPool) -> None:
    link = Link(
        "https://zeitung.example/x", "Gipfel endet ohne Zusage", "2026-03-01T10:00:00+00:00", id="7", keywords=("a", "b")
    )
    source = Source.model_validate(
        {"id": "zeitung", "name": "Zeitung", "addresses": [{"kind": "feed", "url": "https://zeitung.example/rss"}]}
    )
    for body in (article("<p class='byline'>Von Jana Okonski</p>"), html(""), "words", html("<h1>Nur ein Titel hier</h1>")):
        asked = page(body, link=link)
        answer, expected = await pool.extract(asked, source), extract(asked, source)
        assert answer == expected
        if isinstance(answer, Rejected) and isinstance(expected, Rejected):
            assert answer.article == expected.article


async def test_feeds_and_discoveries_cross_the_border(pool: ReaderPool) -> None:
    rss = "<rss><channel><item><title>x</title><link>/a</link><category>k</category></item></channel></rss>"
    assert await pool.links(page(rss), "feed") == Links((Link("https://zeitung.example/a", "x", keywords=("k",)),))
    assert await pool.discover(page(html("", "<link rel=alternate type='application/rss+xml' href='/rss'>"))) == [
        ("feed", "https://zeitung.example/rss", "")
    ]
    nothing = await pool.links(page(html("")), "page", ">>>")
    assert isinstance(nothing, Links)
    assert "no CSS selector" in (nothing.error or "")


async def test_a_poisonous_page_is_read_by_the_linear_reader_and_its_neighbours_live() -> None:
    async with ReaderPool(2, deadline=1) as pool:
        await pool.extract(page(article()), None)
        good = [pool.extract(page(article()), None) for _ in range(10)]
        answers = await asyncio.gather(pool.extract(page(POISON), None), *good)
        poisoned, *others = answers
        assert isinstance(poisoned, Article)
        assert poisoned.truncated
        assert PROSE.strip() in (poisoned.text or "")
        assert all(isinstance(other, Article) and not other.truncated for other in others)


@pytest.mark.chaos
async def test_a_poisonous_page_with_little_text_is_killed_by_its_deadline() -> None:
    async with ReaderPool(1, deadline=1) as pool:
        little = html(SLOW)
        assert await pool.extract(page(little), None) == Killed("deadline")
        assert isinstance(await pool.extract(page(article()), None), Article)


async def test_a_bomb_is_killed_for_memory_without_a_second_try(pool: ReaderPool) -> None:
    answer = await pool.extract(page(gzip.compress(b"<p>" * 10_000_000)), None)
    assert isinstance(answer, Killed)
    assert answer.reason == "memory"
    assert "20,000,000" in answer.detail


@pytest.mark.chaos
async def test_a_page_that_needs_too_much_memory_costs_one_page() -> None:
    async with ReaderPool(1, memory=24 * 1024 * 1024) as pool:
        huge = html("".join(f"<p>{PROSE}{n}</p>" for n in range(60_000)))
        answer = await pool.extract(page(huge), None)
        assert isinstance(answer, Killed)
        assert answer.reason == "memory"
        assert isinstance(await pool.extract(page(article()), None), Article)


@pytest.mark.chaos
async def test_a_worker_that_dies_idle_is_replaced(pool: ReaderPool) -> None:
    await pool.extract(page(article()), None)
    for child in children():
        child.send_signal(signal.SIGKILL)
        child.wait()
    first = await pool.extract(page(article()), None)
    assert isinstance(first, Article)
    assert isinstance(await pool.extract(page(article()), None), Article)


async def test_a_cancelled_request_leaves_a_usable_pool() -> None:
    async with ReaderPool(1) as pool:
        await pool.extract(page(article()), None)
        task = asyncio.create_task(pool.extract(page(POISON), None))
        await asyncio.sleep(0.1)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        answer = await pool.extract(page(article()), None)
        assert isinstance(answer, Article)
        assert not answer.truncated
        assert len(children()) == 1
    assert children() == []


async def test_a_closed_pool_refuses(pool: ReaderPool) -> None:
    await pool.close()
    with pytest.raises(Broken, match="closed"):
        await pool.extract(page(article()), None)


@pytest.mark.chaos
async def test_workers_ignore_ctrl_c(pool: ReaderPool) -> None:
    await pool.extract(page(article()), None)
    [child] = children()
    child.send_signal(signal.SIGINT)
    assert isinstance(await pool.extract(page(article()), None), Article)
    assert children() == [child]


@pytest.mark.chaos
def test_workers_die_with_a_parent_that_is_killed() -> None:
    script = """
        import asyncio, sys
        from extract.pool import ReaderPool
        from tests.extract.making import article, page
        async def main():
            pool = ReaderPool(1)
            await pool.extract(page(article()), None)
            print("ready", flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        [worker] = psutil.Process(parent.pid).children()
        os.kill(parent.pid, signal.SIGKILL)
    worker.wait(timeout=10)


def test_a_worker_refuses_the_network() -> None:
    script = """
        import socket, sys
        from extract import worker
        sys.addaudithook(worker._refuse)
        for attempt in (lambda: socket.create_connection(("127.0.0.1", 9)), lambda: socket.getaddrinfo("localhost", 80)):
            try:
                attempt()
            except PermissionError as error:
                print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, cwd=ROOT, text=True, check=True
    )
    assert done.stdout.splitlines() == ["a reader process must not socket.getaddrinfo"] * 2


def test_what_a_child_answers_is_checked() -> None:
    with pytest.raises(Broken):
        wire.unpack(b"\x80\x04pickle")
    with pytest.raises(Broken):
        wire.unpack(b"[]")
    for answer in ({}, {"article": 3}, {"rejected": "because"}, {"article": {"id": "x", "title": "t", "kind": "evil"}}):
        with pytest.raises(Broken):
            wire.reading_from(answer)
    for links in ({"links": [{"url": 3}]}, {"links": 3}, {}):
        with pytest.raises(Broken):
            wire.links_from(links)
    with pytest.raises(Broken):
        wire.killed_from({"killed": "fun"})


def test_every_field_of_an_article_survives_the_border() -> None:
    read = extract(
        page(
            article(
                "<p class='byline'>Von Jana Okonski</p>",
                "<meta property='article:published_time' content='2026-03-01T10:00:00Z'>",
            )
        ),
        None,
    )
    assert isinstance(read, Article)
    assert wire.reading_from(wire.unpack(wire.pack(wire.reading_json(read)))) == read
    only_date = Rejected("no_text", dataclasses.replace(read, title=None, text=None))
    again = wire.reading_from(wire.unpack(wire.pack(wire.reading_json(only_date))))
    assert isinstance(again, Rejected)
    assert again.article == only_date.article


async def test_starting_is_paid_once() -> None:
    async with ReaderPool(1) as pool:
        begin = time.monotonic()
        await pool.extract(page(article()), None)
        first = time.monotonic() - begin
        begin = time.monotonic()
        await pool.extract(page(article()), None)
        assert time.monotonic() - begin < first
