"""Stories about finding a site's feed from any of its addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from articles.errors import NotSo, Transient
from config.models import Source
from crawlers.discover import MOST_TRIED, discover_source, source_id
from egress.client import Client
from egress.guard import EgressRefused, Guard
from extract.pool import ReaderPool
from tests.crawlers.sites import Site, serve, set_trap

pytestmark = pytest.mark.asyncio(loop_scope="module")
NEWS = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{}/a</loc><news:news><news:publication>'
    "<news:name>Zeitung</news:name><news:language>de</news:language></news:publication>"
    "<news:title>Gipfel</news:title></news:news></url></urlset>"
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool(1) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with serve() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def client() -> AsyncIterator[Client]:
    async with Client(Guard.allowing(["127.0.0.1/32"]), "Lagebild", timeout=5) as made:
        yield made


def head(*links: str) -> str:
    return f"<html><head><title>Zeitung</title>{''.join(links)}</head><body><p>Guten Tag</p></body></html>"


def alternate(path: str, title: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{path}">'


async def test_a_pages_own_feed_is_found_and_not_that_of_its_comments(site: Site, client: Client, pool: ReaderPool) -> None:
    site.pages = {
        "/": head(alternate("/comments/feed", "Zeitung » Kommentar-Feed"), alternate("/feed", "Die Zeitung » Feed")),
        "/feed": site.feed("/a", "/b"),
        "/comments/feed": site.feed("/c"),
    }
    found = await discover_source(f"{site.url}/", client, pool)
    assert found["addresses"] == [{"kind": "feed", "url": f"{site.url}/feed"}]
    assert found["name"] == "Die Zeitung"
    assert Source(**found).id == "127-0-0-1"
    assert site.count("/comments/feed") == 0


async def test_a_feed_is_its_own_source_and_a_dead_one_is_passed_over(site: Site, client: Client, pool: ReaderPool) -> None:
    site.pages = {"/rss": site.feed("/a"), "/": head(alternate("/tot.xml"), alternate("/leer.xml"), alternate("/rss"))}
    site.pages["/leer.xml"] = site.feed()
    for start in ("/rss", "/"):
        found = await discover_source(f"{site.url}{start}", client, pool)
        assert found["addresses"] == [{"kind": "feed", "url": f"{site.url}/rss"}]


async def test_feed_and_news_sitemap_are_taken_together_with_their_language(
    site: Site, client: Client, pool: ReaderPool
) -> None:
    site.pages = {
        "/": head(alternate("/feed"), '<link rel="sitemap" href="/news-sitemap.xml">'),
        "/feed": site.feed("/a"),
        "/news-sitemap.xml": NEWS.format(site.url),
    }
    found = await discover_source(f"{site.url}/", client, pool)
    assert [address["kind"] for address in found["addresses"]] == ["feed", "sitemap"]
    assert found["languages"] == ["de"]


async def test_robots_txt_names_the_news_sitemap(site: Site, client: Client, pool: ReaderPool) -> None:
    site.pages = {
        "/": head(),
        "/robots.txt": web.Response(text=f"Sitemap: {site.url}/all.xml\nSitemap: {site.url}/news.xml\n"),
        "/news.xml": NEWS.format(site.url),
        "/all.xml": NEWS.format(site.url),
    }
    found = await discover_source(f"{site.url}/", client, pool)
    assert found["addresses"] == [{"kind": "sitemap", "url": f"{site.url}/news.xml"}]


async def test_the_usual_places_are_tried_last_and_politely_few(site: Site, client: Client, pool: ReaderPool) -> None:
    site.pages = {"/": head(), "/feed.xml": site.feed("/a")}
    found = await discover_source(f"{site.url}/", client, pool)
    assert found["addresses"] == [{"kind": "feed", "url": f"{site.url}/feed.xml"}]
    del site.pages["/feed.xml"]
    site.asked.clear()
    with pytest.raises(NotSo, match="by hand"):
        await discover_source(f"{site.url}/", client, pool)
    assert len(site.asked) <= MOST_TRIED + 1


async def test_an_address_that_cannot_be_asked_says_why(site: Site, client: Client, pool: ReaderPool) -> None:
    with pytest.raises(Transient, match="404"):
        await discover_source(f"{site.url}/nirgends", client, pool)
    async with set_trap() as trap:
        with pytest.raises(EgressRefused):
            await discover_source(trap.url, client, pool)
        site.pages = {"/": head(alternate(f"{trap.url}/feed"), alternate("/feed")), "/feed": site.feed("/a")}
        found = await discover_source(f"{site.url}/", client, pool)
        assert found["addresses"] == [{"kind": "feed", "url": f"{site.url}/feed"}]
        assert trap.visitors == 0


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://www.defensenews.com/rss", "defensenews"),
        ("https://augengeradeaus.net/feed/", "augengeradeaus"),
        ("https://news.bbc.co.uk/x", "news-bbc"),
        ("https://www.zeitung.example/", "zeitung"),
        ("http://localhost:8000/", "localhost"),
        ("http://[::1]:8000/", "1"),
        ("https://www.bürger.de/", "xn-brger-kva"),
    ],
)
async def test_an_id_is_made_from_the_host(url: str, id: str) -> None:
    assert source_id(url) == id
