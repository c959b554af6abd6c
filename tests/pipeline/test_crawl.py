"""Stories about one crawl: real server, real ledger, real archive, real readers; every visit ends, and says how."""

from __future__ import annotations

import asyncio
import errno
import gzip
import itertools
import os
import sys
import time
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from articles.article import Annotated, Article
from articles.errors import Transient
from articles.outcome import Outcome
from articles.page import ArchiveRef, Page
from articles.url import article_id
from config.models import Address, Source
from crawlers import polls
from crawlers.conduct import Manners
from crawlers.settings import scrapy_settings
from ledger.values import Filing
from pipeline import crawl as crawl_module
from tests.crawlers.sites import Site, Trap
from tests.pipeline.conftest import ARTICLE, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one pool of readers for all stories: each takes a second to start


async def test_a_feed_leads_to_its_articles(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed("/a", "/b"), "/a": ARTICLE, "/b": ARTICLE}
    report = await desk.crawl(desk.source(site))
    assert report.visits == {"listed": 1, "fetched": 2}
    assert report.links == {"visit": 2}
    assert desk.ended[f"{site.url}/feed"] == "listed(2)"
    assert desk.ledger.visits.waiting().pages == 2
    refs = desk.ledger.visits.lease(10, desk.now)
    assert [desk.archive.read(ref.record).body for ref in refs] == [ARTICLE.encode()] * 2


async def test_a_sitemap_index_leads_to_its_sitemaps_and_they_to_articles(desk: Desk, site: Site) -> None:
    news = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    site.pages = {
        "/index.xml": f'<?xml version="1.0"?><sitemapindex {news}><sitemap><loc>{site.url}/1.xml</loc></sitemap>'
        f"<sitemap><loc>{site.url}/2001.xml</loc><lastmod>2001-01-01</lastmod></sitemap></sitemapindex>",
        "/1.xml": f'<?xml version="1.0"?><urlset {news}><url><loc>{site.url}/a</loc></url></urlset>',
        "/a": ARTICLE,
    }
    report = await desk.crawl(desk.source(site, kind="sitemap", path="/index.xml"))
    assert report.visits == {"listed": 2, "fetched": 1}
    assert report.links == {"list": 1, "before_start": 1, "visit": 1}
    assert site.count("/2001.xml") == 0


async def test_a_page_leads_to_the_links_its_selector_names(desk: Desk, site: Site) -> None:
    site.pages = {
        "/news": '<nav><a href="/x">X</a></nav><h2 class="t"><a href="/a">Gipfel endet</a></h2>',
        "/a": ARTICLE,
    }
    address = Address(kind="page", url=f"{site.url}/news", selector="h2.t a")
    await desk.crawl(Source(id="z", name="Z", addresses=(address,), delay=0))
    assert desk.ended[f"{site.url}/a"] == "fetched"
    assert site.count("/x") == 0


async def test_each_page_that_fails_ends_with_its_own_outcome(desk: Desk, site: Site, trap: Trap) -> None:
    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    def to(place: str, status: int = 302) -> web.Response:
        return web.Response(status=status, headers={"Location": place})

    site.pages = {
        "/robots.txt": web.Response(text="User-agent: *\nDisallow: /geheim"),
        "/500": web.Response(status=500),
        "/410": web.Response(status=410),
        "/loop": to("/loop"),
        "/slow": slow,
        "/large": web.Response(body=b"x" * 300_000),
        "/trap301": to(trap.url, 301),
        "/trap307": to(trap.url, 307),
        "/hop": to("/geheim/b"),
        "/file": to("file:///etc/passwd"),
        "/nowhere": to("http://[::1"),
        "/refresh": f'<meta http-equiv="refresh" content="0; url={trap.url}">',
        "/pdf": web.Response(body=b"%PDF-1.7", content_type="application/pdf"),
        "/ok": ARTICLE,
    }
    wanted = {
        "/missing": "http(404)",
        "/410": "http(410)",
        "/500": "http(500)",
        "/geheim/a": "forbidden(robots)",
        "/hop": "forbidden(robots)",
        "/loop": "unreachable(redirects)",
        "/slow": "unreachable(timeout)",
        "/large": "too_large",
        "/trap301": "forbidden(egress)",
        "/trap307": "forbidden(egress)",
        "/file": "http(302)",
        "/nowhere": "http(302)",
        "/refresh": "fetched",
        "/pdf": "fetched",
        "/ok": "fetched",
    }
    site.pages["/feed"] = site.feed(*wanted)
    await desk.crawl(desk.source(site), scrapy_settings=scrapy_settings("Lagebild", timeout=0.5, most_bytes=200_000))
    assert {path: desk.ended[f"{site.url}{path}"] for path in wanted} == wanted
    assert site.count("/loop") == 6
    assert site.count("/geheim/b") == 0


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("<html><body>Wartungsarbeiten</body></html>", "rejected(not_a_list)"),
        (web.Response(status=404), "http(404)"),
        (web.Response(status=500), "http(500)"),
        (web.Response(body=b""), "rejected(not_a_list)"),
        (web.Response(body=b"\x1f\x8b" + b"x" * 100, headers={"Content-Encoding": "gzip"}), "rejected(not_a_list)"),
    ],
)
async def test_a_list_that_fails_ends_with_an_outcome_too(
    desk: Desk, site: Site, answer: web.Response | str, outcome: str
) -> None:
    site.pages = {"/feed": answer}
    await desk.crawl(desk.source(site))
    assert desk.ended == {f"{site.url}/feed": outcome}


