"""Stories about reserved rights, end to end: found by search, kept out of exports, also when a site reserves them later."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from articles.errors import Transient
from pipeline.reprocess import reprocess
from tests.app.commanding import done
from tests.crawlers.sites import Handler, Site
from tests.pipeline.desks import Unread
from tests.pipeline.running import Running, feed, opened, write_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "Das Amt bestellt Aufklärungsdrohnen für das Heer, wie ein Sprecher am Montag in der Hauptstadt mitteilte. " * 4
PAGE = (
    '<html lang=de><head><title>{0}</title><meta property="og:type" content="article"></head>'
    "<body><article><h1>{0}</h1><p>{1}</p></article></body></html>"
)
RESERVED = {"tdm-reservation": "1"}


def page(title: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(text=PAGE.format(title, WORDS), content_type="text/html", headers=headers)


async def cli(folder: Path, *arguments: object) -> list[dict[str, Any]]:
    told = await asyncio.to_thread(done, "-C", folder, *arguments)
    return [json.loads(line) for line in told.out.splitlines()]


def flags(desk: Running) -> dict[str, bool]:
    return {
        one.annotated.article.title or "": one.annotated.article.tdm_reserved for one in desk.services.ledger.files.every()
    }


async def test_a_reserved_article_is_found_and_leaves_without_its_text(tmp_path: Path, site: Site) -> None:
    write_desk(tmp_path, {"zeitung": [feed(site)]})
    site.pages = {"/feed": site.feed("/frei", "/vorbehalten")}
    site.pages |= {"/frei": page("Frei"), "/vorbehalten": page("Vorbehalten", RESERVED)}
    async with opened(tmp_path) as desk:
        assert (await desk.run()).outcomes["article(new)"] == 2
        (found,) = await cli(tmp_path, "search", "Aufklärungsdrohnen", "--json")
        assert {hit["title"] for hit in found["hits"]} == {"Frei", "Vorbehalten"}
        exported = {article["title"]: article for article in await cli(tmp_path, "export")}
        assert "Aufklärungsdrohnen" in exported["Frei"]["text"]
        assert (exported["Vorbehalten"]["text"], exported["Vorbehalten"]["lead"]) == (None, None)
        assert exported["Vorbehalten"]["access"]["tdm_reserved"]
        (shown,) = await cli(tmp_path, "show", f"{site.url}/vorbehalten", "--json")
        assert "Aufklärungsdrohnen" in shown["text"], "the desk itself reads it"
        (asked,) = shown["asked"]
        assert (asked["robots"], asked["tdm"], asked["delay"]) == ("absent", "header", 0)
        words = (await asyncio.to_thread(done, "-C", tmp_path, "show", f"{site.url}/vorbehalten")).out
        assert f"by {asked['agent']}; no robots.txt; 0 s between two requests; mining reserved by header" in words
        (healthy,) = await cli(tmp_path, "sources", "doctor", "--json")
        assert [one["url"] for one in healthy["asked"]] == [f"{site.url}/feed"]


async def test_an_article_that_did_not_change_becomes_reserved_and_free_again_with_its_page(
    tmp_path: Path, site: Site
) -> None:
    write_desk(tmp_path, {"zeitung": [feed(site)]})
    site.pages = {"/feed": site.feed("/a"), "/a": page("A")}
    async with opened(tmp_path) as desk:
        await desk.run()
        assert flags(desk) == {"A": False}
        site.pages["/a"] = page("A", RESERVED)
        desk.later(hours=1)
        assert (await desk.run()).outcomes["article(unchanged)"] == 1
        assert flags(desk) == {"A": True}
        (exported,) = await cli(tmp_path, "export")
        assert (exported["text"], exported["revision"]) == (None, 1)
        await reprocess(desk.services, None, "extract")
        assert flags(desk) == {"A": True}, "the bytes on file are those of a day when it was free"
        site.pages["/a"] = page("A")
        desk.later(hours=5)
        await desk.run()
        assert flags(desk) == {"A": False}
        assert desk.services.ledger.spool.behind() == 0
        assert not desk.services.ledger.check(desk.services.archive).gaps


async def test_a_robots_txt_that_reserves_counts_also_where_the_page_was_not_sent_again(tmp_path: Path, site: Site) -> None:
    write_desk(tmp_path, {"zeitung": [feed(site)]})
    site.pages = {"/feed": site.feed("/a"), "/a": conditional({}, {})}
    async with opened(tmp_path) as desk:
        await desk.run()
        site.pages["/robots.txt"] = web.Response(text="User-agent: GPTBot\nDisallow: /\n")
        desk.later(hours=25)
        assert (await desk.run()).outcomes["not_modified"] >= 1
        assert flags(desk) == {"A": True}


def conditional(headers: dict[str, str], with_304: dict[str, str]) -> Handler:
    """A page with these headers, and a 304 with those to whoever has it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if "If-None-Match" in request.headers:
            return web.Response(status=304, headers={"ETag": '"1"'} | with_304)
        return page("A", {"ETag": '"1"'} | headers)

    return answer


