"""What tests of the index share: articles made by hand, analysed by the real analysis, and the engines under contract."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest

from articles.article import Annotated, Annotations, Article, Entity, Moment, Topic
from index.document import Document
from index.elastic_address import Compat
from index.embedded import EmbeddedEngine
from index.engine import Engine
from language.analysis import Analyser
from language.analysis_article import analyse_article
from tests.index.elastic_places import on_server

BERLIN = ZoneInfo("Europe/Berlin")
ANALYSER = Analyser(protected=("Rheinmetall", "Helsing"))


def annotated(
    id: str,
    title: str | None = None,
    text: str | None = None,
    *,
    kicker: str | None = None,
    lead: str | None = None,
    language: str | None = "de",
    source: str | None = "zeitung",
    published: str | None = "2025-06-25T14:30:00+02:00",
    seen: datetime | None = datetime(2025, 6, 25, 13, 0, tzinfo=UTC),
    entities: tuple[str, ...] = (),
    topics: tuple[str, ...] = (),
    authors: tuple[str, ...] = (),
) -> Annotated:
    """Make an article with annotations; everything but the id has a plain default."""
    moment = None if published is None else Moment(published, "day" if len(published) == 10 else "minute", "json-ld")
    return Annotated(
        Article(
            id=id,
            url=f"https://zeitung.example/{id}.html",
            source=source,
            title=title,
            text=text,
            kicker=kicker,
            lead=lead,
            seen_at=seen,
            published=moment,
            language=language,
            authors=authors,
        ),
        Annotations(
            language=language,
            entities=tuple(Entity(name, "ORG", name, "gazetteer", 1.0, ()) for name in entities),
            topics=tuple(Topic(name, 1.0, ()) for name in topics),
        ),
    )


def document(article: Annotated, seq: int = 1) -> Document:
    """Make the document of an article with the real analysis."""
    return Document.of(article, analyse_article(article, ANALYSER, None, BERLIN), seq)


class OpenEngine(Protocol):
    """Opens the engine under contract over a place of its own, by the same or another version of the analysis."""

    def __call__(self, place: str = "index", analysis: str = "a1") -> Engine: ...


EVERY_ENGINE: dict[str, Callable[[Path, str], Engine]] = {
    "tantivy": lambda folder, analysis: EmbeddedEngine(folder, analysis),
    "elasticsearch 9": on_server("9"),
    "elasticsearch 8": on_server("8"),
    "opensearch": on_server("opensearch"),
}
"""Every engine passes the same contract; another one is a line here."""

CHOSEN = os.environ.get("LAGEBILD_TEST_ENGINES")
ENGINES = {name: EVERY_ENGINE[name] for name in (CHOSEN or "elasticsearch 8,elasticsearch 9,tantivy").split(",")}
"""Those of this run: OpenSearch takes part where somebody says so (``make services-opensearch``)."""

SERVER: Compat = "opensearch" if "opensearch" in ENGINES else "9"
"""The server for what is not about every engine."""

_LATER = [] if CHOSEN else [pytest.mark.deep]
EACH_ENGINE = [pytest.param(name, marks=_LATER if name == "elasticsearch 8" else []) for name in ENGINES]
"""Each engine as a parameter: two servers would be too long for ``make test``, so the older one is for ``make deep``."""


@pytest.fixture(params=EACH_ENGINE)
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenEngine]:
    """Return what opens engines; all of them are closed afterwards."""
    opened: list[Engine] = []

    def open(place: str = "index", analysis: str = "a1") -> Engine:
        engine = ENGINES[request.param](tmp_path / place, analysis)
        opened.append(engine)
        return engine

    yield open
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(open_engine: OpenEngine) -> Engine:
    """Return an engine with an empty index."""
    made = open_engine()
    made.migrate()
    return made
