"""Stories about completeness: what a list showed is visited, or a row says why not, however odd its server is."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from aiohttp import web

from config.models import Source
from crawlers import polls
from pipeline import lists as lists_module
from tests.crawlers.sites import Site
from tests.pipeline.conftest import ARTICLE, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUARTER = timedelta(minutes=15)
NEWS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(site: Site, *paths: str) -> str:
    return (
        f'<?xml version="1.0"?><urlset {NEWS}>'
        + "".join(f"<url><loc>{site.url}{p}</loc></url>" for p in paths)
        + "</urlset>"
    )


def every(desk: Desk, site: Site, source: Source) -> timedelta:
    state = desk.ledger.visits.last_list(f"{site.url}/feed")
    assert state is not None
    return polls.interval(source, state.memory)


async def test_items_that_share_one_time_are_all_visited(desk: Desk, site: Site) -> None:
    names = [f"/{number}" for number in range(12)]
    site.pages = {"/feed": site.feed(*names, date="Mon, 24 Nov 2025 11:59:00 GMT"), **dict.fromkeys(names, ARTICLE)}
    assert (await desk.crawl(desk.source(site))).visits["fetched"] == 12


async def test_a_redated_item_is_not_visited_again_and_an_item_dated_back_is_not_lost(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed("/a", date="Mon, 24 Nov 2025 09:00:00 GMT"), "/a": ARTICLE, "/b": ARTICLE}
    await desk.crawl(desk.source(site))
    desk.now += QUARTER
    site.pages["/feed"] = site.feed("/a", "/b", date="Sun, 23 Nov 2025 08:00:00 GMT")
    report = await desk.crawl(desk.source(site))
    assert report.links == {"known": 1, "visit": 1}
    assert site.count("/a") == 1


async def test_a_list_whose_etag_changes_with_every_answer_but_not_its_body_is_read_once(desk: Desk, site: Site) -> None:
    async def restless(_: web.Request) -> web.Response:
        return web.Response(text=site.feed("/a"), headers={"ETag": f'"{time.monotonic()}"'}, content_type="text/xml")

    site.pages = {"/feed": restless, "/a": ARTICLE}
    await desk.crawl(desk.source(site))
    kept = sum(path.stat().st_size for path in desk.archive.folder.glob("*.gz"))
    desk.now += QUARTER
    report = await desk.crawl(desk.source(site))
    assert report.visits == {"not_modified": 1}
    assert sum(path.stat().st_size for path in desk.archive.folder.glob("*.gz")) == kept
    desk.now += QUARTER
    filtered = await desk.crawl(desk.source(site, exclude=("/b",)))
    assert filtered.visits == {"listed": 1}, "other rules may find other links in the same body"


async def test_a_server_that_answers_304_for_ever_is_asked_for_the_whole_list_once_a_day(desk: Desk, site: Site) -> None:
    async def stubborn(request: web.Request) -> web.Response:
        if "If-None-Match" in request.headers:
            return web.Response(status=304)
        return web.Response(text=site.feed("/a", f"/{desk.now.day}"), headers={"ETag": "x"}, content_type="text/xml")

    site.pages = {"/feed": stubborn, "/a": ARTICLE, "/24": ARTICLE, "/25": ARTICLE}
    for _ in range(3):
        await desk.crawl(desk.source(site))
        desk.now += timedelta(hours=12)
    assert site.count("/25") == 1


async def test_a_list_that_moved_for_good_is_asked_at_its_new_place_after_three_polls(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": web.Response(status=301, headers={"Location": "/neu"}), "/neu": site.feed("/a"), "/a": ARTICLE}
    for _ in range(5):
        await desk.crawl(desk.source(site))
        desk.now += QUARTER
    assert (site.count("/feed"), site.count("/neu")) == (3, 5)
    site.pages["/neu"] = web.Response(status=410)
    site.pages["/feed"] = site.feed("/b")
    for _ in range(2):
        await desk.crawl(desk.source(site))
        desk.now += QUARTER
    assert site.count("/b") == 1


async def test_an_unchanged_index_of_sitemaps_does_not_hide_what_they_name(desk: Desk, site: Site) -> None:
    async def index(request: web.Request) -> web.Response:
        assert "If-None-Match" not in request.headers
        text = f'<?xml version="1.0"?><sitemapindex {NEWS}><sitemap><loc>{site.url}/news.xml</loc></sitemap></sitemapindex>'
        return web.Response(text=text, headers={"ETag": '"1"'}, content_type="application/xml")

    site.pages = {"/index.xml": index, "/news.xml": urlset(site, "/a"), "/a": ARTICLE, "/b": ARTICLE}
    source = desk.source(site, kind="sitemap", path="/index.xml")
    await desk.crawl(source)
    site.pages["/news.xml"] = urlset(site, "/a", "/b")
    desk.now += QUARTER
    await desk.crawl(source)
    assert site.count("/b") == 1


async def test_a_gap_is_noted_the_interval_shrinks_and_the_news_sitemap_fills_it(desk: Desk, site: Site) -> None:
    news = {"/robots.txt": web.Response(text=f"User-agent: *\nAllow: /\nSitemap: {site.url}/news.xml")}
    names = [f"/{number}" for number in range(9)]
    site.pages = {**news, **dict.fromkeys(names, ARTICLE), "/feed": site.feed(*names[:3])}
    source = desk.source(site)
    await desk.crawl(source)
    desk.now += QUARTER
    await desk.crawl(source)
    assert every(desk, site, source) > QUARTER
    assert site.count("/news.xml") == 0
    site.pages["/feed"] = site.feed(*names[6:])  # 3 to 5 came and went
    site.pages["/news.xml"] = urlset(site, *names)
    desk.now += QUARTER
    await desk.crawl(source)
    assert [site.count(name) for name in names] == [1] * 9
    assert every(desk, site, source) == timedelta(minutes=5)
    (missed,) = desk.ledger.check().missed
    assert missed.text.endswith("news sitemaps read to fill it: 1")


async def test_after_an_outage_the_first_poll_is_held_against_the_last_that_showed_something(
    desk: Desk, site: Site
) -> None:
    site.pages = {"/feed": site.feed("/a"), "/a": ARTICLE}
    await desk.crawl(desk.source(site))
    for answer in (web.Response(status=503), site.feed("/x", "/y")):
        desk.now += timedelta(hours=1)
        site.pages["/feed"] = answer
        await desk.crawl(desk.source(site))
    assert len(desk.ledger.check().missed) == 1


async def test_a_list_longer_than_what_is_read_of_one_has_a_row_that_says_so(
    desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists_module, "PORTION", 10)
    monkeypatch.setattr("extract.sitemaps.URLS_LIMIT", 30)
    site.pages = {"/map.xml": urlset(site, *(f"/{number}" for number in range(30)))}
    await desk.crawl(desk.source(site, kind="sitemap", path="/map.xml"))
    (missed,) = desk.ledger.check().missed
    assert "30 items or more" in missed.text
    assert len(desk.ledger.visits.known([f"{site.url}/{number}" for number in range(30)])) == 30


@pytest.mark.deep
async def test_fifty_thousand_links_do_not_hold_up_the_event_loop(desk: Desk, site: Site) -> None:
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - before)

    old = "".join(f"<url><loc>{site.url}/politik/{n}</loc><lastmod>2024-01-01</lastmod></url>" for n in range(50_000))
    site.pages = {"/map.xml": f'<?xml version="1.0"?><urlset {NEWS}>{old}</urlset>'}
    watching = asyncio.create_task(watch())
    report = await desk.crawl(desk.source(site, kind="sitemap", path="/map.xml"))
    watching.cancel()
    assert report.links == {"before_start": 50_000}
    assert longest < 1.0
