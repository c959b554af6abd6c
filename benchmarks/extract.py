"""What does reading a page cost, beside plain trafilatura on the same pages in the same run? Also feeds and sitemaps."""

from __future__ import annotations

import asyncio
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import trafilatura

from articles.page import Page
from benchmarks.pages import BEGIN, headline, pages, sentence
from extract.links import read_links
from extract.page import extract
from extract.pool import ReaderPool

_GROWTH = "--growth"
_FETCHED = datetime(2026, 12, 1, tzinfo=UTC)


def main() -> None:
    """Print a table of milliseconds of CPU per page, feeds and sitemap URLs per second, and peak memory of a worker."""
    corpus = [_page(path, body) for path, body in pages(100, seed=1)]
    for page in corpus[:5]:  # caches warm, imports done
        extract(page, None)
        trafilatura.extract(page.body)
    rounds = [
        (
            _cpu(lambda: [extract(page, None) for page in corpus]),
            _cpu(lambda: [trafilatura.extract(page.body, fast=True) for page in corpus]),
            _cpu(lambda: [trafilatura.extract(page.body) for page in corpus]),
        )
        for _ in range(3)
    ]
    ours, fast, standard = (statistics.median(column) * 1000 / len(corpus) for column in zip(*rounds, strict=True))
    print(f"pages of {sum(len(p.body) for p in corpus) // len(corpus) // 1000} KB, CPU ms a page (median of 3 rounds)")
    print(f"  extract()             {ours:7.1f}")
    print(f"  trafilatura fast      {fast:7.1f}   ours is {ours / fast:.2f} of it")
    print(f"  trafilatura standard  {standard:7.1f}   ours is {ours / standard:.2f} of it")
    print(f"through the pool        {asyncio.run(_pooled(corpus)):7.1f}   CPU ms a page, all processes, start apart")
    feed, sitemap = _feed(30), _sitemap(50_000)
    print(f"feeds of 30 entries     {200 / _cpu(lambda: [read_links(feed, 'feed') for _ in range(200)]):7.0f}   a second")
    print(f"sitemap URLs            {50_000 / _cpu(lambda: read_links(sitemap, 'sitemap')):7.0f}   a second")
    print(
        f"  memory they take      {_growth_apart(sitemap):7.1f}   MB above the sitemap's own bytes, all 50,000 links kept"
    )
    print(f"peak memory             {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:7d}   MB, this process")
    print(
        f"                        {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024:7d}   MB, largest worker"
    )


def _page(path: str, body: bytes) -> Page:
    url = f"https://probezeitung.example{path}"
    return Page(url, url, 200, (("Content-Type", "text/html; charset=utf-8"),), body, _FETCHED)


def _cpu(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


async def _pooled(corpus: list[Page]) -> float:
    """Return CPU milliseconds a page of parent and worker; the worker's start is measured apart and taken off."""

    async def run(some: list[Page]) -> float:
        begin = _all_cpu()
        async with ReaderPool(1) as pool:
            for page in some:
                await pool.extract(page, None)
        return _all_cpu() - begin

    start = await run(corpus[:1])
    return (await run(corpus) - start) * 1000 / (len(corpus) - 1)


def _all_cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _feed(entries: int) -> Page:
    import random

    rng = random.Random(2)
    items = "".join(
        f"<item><title>{headline(rng)}</title><link>https://probezeitung.example/politik/{i}.html</link><guid>{i}</guid>"
        f"<pubDate>{BEGIN:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<description>&lt;p&gt;{sentence(rng)}&lt;/p&gt;</description></item>"
        for i in range(entries)
    )
    return _page(
        "/rss", f"<?xml version='1.0'?><rss version='2.0'><channel><title>P</title>{items}</channel></rss>".encode()
    )


def _sitemap(urls: int) -> Page:
    rows = "".join(
        f"<url><loc>https://probezeitung.example/politik/{i}.html</loc><news:news><news:publication><news:name>P</news:name>"
        f"<news:language>de</news:language></news:publication><news:publication_date>2026-03-02T06:00:00Z</news:publication_date>"
        f"<news:title>Meldung {i}</news:title></news:news></url>"
        for i in range(urls)
    )
    space = (
        "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    )
    return _page("/sitemap.xml", f"<?xml version='1.0'?><urlset {space}>{rows}</urlset>".encode())


def _growth_apart(sitemap: Page) -> float:
    """Return MB by which a process of its own grows when it reads the sitemap that it already holds as bytes."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.extract", _GROWTH], input=sitemap.body, stdout=subprocess.PIPE, check=True
    )
    return float(answer.stdout)


def _growth() -> float:
    body = sys.stdin.buffer.read()
    read_links(_page("/sitemap.xml", body[:2000] + b"</urlset>"), "sitemap")  # imports done
    before = _resident()
    kept = read_links(_page("/sitemap.xml", body), "sitemap")
    assert len(kept.links) == 50_000
    return _resident() - before


def _resident() -> float:
    """Return MB resident now (Linux): the peak of a process includes what its imports took."""
    resident = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return resident * resource.getpagesize() / 1024 / 1024


if __name__ == "__main__":
    if _GROWTH in sys.argv:
        print(_growth())
    else:
        main()
