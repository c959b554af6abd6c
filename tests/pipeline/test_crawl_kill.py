"""A crawl killed at ten points: the next one fetches what is missing, at once, and every sum is still true."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from config.models import Address, Settings, Source
from extract.pool import ReaderPool
from ledger.archive import Archive
from ledger.book import Ledger
from pipeline.crawl import crawl
from tests.crawlers.sites import serve

CRAWL = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from config.models import Settings, Source
from extract.pool import ReaderPool
from ledger.archive import Archive
from ledger.book import Ledger
from pipeline.crawl import crawl

async def main() -> None:
    folder, source = Path(sys.argv[1]), Source.model_validate_json(sys.argv[2])
    async with ReaderPool(1) as pool:
        with Ledger.open(f"sqlite:///{folder}/ledger.sqlite") as ledger:
            archive = Archive(folder / "archive", "killed")
            settings = Settings(allow_private=("127.0.0.1/32",))
            await crawl([source], ledger, archive, pool, settings, lambda: datetime.now(UTC))

asyncio.run(main())
"""
ARTICLES = 12


@pytest.mark.chaos
@pytest.mark.parametrize("point", [1, 2, 3, 4, 5, 7, 9, 11, 13, 14])
async def test_a_crawl_killed_at_a_request_loses_nothing(point: int, tmp_path: Path) -> None:
    reached = asyncio.Event()
    async with serve() as site:

        async def page(request: web.Request) -> web.Response:
            if len(site.asked) >= point and not reached.is_set():
                reached.set()
                await asyncio.sleep(5)
            if request.path == "/robots.txt":
                return web.Response(status=404)
            is_feed = request.path == "/feed"
            text = site.feed(*(f"/{number}" for number in range(ARTICLES))) if is_feed else "<p>Gipfel</p>"
            return web.Response(text=text, content_type="application/xml" if is_feed else "text/html")

        site.pages = dict.fromkeys(("/robots.txt", "/feed", *(f"/{number}" for number in range(ARTICLES))), page)
        source = Source(id="z", name="Z", addresses=(Address(kind="feed", url=f"{site.url}/feed"),), delay=0)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CRAWL, str(tmp_path), source.model_dump_json(), cwd=Path(__file__).parents[2]
        )
        await asyncio.wait_for(reached.wait(), 60)
        process.kill()
        await process.wait()
        async with ReaderPool(1) as pool:
            with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
                archive = Archive(tmp_path / "archive", "next")
                archive.repair(ledger.visits.known_end)
                assert ledger.check(archive).ok
                settings = Settings(allow_private=("127.0.0.1/32",))
                await crawl([source], ledger, archive, pool, settings, lambda: datetime.now(UTC))
                refs = ledger.visits.lease(100, datetime.now(UTC))
                report = ledger.check(archive)
                archive.close()
    assert report.ok, report.gaps
    assert sorted(ref.url for ref in refs) == sorted(f"{site.url}/{number}" for number in range(ARTICLES))
    assert {archive.read(ref.record).body for ref in refs} == {b"<p>Gipfel</p>"}
