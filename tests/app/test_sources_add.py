"""`lagebild sources add`, as people give it: one feed of several, a second source of one host, and OPML beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.app.commanding import environment
from tests.app.desk import Desk
from tests.crawlers.sites import serve

LINK = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
HEAD = LINK.format("Zeitung", "/feed") + LINK.format("Zeitung: Politik", "/politik/feed")


pytestmark = pytest.mark.usefixtures("loopback")


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with serve() as site:
        site.pages = {"/": f"<html><head><title>Zeitung</title>{HEAD}</head><body></body></html>"}
        site.pages |= {"/feed": site.feed("/a"), "/politik/feed": site.feed("/b"), "/sport.xml": site.feed("/c")}
        (tmp_path / "lagebild.yaml").write_text("")
        yield Desk(tmp_path, site)


async def test_feed_after_feed_of_one_host_becomes_a_source_with_an_id_that_tells_them_apart(desk: Desk) -> None:
    first = await desk.command("sources", "add", f"{desk.site.url}/")
    assert first.code == 0, first.err
    assert f"feed: {desk.site.url}/feed" in first.out
    assert "the site names 1 further list; `lagebild sources add URL --feed LIST` adds one:" in first.out
    assert f"feed: {desk.site.url}/politik/feed  Zeitung: Politik" in first.out
    assert desk.files() == ["config/sources/127-0-0-1.yaml", "lagebild.yaml"]
    second = await desk.command("sources", "add", f"{desk.site.url}/", "--feed", f"{desk.site.url}/politik/feed", "--json")
    assert (second.code, second.json["id"], second.json["others"]) == (0, "127-0-0-1-politik", [])
    assert desk.source("127-0-0-1-politik")["name"] == "Zeitung: Politik"
    again = await desk.command("sources", "add", f"{desk.site.url}/")
    assert (again.code, "belongs to the source '127-0-0-1' already" in again.err) == (2, True)
    named = await desk.command("sources", "add", f"{desk.site.url}/sport.xml", "--id", "sport", "--json")
    assert (named.code, named.json["id"]) == (0, "sport")
    assert (await desk.command("sources", "check")).code == 0


async def test_a_list_that_is_on_the_desk_is_not_taken_twice_and_a_wrong_id_is_told(desk: Desk) -> None:
    feed = f"{desk.site.url}/feed"
    assert (await desk.command("sources", "add", feed, "--id", "zeitung")).code == 0
    twice = await desk.command("sources", "add", f"{desk.site.url}/", "--feed", feed)
    assert (twice.code, f"--feed: {feed} belongs to the source 'zeitung' already" in twice.err) == (2, True)
    taken = await desk.command("sources", "add", f"{desk.site.url}/politik/feed", "--id", "zeitung")
    assert (taken.code, "there is a source 'zeitung' already" in taken.err) == (2, True)
    wrong = await desk.command("sources", "add", f"{desk.site.url}/politik/feed", "--id", "Die Zeitung")
    assert (wrong.code, "--id" in wrong.err) == (2, True)
    assert "Traceback" not in wrong.err


async def test_opml_adds_a_feed_of_a_host_that_the_desk_has_already(desk: Desk, tmp_path: Path) -> None:
    assert (await desk.command("sources", "add", f"{desk.site.url}/feed")).code == 0
    file = tmp_path / "feeds.opml"
    outline = f'<outline type="rss" text="Politik" xmlUrl="{desk.site.url}/politik/feed"/>'
    file.write_text(f'<opml version="2.0"><body>{outline}</body></opml>')
    told = await desk.command("sources", "import", file, "--json")
    assert [one["id"] for one in told.json["written"]] == ["127-0-0-1-politik"]
    assert told.json["skipped"] == []


async def test_a_private_address_is_refused_with_the_setting_that_allows_it(desk: Desk) -> None:
    with environment(LAGEBILD_ALLOW_PRIVATE=""):
        refused = await desk.command("sources", "add", f"{desk.site.url}/")
    assert refused.code == 2
    assert "127.0.0.1 is no public address (loopback)" in refused.err
    assert "allow_private" in refused.err
    assert desk.files() == ["lagebild.yaml"]
