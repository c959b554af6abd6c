"""Words of the search box that no article has all of: what is read instead, when, and how it is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from index.embedded import EmbeddedEngine
from language.query_context import QueryContext
from language.query_plan import Is
from pipeline.lenient import Asked, ask
from tests.index.conftest import ANALYSER, BERLIN, annotated, document

DESK = QueryContext(ANALYSER, ("de", "en"), BERLIN, datetime(2025, 7, 1, tzinfo=UTC))
TEXTS = {
    "drohnen": "Helsing liefert Drohnen an das Heer.",
    "panzer": "Rheinmetall liefert Panzer an das Heer.",
    "gipfel": "Der Gipfel endet ohne eine Zusage für Drohnen.",
    "fremd": "Der Hafen wird im Sommer gesperrt.",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(tmp_path_factory.mktemp("ask") / "index", "a1")
    made.migrate()
    made.put(document(annotated(id, text=text, source=f"von-{id}")) for id, text in TEXTS.items())
    yield made
    made.close()


def ids(asked: Asked) -> list[str]:
    return [hit.id for hit in asked.hits.hits]


def test_words_side_by_side_must_all_be_there(engine: EmbeddedEngine) -> None:
    asked = ask(engine, "Drohnen Heer", DESK, limit=10)
    assert (ids(asked), asked.notes) == (["drohnen"], ())


def test_where_nothing_has_all_words_some_of_them_are_found_and_a_note_says_so(engine: EmbeddedEngine) -> None:
    asked = ask(engine, "Drohne Gipfel Waffel", DESK, limit=10)
    assert ids(asked) == ["gipfel", "drohnen"]
    assert asked.hits.total == 2
    assert asked.notes == ("no article has all of these words; these have some of them, the best first",)
    assert engine.count(asked.plan) == 2, "facets and calendar are asked for what is shown"  # type: ignore[arg-type]  # it was asked


def test_a_description_that_few_have_all_words_of_is_read_the_same_way(engine: EmbeddedEngine) -> None:
    asked = ask(engine, "Helsing liefert Drohnen an das Heer", DESK, limit=10)
    assert ids(asked)[0] == "drohnen"
    assert asked.hits.total == 3
    assert asked.notes == ("only one article has all of these words; these have some of them, the best first",)


@pytest.mark.parametrize(
    "query",
    [
        "Drohne AND Waffel",
        "Drohne UND Waffel",
        '"Drohne Waffel"',
        "=Drohnen =Waffel",
        "title:Drohne title:Waffel",
        "(Drohne Waffel) AND Heer",
        "Waffel",
        "Drohne -Drohne",
    ],
)
def test_what_was_written_with_care_is_taken_at_its_word(engine: EmbeddedEngine, query: str) -> None:
    asked = ask(engine, query, DESK, limit=10)
    assert (asked.hits.total, asked.notes) == (0, ())


def test_filters_and_exclusions_beside_the_words_still_hold(engine: EmbeddedEngine) -> None:
    assert ids(ask(engine, "Drohne Waffel source:von-gipfel", DESK, limit=10)) == ["gipfel"]
    assert ids(ask(engine, "Drohne Waffel -Heer", DESK, limit=10)) == ["gipfel"]
    assert ids(ask(engine, "Drohne Waffel", DESK, limit=10, within=Is("source", "von-drohnen"))) == ["drohnen"]


def test_by_time_nothing_is_widened(engine: EmbeddedEngine) -> None:
    assert ask(engine, "Drohne Waffel", DESK, limit=10, sort="newest").hits.total == 0


def test_pages_of_a_widened_search_follow_one_another(engine: EmbeddedEngine) -> None:
    first = ask(engine, "Heer Drohne Waffel", DESK, limit=2)
    second = ask(engine, "Heer Drohne Waffel", DESK, limit=2, after=first.hits.next)
    assert sorted(ids(first) + ids(second)) == ["drohnen", "gipfel", "panzer"]


def test_the_age_of_hits_may_count(engine: EmbeddedEngine) -> None:
    plain, aged = ask(engine, "Drohne", DESK, limit=10), ask(engine, "Drohne", DESK, limit=10, half_life=30)
    assert ids(plain) == ids(aged), "all four are of one day"
    assert all(old.score < hit.score for old, hit in zip(plain.hits.hits, aged.hits.hits, strict=True))


def test_nothing_to_ask_for_is_said(engine: EmbeddedEngine) -> None:
    asked = ask(engine, "  ", DESK, limit=10)
    assert (asked.plan, asked.hits.total) == (None, 0)
    assert "nothing is asked for" in asked.notes[-1]
