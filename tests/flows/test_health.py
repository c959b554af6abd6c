"""What the health flow says of each source, from the ledger alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from articles.outcome import Outcome
from articles.url import canonicalise
from config.load import load
from pipeline.health import health
from pipeline.services import open_services
from tests.flows.running import write_desk

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SITE = "http://127.0.0.1:9"


async def test_each_source_is_well_ill_or_never_visited(tmp_path: Path) -> None:
    desk = load(write_desk(tmp_path / "desk", SITE, "15m"))
    async with open_services(desk, clock=lambda: NOW + timedelta(minutes=1)) as services:

        def ended(source: str, path: str, outcome: Outcome) -> None:
            visit = services.ledger.visits.open_list(source, canonicalise(SITE + path), "feed", NOW)
            assert services.ledger.visits.list_done(visit, outcome=outcome, now=NOW + timedelta(seconds=1))

        ended("lagebote", "/de/feed.rss", Outcome("listed", "3"))
        ended("lagebote", "/de/news-sitemap.xml", Outcome("not_modified"))
        ended("defence-courier", "/en/feed.atom", Outcome("listed", "0"))
        ended("defence-courier", "/en/news-sitemap.xml", Outcome("http", "503"))
        found = {source.source: source for source in await health(services)}
    assert found["lagebote"].why is None
    assert found["lagebote"].last_visit == NOW + timedelta(seconds=1)
    assert found["defence-courier"].why == f"{SITE}/en/news-sitemap.xml ended http(503) at 2026-03-01 12:00 UTC"
    assert found["kuestenblatt"].why == "never visited"
