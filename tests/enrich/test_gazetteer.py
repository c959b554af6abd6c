"""Names in running text: forms, places, and offsets that are exactly those of the article's fields."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.article import TEXT_FIELDS, Annotated, Article
from config.desk import Desk
from config.models import Entity, EntityName
from enrich.enricher import Enricher
from enrich.layout import lay_out, lowered
from enrich.spelling import spellings
from enrich.tokens import BREAK, cut
from language.analysis import Analyser

from .conftest import Annotate, said


@pytest.mark.parametrize(
    ("id", "language", "text", "mentions"),
    [
        ("rheinmetall", "de", "Rheinmetalls Aktie, Rheinmetall-Chef, RHEINMETALL und Rheinmetall.", 4),
        ("rheinmetall", "de", "Das Rhein\u00admetall-Werk.", 1),
        ("helsing", "de", "Die Helsing-Drohne ist Helsings Waffe.", 2),
        ("f-35", "de", "F-35, F35, F 35A, F\u201135 und F-35B.", 5),
        ("iris-t", "de", "IRIS-T, IRIS-T SLM und Iris-T-Batterien.", 3),
        ("panzerbrigade-45", "de", "Die Panzerbrigade 45 „Litauen“ und die Litauenbrigade.", 2),
        ("panzerhaubitze-2000", "de", "PzH 2000, PzH2000 und Panzerhaubitze 2000.", 3),
        ("wehrbeauftragter", "de", "Den Wehrbeauftragten trifft die Wehrbeauftragte.", 2),
        ("samp-t", "fr", "Le SAMP/T et le SAMP/T NG.", 2),
        ("s-400", "uk", "С-400 знищено.", 1),
        ("nvl", "de", "Blohm+Voss und Lürssen.", 2),
        ("hensoldt", "en", "HENSOLDT's radar; Hensoldt’s share.", 2),
        ("bundeswehr", "de", "Die Bundeswehr und die deutschen Streitkräfte.", 2),
        ("leopard-2", "en", "The Leopard 2A8 and Leopard tanks.", 2),
        ("quantum-systems", "de", "Die Quantum-Systems GmbH.", 1),
        ("u212cd", "de", "Die U-Boote der Klasse 212CD.", 1),
        ("beschaffungsamt", "de", "", 0),
    ],
)
def test_the_forms_of_a_name_count(annotate: Annotate, id: str, language: str, text: str, mentions: int) -> None:
    assert len(said(annotate(text, language), id)) == mentions


@pytest.mark.parametrize(
    ("id", "text"),
    [
        ("helsing", "Die Fähre nach Helsingborg und Helsingør."),
        ("nato", "Senator und Natore."),
        ("f-35", "Seite 35 und F-350."),
        ("stark-defence", "Der Ton wird stark."),
        ("shape", "in shape"),
        ("saab", "Ein alter Saab 900 Turbo."),
        ("bayraktar-tb2", "Selçuk Bayraktar sprach in Ankara."),
        ("chinook", "chinook"),
    ],
)
def test_what_only_looks_like_a_name_does_not(annotate: Annotate, id: str, text: str) -> None:
    assert not said(annotate(text), id)


def test_the_longest_name_wins(annotate: Annotate) -> None:
    article = annotate("Der Leopard 1 der Bundeswehr, Airbus Defence and Space, Rheinmetall Air Defence.")
    assert said(article, "leopard-1") == ["Leopard 1"]
    assert not said(article, "leopard-2")
    assert said(article, "rheinmetall-air-defence") == ["Rheinmetall Air Defence"]
    assert not said(article, "rheinmetall")


def test_a_name_within_a_closed_compound_is_told_by_the_analysis(annotate: Annotate) -> None:
    assert said(annotate("Vor dem Natogipfel sprachen Bundeswehrsoldaten."), "nato") == ["Nato"]
    assert said(annotate("Vor dem Natogipfel sprachen Bundeswehrsoldaten."), "bundeswehr") == ["Bundeswehr"]


def test_a_word_of_one_language_does_not_count_in_another(annotate: Annotate) -> None:
    assert said(annotate("Die Marine schickt eine Fregatte.", "de"), "marine")
    assert not said(annotate("A Marine stood on the frigate.", "en"), "marine")
    assert said(annotate("The Deutsche Marine sent a frigate.", "en"), "marine"), "several words are no accident"


def test_mentions_are_places_in_their_own_fields(annotate: Annotate) -> None:
    article = annotate("Erst Text, dann Hensoldt.", title="Rheinmetall und NATO", lead="Auch Hensoldt ist dabei.")
    places = {
        (entity.id, span.field, article.article.part(span.field)[span.start : span.end])
        for entity in article.annotations.entities
        for span in entity.mentions
    }
    assert places == {
        ("rheinmetall", "title", "Rheinmetall"),
        ("nato", "title", "NATO"),
        ("hensoldt", "lead", "Hensoldt"),
        ("hensoldt", "text", "Hensoldt"),
    }


def test_no_name_reaches_across_fields_or_paragraphs(annotate: Annotate) -> None:
    assert not said(annotate("Dynamics Konzern.\n\nIsar\n\nAerospace", title="General"), "general-dynamics")
    assert not said(annotate("Isar\n\nAerospace"), "isar-aerospace")
    assert said(annotate("Isar \u00a0Aerospace"), "isar-aerospace"), "blanks are no border"


def test_an_entity_has_the_name_shown_and_its_type(annotate: Annotate) -> None:
    (entity,) = annotate("KMW baut.").annotations.entities
    assert (entity.id, entity.name, entity.type, entity.how) == ("knds", "KNDS", "ORG", "gazetteer")


def test_two_entities_with_one_name_are_told_apart(desk: Desk, analyser: Analyser) -> None:
    flags = frozenset({"needs-context"})
    firm = Entity(id="orbit-firm", type="ORG", names=(EntityName(name="Orbit", flags=flags),), context=("Satelliten",))
    gum = Entity(id="orbit-gum", type="MISC", names=(EntityName(name="Orbit", flags=flags),), context=("Kaugummi",))
    own = replace(desk, entities={"orbit-firm": firm, "orbit-gum": gum})
    enricher = Enricher(own, analyser)

    def found(text: str) -> list[str | None]:
        article = Article("a", "https://zeitung.example/a", None, None, text, language="de")
        return [entity.id for entity in enricher.enrich_one(article, settled=True)[0].annotations.entities]

    assert found("Orbit baut Satelliten.") == ["orbit-firm"]
    assert found("Orbit verkauft Kaugummi.") == ["orbit-gum"]
    assert found("Orbit schweigt.") == []


def test_spellings_have_hyphens_and_endings() -> None:
    forms = spellings(EntityName(name="Quantum Systems"), ("Quantum", "Systems"))
    assert forms == {("Quantum", "Systems"), ("Quantum", "-", "Systems")}
    assert ("Wehrbeauftragten",) in spellings(
        EntityName(name="Wehrbeauftragter", flags=frozenset({"inflects"})), ("Wehrbeauftragter",)
    )
    assert ("Helsings",) in spellings(EntityName(name="Helsing"), ("Helsing",))
    assert len(spellings(EntityName(name="a"), ("a", "-", "b", "-", "c", "d", "e", "f", "g"))) <= 6


def test_sentences_end_where_a_reader_ends_them(enricher: Enricher) -> None:
    text = "Am 25. Juni traf Dr. Meyer z. B. Herrn A. Schmidt. „Gut!“ sagte er. Im Jahr 2025. Dann\n\nneu"
    doc = enricher._nlp(text)
    starts = doc.user_data["places"].sentences
    assert [text[start : start + 3] for start in starts] == ["Am ", "„Gu", "Im ", "Dan", "neu"]


def test_tokens_stand_where_they_say() -> None:
    text = "F-35A „kostet“ 80 Mio.\n\n\nRhein\u00admetall"
    words, starts, ends = cut(text)
    assert words == ["F", "-", "35", "A", '"', "kostet", '"', "80", "Mio", ".", BREAK, "Rheinmetall"]
    assert text[starts[-1] : ends[-1]] == "Rhein\u00admetall"


@given(st.text(max_size=300))
def test_lower_case_keeps_every_place(text: str) -> None:
    assert len(lowered(text)) == len(text)


NAMES = st.sampled_from(["Helsing", "NATO", "F-35", "Van Helsing", "Puma", "Rheinmetalls", "İstanbul", "Bundeswehr", "📡"])


@given(
    st.lists(NAMES | st.text(max_size=12), max_size=12),
    st.lists(NAMES | st.text(max_size=12), max_size=3),
    st.sampled_from(["de", "en", "fr", None]),
)
def test_every_mention_is_a_place_of_the_article(
    enricher: Enricher, text: list[str], title: list[str], language: str | None
) -> None:
    article = Article("a", "https://zeitung.example/a", None, " ".join(title), " ".join(text), language=language)
    annotated, analysed = enricher.enrich_one(article, settled=language is not None)
    _check_places(annotated)
    assert analysed.keywords["entity"] == {entity.id for entity in annotated.annotations.entities}


def _check_places(annotated: Annotated) -> None:
    taken: set[tuple[str, int]] = set()
    for entity in annotated.annotations.entities:
        assert 0.5 <= entity.score <= 1
        for span in entity.mentions:
            assert span.field in TEXT_FIELDS
            part = annotated.article.part(span.field)
            assert 0 <= span.start < span.end <= len(part)
            assert part[span.start : span.end].strip() == part[span.start : span.end]
            places = {(span.field, at) for at in range(span.start, span.end)}
            assert not places & taken, "no place means two entities"
            taken |= places


@given(st.lists(st.text(min_size=1, max_size=20), max_size=4))
def test_a_place_in_the_laid_out_text_leads_back_to_its_field(parts: list[str]) -> None:
    fields = dict(zip(TEXT_FIELDS, parts, strict=False))
    article = Article("a", "https://zeitung.example/a", None, fields.get("title"), fields.get("text"),
                      kicker=fields.get("kicker"), lead=fields.get("lead"))  # fmt: skip
    layout = lay_out(article)
    for field, part in fields.items():
        start = layout.start(field)
        assert layout.text[start : start + len(part)] == part
        span = layout.span(start, start + len(part))
        assert (span.field, span.start, span.end) == (field, 0, len(part))
