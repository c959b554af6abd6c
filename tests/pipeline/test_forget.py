"""Stories about forgetting: no byte of the archive quotes the article any more, the lists that named it included."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from aiohttp import web

from pipeline.forget import forget
from tests.crawlers.sites import Site
from tests.pipeline.desks import Unread
from tests.pipeline.running import Running, feed, opened, write_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = (
    '<html lang=de><head><title>{0}</title><meta property="og:type" content="article"></head>'
    "<body><article><h1>{0}</h1><p>" + "Der Stadtrat beriet am Montag lange über den Umbau des alten Theaters. " * 4
) + "</p></article></body></html>"
JSON_FEED = {"version": "https://jsonfeed.org/version/1.1", "title": "Z"}
ITEM = "<item><title>{}</title><link>{}</link></item>"


def rss(site: Site, *titles: str) -> str:
    items = "".join(ITEM.format(title, f"{site.url}/{title}.html") for title in titles)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Z</title>{items}</channel></rss>'


def archived(desk: Running) -> bytes:
    return b"".join(gzip.decompress(path.read_bytes()) for path in desk.services.archive.folder.glob("*.warc.gz"))


def feeds(site: Site) -> dict[str, web.Response]:
    """What three other sources show: a copy, an address in a packed JSON feed, and one that only looks alike."""
    packed = gzip.compress(json.dumps(JSON_FEED | {"items": [item(site, "Geheim")]}).replace("/", "\\/").encode())
    return {
        "/kopien": web.Response(text=rss(site, "Kopie"), content_type="application/rss+xml"),
        "/json": web.Response(body=packed, content_type="application/feed+json", headers={"Content-Encoding": "gzip"}),
        "/aehnlich": web.Response(text=rss(site, "Geheimnis"), content_type="application/rss+xml"),
    }


def item(site: Site, title: str) -> dict[str, str]:
    return {"id": title, "title": title, "url": f"{site.url}/{title}.html"}


async def test_lists_of_other_sources_are_found_under_every_address_and_in_every_packing(
    tmp_path: Path, site: Site
) -> None:
    others = {path[1:]: [feed(site, path)] for path in ("/kopien", "/json", "/aehnlich")}
    write_desk(tmp_path, {"eins": [feed(site)], **others})
    canonical = f'<link rel="canonical" href="{site.url}/Geheim.html"></head>'
    site.pages = {f"/{title}.html": PAGE.format(title) for title in ("Geheim", "Geheimnis")}
    site.pages["/Kopie.html"] = PAGE.format("Geheim").replace("</head>", canonical)
    site.pages["/feed"] = rss(site, "Geheim")
    async with opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        await desk.run()
        site.pages |= feeds(site)
        desk.later(hours=2)
        assert (await desk.run()).outcomes["alias"] == 1
        report = await forget(desk.services, f"{site.url}/Geheim.html", "ordered by a court")
        assert sorted(report.gone.urls) == [f"{site.url}/Geheim.html", f"{site.url}/Kopie.html"]
        assert report.lists == 3, "its own, the one with the copy, and the packed one"
        left = archived(desk)
        assert b"Kopie.html" not in left
        assert b"<title>Geheimnis</title>" in left
        assert not desk.services.ledger.check(desk.services.archive).gaps


async def test_lists_that_named_it_are_erased_and_no_others(tmp_path: Path, site: Site) -> None:
    write_desk(tmp_path, {"eins": [feed(site)], "zwei": [feed(site, "/andere")]})
    site.pages = {f"/{title}.html": PAGE.format(title) for title in ("Geheim", "Offen", "Neu")}
    site.pages["/feed"] = rss(site, "Offen")
    site.pages["/andere"] = web.Response(text=rss(site, "Neu"), content_type="application/rss+xml")
    async with opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        await desk.run()
        for titles in (("Geheim", "Offen"), ("Neu", "Geheim", "Offen"), ("Neu", "Offen")):
            desk.later(hours=2)
            site.pages["/feed"] = rss(site, *titles)
            await desk.run()
        assert b"Geheim" in archived(desk)
        report = await forget(desk.services, f"{site.url}/Geheim.html", "ordered by a court")
        assert (report.gone.revisions, report.lists) == (1, 2)
        left = archived(desk)
        assert b"Geheim" not in left
        assert b"<title>Neu</title>" in left
        assert not desk.services.ledger.check(desk.services.archive).gaps
        again = await forget(desk.services, f"{site.url}/Geheim.html", "ordered by a court")
        assert (again.lists, again.index.error) == (0, None)
