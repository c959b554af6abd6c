"""An article that is edited is seen to be: looked at after an hour, six, a day and a week, each visit with its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from config.load import load
from pipeline.passes import run_pass
from pipeline.services import Services, open_services
from tests.app.commanding import LOOPBACK, command, environment
from tests.crawlers.sites import Site, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PAGE = """<html lang="de"><head><title>Helsing liefert Drohnen</title>
<meta property="og:type" content="article"><meta property="article:published_time" content="2026-03-02T08:55:00+01:00">
</head><body><article><h1>Helsing liefert Drohnen</h1>
<p>Helsing liefert {count} Drohnen an die Ukraine, wie der Minister am Montag in Karlsmünde vor der Presse mitteilte.</p>
<p>Das Unternehmen will die Fertigung am neuen Standort bis zum Jahresende verdoppeln und sucht dafür Fachleute.</p>
</article></body></html>"""


@dataclass
class Desk:
    """A desk over one site, and a clock that only the test moves."""

    services: Services
    site: Site
    now: datetime = BEGIN

    async def at(self, after: timedelta) -> dict[str, int]:
        """Run the pass that is made so long after the first one."""
        self.now = BEGIN + after
        report = await run_pass(self.services)
        return {how: n for how, n in report.outcomes.items() if how.startswith(("article", "not_modified(", "http", "rej"))}


@pytest.fixture(scope="module", autouse=True)
def loopback() -> Iterator[None]:
    with environment(**LOOPBACK):
        yield


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with serve() as site:
        site.pages = {"/feed": site.feed("/a"), "/a": PAGE.format(count=600)}
        folder = tmp_path / "desk"
        (folder / "config" / "sources").mkdir(parents=True)
        (folder / "lagebild.yaml").write_text("languages: [de]\n")
        source = {"name": "Zeitung", "addresses": [{"kind": "feed", "url": f"{site.url}/feed"}], "delay": 0, "every": "30m"}
        (folder / "config" / "sources" / "zeitung.yaml").write_text(yaml.safe_dump(source))
        (folder / "config" / "entities.yaml").write_text("entities: []\n")
        made: list[Desk] = []
        async with open_services(load(folder), clock=lambda: made[0].now) as services:
            made.append(Desk(services, site))
            yield made[0]
            report = services.ledger.check(services.archive)
            assert report.ok, report.gaps


async def test_an_article_is_looked_at_again_soon_then_seldom_then_never(desk: Desk) -> None:
    assert await desk.at(timedelta(0)) == {"article(new)": 1}
    assert await desk.at(timedelta(minutes=50)) == {}
    assert await desk.at(timedelta(hours=1)) == {"article(unchanged)": 1}
    assert await desk.at(timedelta(hours=5)) == {}
    assert await desk.at(timedelta(hours=6)) == {"article(unchanged)": 1}
    assert await desk.at(timedelta(hours=24)) == {"article(unchanged)": 1}
    assert await desk.at(timedelta(days=7)) == {"article(unchanged)": 1}
    assert await desk.at(timedelta(days=70)) == {}
    assert desk.site.count("/a") == 5


async def test_edits_become_revisions_with_a_verdict_that_show_tells(desk: Desk) -> None:
    assert await desk.at(timedelta(0)) == {"article(new)": 1}
    desk.site.pages["/a"] = PAGE.format(count=600).replace("Fertigung", "Fertgung")
    assert await desk.at(timedelta(hours=1)) == {"article(revised)": 1}
    desk.site.pages["/a"] = PAGE.format(count=900).replace("Fertigung", "Fertgung")
    assert await desk.at(timedelta(hours=6)) == {"article(revised)": 1}
    folder = desk.services.desk.folder
    told = await asyncio.to_thread(command, "-C", folder, "show", f"{desk.site.url}/a", "--versions")
    assert told.code == 0, told.err
    assert "revision 2, 2026-03-02 10:00: cosmetic" in told.out
    assert "[-Fertigung-] {+Fertgung+}" in told.out
    assert "revision 3, 2026-03-02 15:00: material (number: 600 → 900)" in told.out
    assert "Helsing liefert [-600-] {+900+} Drohnen an die Ukraine" in told.out
    first, second, third = (
        await asyncio.to_thread(command, "-C", folder, "show", f"{desk.site.url}/a", "--versions", "--json")
    ).lines
    assert "edit" not in first
    assert second["edit"]["verdict"] == "cosmetic"
    assert third["edit"] == {
        "verdict": "material",
        "reasons": [{"kind": "number", "detail": "600 → 900"}],
        "changes": [{"field": "text", "before": "600", "after": "900"}],
    }


async def test_a_feed_that_names_an_edit_is_followed_before_the_look_that_was_planned(desk: Desk) -> None:
    desk.site.pages["/feed"] = atom(desk.site, "2026-03-02T08:00:00Z")
    assert await desk.at(timedelta(0)) == {"article(new)": 1}
    desk.now = BEGIN + timedelta(hours=2)
    assert await desk.at(timedelta(hours=2)) == {"article(unchanged)": 1}
    desk.site.pages["/feed"] = atom(desk.site, "2026-03-02T11:30:00Z")
    desk.site.pages["/a"] = PAGE.format(count=900)
    assert await desk.at(timedelta(hours=4)) == {"article(revised)": 1}
    assert await desk.at(timedelta(hours=6)) == {"article(unchanged)": 1}


async def test_a_wall_in_between_does_not_end_the_looking(desk: Desk) -> None:
    assert await desk.at(timedelta(0)) == {"article(new)": 1}
    desk.site.pages["/a"] = (
        "<html><head><title>Fehler</title></head><body><p>Bitte versuchen Sie es erneut.</p></body></html>"
    )
    (ended,) = await desk.at(timedelta(hours=1))
    assert ended.startswith("rejected(")
    desk.site.pages["/a"] = PAGE.format(count=900)
    assert await desk.at(timedelta(hours=6)) == {"article(revised)": 1}


def atom(site: Site, updated: str) -> str:
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Zeitung</title><id>z</id>'
        f"<updated>{updated}</updated><entry><title>Helsing liefert Drohnen</title><id>{site.url}/a</id>"
        f'<link href="{site.url}/a"/><published>2026-03-02T07:55:00Z</published><updated>{updated}</updated></entry></feed>'
    )
