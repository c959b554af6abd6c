"""Stories about finding a site's feed from any of its addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from articles.errors import NotSo, Transient, Wrong
from config.models import Source
from crawlers.asking import Asking
from crawlers.conduct import Manners
from crawlers.discover import MOST_TRIED, Advertised, discover_source, free_id, source_id
from egress.client import Client
from egress.guard import EgressRefused, Guard
from extract.pool import ReaderPool
from tests.crawlers.sites import Site, serve, set_trap

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
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
async def asks() -> AsyncIterator[Asking]:
    guard = Guard.allowing(["127.0.0.1/32"])
    async with Client(guard, "Lagebild", timeout=5) as client:
        yield Asking(client, Manners(), guard, lambda: NOW)


async def discover(url: str, asks: Asking, pool: ReaderPool, **more: Any) -> tuple[dict[str, Any], tuple[Advertised, ...]]:
    found = await discover_source(url, asks, pool, **more)
    return found.source, found.others


def head(*links: str) -> str:
    return f"<html><head><title>Zeitung</title>{''.join(links)}</head><body><p>Guten Tag</p></body></html>"


def alternate(path: str, title: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{path}">'


async def test_a_pages_own_feed_is_found_and_not_that_of_its_comments(site: Site, asks: Asking, pool: ReaderPool) -> None:
    site.pages = {
        "/": head(alternate("/comments/feed", "Zeitung » Kommentar-Feed"), alternate("/feed", "Die Zeitung » Feed")),
        "/feed": site.feed("/a", "/b"),
        "/comments/feed": site.feed("/c"),
    }
    found, _ = await discover(f"{site.url}/", asks, pool, known={})
    assert found["addresses"] == [{"kind": "feed", "url": f"{site.url}/feed"}]
    assert found["name"] == "Die Zeitung"
    assert Source(id="z", **found).name == "Die Zeitung"
    assert site.count("/comments/feed") == 0


async def test_a_feed_is_its_own_source_and_a_dead_one_is_passed_over(site: Site, asks: Asking, pool: ReaderPool) -> None:
    site.pages = {"/rss": site.feed("/a"), "/": head(alternate("/tot.xml"), alternate("/leer.xml"), alternate("/rss"))}
    site.pages["/leer.xml"] = site.feed()
    for start in ("/rss", "/"):
        found, _ = await discover(f"{site.url}{start}", asks, pool, known={})
        assert found["addresses"] == [{"kind": "feed", "url": f"{site.url}/rss"}]


async def test_feed_and_news_sitemap_are_taken_together_with_their_language(
    site: Site, asks: Asking, pool: ReaderPool
) -> None:
    site.pages = {
        "/": head(alternate("/feed"), '<link rel="sitemap" href="/news-sitemap.xml">'),
        "/feed": site.feed("/a"),
        "/news-sitemap.xml": NEWS.format(site.url),
    }
    found, _ = await discover(f"{site.url}/", asks, pool, known={})
    assert [address["kind"] for address in found["addresses"]] == ["feed", "sitemap"]
    assert found["languages"] == ["de"]


async def test_robots_txt_names_the_news_sitemap(site: Site, asks: Asking, pool: ReaderPool) -> None:
    site.pages = {
        "/": head(),
        "/robots.txt": web.Response(text=f"Sitemap: {site.url}/all.xml\nSitemap: {site.url}/news.xml\n"),
        "/news.xml": NEWS.format(site.url),
        "/all.xml": NEWS.format(site.url),
    }
    found, _ = await discover(f"{site.url}/", asks, pool, known={})
    assert found["addresses"] == [{"kind": "sitemap", "url": f"{site.url}/news.xml"}]


async def test_the_usual_places_are_tried_last_and_politely_few(site: Site, asks: Asking, pool: ReaderPool) -> None:
    site.pages = {"/": head(), "/feed.xml": site.feed("/a")}
    found, _ = await discover(f"{site.url}/", asks, pool, known={})
    assert found["addresses"] == [{"kind": "feed", "url": f"{site.url}/feed.xml"}]
    del site.pages["/feed.xml"]
    site.asked.clear()
    with pytest.raises(NotSo, match="by hand"):
        await discover(f"{site.url}/", asks, pool, known={})
    assert len(site.asked) <= MOST_TRIED + 2, "the page itself and robots.txt besides"


async def test_an_address_that_cannot_be_asked_says_why(site: Site, asks: Asking, pool: ReaderPool) -> None:
    with pytest.raises(Transient, match="404"):
        await discover(f"{site.url}/nirgends", asks, pool, known={})
    async with set_trap() as trap:
        with pytest.raises(EgressRefused):
            await discover(trap.url, asks, pool, known={})
        site.pages = {"/": head(alternate(f"{trap.url}/feed"), alternate("/feed")), "/feed": site.feed("/a")}
        found, _ = await discover(f"{site.url}/", asks, pool, known={})
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


async def test_of_several_feeds_the_first_is_taken_and_the_others_are_named(
    site: Site, asks: Asking, pool: ReaderPool
) -> None:
    links = alternate("/feed", "Alles"), alternate("/politik/rss.xml", "Politik"), alternate("/sport/rss.xml", "Sport")
    site.pages = {"/": head(*links), "/feed": site.feed("/a"), "/politik/rss.xml": site.feed("/b"), "/liste": LIST}
    found, others = await discover(f"{site.url}/", asks, pool, known={})
    assert found["addresses"] == [{"kind": "feed", "url": f"{site.url}/feed"}]
    assert [(one.url.removeprefix(site.url), one.title) for one in others] == [
        ("/politik/rss.xml", "Politik"),
        ("/sport/rss.xml", "Sport"),
    ]
    wanted = [f"{site.url}/politik/rss.xml", f"{site.url}/liste"]
    chosen, rest = await discover(f"{site.url}/", asks, pool, known={}, wanted=wanted)
    kinds = [(address["kind"], address["url"].removeprefix(site.url)) for address in chosen["addresses"]]
    assert kinds == [("feed", "/politik/rss.xml"), ("page", "/liste")]
    assert (chosen["name"], len(rest)) == ("Politik", 2)
    with pytest.raises(NotSo, match=r"sport/rss.xml is no list that can be read \(status 404\)"):
        await discover(f"{site.url}/", asks, pool, known={}, wanted=[f"{site.url}/sport/rss.xml"])


async def test_what_the_desk_has_already_is_passed_over(site: Site, asks: Asking, pool: ReaderPool) -> None:
    site.pages = {"/": head(alternate("/feed"), alternate("/politik.xml")), "/feed": site.feed("/a")}
    site.pages["/politik.xml"] = site.feed("/b")
    known = {f"{site.url}/feed": "zeitung"}
    found, _ = await discover(f"{site.url}/", asks, pool, known=known)
    assert found["addresses"] == [{"kind": "feed", "url": f"{site.url}/politik.xml"}]
    assert site.count("/feed") == 0
    site.pages["/"] = head(alternate("/feed"))
    with pytest.raises(Wrong, match=r"/feed belongs to the source 'zeitung' already, and nothing else was found"):
        await discover(f"{site.url}/", asks, pool, known=known)


LIST = "<html><head><title>Nachrichten</title></head><body><nav><a href=/>Start</a></nav><main>" + "".join(
    f"<article><h2><a href='/2026/03/meldung-{n}-aus-karlsmuende.html'>Meldung {n} aus Karlsmünde am See</a></h2></article>"
    for n in range(12)
)


async def test_a_page_of_headlines_is_a_list_if_its_site_has_nothing_better(
    site: Site, asks: Asking, pool: ReaderPool
) -> None:
    site.pages = {"/liste": LIST}
    found, _ = await discover(f"{site.url}/liste", asks, pool, known={})
    assert found == {"name": "127.0.0.1", "addresses": [{"kind": "page", "url": f"{site.url}/liste"}]}


async def test_looking_is_as_polite_as_crawling(site: Site, asks: Asking, pool: ReaderPool) -> None:
    site.pages = {"/": head(alternate("/privat/feed"), alternate("/feed")), "/feed": site.feed("/a")}
    site.pages["/privat/feed"] = site.feed("/b")
    site.pages["/robots.txt"] = web.Response(text="User-agent: *\nDisallow: /privat\n")
    found, _ = await discover(f"{site.url}/", asks, pool, known={})
    assert [address["url"] for address in found["addresses"]] == [f"{site.url}/feed"]
    assert site.count("/privat/feed") == 0
    with pytest.raises(NotSo, match="forbids"):
        await discover(f"{site.url}/privat/", asks, pool, known={})
    site.pages["/"] = web.Response(status=429, headers={"Retry-After": "600"})
    for said in ("status 429", "asked to be left alone until 2026-03-02 08:10 UTC"):
        with pytest.raises(Transient, match=said):
            await discover(f"{site.url}/", asks, pool, known={})


async def test_a_private_network_that_is_not_allowed_waits_its_turn_like_any_other() -> None:
    """A pause of a second between two requests; the operator's own network needs none."""
    guard = Guard.allowing(["127.0.0.1/32"])
    manners = Manners()
    async with Client(guard, "Lagebild") as client, serve() as site:
        await Asking(client, manners, guard, lambda: NOW + timedelta(days=2)).get(f"{site.url}/")
    assert manners.pace.delay("127.0.0.1") == 0
    assert manners.pace.delay("zeitung.example") == 1


@pytest.mark.parametrize(
    ("url", "taken", "id"),
    [
        ("https://zeitung.example/feed", (), "zeitung"),
        ("https://zeitung.example/politik/feed.xml", ("zeitung",), "zeitung-politik"),
        ("https://zeitung.example/rss?ressort=Wirtschaft", ("zeitung",), "zeitung-ressort-wirtschaft"),
        ("https://zeitung.example/feed", ("zeitung",), "zeitung-2"),
        ("https://zeitung.example/politik/rss", ("zeitung", "zeitung-politik"), "zeitung-politik-2"),
        (f"https://zeitung.example/{'lang/' * 30}", ("zeitung",), "zeitung" + "-lang" * 10 + "-la"),
    ],
)
async def test_a_second_source_of_a_host_is_named_by_its_list(url: str, taken: tuple[str, ...], id: str) -> None:
    assert free_id(url, taken) == id
