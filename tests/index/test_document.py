"""What a document holds of an article: streams by the real analysis, exact values, and what a hit shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Stored
from index.fields import ENCODED_LIMIT, FIELDS, KEYWORDS, encodable, exact_value, tie_of
from index.ranking import legs, scores
from language.query_plan import AllOf, AnyOf, Except, Is, Terms
from tests.index.conftest import annotated, document


def test_every_part_gives_its_three_streams() -> None:
    made = document(annotated("a", "NATO-Gipfel", "Drohnen", language="de", authors=("Jana Okonski",)))
    assert dict(made.streams) == {
        "title_x": "nato gipfel",
        "title_s": "de|nato de|gipfel",
        "title_p": "de|natogipfel =natogipfel",
        "text_x": "drohnen",
        "text_s": "de|drohn",
        "author_x": "jana okonski",
    }


def test_every_field_of_a_document_is_in_the_field_table() -> None:
    made = document(annotated("a", "x", "x", kicker="x", lead="x", entities=("e",), topics=("t",)))
    names = {field.name for field in FIELDS}
    assert set(made.streams) | set(made.keywords) <= names
    assert made.keywords == {
        "source": ("zeitung",),
        "lang": ("de",),
        "kind": ("article",),
        "entity": ("e",),
        "topic": ("t",),
    }


def test_tier_and_country_are_asked_of_the_sources_not_of_the_index() -> None:
    assert not {"tier", "country"} & set(KEYWORDS)


@given(st.text(st.characters(), max_size=30), st.none() | st.text(st.characters(), max_size=30), st.integers(0, 2**62))
def test_what_a_hit_shows_survives_any_string(id: str, title: str | None, seq: int) -> None:
    stored = Stored(id, "https://zeitung.example/a", title, None, "2025-06-25", seq)
    assert Stored.from_bytes(stored.to_bytes()) == stored


@given(st.text(st.characters(), max_size=600), st.text(st.characters(), max_size=600))
def test_exact_values_fit_every_engine_and_stay_apart(one: str, other: str) -> None:
    kept = exact_value(one)
    assert encodable(kept)
    assert 0 < len(kept.encode()) <= ENCODED_LIMIT
    assert exact_value(kept) == kept
    assert (kept == exact_value(other)) == (one == other)
    assert 0 <= tie_of(kept) < 2**63


@pytest.mark.parametrize("value", ["helsing", "Ä/ö?#", "x" * ENCODED_LIMIT])
def test_ordinary_values_are_kept_as_they_are(value: str) -> None:
    assert exact_value(value) == value


def test_what_is_excluded_or_exact_by_value_adds_nothing_to_a_score() -> None:
    word = Terms("title", "x", ("gipfel",))
    plan = AllOf((AnyOf((word, word)), Except(Terms("text", "x", ("nein",))), Is("source", "zeitung")))
    (leg,) = legs(plan)
    assert (leg.terms, leg.constant) == (word, False)
    assert scores(plan)
    assert not scores(AllOf((Is("source", "zeitung"), Except(word))))


def test_words_that_may_stand_apart_score_one_by_one() -> None:
    near = Terms("text", "x", ("eins", "zwei"), slop=3)
    assert [leg.terms.terms for leg in legs(near)] == [("eins",), ("zwei",)]
    assert [leg.terms.terms for leg in legs(Terms("text", "x", ("eins", "zwei")))] == [("eins", "zwei")]


def test_a_part_of_a_compound_adds_a_constant_however_often_it_occurs() -> None:
    exact, part = legs(AnyOf((Terms("text", "x", ("drohne",)), Terms("text", "p", ("de|drohn",)))))
    assert part.constant
    assert not exact.constant
