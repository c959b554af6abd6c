"""The demo: a desk of its own, a bundled news site on loopback, two passes over it, and what came of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.demo_site.server import SiteServer
from app.demo_site.sources import sources
from app.place import user_folder
from articles.errors import Wrong
from articles.outcome import Outcome
from config.load import BUNDLED, load
from config.write import write_source
from pipeline.find import Answer, Wanted, search
from pipeline.passes import PassReport, run_pass
from pipeline.services import Services, open_services, utc_now

if TYPE_CHECKING:
    from config.desk import Desk
    from ledger.values import CheckReport

BETWEEN = timedelta(hours=2)
"""Between the two passes: the site edits an article meanwhile. The first pass lives by a clock that is so much slow, so
that nobody has to wait."""

QUERY = "Helsing"
"""What the demo searches for."""

SETTINGS = """\
# The desk of `lagebild demo`: look around with `lagebild -C THIS_FOLDER search ...`
user_agent: demo@lagebild.example
allow_private: [127.0.0.0/8]
languages: [de, en]
"""


@dataclass(slots=True)
class DemoReport:
    """Everything the demo shows: how the first visit to each address ended, and what was found."""

    desk: Path
    origin: str
    first_run: bool
    passes: list[PassReport] = field(default_factory=list)
    pages: dict[str, Outcome] = field(default_factory=dict)
    edited: list[str] = field(default_factory=list)
    entities: list[tuple[str, int]] = field(default_factory=list)
    topics: list[tuple[str, int]] = field(default_factory=list)
    articles: int = 0
    said_before: int = 0
    notices: list[dict[str, object]] = field(default_factory=list)
    answer: Answer = field(default_factory=lambda: Answer(QUERY, 0, ()))
    proof: CheckReport | None = None

    @property
    def notices_file(self) -> Path:
        """Where the channel `file` wrote."""
        return self.desk / "data" / "notices.jsonl"


@dataclass(frozen=True, slots=True)
class Memory:
    """What the first run settles for all later ones: where the site is served and from when its dates count."""

    port: int
    base: datetime
    edition: int


def demo_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Return the demo's own folder, beside and never inside another desk."""
    home = user_folder(env)
    return home.with_name(home.name + "-demo")


async def run_demo(folder: Path, clock: Callable[[], datetime] = utc_now) -> DemoReport:
    """Run the pipeline over the demo site; raises Wrong if the port of the first run is taken by now."""
    memory = _recall(folder)
    first = memory is None
    base = memory.base if memory else (clock() - BETWEEN).astimezone(UTC).replace(second=0, microsecond=0)
    with _serve(folder, base, memory) as server:
        report = DemoReport(folder, server.origin, first)
        desk = _write_desk(folder, server) if first else load(folder, {})
        _remember(folder, Memory(server.port, base, server.edition))
        if first:
            await _pass(desk, lambda: clock() - BETWEEN, report)
            server.edition = 2
            _remember(folder, Memory(server.port, base, 2))
        await _pass(desk, clock, report)
        async with open_services(desk, clock=clock, env={}) as services:
            _look(services, report)
    return report


def serve_again(folder: Path) -> SiteServer:
    """Return the site of a finished demo, to be served for people to look at; raises Wrong if its port is taken."""
    memory = _recall(folder)
    assert memory is not None
    return _SamePort(folder, memory.base, memory)


def _serve(folder: Path, base: datetime, memory: Memory | None) -> SiteServer:
    """Serve the site; a port that another program has taken since the first run is told with the way out."""
    if memory is None:
        return SiteServer(base)
    return _SamePort(folder, base, memory)


class _SamePort(SiteServer):
    """The site on the port of the first run, so that its addresses are the same."""

    def __init__(self, folder: Path, base: datetime, memory: Memory) -> None:
        super().__init__(base, memory.port, memory.edition)
        self._folder = folder

    def __enter__(self) -> SiteServer:
        try:
            return super().__enter__()
        except Wrong as error:
            raise Wrong(
                f"{error}; the demo's addresses keep the port of its first run. "
                f"End that program, or begin afresh by removing {self._folder}"
            ) from error


async def _pass(desk: Desk, clock: Callable[[], datetime], report: DemoReport) -> None:
    def ended(url: str, outcome: Outcome) -> None:
        report.pages.setdefault(url, outcome)
        # What the first pass revises was read at two addresses, not edited: the site edits between the passes.
        if report.passes and outcome == Outcome("article", "revised"):
            report.edited.append(url)

    async with open_services(desk, clock=clock, env={}) as services:
        report.passes.append(await run_pass(services, list(desk.sources), ended))


def _look(services: Services, report: DemoReport) -> None:
    """Ask the finished desk what a reader would ask."""
    report.answer = search(services, QUERY, Wanted(limit=5, facets=("source", "lang")))
    everything = search(services, "NOT source:nobody", Wanted(limit=1, facets=("entity", "topic")))
    report.articles = everything.total
    names = {id_: entity.names[0].name for id_, entity in services.desk.entities.items()}
    report.entities = [(names.get(c.value, c.value), c.count) for c in everything.facets["entity"]]
    titles = {id_: next(iter(topic.title.values())) for id_, topic in services.desk.topics.items()}
    report.topics = [(titles.get(c.value, c.value), c.count) for c in everything.facets["topic"]]
    said = sum(one.said.delivered for one in report.passes)
    lines = report.notices_file.read_text(encoding="utf-8").splitlines() if report.notices_file.exists() else []
    report.notices = [json.loads(line) for line in lines[len(lines) - said :]]
    report.said_before = len(lines) - said
    report.proof = services.ledger.check(services.archive)


def _write_desk(folder: Path, server: SiteServer) -> Desk:
    """Write the demo's config: its own sources and settings, the bundled alerts; the rest is the bundled config."""
    for source in sources(server.origin):
        write_source(folder, source)
    (folder / "lagebild.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "config" / "alerts.yaml").write_bytes((BUNDLED / "alerts.yaml").read_bytes())
    return load(folder, {})


def _recall(folder: Path) -> Memory | None:
    file = folder / "demo.json"
    if not file.exists():
        if folder.exists() and any(folder.iterdir()):
            raise Wrong(f"{folder} is not the demo's: it has no demo.json; remove it or set XDG_DATA_HOME")
        return None
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return Memory(int(told["port"]), datetime.fromisoformat(told["base"]), int(told["edition"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Wrong("cannot be read; remove the folder to begin afresh", file=file) from error


def _remember(folder: Path, memory: Memory) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    told = {"port": memory.port, "base": memory.base.isoformat(), "edition": memory.edition}
    scratch = folder / "demo.json.new"
    scratch.write_text(json.dumps(told) + "\n", encoding="utf-8")
    scratch.replace(folder / "demo.json")
