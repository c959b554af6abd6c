"""A desk in a folder of its own, with a clock that the test moves, and the pipeline's steps in one word each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from alerts.channel import ChannelSender
from articles.article import Annotated, Article, Moment
from articles.match import Notice, OutboxRow
from articles.outcome import Outcome
from articles.page import Link, Page, PageRef
from articles.url import article_id
from config.load import load
from language.tokens import Analysed
from ledger.values import Planned, Receipt
from pipeline.services import Services
from pipeline.settle import settle

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SITE = "https://zeitung.example"
TEXT = "Helsing baut in Karlsmünde ein zweites Werk für Drohnen, teilte der Hersteller am Montag mit."
PAGE = (
    "<html lang=de><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
)
ALERTS = {"alerts": [{"id": "helsing", "query": "Helsing", "channels": ["file"]}]}


@dataclass
class Office:
    """The services of one desk and its clock."""

    services: Services
    now: datetime = T0
    sent: list[str] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def fetch(self, path: str, body: str | None = None, final: str | None = None) -> None:
        """List and fetch one page, so that it waits to be refined."""
        visits, url = self.services.ledger.visits, SITE + path
        lists = visits.open_list("zeitung", f"{SITE}/feed", "feed", self.now)
        planned = [Planned(Link(url, title="Titel"), url, "visit")]
        visits.list_done(lists, outcome=Outcome("listed", "1"), planned=planned, now=self.now)
        (visit,) = [one for one in visits.take(["zeitung"], 100, self.now) if one.url == url]
        html = (body or PAGE.format(title=f"Titel von {path}", text=TEXT * 3)).encode()
        answered = SITE + final if final else url
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        record = self.services.archive.append(Page(url, answered, 200, headers, html, self.now))
        self.services.archive.sync()
        assert visits.fetched(visit, record, answered, 200, None, self.now)

    def lease(self, limit: int = 100) -> list[PageRef]:
        return self.services.ledger.visits.lease(limit, self.now)

    def settle(self, path: str, text: str = TEXT, *, canonical: str | None = None, **more: Any) -> Receipt:
        """Fetch a page that reads so and file what it says; ``canonical`` is the address it claims."""
        self.fetch(path, final=more.pop("final", None))
        (ref,) = self.lease()
        receipt = settle(self.services, ref, read(ref, text, canonical, **more))
        assert receipt is not None
        self.later(minutes=1)
        return receipt

    def gaps(self) -> tuple[str, ...]:
        return self.services.ledger.check(self.services.archive).gaps

    def states(self) -> list[str]:
        """How the notices stand, the oldest first."""
        return [row.state for row in reversed(self.services.ledger.outbox.rows(None, 1000))]


def read(ref: PageRef, text: str, canonical: str | None = None, title: str = "Neues Werk", **more: Any) -> Article:
    """What a reader made of a page."""
    url = SITE + canonical if canonical else ref.final_url
    published = Moment(ref.fetched_at.isoformat(), "minute", "meta")
    values: dict[str, Any] = {"published": published, "seen_at": ref.fetched_at, "language": "de"} | more
    return Article(article_id(url), url, None, title, text, **values)


def write_desk(folder: Path, alerts: dict[str, Any] = ALERTS, channels: Sequence[dict[str, Any]] = ()) -> Path:
    """Write a desk that watches one newspaper."""
    (folder / "config" / "sources").mkdir(parents=True)
    (folder / "lagebild.yaml").write_text("workers: 1\n", encoding="utf-8")
    source = {"name": "Zeitung", "languages": ["de"], "addresses": [{"kind": "feed", "url": f"{SITE}/feed"}]}
    for name, value in (("sources/zeitung", source), ("alerts", alerts), ("channels", {"channels": list(channels)})):
        (folder / "config" / f"{name}.yaml").write_text(yaml.safe_dump(value), encoding="utf-8")
    return folder


@asynccontextmanager
async def opened(folder: Path, now: datetime = T0) -> AsyncIterator[Office]:
    """Open the desk in a folder."""
    office = Office(Services(load(folder, {}), clock=lambda: office.now, env={}), now)
    try:
        yield office
    finally:
        await office.services.close()


class Unread:
    """An enricher that finds nothing, where what articles mean is not at stake."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def enrich_one(self, article: Article) -> tuple[Annotated, Analysed]:
        return Annotated(article), self._services.analysed(Annotated(article))


@dataclass
class Recorder:
    """A channel that remembers what it was told; ``errors`` are raised first, one a call."""

    heard: list[Notice] = field(default_factory=list)
    again: list[bool] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    poison: frozenset[str] = frozenset()

    async def send(self, notice: Notice, *, again: bool) -> None:
        if notice.article in self.poison:
            raise RuntimeError("cannot be said")
        if self.errors:
            raise self.errors.pop(0)
        self.heard.append(notice)
        self.again.append(again)


def connect(office: Office, **senders: ChannelSender) -> None:
    """Give the desk these channels instead of those of its config."""
    office.services.__dict__["senders"] = senders


def claimed(office: Office) -> list[OutboxRow]:
    return office.services.ledger.outbox.claim(100, office.now)