@pytest.mark.parametrize("tdm", ["index", "skip"])
async def test_a_header_that_comes_with_a_304_alone_counts_like_one_with_a_page(
    tmp_path: Path, site: Site, tdm: str
) -> None:
    policy = "https://verlag.example/lizenz"
    write_desk(tmp_path, {"zeitung": [feed(site)]}, tdm=tdm)
    site.pages = {"/feed": site.feed("/a"), "/a": conditional({}, RESERVED | {"tdm-policy": policy})}
    async with opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        await desk.run()
        (free,) = await cli(tmp_path, "export")
        assert "Aufklärungsdrohnen" in free["text"]
        desk.later(hours=1)
        report = await desk.run()
        assert report.outcomes["forbidden(tdm)" if tdm == "skip" else "not_modified"] >= 1
        assert flags(desk) == {"A": True}
        (exported,) = await cli(tmp_path, "export")
        assert (exported["text"], exported["revision"]) == (None, 1)
        (shown,) = await cli(tmp_path, "show", f"{site.url}/a", "--json")
        assert [(one["tdm"], one["policy"]) for one in shown["asked"]] == [("header", policy)]
        assert desk.services.ledger.spool.behind() == 0
        assert not desk.services.ledger.check(desk.services.archive).gaps


async def test_with_skip_an_article_on_file_leaves_without_its_text_once_robots_txt_reserves_it(
    tmp_path: Path, site: Site
) -> None:
    write_desk(tmp_path, {"zeitung": [feed(site)]}, tdm="skip")
    site.pages = {"/feed": site.feed("/a"), "/a": page("A")}
    async with opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        await desk.run()
        site.pages["/robots.txt"] = web.Response(text="User-agent: GPTBot\nDisallow: /\n")
        desk.later(hours=25)
        assert (await desk.run()).outcomes["forbidden(tdm)"] == 1
        assert (site.count("/a"), flags(desk)) == (1, {"A": True})
        (exported,) = await cli(tmp_path, "export")
        assert exported["text"] is None


META = '<meta name="tdm-reservation" content="1"></head>'


def with_meta(title: str, words: str = WORDS) -> str:
    return PAGE.format(title, words).replace("</head>", META)


def archived(desk: Running) -> str:
    """Every byte of the raw pages, as far as they are still there."""
    files = desk.services.archive.folder.glob("*.warc.gz")
    return b"".join(gzip.decompress(path.read_bytes()) for path in files).decode("utf-8", "replace")


async def test_with_skip_a_page_that_turns_out_to_be_reserved_is_not_kept(tmp_path: Path, site: Site) -> None:
    write_desk(tmp_path, {"zeitung": [feed(site)]}, tdm="skip")
    site.pages = {"/feed": site.feed("/frei", "/meta", "/kurz"), "/frei": page("Frei")}
    site.pages |= {"/meta": with_meta("Geheim", f"Geheim: {WORDS}"), "/kurz": with_meta("Geheim", "Geheim.")}
    async with opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        outcomes = (await desk.run()).outcomes
        assert (outcomes["article(new)"], outcomes["forbidden(tdm)"]) == (1, 2), outcomes
        assert flags(desk) == {"Frei": False}
        assert (await cli(tmp_path, "search", "Geheim", "--json"))[0]["hits"] == []
        assert [one["title"] for one in await cli(tmp_path, "export")] == ["Frei"]
        assert "Geheim" not in archived(desk)
        assert "Frei" in archived(desk)
        known = desk.services.ledger.visits.known([f"{site.url}/meta"])[f"{site.url}/meta"]
        assert known.last_outcome == "forbidden(tdm)"
        assert not desk.services.ledger.check(desk.services.archive).gaps
        assert dict((await reprocess(desk.services, None, "extract")).outcomes) == {"article(unchanged)": 1}
        desk.later(days=1)
        await desk.run()
        assert site.count("/meta") == 1, "not asked for again"


async def test_with_skip_a_run_killed_after_it_erased_such_a_page_is_finished_by_the_next(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_desk(tmp_path, {"zeitung": [feed(site)]}, tdm="skip")
    site.pages = {"/feed": site.feed("/meta"), "/meta": with_meta("Geheim")}
    async with opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)

        def die(*_: object) -> bool:
            raise Transient("the database is gone")

        with monkeypatch.context() as patched:
            patched.setattr(desk.services.ledger.visits, "ended_refined", die)
            with pytest.raises(Transient):
                await desk.run()
        assert "Geheim</h1>" not in archived(desk)
    async with opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        assert (await desk.run()).outcomes["forbidden(tdm)"] == 1
        assert not desk.services.ledger.check(desk.services.archive).gaps


async def test_with_skip_what_is_on_file_keeps_its_earlier_text_for_the_desk_alone(tmp_path: Path, site: Site) -> None:
    write_desk(tmp_path, {"zeitung": [feed(site)]}, tdm="skip")
    site.pages = {"/feed": site.feed("/a"), "/a": page("A")}
    async with opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        await desk.run()
        site.pages["/a"] = with_meta("A", f"Nachgetragen. {WORDS}")
        desk.later(hours=1)
        assert (await desk.run()).outcomes["forbidden(tdm)"] == 1
        assert flags(desk) == {"A": True}
        assert "Nachgetragen" not in archived(desk)
        (exported,) = await cli(tmp_path, "export")
        assert (exported["text"], exported["revision"]) == (None, 1)
        assert not desk.services.ledger.check(desk.services.archive).gaps


async def test_a_desk_that_turns_to_skip_keeps_what_it_has(tmp_path: Path, site: Site) -> None:
    sources = {"zeitung": [feed(site)]}
    site.pages = {"/feed": site.feed("/meta"), "/meta": with_meta("Geheim")}
    async with opened(write_desk(tmp_path, sources)) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        await desk.run()
    async with opened(write_desk(tmp_path, sources, tdm="skip")) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        assert dict((await reprocess(desk.services, None, "extract")).outcomes) == {"article(unchanged)": 1}
        assert flags(desk) == {"Geheim": True}
        assert "Geheim</h1>" in archived(desk)
        assert not desk.services.ledger.check(desk.services.archive).gaps
