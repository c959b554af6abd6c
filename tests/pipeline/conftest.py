"""A desk that crawls a site on loopback, with a clock that stands until it is told to go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest_asyncio

from config.models import Address, Settings, Source
from extract.pool import ReaderPool
from ledger.archive import Archive
from ledger.book import Ledger
from pipeline.crawl import CrawlReport, crawl
from tests.crawlers.sites import Site, Trap, serve, set_trap

ARTICLE = "<html><head><title>Gipfel endet</title></head><body><article><p>Text.</p></article></body></html>"


@dataclass
class Desk:
    """A desk in a folder of its own, with a clock that stands until it is told to go."""

    ledger: Ledger
    archive: Archive
    pool: ReaderPool
    now: datetime = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)
    ended: dict[str, str] = field(default_factory=dict)

    def source(self, site: Site, id: str = "zeitung", kind: Any = "feed", path: str = "/feed", **more: Any) -> Source:
        address = Address(kind=kind, url=f"{site.url}{path}")
        return Source(**{"id": id, "name": id, "addresses": (address,), "delay": 0, **more})

    async def crawl(self, *sources: Source, settings: dict[str, Any] | None = None, **more: Any) -> CrawlReport:
        wanted = Settings(**{"allow_private": ("127.0.0.1/32",), **(settings or {})})
        return await crawl(
            sources, self.ledger, self.archive, self.pool, wanted, lambda: self.now, self.ended.__setitem__, **more
        )

    def check(self) -> None:
        report = self.ledger.check(self.archive)
        assert report.ok, report.gaps


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool(1) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with serve() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def trap() -> AsyncIterator[Trap]:
    async with set_trap() as made:
        yield made
        assert made.visitors == 0


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path, pool: ReaderPool) -> AsyncIterator[Desk]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        desk = Desk(ledger, Archive(tmp_path / "archive", "test"), pool)
        yield desk
        desk.check()
        desk.archive.close()
