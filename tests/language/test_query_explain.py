"""The explanation of a query: the tree with its tokens, the verdict of each leaf, and what stood in the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from articles.article import Annotated, Annotations, Article, Moment
from language.query_explain import Explanation, explain
from language.query_judge import holds
from language.query_parse import QueryError, parse
from language.query_tree import Query
from language.tokens import Analysed
from tests.language import query_strategies as desk


def article(text: str, language: str | None = "de", title: str = "Panzer") -> Analysed:
    moment = Moment("2025-06-01T12:00:00+02:00", "minute", "meta")
    piece = Article(id="1", url="https://amt.example/1", source="amt", title=title, text=text, published=moment)
    return desk.analysed(Annotated(piece, Annotations(language)))


def explained(query: str, analysed: Analysed | None = None) -> Explanation:
    return explain(parse(query, strict=False, names=desk.NAMES), desk.context(), analysed)


def test_a_query_alone_is_its_tree_and_its_tokens() -> None:
    assert explained("Titel:x title:=Drohnen since:2025-06-01 -tier:trade").text.splitlines() == [
        'query: "Titel:x" AND title:=Drohnen AND since:2025-06-01 AND NOT tier:trade',
        "note: at character 1: there is no field 'Titel': read as words; did you mean 'title'?",
        "  all of",
        '    "Titel:x"',
        "          asks: in title, kicker, lead, text: exact titel x; stem de|titel de|x, en|titel en|x",
        "    title:=Drohnen",
        "          asks: in title: exact drohnen; joined drohnen",
        "    since:2025-06-01",
        "          asks: time from 2025-06-01T00:00:00+02:00",
        "    not",
        "      tier:trade",
        "            asks: source is blatt",
        "            asks: source is netz",
    ]


def test_an_article_that_matches_says_where() -> None:
    assert explained('Drohne OR "Drohne Heer"', article("Zwei Drohnen.")).text.splitlines() == [
        'query: Drohne OR "Drohne Heer"',
        "  [yes] any of",
        "    [yes] Drohne",
        "          asks: in title, kicker, lead, text: exact drohne; stem de|drohn, en|drohn; joined drohne; "
        "part de|drohn, en|drohn",
        "          found: drohnen in text at 5-12",
        '    [no]  "Drohne Heer"',
        "          asks: in title, kicker, lead, text: exact drohne heer; stem de|drohn de|heer, en|drohn en|heer",
        "the article matches:",
        "  Drohne is true: drohnen in text at 5-12",
    ]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("Drohne Metall", "Metall is not true"),
        ("title:Drohne", "title:Drohne is not true; elsewhere it is: drohnen in text at 5-12"),
        ("=Drohne", "=Drohne is not true; without = it would be"),
        ('"Panzer Drohne"', '"Panzer Drohne" is not true; its words are there, but not in this order and so close'),
        ("-Panzer", "Panzer is true: panzer in title at 0-6; panzer in text at 21-27"),
        ("source:blatt", "source:blatt is not true; the article's source is amt"),
        ("tier:trade", "tier:trade is not true; the article's source is amt"),
        ("topic:*", "topic:* is not true; the article's topic is not known"),
        ("until:2025-05-31", "until:2025-05-31 is not true; its time is 2025-06-01T12:00:00+02:00"),
        ("seen:*", "seen:[* TO *] is not true; the article has no such time"),
        ("concept:air", "concept:air is not true: none of its terms is"),
        ("Flug*", "Flug* is not true"),
    ],
)
def test_an_article_that_does_not_match_says_what_stood_in_the_way(query: str, reason: str) -> None:
    found = explained(query, article("Zwei Drohnen vor dem Panzer."))
    assert found.holds is False
    assert found.reasons == (reason,)


def test_an_uncovered_language_is_named() -> None:
    found = explained("Drohne", article("les drohnen", language="fr"))
    assert found.reasons == ("Drohne is not true; the article's language is not covered, so only exact words are found",)


def test_many_places_are_cut_short() -> None:
    found = explained("Drohne", article("Drohne Haus " * 30))
    assert len(found.nodes[0].places) == 30
    assert found.text.count("found: ") == 9
    assert "found: ... and 22 more" in found.text


def test_nothing_asked_is_explained_by_its_notes() -> None:
    assert explained("&").text.splitlines()[1:] == [
        "note: at character 1: '&' has no letter and no digit to look for: left out"
    ]


def test_a_query_that_cannot_be_asked_is_an_error_here_too() -> None:
    with pytest.raises(QueryError, match="asks for"):
        explained(" ".join(f"w{'abcdefghij'[i // 20]}{'abcdefghijklmnopqrst'[i % 20]}" for i in range(200)))


@settings(max_examples=60, deadline=None)
@given(desk.queries(5), desk.documents())
def test_the_verdict_is_the_reference_s_and_has_a_reason(query: Query, document: Annotated) -> None:
    analysed = desk.analysed(document)
    found = explain(query, desk.context(), analysed)
    assert found.holds == holds(query, analysed, desk.context()) == found.nodes[0].holds
    assert found.reasons
