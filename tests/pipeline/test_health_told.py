"""Health from the ledger to the operator: what a desk's sources went through, what doctor says of it, who is told once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
import yaml

from articles.outcome import Outcome
from articles.page import Page
from config.load import load
from pipeline.health import examine, health
from pipeline.services import Services, open_services
from tests.app.commanding import Told, command

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SITE = "https://zeitung.example"
WALL = """<html lang="de"><head><title>Zustimmung</title></head><body><h1>Mit Werbung weiterlesen</h1>
<p>Wir und unsere 214 Partner benötigen Ihre Zustimmung, um Cookies zu setzen und Inhalte auszuspielen. Sie können Ihre
Einwilligung jederzeit widerrufen.</p><button>Alle akzeptieren</button> <a href="/datenschutz">Datenschutz</a>
</body></html>"""


@dataclass
class Desk:
    """A desk with one source, whose polls the test makes up."""

    services: Services
    now: datetime = BEGIN

    def poll(self, outcome: str, body: str | None = None) -> None:
        """A poll an hour later ended so, with this body if one came."""
        self.now += timedelta(hours=1)
        visits, record = self.services.ledger.visits, None
        if body is not None:
            head = (("Content-Type", "text/html; charset=utf-8"),)
            page = Page(f"{SITE}/feed", f"{SITE}/feed", 200, head, body.encode(), self.now)
            record = self.services.archive.append(page)
            self.services.archive.sync()
        visit = visits.open_list("zeitung", f"{SITE}/feed", "feed", self.now)
        assert visits.list_done(visit, outcome=Outcome.parse(outcome), now=self.now, record=record)

    async def state(self) -> str:
        (found,) = await health(self.services)
        return found.state

    def told(self) -> list[dict[str, Any]]:
        file = self.services.desk.folder / "data" / "operator.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.is_file() else []

    async def command(self, *arguments: str) -> Told:
        return await asyncio.to_thread(command, "-C", self.services.desk.folder, *arguments)


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    folder = tmp_path / "desk"
    (folder / "config" / "sources").mkdir(parents=True)
    (folder / "lagebild.yaml").write_text("operator_channel: operator\n")
    channels = {"channels": [{"id": "operator", "kind": "file", "path": "data/operator.jsonl"}]}
    (folder / "config" / "channels.yaml").write_text(yaml.safe_dump(channels))
    source = {"name": "Zeitung", "addresses": [{"kind": "feed", "url": f"{SITE}/feed"}]}
    (folder / "config" / "sources" / "zeitung.yaml").write_text(yaml.safe_dump(source))
    made: list[Desk] = []
    async with open_services(load(folder), clock=lambda: made[0].now) as services:
        made.append(Desk(services))
        yield made[0]


async def test_the_operator_is_told_once_when_a_source_falls_ill_and_once_when_it_is_well(desk: Desk) -> None:
    desk.poll("listed(3)")
    assert await desk.state() == "ok"
    desk.poll("http(403)")
    assert await desk.state() == "ok"
    desk.poll("http(403)")
    for _ in range(3):
        assert await desk.state() == "blocked"
    (said,) = desk.told()
    assert (said["alert"], said["article"], said["title"]) == ("sources:health", "source:zeitung", "Zeitung: blocked")
    assert said["url"] == f"{SITE}/feed"
    assert "ended http(403)" in said["why"]
    assert "browser" in said["why"]
    desk.poll("listed(3)")
    assert await desk.state() == "ok"
    assert [line["title"] for line in desk.told()] == ["Zeitung: blocked", "Zeitung: ok"]


async def test_a_channel_that_is_down_is_told_by_the_next_look(desk: Desk) -> None:
    in_the_way = desk.services.desk.folder / "data" / "operator.jsonl"
    in_the_way.mkdir(parents=True)
    desk.poll("http(404)")
    assert await desk.state() == "dead"
    in_the_way.rmdir()
    assert await desk.state() == "dead"
    assert len(desk.told()) == 1


async def test_a_consent_wall_is_recognised_by_its_text(desk: Desk) -> None:
    desk.poll("listed(3)")
    desk.poll("rejected(not_a_list)", WALL)
    desk.poll("rejected(not_a_list)", WALL)
    (found,) = await examine(desk.services)
    assert (found.state, "a consent wall" in (found.why or "")) == ("blocked", True)
    assert desk.told() == [], "who only examines tells nobody"


async def test_doctor_shows_the_worst_first_and_status_counts(desk: Desk) -> None:
    other = desk.services.desk.folder / "config" / "sources" / "courier.yaml"
    other.write_text(
        yaml.safe_dump({"name": "Courier", "addresses": [{"kind": "feed", "url": "https://courier.example/f"}]})
    )
    before = await desk.command("status")
    assert "not looked at yet; `lagebild sources doctor` does" in before.out
    desk.poll("http(410)")
    told = await desk.command("sources", "doctor")
    assert told.code == 0, told.err
    assert "zeitung: dead since 2026-03-02 10:00" in told.out
    assert "-> look for its new list with `lagebild sources add`" in told.out
    assert "1 source not visited yet: courier" in told.out
    lines = (await desk.command("sources", "doctor", "--json")).lines
    assert [(line["source"], line["state"]) for line in lines] == [("courier", "unvisited"), ("zeitung", "dead")]
    assert lines[1]["last_outcome"] == "http(410)"
    status = (await desk.command("status", "--json")).json
    assert status["sources"]["health"] == {"unjudged": 1, "dead": 1}
    assert len(desk.told()) == 1, "that one was not visited yet is no news"


async def test_an_operator_channel_that_does_not_exist_is_a_mistake(desk: Desk) -> None:
    (desk.services.desk.folder / "lagebild.yaml").write_text("operator_channel: operater\n")
    told = await desk.command("sources", "check")
    assert told.code == 2
    assert "there is no channel 'operater'; did you mean 'operator'?" in told.err
