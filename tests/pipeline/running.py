"""A desk that makes whole passes over a site on loopback, with a clock that stands until it is told to go."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from config.load import load
from pipeline.passes import PassReport, run_pass
from pipeline.services import Services
from tests.crawlers.sites import Site

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass
class Running:
    """The services of one desk, its clock, and what it told so far."""

    services: Services
    now: datetime = T0

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    async def run(self, *only: str) -> PassReport:
        return await run_pass(self.services, only or None)

    def notices(self) -> list[dict[str, Any]]:
        file = self.services.data / "notices.jsonl"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def write_desk(
    folder: Path,
    sources: Mapping[str, Sequence[Mapping[str, Any]]],
    alerts: Sequence[Mapping[str, Any]] = (),
    **settings: Any,
) -> Path:
    """Write a desk that watches these addresses, by source."""
    (folder / "config" / "sources").mkdir(parents=True, exist_ok=True)
    said = {"workers": 1, "allow_private": ["127.0.0.0/8"], **settings}
    (folder / "lagebild.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    (folder / "config" / "alerts.yaml").write_text(yaml.safe_dump({"alerts": [dict(a) for a in alerts]}), encoding="utf-8")
    for id_, addresses in sources.items():
        source = {"name": id_, "languages": ["de"], "delay": 0, "addresses": [dict(address) for address in addresses]}
        (folder / "config" / "sources" / f"{id_}.yaml").write_text(yaml.safe_dump(source), encoding="utf-8")
    return folder


def feed(site: Site, path: str = "/feed") -> dict[str, Any]:
    return {"kind": "feed", "url": f"{site.url}{path}"}


@asynccontextmanager
async def opened(folder: Path, now: datetime = T0) -> AsyncIterator[Running]:
    """Open the desk in a folder, as a new process would."""
    desk = Running(Services(load(folder, {}), clock=lambda: desk.now, env={}), now)
    try:
        yield desk
    finally:
        await desk.services.close()
