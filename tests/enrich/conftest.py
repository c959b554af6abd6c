"""One enricher for the room's tests, built from the bundled config; and short ways to read what it found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from articles.article import Annotated, Article
from config.desk import Desk
from config.load import bundled
from enrich.enricher import Enricher
from language.analysis import Analyser

Annotate = Callable[..., Annotated]


@pytest.fixture(scope="session")
def desk() -> Desk:
    return bundled()


@pytest.fixture(scope="session")
def analyser(desk: Desk) -> Analyser:
    return Analyser(desk.protected)


@pytest.fixture(scope="session")
def enricher(desk: Desk, analyser: Analyser) -> Enricher:
    return Enricher(desk, analyser)


@pytest.fixture(scope="session")
def annotate(enricher: Enricher) -> Annotate:
    """Return a function that annotates a text in a known language."""

    def do(text: str | None, language: str = "de", title: str | None = None, lead: str | None = None) -> Annotated:
        article = Article("a", "https://zeitung.example/a", None, title, text, lead=lead, language=language)
        return enricher.enrich_one(article, settled=True)[0]

    return do


def said(annotated: Annotated, id: str) -> list[str]:
    """Return the words of the article that are mentions of an entity, or evidence of a topic; empty if it has neither."""
    article, notes = annotated.article, annotated.annotations
    for entity in notes.entities:
        if id in (entity.id, entity.name):
            return [article.part(span.field)[span.start : span.end] for span in entity.mentions]
    for topic in notes.topics:
        if topic.id == id:
            return [article.part(span.field)[span.start : span.end] for span in topic.evidence]
    return []


def cases(name: str) -> list[tuple[bool, str, str, str]]:
    """Read a file of names in context: whether the entity is meant, its id, language and text."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        if not line.startswith("#"):
            id, language, text = line[2:].split(" | ")
            found.append((line[0] == "+", id, language, text))
    return found
