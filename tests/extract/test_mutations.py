"""Golden pages and feeds, damaged in every way our mutator knows, never raise and never take long."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from articles.article import Article
from articles.outcome import Rejected
from articles.page import Links
from extract.links import discover, read_links
from extract.page import extract, extract_linear
from tests.extract.making import page
from tests.extract.test_feeds import RSS
from tests.extract.test_sitemaps import NEWS

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*/page.html"))
DEADLINE = 5.0
"""CPU seconds, as in the pool."""
_PIECES = (
    b"<",
    b">",
    b'"',
    b"&",
    b"\0",
    b"\xff",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<script>",
    b"{",
    b"]",
    b"\xed\xa0\x80",
    b"&#x110000;",
    b"</p>",
)


def mutate(body: bytes, rng: random.Random) -> bytes:
    """Return the bytes with one to eight wounds: cut, doubled, swapped, flipped, spliced or seeded with syntax."""
    raw = bytearray(body)
    for _ in range(rng.randint(1, 8)):
        if not raw:
            break
        at, length = rng.randrange(len(raw)), rng.randint(1, max(2, len(raw) // rng.choice((3, 20, 200))))
        match rng.randrange(6):
            case 0:
                del raw[at : at + length]
            case 1:
                raw[at:at] = raw[at : at + length] * rng.randint(1, 4)
            case 2:
                raw[at] = rng.randrange(256)
            case 3:
                raw[at:at] = rng.choice(_PIECES) * rng.randint(1, 50)
            case 4:
                other = rng.randrange(len(raw))
                raw[at : at + length], raw[other : other + length] = raw[other : other + length], raw[at : at + length]
            case _:
                del raw[at:]
    return bytes(raw)


def read_pages(count: int, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(count):
        body = mutate(rng.choice(GOLDEN).read_bytes(), rng)
        reader: Callable[..., Article | Rejected] = extract if rng.random() < 0.8 else extract_linear
        begin = time.process_time()
        result = reader(page(body), None)
        assert time.process_time() - begin < DEADLINE
        if isinstance(result, Article):
            result.part("text").encode()
            for entry in result.entries or ():
                assert 0 <= entry.start < entry.end <= len(result.text or "")


def read_lists(count: int, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(count):
        kind = rng.choice(("feed", "sitemap", "page"))
        seeds = {"feed": RSS.encode(), "sitemap": NEWS.encode(), "page": GOLDEN[0].read_bytes()}
        body = mutate(seeds[rng.choice(("feed", "sitemap", "page", kind, kind))], rng)
        begin = time.process_time()
        links = read_links(page(body), kind)  # type: ignore[arg-type]  # one of the three kinds
        discover(page(body))
        assert time.process_time() - begin < DEADLINE
        assert isinstance(links, Links)
        assert all(link.url.startswith(("http://", "https://")) for link in links.links)


MANY = 1_000 if os.environ.get("LAGEBILD_SHORT") else 10_000


def test_mutated_pages_are_read_or_rejected() -> None:
    read_pages(150, seed=5)


def test_mutated_lists_are_read_or_refused() -> None:
    read_lists(300, seed=5)


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_thousands_of_mutated_pages() -> None:
    read_pages(MANY, seed=6)


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_thousands_of_mutated_lists() -> None:
    read_lists(MANY, seed=6)