async def test_a_source_without_a_listener_does_not_disturb_its_neighbour(desk: Desk, site: Site) -> None:
    gone = Source(id="weg", name="Weg", addresses=(Address(kind="feed", url="http://127.0.0.1:9/feed"),), delay=0)
    site.pages = {"/feed": site.feed("/a"), "/a": ARTICLE}
    await desk.crawl(gone, desk.source(site))
    assert desk.ended["http://127.0.0.1:9/feed"] == "unreachable(refused)"
    assert desk.ended[f"{site.url}/a"] == "fetched"


async def test_a_name_that_does_not_resolve_is_an_outcome(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: Any, **__: Any) -> Any:
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", unknown)
    monkeypatch.setattr(aiohttp.DefaultResolver, "resolve", unknown)
    address = Address(kind="feed", url="https://zeitung.invalid/feed")
    await desk.crawl(Source(id="z", name="Z", addresses=(address,)))
    assert desk.ended == {"https://zeitung.invalid/feed": "unreachable(dns)"}


async def test_no_spelling_of_a_private_address_is_ever_dialled(desk: Desk, site: Site, trap: Trap) -> None:
    spellings = [
        "127.0.0.2",
        "127.2",
        "0x7f.2",
        "0x7f000002",
        "2130706434",
        "0177.0.0.2",
        "[::ffff:127.0.0.2]",
        "127.0.0.2.",
    ]
    links = [f"http://{spelling}:{trap.port}/{number}" for number, spelling in enumerate(spellings)]
    for number, link in enumerate(links):
        site.pages[f"/{number}"] = web.Response(status=302, headers={"Location": link})
    site.pages["/feed"] = site.feed(*links, *(f"/{number}" for number in range(len(links))))
    report = await desk.crawl(desk.source(site, include=(".",)))
    assert report.links == {"private": len(links), "visit": len(links)}
    assert report.visits == {"listed": 1, "forbidden(egress)": len(links)}


async def test_a_private_address_as_the_source_itself_is_not_dialled(desk: Desk, trap: Trap) -> None:
    address = Address(kind="feed", url=f"{trap.url}/feed")
    await desk.crawl(Source(id="z", name="Z", addresses=(address,)))
    assert desk.ended == {f"{trap.url}/feed": "forbidden(egress)"}


