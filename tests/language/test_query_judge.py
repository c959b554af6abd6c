"""The two judges: what a query finds, word by word, and the spans of the words that made it true."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from articles.article import Annotated, Annotations, Article, Entity, Moment
from language.query_judge import Occurrences, find, holds
from language.query_lower import lower
from language.query_parse import parse
from language.tokens import Analysed
from tests.language import query_strategies as desk


def article(text: str | None = None, language: str | None = "de", **fields: str) -> Analysed:
    piece = Article(
        id="1", url="https://amt.example/1", source="amt", title=fields.get("title"), lead=fields.get("lead"), text=text
    )
    return desk.analysed(Annotated(piece, Annotations(language)))


def finds(query: str, analysed: Analysed) -> bool:
    tree = parse(query, strict=True).query
    assert tree is not None
    verdict = holds(tree, analysed, desk.context())
    assert find(lower(tree, desk.context()), analysed).holds == verdict, "the judges must agree"
    return verdict


def marked(query: str, text: str, **fields: str) -> list[str]:
    """Return the words that a query marks in a text, or in further fields."""
    tree = parse(query, strict=True).query
    assert tree is not None
    found = find(lower(tree, desk.context()), article(text, **fields))
    return [{"text": text, **fields}[span.field][span.start : span.end] for span in found.spans]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("Drohne", "Die DROHNEN fliegen", True),
        ("Drohne", "Das Drama", False),
        ("=Drohne", "Die Drohnen fliegen", False),
        ("=drohnen", "Die Drohnen fliegen", True),
        ('"autonome Systeme"', "mit autonomen Systemen", True),
        ('"autonome Systeme"', "Systeme, autonome", False),
        ('="autonome Systeme"', "mit autonomen Systemen", False),
        ("NATO-Gipfel", "der NATO Gipfel", True),
        ("NATO-Gipfel", "der Natogipfel", True),
        ("NATO-Gipfel", "die Natogipfels", True),
        ("Natogipfel", "der NATO-Gipfel", True),
        ("Kampfdrohne", "die Kampf-Drohnen", True),
        ("=Kampfdrohne", "die Kampf-Drohnen", False),
        ('"Kampfdrohne"', "die Kampf-Drohnen", False),
        ("Natogipfel", "zwei NATO-Gipfeln", True),
        ("Email", "die E-Mails", True),
        ("Kampfdrohne", "im Kampf: Drohnen", False),
        ("=NATO-Gipfel", "der Natogipfel", True),
        ("=Natogipfel", "der NATO-Gipfel", True),
        ('="NATO-Gipfel"', "der Natogipfel", False),
        ('="NATO-Gipfel"', "der NATO Gipfel", True),
        ("F35", "die F-35 und", True),
        ("F-35", "die F35 und", True),
        ('"F 35"', "die F-35 und", True),
        ("Müller", "Herr MUELLER", True),
        ("Strasse", "an der Straße", True),
        ("Droh*", "Die Drohnen fliegen", True),
        ("Drohn?", "Die Drohnen fliegen", False),
        ("Stra??e", "an der Straße", True),
        ("NATO-G*", "der NATO-Gipfel", True),
        ("f35*", "die F-35 und", True),
        ("Helsing", "Helsings Aktie", True),
        ("Rheinmetall", "das Metall", False),
        ("-Drohne", "ein Panzer", True),
        ("Drohne -Panzer", "Drohnen und Panzer", False),
        ("lang:de kind:article source:amt tier:official country:DE", "", True),
        ("tier:trade OR country:GB", "", False),
        ("story:* OR entity:* OR topic:*", "", False),
        ("published:*", "", False),
    ],
)
def test_what_a_query_finds(query: str, text: str, expected: bool) -> None:
    assert finds(query, article(text)) is expected


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ('"a b"~1', "a x b", True),
        ('"a b"~0', "a x b", False),
        ('"a b"~2', "b a", True),
        ('"a b"~1', "b a", False),
        ('"a b c"~2', "a x b x c", True),
        ('"a b c"~1', "a x b x c", False),
        ('"a b c"~4', "c b a", True),
        ('"a b c"~3', "c b a", False),
        ('"a a"~3', "a", False),
        ('"a a"~3', "a x x a", True),
        ('"a a b"~2', "a b", False),
        ('"a b a"~2', "a a b", True),
        ('"b a a"~3', "a a b", True),
    ],
)
def test_proximity_wants_distinct_positions_within_the_slop(query: str, text: str, expected: bool) -> None:
    assert finds(query, article(text)) is expected
    assert finds("=" + query, article(text)) is expected


def test_a_phrase_lies_in_one_field_but_may_cross_a_paragraph() -> None:
    assert not finds('"NATO Gipfel"', article("Gipfel", title="NATO"))
    assert finds('"NATO Gipfel"', article("NATO\n\nGipfel"))


def test_a_field_looks_nowhere_else() -> None:
    both = article("Drohne", title="Panzer")
    assert finds("title:Panzer text:Drohne", both)
    assert not finds("title:Drohne", both)
    assert not finds("author:Drohne", both)


def test_an_uncovered_language_has_exact_words_only() -> None:
    assert finds("drones", article("les drones", language="fr"))
    assert not finds("drone", article("les drones", language="fr"))
    assert finds("drone", article("the drones", language="en"))


def test_times_are_published_or_else_seen() -> None:
    seen = datetime(2025, 6, 1, 22, 0, tzinfo=UTC)
    piece = Article(id="1", url="https://amt.example/1", source="amt", title="x", text=None, seen_at=seen)
    later = desk.analysed(Annotated(piece))
    assert finds("since:2025-06-02 seen:[2025-06-02 TO 2025-06-02]", later)
    assert not finds("until:2025-06-01", later)
    assert not finds("published:[* TO *]", later)
    piece = Article(
        id="1",
        url="https://amt.example/1",
        source="amt",
        title="x",
        text=None,
        seen_at=seen,
        published=Moment("2025-05-30", "day", "meta"),
    )
    assert finds("until:2025-05-30 since:2025-05-30", desk.analysed(Annotated(piece)))


def test_a_concept_finds_a_term_in_the_language_of_the_article_only() -> None:
    assert finds("concept:autonomous-systems", article("mit autonomen Systemen"))
    assert finds("concept:autonomous-systems", article("two drones", language="en"))
    assert not finds("concept:air", article("the flugkoerpers", language="en"))


def test_annotations_are_found_by_id() -> None:
    piece = Article(id="1", url="https://amt.example/1", source="amt", title="x", text=None)
    entity = Entity("helsing", "ORG", "Helsing", "gazetteer", 1.0, ())
    named = desk.analysed(Annotated(piece, Annotations("de", entities=(entity,), story="7b2e")))
    assert finds("entity:helsing story:* -topic:*", named)
    assert not finds("entity:rheinmetall", named)


def test_spans_are_the_words_that_made_it_true() -> None:
    assert marked("Drohne", "Die Drohnen, eine Drohne") == ["Drohnen", "Drohne"]
    assert marked('"autonome Systeme"', "mit autonomen  Systemen") == ["autonomen  Systemen"]
    assert marked("F35", "die F-35 und F35") == ["F-35", "F35"]
    assert marked("NATO-Gipfel", "NATO-Gipfel, Natogipfel") == ["NATO-Gipfel", "Natogipfel"]
    assert marked('"Drohne Panzer"~3', "Drohne und Panzer") == ["Drohne", "Panzer"]
    assert marked("Pan*", "Panzer am Panorama") == ["Panzer", "Panorama"]
    assert marked("NATO-G*", "beim NATO-Gipfel") == ["NATO-Gipfel"]


def test_spans_come_in_reading_order_each_place_once() -> None:
    found = marked("Panzer Drohne Droh*", "Drohne Panzer", title="Panzer-Drohne", lead="Drohne")
    assert found == ["Panzer", "Drohne", "Drohne", "Drohne", "Panzer"]


def test_what_is_excluded_or_did_not_hold_is_not_marked() -> None:
    assert marked("Drohne -Panzer", "Drohne allein") == ["Drohne"]
    assert marked("Drohne OR (Panzer Metall)", "Drohne Panzer") == ["Drohne"]
    assert marked("NOT (NOT Drohne)", "Drohne Panzer") == ["Drohne"]
    assert marked("NOT (Drohne Metall)", "Drohne Panzer") == []
    assert marked("Drohne Metall", "Drohne Panzer") == []
    assert marked("source:amt", "Drohne") == []


def test_one_index_of_an_article_serves_many_plans() -> None:
    analysed = article("Drohne und Panzer am NATO-Gipfel")
    occurrences = Occurrences(analysed)
    for text in ("Drohne", '"Drohne Panzer"~2', "Natogipfel", "Pan*", "-Metall"):
        tree = parse(text, strict=True).query
        assert tree is not None
        plan = lower(tree, desk.context())
        assert find(plan, analysed, occurrences) == find(plan, analysed)
        assert find(plan, analysed, occurrences).holds
