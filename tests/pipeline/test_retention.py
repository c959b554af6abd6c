"""Stories about days that leave the archive: articles stay, sites are asked as before, and a kill costs nothing."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import web

from pipeline.forget import forget
from pipeline.passes import run_pass
from pipeline.reprocess import reprocess
from pipeline.retention import drop_old
from tests.crawlers.sites import Handler, Site
from tests.pipeline import desks
from tests.pipeline.desks import SITE, Unread
from tests.pipeline.running import Running, feed, opened, write_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = (
    '<html lang=de><head><title>{0}</title><meta property="og:type" content="article"></head>'
    "<body><article><h1>{0}</h1><p>" + "Der Stadtrat beriet am Montag lange über den Umbau des alten Theaters. " * 4
) + "</p></article></body></html>"


def segments(desk: Running) -> list[str]:
    return sorted(path.name[:8] for path in desk.services.archive.folder.glob("*.warc.gz"))


def tagged(text: str) -> Handler:
    """An answer with an ETag, and 304 to whoever knows it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == '"v1"':
            return web.Response(status=304, headers={"ETag": '"v1"'})
        return web.Response(text=text, content_type="text/html", headers={"ETag": '"v1"'})

    return answer


async def test_a_pass_drops_old_days_and_everything_goes_on(tmp_path: Path, site: Site) -> None:
    folder = write_desk(tmp_path, {"eins": [feed(site)]}, keep_raw="30d", revisits=["40d"])
    site.pages = {f"/{title}.html": tagged(PAGE.format(title)) for title in ("Alt", "Neu")}
    site.pages["/feed"] = site.feed("/Alt.html")
    ended: list[tuple[str, str]] = []
    async with opened(folder) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        assert (await desk.run()).articles("new") == 1
        first = desk.now
    async with opened(folder, first) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        desk.later(days=30)
        site.pages["/feed"] = site.feed("/Neu.html", "/Alt.html")
        assert (await desk.run()).articles("new") == 1
        assert segments(desk) == ["20260302", "20260401"], "30 days are not over for the whole first day"
        desk.later(days=1)
        await desk.run()
        assert segments(desk) == ["20260401"]

        desk.later(days=9, hours=1)
        report = await run_pass(desk.services, None, lambda url, outcome: ended.append((url, str(outcome))))
        assert (f"{site.url}/Alt.html", "not_modified") in ended, ended
        assert report.articles("new") == 0
        again = await reprocess(desk.services, None, "extract")
        assert (dict(again.outcomes), again.not_kept) == ({"article(unchanged)": 1}, 1)
        assert desk.services.ledger.check(desk.services.archive).gaps == ()

        gone = await forget(desk.services, f"{site.url}/Alt.html", "ordered by a court")
        assert (gone.gone.records, gone.lists, gone.index.error) == (0, 1, None), "one list that named it is still kept"
        assert desk.services.ledger.check(desk.services.archive).gaps == ()
        assert (await desk.run()).articles("new") == 0


async def test_without_the_setting_nothing_ever_goes(tmp_path: Path) -> None:
    async with desks.opened(desks.write_desk(tmp_path)) as office:
        office.settle("/a.html")
        office.services.archive.close()
        office.later(days=36_000)
        assert drop_old(office.services) == []
        assert len(list(office.services.archive.folder.glob("*.warc.gz"))) == 1


def keeping(folder: Path, age: str = "30d") -> Path:
    desks.write_desk(folder)
    (folder / "lagebild.yaml").write_text(f"workers: 1\nkeep_raw: {age}\n", encoding="utf-8")
    return folder


async def test_a_file_that_cannot_be_removed_is_logged_and_stops_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with desks.opened(keeping(tmp_path)) as office:
        office.settle("/a.html")
        office.services.archive.close()
        office.later(days=60)

        def refuse(path: Path, *_: object, **__: object) -> None:
            raise PermissionError(1, "Operation not permitted", str(path))

        with monkeypatch.context() as patched, caplog.at_level(logging.WARNING, "lagebild.retention"):
            patched.setattr(Path, "unlink", refuse)
            assert drop_old(office.services) == []
        assert "cannot be removed" in caplog.text
        assert office.gaps() == ()
        assert len(drop_old(office.services)) == 1
        assert office.gaps() == ()


PASS = """
import asyncio, os, signal, sys
from datetime import timedelta
from pathlib import Path
from config.load import load
from pipeline.retention import drop_old
from pipeline.services import open_services
from tests.pipeline.desks import T0

removed, unlink = [], Path.unlink

def kill_at_the_second(path, missing_ok=False):
    if removed:
        os.kill(os.getpid(), signal.SIGKILL)
    removed.append(path)
    unlink(path, missing_ok)

async def main():
    async with open_services(load(Path(sys.argv[1]), {}), clock=lambda: T0 + timedelta(days=60), env={}) as services:
        Path.unlink = kill_at_the_second
        drop_old(services)

asyncio.run(main())
"""


def pass_in_a_process(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PASS, folder], capture_output=True, text=True, check=False)


async def test_a_pass_killed_between_note_and_removal_is_finished_by_the_next(tmp_path: Path) -> None:
    folder = keeping(tmp_path)
    async with desks.opened(folder) as office:
        for day in range(3):
            office.settle(f"/{day}.html", text=f"{desks.TEXT} Tag {day}.")
            office.later(days=1)
    killed = pass_in_a_process(folder)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    async with desks.opened(folder) as office:
        names = sorted(path.name[:8] for path in office.services.archive.folder.glob("*.warc.gz"))
        assert names == ["20260303", "20260304"]
        assert office.gaps() == ()
        assert office.services.ledger.files.not_kept() == 2, "the second is noted, though its file is there"
        office.fetch("/next.html")  # the first to write repairs what the killed one left
        assert not (office.services.archive.folder / "orphans").exists()
        office.later(days=60)
        assert len(drop_old(office.services)) == 2
        assert office.gaps() == ()
        assert office.services.ledger.files.article(f"{SITE}/0.html") is not None


async def test_a_desk_that_archives_nothing_for_long_lets_go_of_the_segment_it_still_holds(tmp_path: Path) -> None:
    async with desks.opened(keeping(tmp_path)) as office:
        office.settle("/a.html")
        office.later(days=29)
        assert drop_old(office.services) == []
        office.settle("/b.html", text=f"{desks.TEXT} Auch das.")
        office.later(days=60)
        assert len(drop_old(office.services)) == 2, "nothing was closed by hand"
        assert list(office.services.archive.folder.glob("*.warc.gz")) == []
        office.settle("/c.html", text=f"{desks.TEXT} Und das.")
        assert office.gaps() == ()


async def test_a_body_that_a_crawl_is_still_filing_is_not_dropped_however_short_the_time(tmp_path: Path) -> None:
    async with desks.opened(keeping(tmp_path, "1s")) as office:
        office.now = office.now.replace(hour=23, minute=59, second=50)
        office.settle("/a.html")  # takes a minute
        assert drop_old(office.services) == [], "a new day has begun, but its leases have not run out"
        office.later(minutes=15)
        assert len(drop_old(office.services)) == 1
        assert office.gaps() == ()
