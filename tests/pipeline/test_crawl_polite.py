"""Stories about politeness on record: by which rule every request was made, and what a site reserves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from crawlers.conduct import Manners
from ledger.site_files import SiteFile
from tests.crawlers.sites import Site
from tests.pipeline.conftest import ARTICLE, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROBOTS = "User-agent: *\nDisallow: /geheim\nCrawl-delay: 0.05"


async def test_every_visit_tells_who_asked_by_which_rule_and_after_which_delay(desk: Desk, site: Site) -> None:
    site.pages = {
        "/robots.txt": web.Response(text=ROBOTS),
        "/feed": site.feed("/a", "/geheim/b", "/alt", "/weg"),
        "/a": ARTICLE,
        "/alt": web.Response(status=301, headers={"Location": "/a"}),
    }
    await desk.crawl(desk.source(site), settings={"user_agent": "redaktion@zeitung.example"})
    told = {path: desk.ledger.visits.asked(f"{site.url}{path}") for path in ("/feed", "/a", "/geheim/b", "/alt", "/weg")}
    assert {path: [one.robots for one in asked] for path, asked in told.items()} == {
        "/feed": ["allowed"],
        "/a": ["allowed"],
        "/geheim/b": ["forbidden"],
        "/alt": ["allowed", "allowed"],
        "/weg": ["allowed"],
    }
    assert [one.url for one in told["/alt"]] == [f"{site.url}/alt", f"{site.url}/a"]
    assert {one.delay for asked in told.values() for one in asked} == {0.05}
    assert all(one.agent.endswith("(+redaktion@zeitung.example)") for asked in told.values() for one in asked)
    assert desk.ledger.visits.asked("https://zeitung.example/nie") == []


async def test_a_site_without_robots_txt_and_one_in_trouble_are_told_apart(desk: Desk, site: Site) -> None:
    for status, verdict in ((404, "absent"), (503, "unknown: http(503)")):
        site.pages = {"/robots.txt": web.Response(status=status), f"/{status}": site.feed()}
        await desk.crawl(desk.source(site, id=f"s{status}", path=f"/{status}"), manners=Manners())
        desk.ledger.site_files.keep(f"{site.url}/robots.txt", _long_ago(desk, site))
        assert [one.robots for one in desk.ledger.visits.asked(f"{site.url}/{status}")] == [verdict]


def _long_ago(desk: Desk, site: Site) -> SiteFile:
    last = desk.ledger.site_files.last(f"{site.url}/robots.txt")
    assert last is not None
    return replace(last, read_at=desk.now - timedelta(days=1))


async def test_robots_txt_is_asked_once_a_day_whatever_process_asks(desk: Desk, site: Site) -> None:
    site.pages = {"/robots.txt": web.Response(text=ROBOTS), "/feed": site.feed("/geheim/b"), "/geheim/b": ARTICLE}
    for _ in range(3):
        await desk.crawl(desk.source(site), manners=Manners())
    assert site.count("/robots.txt") == 1
    assert site.count("/geheim/b") == 0
    desk.ledger.site_files.keep(f"{site.url}/robots.txt", _long_ago(desk, site))
    await desk.crawl(desk.source(site), manners=Manners())
    assert site.count("/robots.txt") == 2


async def test_the_body_of_a_film_is_not_fetched(desk: Desk, site: Site) -> None:
    sent = 0

    async def film(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse(headers={"Content-Type": "video/mp4"})
        await answer.prepare(request)
        for _ in range(100):
            await answer.write(b"\0" * 65536)
            sent += 65536
            await asyncio.sleep(0.01)
        return answer

    site.pages = {"/feed": site.feed("/film", "/a"), "/film": film, "/a": ARTICLE}
    await desk.crawl(desk.source(site))
    assert desk.ended[f"{site.url}/film"] == "rejected(not_html)"
    assert desk.ended[f"{site.url}/a"] == "fetched"
    assert sent < 100 * 65536


RESERVING = {
    "robots": {"/robots.txt": web.Response(text="User-agent: GPTBot\nDisallow: /a")},
    "tdmrep": {"/.well-known/tdmrep.json": web.Response(text='[{"location": "/a", "tdm-reservation": 1}]')},
    "header": {"/a": web.Response(text=ARTICLE, headers={"tdm-reservation": "1"})},
}


@pytest.mark.parametrize("where", RESERVING)
async def test_reserved_pages_are_read_and_marked_or_skipped_as_the_desk_wants(desk: Desk, site: Site, where: str) -> None:
    site.pages = {"/feed": site.feed("/a", "/b"), "/a": ARTICLE, "/b": ARTICLE, **RESERVING[where]}
    await desk.crawl(desk.source(site))
    assert {ref.url.rpartition("/")[2]: ref.tdm for ref in desk.ledger.visits.lease(9, desk.now)} == {"a": where, "b": None}
    site.pages["/feed"] = site.feed("/a?x=1")
    site.pages["/a?x=1"] = site.pages["/a"]
    await desk.crawl(desk.source(site, id="zweite"), settings={"tdm": "skip"})
    assert desk.ended[f"{site.url}/a?x=1"] == "forbidden(tdm)"
    assert site.count("/a?x=1") == (where == "header"), "only a header is seen too late"
    assert not desk.ledger.visits.lease(9, desk.now)
