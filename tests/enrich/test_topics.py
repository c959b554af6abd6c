"""Topics: found by the shared analysis, weighed by place and number, with the words that say so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.article import Article, Span
from articles.errors import Wrong
from config.desk import Desk
from config.models import Topic, TopicTerm
from enrich.enricher import Enricher
from enrich.topics import MOST, OPENING, weigh
from language.analysis import Analyser

from .conftest import Annotate, said

ABOUT = [
    ("autonomous-systems", "de", "Die Truppe testet autonome Systeme. Autonomen Systemen gehört die Zukunft."),
    ("autonomous-systems", "en", "The Navy buys autonomous systems; an autonomous vessel sailed."),
    ("unmanned-systems", "de", "Das Heer will unbemannte Systeme und unbemannte Luftfahrzeuge."),
    ("unmanned-systems", "en", "Uncrewed aircraft and unmanned ground vehicles were shown."),
    ("loitering-munitions", "de", "Der Bundestag billigt Loitering Munition, also Kamikazedrohnen."),
    ("loitering-munitions", "en", "The loitering munition is a one-way attack drone."),
    ("counter-uas", "de", "Drohnenabwehr: Am Flughafen fliegen bald Abfangdrohnen."),
    ("counter-uas", "en", "The counter-drone system and other C-UAS equipment were ordered."),
    ("military-ai", "de", "Das Militär setzt auf künstliche Intelligenz, die Bundeswehr auf militärische KI."),
    ("military-ai", "en", "Military AI and AI-enabled targeting change the battlefield."),
    ("air-defence", "de", "Mehr Flugabwehr: Das neue Luftverteidigungssystem schützt Berlin."),
    ("air-defence", "en", "Air defence remains short; surface-to-air missiles are scarce."),
    ("munitions", "de", "Die Artilleriemunition reicht nicht, neue Munitionsfabriken entstehen."),
    ("munitions", "en", "Artillery shells and other ammunition run low."),
    ("procurement", "de", "Das BAAINBw schließt den Beschaffungsvertrag für Rüstungsprojekte."),
    ("procurement", "en", "Defence procurement is slow, a defence contract takes years."),
    ("framework-contracts", "de", "Rheinmetall erhält einen Rahmenvertrag der Bundeswehr."),
    ("framework-contracts", "en", "The army signed a framework contract for trucks."),
    ("tenders", "de", "Die Ausschreibung der Bundeswehr endet im Mai."),
    ("tenders", "en", "The army published a request for proposals, a competitive tender."),
    ("25-mio-vorlage", "de", "Drei 25-Mio-Vorlagen liegen vor, der Haushaltsausschuss berät."),
    ("arms-exports", "de", "Die Rüstungsexporte steigen, Waffenlieferungen auch."),
    ("arms-exports", "en", "German arms exports reached a record despite the arms embargo."),
    ("conscription", "de", "Streit um die Wehrpflicht und den neuen Wehrdienst."),
    ("conscription", "en", "Conscription returns: compulsory military service from 2027."),
    ("war-readiness", "de", "Kriegstüchtig bis 2029: Pistorius fordert Kriegstüchtigkeit."),
    ("war-readiness", "en", "War readiness is a goal; the force must be fit for war."),
    ("defence-spending", "de", "Die Verteidigungsausgaben steigen, der Verteidigungshaushalt auch."),
    ("defence-spending", "en", "Defense spending rises to five percent of GDP, NATO says."),
    ("nato-summit", "de", "Vor dem Nato-Gipfel: Gipfel der NATO in Den Haag."),
    ("nato-summit", "en", "The NATO summit ended; NATO leaders flew home."),
    ("electronic-warfare", "de", "Die elektronische Kampfführung und ein Störsender."),
    ("electronic-warfare", "en", "Electronic warfare units use GPS jamming."),
    ("swarms", "de", "Ein Drohnenschwarm griff an, die Schwarmtechnologie reift."),
    ("swarms", "en", "A drone swarm attacked; swarming drones are cheap."),
    ("lethal-autonomous-weapons", "de", "Letale autonome Waffensysteme sollen verboten werden."),
    ("lethal-autonomous-weapons", "en", "Killer robots: talks on lethal autonomous weapons stall."),
]


@pytest.mark.parametrize(("topic", "language", "text"), ABOUT)
def test_an_article_about_it_has_the_topic(annotate: Annotate, topic: str, language: str, text: str) -> None:
    assert said(annotate(text, language), topic)


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("autonomous-systems", "Das autonome Nervensystem steuert den Herzschlag. Die autonome Region Katalonien wählt."),
        ("arms-exports", "Der Export von Autos und Maschinen steigt."),
        ("munitions", "Seine Gegner lieferten ihm keine Argumente."),
        ("swarms", "Ein Schwarm Heringe zog durch die Bucht, die Schwarmintelligenz der Fische fasziniert."),
        ("conscription", "Der Zivildienst im Krankenhaus war schön."),
        ("tenders", "Die Stelle wird neu besetzt."),
        ("air-defence", "Der Abwehrspieler klärte auf der Linie, die Abwehr stand."),
        ("procurement", "Die Beschaffung neuer Schulbücher dauert."),
        ("framework-contracts", "Der Rahmen des Bildes ist alt, der Vertrag auch."),
    ],
)
def test_what_only_sounds_like_it_has_not(annotate: Annotate, topic: str, text: str) -> None:
    assert not said(annotate(text), topic)


def test_the_evidence_is_the_words_that_say_so(annotate: Annotate) -> None:
    article = annotate("Es geht um Luftverteidigung.", title="Mehr Flugabwehr für Berlin")
    assert said(article, "air-defence") == ["Flugabwehr", "Luftverteidigung"]


def test_one_passing_mention_far_down_is_no_topic(annotate: Annotate) -> None:
    filler = "Der Gemeinderat sprach lange über das Schwimmbad und die neue Schule am Markt. " * 8
    assert not said(annotate(filler + "Auch Munition wurde gefunden."), "munitions")
    assert said(annotate(filler + "Munition wurde gefunden. Die Munition lag im Wald."), "munitions")
    assert said(annotate(filler, title="Munition im Wald gefunden"), "munitions")


def test_an_article_in_a_language_without_terms_is_read_by_all_of_them(annotate: Annotate) -> None:
    assert said(annotate("El sistema de loitering munition fue presentado.", "es"), "loitering-munitions")
    assert said(annotate("Nowe systemy bezzałogowe i systemy bezzałogowe.", "pl"), "unmanned-systems")


def test_a_term_that_is_no_query_is_told_with_its_place(desk: Desk, analyser: Analyser) -> None:
    topic = Topic(id="x", title={"de": "X"}, terms={"de": (TopicTerm(term='"offen'),)})
    places = {("topic", "x", "terms"): (Path("config/topics.yaml"), 7)}
    with pytest.raises(Wrong, match=r"config/topics\.yaml:7: topics\.x: the term '\"offen' is no query") as caught:
        Enricher(replace(desk, topics={"x": topic}, places=places), analyser)
    assert caught.value.line == 7


def test_the_article_index_knows_topics_and_entities(enricher: Enricher) -> None:
    article = Article("a", "https://zeitung.example/a", None, "NATO-Gipfel", "Rheinmetall beim NATO-Gipfel.", language="de")
    annotated, analysed = enricher.enrich_one(article, settled=True)
    assert analysed.keywords["topic"] == {"nato-summit"}
    assert analysed.keywords["entity"] == {"nato", "rheinmetall"}
    assert analysed.keywords["lang"] == {"de"}
    assert annotated.annotations.story == "a"


def test_a_place_counts_once_for_the_heaviest_term() -> None:
    long, short = Span("text", 0, 20), Span("text", 5, 10)
    alone, _ = weigh([(0.6, [long])])
    both, spans = weigh([(0.3, [short]), (0.6, [long])])
    assert both == alone
    assert spans == (long,)


def test_title_opening_and_rest_count_differently() -> None:
    title, opening, rest = (weigh([(0.5, [span])])[0] for span in
                            (Span("title", 0, 5), Span("text", 0, 5), Span("text", OPENING, OPENING + 5)))  # fmt: skip
    assert title == pytest.approx(0.75)
    assert opening == pytest.approx(0.5)
    assert rest == pytest.approx(1 - 0.5**0.5)


SPANS = st.builds(
    lambda field, start, length: Span(field, start, start + length),
    st.sampled_from(["title", "lead", "text"]),
    st.integers(0, 900),
    st.integers(1, 30),
)


@given(st.lists(st.tuples(st.floats(0.05, 1), st.lists(SPANS, max_size=8)), max_size=6))
def test_a_score_is_a_share_and_grows_with_evidence(terms: list[tuple[float, list[Span]]]) -> None:
    score, spans = weigh(terms)
    assert 0 <= score <= 1
    heaviest = max((weight for weight, places in terms if places), default=0.0)
    assert score <= 1 - (1 - heaviest) ** (MOST * max(1, len(terms))) + 1e-9
    assert not any(
        a.field == b.field and a.start < b.end and b.start < a.end for i, a in enumerate(spans) for b in spans[:i]
    )
