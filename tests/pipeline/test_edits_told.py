"""Stories about edits and alerts: what an edit brings in is told; what was told is told again only to who wants that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawlers.sites import Site
from tests.pipeline.running import Running, feed, opened, write_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST = "Das Ministerium kauft 300 Drohnen für das Heer. Der Vertrag läuft bis zum Ende des Jahres. "
REST = "Die Abgeordneten berieten am Montag lange über den Preis und die Lieferung der Geräte an die Truppe. " * 4
ALERTS = (
    {"id": "drohnen", "query": "Drohnen", "channels": ["file"]},
    {"id": "drohnen-edits", "query": "Drohnen", "channels": ["file"], "on_edit": "material"},
    {"id": "helsing", "query": "Helsing", "channels": ["file"]},
)


def page(text: str) -> str:
    head = '<title>Heer kauft ein</title><meta property="og:type" content="article">'
    body = f"<article><h1>Heer kauft ein</h1><p>{text}</p><p>{REST}</p></article>"
    return f"<html lang=de><head>{head}</head><body>{body}</body></html>"


async def told(desk: Running, site: Site, text: str, **later: float) -> list[str]:
    """Let the site edit the page, look again, and return which alerts told of it."""
    before = len(desk.notices())
    site.pages["/a.html"] = page(text)
    desk.later(**later)
    await desk.run()
    return [notice["alert"] for notice in desk.notices()[before:]]


async def test_edits_tell_whom_they_concern(tmp_path: Path, site: Site) -> None:
    write_desk(tmp_path, {"zeitung": [feed(site)]}, ALERTS)
    site.pages = {"/feed": site.feed("/a.html")}
    async with opened(tmp_path) as desk:
        assert await told(desk, site, FIRST) == ["drohnen", "drohnen-edits"]
        assert await told(desk, site, FIRST.replace("Ministerium", "Ministeriun"), hours=1) == []
        assert await told(desk, site, FIRST.replace("Heer.", "Heer!"), hours=5) == []
        material = FIRST.replace("300", "500")
        assert await told(desk, site, material, hours=18) == ["drohnen-edits"]
        assert "edited (number: 300 → 500)" in desk.notices()[-1]["why"]
        assert await told(desk, site, material + "Hersteller ist Helsing.", days=6) == ["drohnen-edits", "helsing"]
        assert "edited" not in next(n for n in desk.notices() if n["alert"] == "helsing")["why"]
        assert not desk.services.ledger.check(desk.services.archive).gaps
