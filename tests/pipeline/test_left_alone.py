"""Stories about a host that asks for patience: in that time nobody of this desk asks it anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web

from tests.crawlers.sites import Site
from tests.pipeline.running import feed, opened, write_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


def busy(seconds: int = 120, status: int = 429) -> web.Response:
    return web.Response(status=status, headers={"Retry-After": str(seconds)})


async def test_after_a_429_at_a_feed_the_host_is_asked_nothing_for_two_minutes_in_later_passes_too(
    tmp_path: Path, site: Site
) -> None:
    """Neither its other feed, nor a page that is due, nor robots.txt, nor by a person's order."""
    write_desk(tmp_path, {"eins": [feed(site, "/1")], "zwei": [feed(site, "/2")], "drei": [feed(site, "/3")]})
    site.pages = {"/1": site.feed("/tief"), "/tief": web.Response(status=502), "/2": site.feed(), "/3": site.feed()}
    async with opened(tmp_path) as desk:
        await desk.run()
        desk.later(minutes=15)  # the page's retry and all feeds are due
        site.pages = {"/1": busy(), "/2": busy(), "/3": busy(), "/tief": busy()}
        asked = len(site.asked)
        await desk.run()
        assert len(site.asked) == asked + 1, "the first answer holds for all that was still to come"
        for _ in range(3):
            desk.later(seconds=39)
            await desk.run()
            await desk.run("zwei")
        assert len(site.asked) == asked + 1
        site.pages = {"/1": site.feed("/tief"), "/2": site.feed(), "/3": site.feed()}
        desk.later(seconds=4)
        await desk.run("zwei")
        assert len(site.asked) == asked + 2


@pytest.mark.parametrize("where", ["/feed", "/a", "/robots.txt"])
async def test_a_process_that_starts_meanwhile_knows_of_it(tmp_path: Path, site: Site, where: str) -> None:
    write_desk(tmp_path, {"eins": [feed(site)]})
    site.pages = {"/feed": site.feed("/a"), where: busy(7200, 503)}
    async with opened(tmp_path) as desk:
        await desk.run()
        now = desk.now
    asked = len(site.asked)
    async with opened(tmp_path, now) as desk:
        desk.later(minutes=119)
        await desk.run("eins")
        assert len(site.asked) == asked
    site.pages = {"/feed": site.feed()}
    async with opened(tmp_path, desk.now) as desk:
        desk.later(minutes=2)
        await desk.run("eins")
        assert len(site.asked) > asked
