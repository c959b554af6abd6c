"""Ledgers on both databases, a clock that only the test moves, and the short forms in which the stories are told."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from articles.article import Annotated, Annotations, Article, Span
from articles.match import Decision, Match
from articles.outcome import Outcome
from articles.page import ArchiveRef, Link, Page, PageRef, Validators
from ledger.archive import Archive
from ledger.book import Ledger
from ledger.schema import metadata
from ledger.values import Filing, Planned, Receipt
from tests.services import postgres as service

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SITE = "https://zeitung.example"


@dataclass
class Clock:
    """The time, as the test says."""

    now: datetime = T0

    def later(self, **span: float) -> datetime:
        """Move on and return the new time."""
        self.now += timedelta(**span)
        return self.now


@dataclass
class Desk:
    """A ledger with its archive and clock, and the steps of the pipeline in one word each."""

    url: str
    ledger: Ledger
    archive: Archive
    clock: Clock = field(default_factory=Clock)

    def list_links(self, *paths: str, source: str = "zeitung") -> None:
        """Read the feed: it shows these pages."""
        visit = self.ledger.visits.open_list(source, f"{SITE}/{source}.rss", "feed", self.clock.now)
        planned = [Planned(Link(SITE + path, title=f"Title of {path}"), SITE + path, "visit") for path in paths]
        assert self.ledger.visits.list_done(
            visit, outcome=Outcome("listed", str(len(paths))), planned=planned, now=self.clock.now
        )

    def fetch(self, *paths: str, body: bytes | None = None) -> list[ArchiveRef]:
        """List and fetch these pages, so that they wait to be refined."""
        self.list_links(*paths)
        records = []
        for visit in self.ledger.visits.take(["zeitung"], 1000, self.clock.now):
            record = self.archive.append(page(visit.url, body or visit.url.encode(), self.clock.now))
            self.archive.sync()
            held = Validators(etag=f'"{visit.id}"')
            assert self.ledger.visits.fetched(visit, record, visit.url, 200, held, self.clock.now)
            records.append(record)
        return records

    def refs(self, limit: int = 1000) -> list[PageRef]:
        """Lease the pages that wait."""
        return self.ledger.visits.lease(limit, self.clock.now)

    def file(
        self,
        ref: PageRef,
        text: str = "Helsing baut Drohnen.",
        *,
        decisions: Sequence[Decision] = (),
        outcome: Outcome | None = None,
        urls: Sequence[str] = (),
        story: str | None = None,
        title: str = "Helsing baut",
    ) -> Receipt | None:
        """File a page as an article with this text."""
        annotated = Annotated(article(ref, text, title), Annotations("de", story=story))
        wanted = outcome or Outcome("article", "new")
        filing = Filing(ref, wanted, annotated, (ref.url, *urls), text_hash(text), tuple(decisions))
        return self.ledger.files.file(filing, self.clock.now)

    def file_page(self, path: str, text: str = "Helsing baut Drohnen.", **more: object) -> Receipt:
        """List, fetch and file one page."""
        self.fetch(path)
        (ref,) = self.refs()
        receipt = self.file(ref, text, **more)  # type: ignore[arg-type]  # passed on as they came
        assert receipt is not None
        return receipt

    def gaps(self) -> tuple[str, ...]:
        """Return what check finds missing."""
        return self.ledger.check(self.archive).gaps


def text_hash(text: str) -> str:
    """Return the hash a reader would file with a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def page(url: str, body: bytes, at: datetime) -> Page:
    """Return an answer with this body."""
    return Page(url, url, 200, (("Content-Type", "text/html; charset=utf-8"), ("Server", "zeitung")), body, at)


def article(ref: PageRef, text: str, title: str) -> Article:
    """Return what a reader made of a page."""
    return Article("0" * 16, ref.url, ref.source, title, text, seen_at=ref.fetched_at, language="de")


def decision(alert: str = "helsing", channel: str | None = "file", *, state: str = "open", **more: object) -> Decision:
    """Return what was decided of a match on the title's first word."""
    match = Match(alert, "0" * 16, (Span("title", 0, 7),), "v1")
    return Decision(match, channel, state, T0, **more)  # type: ignore[arg-type]  # tests also try what is not allowed


@pytest.fixture(scope="session")
def postgres() -> Iterator[service.Postgres]:
    """A real server, or one plain reason why the tests that need it are skipped."""
    with service.running() as server:
        if server is None:
            pytest.skip(service.MISSING)
        yield server


@pytest.fixture(scope="session")
def postgres_database(postgres: service.Postgres) -> Iterator[str]:
    """One database with the ledger's tables; making one for each test would take a second each."""
    url = postgres.fresh()
    Ledger.open(url).close()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new ledger's file, copied for each test."""
    file = tmp_path_factory.mktemp("ledger") / "new.sqlite"
    Ledger.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory if the machine has one: the ledger waits for the disk at every step, which is not tested here."""
    memory = Path("/dev/shm")
    made = tempfile.mkdtemp(prefix="lagebild-", dir=memory if os.access(memory, os.W_OK) else None)
    yield Path(made)
    shutil.rmtree(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, folder: Path) -> str:
    """The address of an empty ledger, on either database."""
    if request.param == "sqlite":
        file = folder / "ledger.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_file"), file)
        return f"sqlite:///{file}"
    url: str = request.getfixturevalue("postgres_database")
    empty(url)
    return url


def empty(url: str) -> None:
    """Make a ledger as new."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name == "sequence":
                connection.execute(sa.update(table).values(head=0))
            else:
                connection.execute(sa.delete(table))
    engine.dispose()


@pytest.fixture
def desk(url: str, folder: Path) -> Iterator[Desk]:
    """An empty ledger and archive on either database."""
    archive = Archive(folder / "archive", "test")
    with Ledger.open(url, desk="desk-1") as ledger:
        yield Desk(url, ledger, archive)
    archive.close()
