"""The whole of one enrichment: language, versions, memory, and names that an installed spaCy model adds."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.article import Article
from config.desk import Desk
from enrich.enricher import Enricher
from enrich.model_names import SCORE, ModelNames
from language.analysis import Analyser

from .conftest import said

GERMAN = "Die Bundeswehr hat gestern neue Fahrzeuge bestellt, und der Minister lobte den raschen Vertrag mit der Firma."


def article(text: str | None, **more: object) -> Article:
    return Article("a", "https://zeitung.example/a", None, None, text, **more)  # type: ignore[arg-type]  # test brevity


def test_the_language_is_told_from_the_text(enricher: Enricher) -> None:
    assert enricher.enrich_one(article(GERMAN))[0].annotations.language == "de"
    assert enricher.enrich_one(article(GERMAN, language="en"))[0].annotations.language == "de", "a page may lie"


def test_a_settled_language_stays(enricher: Enricher) -> None:
    annotated, analysed = enricher.enrich_one(article(GERMAN, language="en"), settled=True)
    assert annotated.annotations.language == "en"
    assert analysed.fields["text"].language == "en"


def test_an_article_without_words_has_no_annotations(enricher: Enricher) -> None:
    annotated, analysed = enricher.enrich_one(article(None))
    assert annotated.annotations.entities == ()
    assert annotated.annotations.topics == ()
    assert analysed.fields["text"].units == ()


def test_the_versions_of_everything_are_named(enricher: Enricher, desk: Desk) -> None:
    annotated, _ = enricher.enrich_one(article(GERMAN, extract_version="3"))
    versions = dict(annotated.annotations.versions)
    assert versions["extract"] == "3"
    assert versions["model"] == "none"
    assert set(versions) == {"extract", "analysis", "gazetteer", "model", "topics"}


def test_articles_stream_in_order(enricher: Enricher) -> None:
    texts = ["Rheinmetall.", "Hensoldt.", "NATO."]
    found = enricher.enrich(article(text, language="de") for text in texts)
    assert [one.annotations.entities[0].name for one in found] == ["Rheinmetall", "Hensoldt", "NATO"]


def test_words_once_read_do_not_stay_in_memory(enricher: Enricher) -> None:
    before = len(enricher._nlp.vocab.strings)
    for number in range(50):
        enricher.enrich_one(article(f"Wort{number}x Ding{number}y", language="de"), settled=True)
    assert len(enricher._nlp.vocab.strings) == before
    assert "Ding" not in enricher._nlp.vocab.strings


def test_a_text_of_a_megabyte_is_read_to_its_end(enricher: Enricher) -> None:
    text = "Ein Satz ohne Namen steht hier. " * 35_000 + "Rheinmetall."
    assert len(text) > 1_000_000
    assert said(enricher.enrich_one(article(text, language="de"), settled=True)[0], "rheinmetall") == ["Rheinmetall"]


MODEL = '''
import spacy

def load(**options):
    """Stand in for the official model: a pipeline whose names come from rules."""
    nlp = spacy.blank("de")
    nlp.add_pipe("entity_ruler").add_patterns([
        {"label": "PER", "pattern": "Jana Okonski"},
        {"label": "ORG", "pattern": "Rheinmetall"},
        {"label": "ORG", "pattern": "Nordwerk"},
        {"label": "MISC", "pattern": "Oktoberfest"},
        {"label": "DATE", "pattern": "gestern"},
    ])
    nlp.meta["name"], nlp.meta["version"] = "core_news_sm", "3.8.0"
    return nlp
'''


@pytest.fixture
def installed_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a package with the name of an official model for the length of a test."""
    package = tmp_path / "de_core_news_sm"
    info = tmp_path / "de_core_news_sm-3.8.0.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text(MODEL)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: de-core-news-sm\nVersion: 3.8.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield
    sys.modules.pop("de_core_news_sm", None)


@pytest.mark.usefixtures("installed_model")
def test_an_installed_model_adds_names_and_repeats_none(desk: Desk, analyser: Analyser) -> None:
    enricher = Enricher(desk, analyser)
    text = "Jana Okonski leitet Nordwerk. Gestern traf sie Rheinmetall. Nordwerk und Rheinmetall bauen zum Oktoberfest."
    annotated, _ = enricher.enrich_one(article(text, language="de"), settled=True)
    entities = {(one.name, one.type, one.how, len(one.mentions)) for one in annotated.annotations.entities}
    assert entities == {
        ("Rheinmetall", "ORG", "gazetteer", 2),
        ("Jana Okonski", "PER", "model", 1),
        ("Nordwerk", "ORG", "model", 2),
        ("Oktoberfest", "MISC", "model", 1),
    }
    assert all(one.id is None and one.score == SCORE for one in annotated.annotations.entities if one.how == "model")
    assert said(annotated, "Nordwerk") == ["Nordwerk", "Nordwerk"]
    assert dict(annotated.annotations.versions)["model"] == "de_core_news_sm-3.8.0"


@pytest.mark.usefixtures("installed_model")
def test_a_model_reads_its_own_language_only(desk: Desk) -> None:
    models = ModelNames(("de", "en"))
    assert [seen.name for seen in models.find("Jana Okonski", "de")] == ["Jana Okonski"]
    assert models.find("Jana Okonski", "en") == []
    assert models.find("Jana Okonski", None) == []