async def test_a_name_that_changes_its_address_reaches_no_trap(
    desk: Desk, site: Site, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [site.host, trap.host]

    async def alternating(*args: Any, **_: Any) -> list[dict[str, Any]]:
        answers.reverse()
        return [{"hostname": args[1], "host": answers[0], "port": args[2], "family": 2, "proto": 6, "flags": 0}]

    async def close(_: web.Request) -> web.Response:
        return web.Response(text=ARTICLE, headers={"Connection": "close"})

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", alternating)
    monkeypatch.setattr(aiohttp.DefaultResolver, "resolve", alternating)
    site.pages = {f"/{number}": close for number in range(40)}
    site.pages["/feed"] = site.feed(*(f"http://wechselhaft.example:{trap.port}/{number}" for number in range(40)))
    report = await desk.crawl(desk.source(site), manners=_hurried("wechselhaft.example"))
    assert report.visits["fetched"] == 0
    assert report.visits["listed"] == 1
    assert len(answers) == 2


def _hurried(host: str) -> Manners:
    """Manners that let a host be asked without delay, as only a test may."""
    manners = Manners()
    manners.pace.set_by_source(host, 0)
    return manners


async def test_proxy_variables_of_the_environment_are_ignored(
    desk: Desk, site: Site, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, trap.url)
    site.pages = {"/feed": site.feed("/a"), "/a": ARTICLE}
    assert (await desk.crawl(desk.source(site))).visits["fetched"] == 1


async def test_a_proxy_of_the_settings_is_used_and_alone_dialled(desk: Desk, site: Site, trap: Trap) -> None:
    async def proxied(request: web.Request) -> web.Response:
        return web.Response(text=site.feed() if "feed" in str(request.url) else "", content_type="text/xml")

    site.pages = {"/robots.txt": web.Response(status=404), "/feed": proxied}
    address = Address(kind="feed", url="http://zeitung.example/feed")
    metadata = Address(kind="feed", url="http://169.254.169.254/feed")
    source = Source(id="z", name="Z", addresses=(address, metadata))
    await desk.crawl(source, settings={"proxy": site.url})
    assert desk.ended == {
        "http://zeitung.example/feed": "listed(0)",
        "http://169.254.169.254/feed": "forbidden(egress)",
    }
    assert not any("169.254" in head["Host"] for head in site.headers)
    assert "zeitung.example" in site.headers[-1]["Host"]


async def test_what_did_not_change_is_not_sent_again(desk: Desk, site: Site) -> None:
    async def conditional(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"v1"':
            assert request.headers["If-Modified-Since"] == "Mon, 24 Nov 2025 10:00:00 GMT"
            return web.Response(status=304)
        headers = {"ETag": '"v1"', "Last-Modified": "Mon, 24 Nov 2025 10:00:00 GMT"}
        return web.Response(text=site.feed("/a"), headers=headers, content_type="text/xml")

    site.pages = {"/feed": conditional, "/a": ARTICLE}
    await desk.crawl(desk.source(site))
    desk.now += timedelta(minutes=15)
    report = await desk.crawl(desk.source(site))
    assert report.visits == {"not_modified": 1}
    assert site.count("/a") == 1


async def test_a_server_that_answers_304_for_ever_is_asked_without_conditions_now_and_then(
    desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polls, "FULL_POLLS", 3)

    async def stubborn(request: web.Request) -> web.Response:
        if "If-None-Match" in request.headers:
            return web.Response(status=304)
        return web.Response(text=site.feed("/a", f"/{len(site.asked)}"), headers={"ETag": "x"}, content_type="text/xml")

    site.pages = {"/feed": stubborn}
    for _ in range(4):
        await desk.crawl(desk.source(site))
        desk.now += timedelta(minutes=15)
    conditions = ["If-None-Match" in head for path, head in zip(site.asked, site.headers, strict=True) if path == "/feed"]
    assert conditions == [False, True, True, False]


async def test_items_of_a_second_poll_are_new_or_known_and_a_poll_without_a_known_one_is_a_gap(
    desk: Desk, site: Site
) -> None:
    site.pages = {"/feed": site.feed("/a", "/b"), "/a": ARTICLE, "/b": ARTICLE, "/c": ARTICLE}
    await desk.crawl(desk.source(site))
    site.pages["/feed"] = site.feed("/b", "/c")
    desk.now += timedelta(minutes=15)
    report = await desk.crawl(desk.source(site))
    assert report.links == {"known": 1, "visit": 1}
    assert not desk.ledger.check().missed
    site.pages["/feed"] = site.feed("/x", "/y")
    desk.now += timedelta(minutes=15)
    await desk.crawl(desk.source(site))
    assert [missed.source for missed in desk.ledger.check().missed] == ["zeitung"]


async def test_a_source_begins_at_its_first_poll(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed("/alt", date="Mon, 03 Nov 2025 10:00:00 GMT")}
    report = await desk.crawl(desk.source(site))
    assert report.links == {"before_start": 1}
    assert site.count("/alt") == 0


@pytest.mark.parametrize("stated", ["7200", "Mon, 24 Nov 2025 14:00:00 GMT"])
async def test_a_server_that_asks_for_patience_gets_it(desk: Desk, site: Site, stated: str) -> None:
    site.pages = {
        "/feed": site.feed("/a", "/b", "/c"),
        **{f"/{name}": web.Response(status=503, headers={"Retry-After": stated}) for name in "abc"},
    }
    manners = Manners()
    report = await desk.crawl(desk.source(site), manners=manners)
    assert report.visits == {"listed": 1, "http(503)": 1}
    assert manners.pace.left_alone_until("127.0.0.1", desk.now) == desk.now + timedelta(hours=2)
    assert sum(site.count(f"/{name}") for name in "abc") == 1
    failed = next(url for url, outcome in desk.ended.items() if outcome == "http(503)")
    known = desk.ledger.visits.known([failed])[failed]
    assert known.next_visit == desk.now + timedelta(hours=2)
    again = await desk.crawl(desk.source(site), manners=manners)
    assert again.visits == {}
    assert sum(site.count(f"/{name}") for name in "abc") == 1


async def test_a_transient_failure_is_tried_again_later_and_succeeds(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed("/a"), "/a": web.Response(status=502)}
    assert (await desk.crawl(desk.source(site))).visits["http(502)"] == 1
    site.pages["/a"] = ARTICLE
    desk.now += timedelta(minutes=4)
    assert (await desk.crawl(desk.source(site))).visits["fetched"] == 0
    desk.now += timedelta(minutes=2)
    assert (await desk.crawl(desk.source(site))).visits["fetched"] == 1


async def test_robots_txt_that_fails_means_not_now(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed("/a"), "/a": ARTICLE, "/robots.txt": web.Response(status=503)}
    await desk.crawl(desk.source(site))
    assert desk.ended == {f"{site.url}/feed": "http(503)"}
    assert site.count("/feed") == 0
    site.pages["/robots.txt"] = web.Response(status=403)
    desk.now += timedelta(minutes=15)
    assert (await desk.crawl(desk.source(site))).visits["fetched"] == 1


async def test_robots_txt_is_asked_once_for_all_passes_of_a_process(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed("/a"), "/a": ARTICLE, "/robots.txt": web.Response(text="User-agent: *\nAllow: /")}
    manners = Manners()
    for _ in range(3):
        await desk.crawl(desk.source(site), manners=manners)
        desk.now += timedelta(minutes=15)
    assert site.count("/robots.txt") == 1


async def test_a_crawl_delay_is_obeyed(desk: Desk, site: Site) -> None:
    moments: list[float] = []

    async def page(_: web.Request) -> web.Response:
        moments.append(time.monotonic())
        return web.Response(text=ARTICLE, content_type="text/html")

    site.pages = {"/a": page, "/b": page, "/c": page, "/robots.txt": web.Response(text="User-agent: *\nCrawl-delay: 0.3")}
    site.pages["/feed"] = site.feed("/a", "/b", "/c")
    await desk.crawl(desk.source(site))
    assert len(moments) == 3
    assert all(later - earlier >= 0.28 for earlier, later in itertools.pairwise(moments))


async def test_less_than_a_second_of_delay_is_for_allowed_private_networks_alone(desk: Desk, site: Site) -> None:
    manners = Manners()
    site.pages = {"/feed": site.feed()}
    await desk.crawl(desk.source(site), manners=manners)
    assert manners.pace.delay("127.0.0.1") == 0
    address = Address(kind="feed", url="http://203.0.113.9/feed")
    await desk.crawl(Source(id="fern", name="F", addresses=(address,), delay=0), manners=manners)
    assert desk.ended["http://203.0.113.9/feed"] == "forbidden(egress)"
    assert manners.pace.delay("203.0.113.9") == 1


async def test_a_packed_body_is_kept_as_it_came(desk: Desk, site: Site) -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    site.pages = {"/feed": site.feed("/a"), "/a": web.Response(body=bomb, headers={"Content-Encoding": "gzip"})}
    await desk.crawl(desk.source(site))
    (ref,) = desk.ledger.visits.lease(1, desk.now)
    page = desk.archive.read(ref.record)
    assert page.body == bomb
    assert page.header("content-encoding") == "gzip"


async def test_a_redirect_is_followed_and_every_address_noted(desk: Desk, site: Site) -> None:
    site.pages = {
        "/feed": site.feed("/alt?utm_source=rss"),
        "/alt": web.Response(status=301, headers={"Location": "/neu"}),
        "/neu": ARTICLE,
    }
    await desk.crawl(desk.source(site))
    (ref,) = desk.ledger.visits.lease(1, desk.now)
    assert (ref.url, ref.final_url) == (f"{site.url}/alt", f"{site.url}/neu")
    assert site.asked[-2:] == ["/alt?utm_source=rss", "/neu"]


async def test_who_asks_is_said_honestly(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed()}
    await desk.crawl(desk.source(site), settings={"user_agent": "redaktion@zeitung.example"})
    assert site.headers
    for head in site.headers:
        assert head["User-Agent"].startswith("Lagebild/")
        assert head["User-Agent"].endswith("(+redaktion@zeitung.example)")
        assert "Cookie" not in head


async def test_a_cancelled_crawl_stops_at_once_and_gives_back_what_it_had(desk: Desk, site: Site) -> None:
    reached = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        reached.set()
        await asyncio.sleep(20)
        return web.Response()

    site.pages = {"/feed": site.feed(*(f"/{number}" for number in range(12)))}
    site.pages |= {f"/{number}": slow for number in range(12)}
    task = asyncio.create_task(desk.crawl(desk.source(site)))
    await asyncio.wait_for(reached.wait(), 20)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 3
    asked = len(site.asked)
    await asyncio.sleep(0.3)
    assert len(site.asked) == asked
    assert len(desk.ledger.visits.take(["zeitung"], 100, desk.now)) == 12


async def test_a_crawl_cancelled_in_a_long_delay_or_at_its_start_stops_too(desk: Desk, site: Site) -> None:
    site.pages = {"/robots.txt": web.Response(text="User-agent: *\nCrawl-delay: 60"), "/feed": site.feed("/a")}
    for wait in (0.0, 0.01, 0.5):
        task = asyncio.create_task(desk.crawl(desk.source(site)))
        await asyncio.sleep(wait)
        task.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 3


async def test_the_crawl_pauses_while_too_much_waits_to_be_refined(
    desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawl_module, "PATIENCE", 0)
    site.pages = {"/feed": site.feed(*(f"/{number}" for number in range(30)))}
    site.pages |= {f"/{number}": ARTICLE for number in range(30)}
    report = await desk.crawl(desk.source(site), settings={"waiting_pages": 5})
    assert report.held
    assert 5 <= report.visits["fetched"] < 30
    refs = desk.ledger.visits.lease(100, desk.now)
    for ref in refs:
        desk.ledger.visits.ended_refined(ref, Outcome("rejected", "no_text"), desk.now)
    report = await desk.crawl(desk.source(site))
    assert not report.held
    assert desk.ledger.visits.waiting().pages + len(refs) == 30


async def test_the_crawl_goes_on_when_pages_are_refined_meanwhile(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed(*(f"/{number}" for number in range(30)))}
    site.pages |= {f"/{number}": ARTICLE for number in range(30)}
    task = asyncio.create_task(desk.crawl(desk.source(site), settings={"waiting_pages": 5}))
    while not task.done():
        for ref in desk.ledger.visits.lease(100, desk.now):
            desk.ledger.visits.ended_refined(ref, Outcome("rejected", "no_text"), desk.now)
        await asyncio.sleep(0.05)
    report = await task
    assert not report.held
    assert report.visits["fetched"] == 30


async def test_a_full_disk_stops_the_crawl_and_loses_nothing(
    desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages = {"/feed": site.feed("/a", "/b", "/c"), **{f"/{name}": ARTICLE for name in "abc"}}
    await desk.crawl(desk.source(site, exclude=("/b", "/c")))
    append = desk.archive.append

    def full(page: Page) -> ArchiveRef:
        if page.url.endswith("/b"):
            raise Transient(f"disk: {os.strerror(errno.ENOSPC)}")
        return append(page)

    monkeypatch.setattr(desk.archive, "append", full)
    desk.now += timedelta(minutes=15)
    with pytest.raises(Transient, match="disk"):
        await desk.crawl(desk.source(site))
    desk.check()
    monkeypatch.undo()
    await desk.crawl(desk.source(site))
    assert desk.ledger.visits.waiting().pages == 3


async def test_no_reactor_of_twisted_is_ever_installed(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed()}
    await desk.crawl(desk.source(site))
    assert "twisted.internet.reactor" not in sys.modules


async def test_sources_that_share_a_host_share_its_delay(desk: Desk, site: Site) -> None:
    moments: list[float] = []

    async def feed(_: web.Request) -> web.Response:
        moments.append(time.monotonic())
        return web.Response(text=site.feed(), content_type="text/xml")

    site.pages = {"/feed": feed, "/other": feed, "/robots.txt": web.Response(text="User-agent: *\nCrawl-delay: 0.3")}
    await desk.crawl(desk.source(site), desk.source(site, id="zweite", path="/other"))
    assert moments[1] - moments[0] >= 0.28


async def test_a_host_gets_one_request_at_a_time_even_without_delay(desk: Desk, site: Site) -> None:
    open_now, most = 0, 0

    async def page(_: web.Request) -> web.Response:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.01)
        open_now -= 1
        return web.Response(text=ARTICLE, content_type="text/html")

    site.pages = {f"/{number}": page for number in range(20)}
    site.pages["/feed"] = site.feed(*(f"/{number}" for number in range(20)))
    site.pages["/other"] = site.feed(*(f"/{number}" for number in range(20, 30)))
    await desk.crawl(desk.source(site), desk.source(site, id="zweite", path="/other"))
    assert most == 1


async def test_two_sources_with_one_address_read_it_without_harm(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed("/a", "/b"), "/a": ARTICLE, "/b": ARTICLE}
    await desk.crawl(desk.source(site), desk.source(site, id="zweite"))
    assert desk.ledger.visits.waiting().pages == 2


async def test_an_unchanged_article_is_looked_at_again_later_and_conditionally(desk: Desk, site: Site) -> None:
    async def page(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(text=ARTICLE, headers={"ETag": '"1"'}, content_type="text/html")

    site.pages = {"/feed": site.feed("/a"), "/a": page}
    await desk.crawl(desk.source(site))
    (ref,) = desk.ledger.visits.lease(1, desk.now)
    read = Article("", f"{site.url}/a", "zeitung", "Gipfel endet", "Text.", seen_at=desk.now)
    desk.ledger.files.file(
        Filing(ref, Outcome("article", "new"), Annotated(replace(read, id=article_id(read.url))), (read.url,), "hash"),
        desk.now,
    )
    desk.ledger.visits.schedule(read.url, "zeitung", desk.now, desk.now + timedelta(hours=1), "revisit")
    desk.now += timedelta(hours=1)
    report = await desk.crawl(desk.source(site))
    assert report.visits == {"not_modified": 2}
    known = desk.ledger.visits.known([read.url])[read.url]
    assert known.next_visit == desk.now + timedelta(hours=5)


async def test_what_a_killed_crawl_had_leased_is_crawled_by_the_next(desk: Desk, site: Site) -> None:
    site.pages = {"/feed": site.feed("/a", "/b", "/c"), **{f"/{name}": web.Response(status=502) for name in "abc"}}
    await desk.crawl(desk.source(site))
    desk.now += timedelta(minutes=6)
    marks = desk.archive.folder / crawl_module.CLAIMS
    assert list(marks.iterdir()) == []
    leased = desk.ledger.visits.take(["zeitung"], 2, desk.now)  # and then the crawl is killed
    site.pages |= {f"/{name}": ARTICLE for name in "abc"}
    assert (await desk.crawl(desk.source(site))).visits["fetched"] == 1
    (marks / "zeitung.crawling").touch()
    assert (await desk.crawl(desk.source(site))).visits["fetched"] == 2
    assert desk.ledger.visits.release(leased[0]) is False
    assert list(marks.iterdir()) == []


async def test_a_page_that_came_for_a_visit_another_crawl_took_over_is_erased(desk: Desk, site: Site) -> None:
    async def late(_: web.Request) -> web.Response:
        assert desk.ledger.visits.take(["zeitung"], 9, desk.now + timedelta(minutes=16))
        return web.Response(text="Wer das hier sucht, soll es nicht finden.", content_type="text/html")

    site.pages = {"/feed": site.feed("/a"), "/a": late}
    report = await desk.crawl(desk.source(site))
    assert report.visits == {"listed": 1}
    (segment,) = desk.archive.folder.glob("*.warc.gz")
    data, texts = segment.read_bytes(), b""
    while data:
        kept = zlib.decompressobj(wbits=31)
        texts += kept.decompress(data)
        data = kept.unused_data
    assert b"<rss" in texts
    assert b"nicht finden" not in texts


async def test_sitemaps_without_end_do_not_hold_the_crawl(desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawl_module, "MOST_LISTS", 20)

    async def endless(request: web.Request) -> web.Response:
        children = "".join(f"<sitemap><loc>{site.url}{request.path}{n}</loc></sitemap>" for n in range(3))
        text = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{children}</sitemapindex>'
        return web.Response(text=text, content_type="application/xml")

    class Endless(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            return endless if key.startswith("/s") else default

    site.pages = Endless()
    report = await desk.crawl(desk.source(site, kind="sitemap", path="/s"))
    assert 20 <= report.visits["listed"] < 60
