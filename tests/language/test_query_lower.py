"""The lowering: each row of the table "Compilation" in docs/query-language.md, times, names and the limit on clauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from articles.article import TEXT_FIELDS
from language.query_context import QueryContext
from language.query_error import QueryError
from language.query_limits import CLAUSES
from language.query_lower import clauses, lower
from language.query_names import Names
from language.query_parse import parse
from language.query_plan import AllOf, AnyOf, Between, Except, Is, Pattern, Plan, Terms
from language.query_tree import Phrase
from tests.language import query_strategies as desk


def plan(text: str, context: QueryContext | None = None) -> Plan:
    query = parse(text, strict=True).query
    assert query is not None
    return lower(query, context or desk.context())


def legs(text: str) -> set[tuple[str, str, int]]:
    """Return the legs of a leaf that asks one field: stream, terms, slop."""
    found = plan(text)
    assert isinstance(found, AnyOf)
    assert len({leg.field for leg in found.children if isinstance(leg, Terms)}) == 1
    return {(leg.stream, " ".join(leg.terms), leg.slop) for leg in found.children if isinstance(leg, Terms)}


def stems(language: str, units: str) -> tuple[str, str, int]:
    """Return the stem leg of folded units in a language; how a stem looks is the lexicon's affair."""
    return "s", " ".join(f"{language}|{desk.analyser().stem(unit, language)}" for unit in units.split()), 0


def test_a_bare_word_is_asked_exactly_as_stem_as_part_and_joined() -> None:
    assert legs("title:Drohnen") == {
        ("x", "drohnen", 0),
        stems("de", "drohnen"),
        stems("en", "drohnen"),
        ("p", *stems("de", "drohnen")[1:]),
        ("p", *stems("en", "drohnen")[1:]),
        ("p", "=drohnen", 0),
    }
    assert stems("de", "drohnen")[1] == "de|drohn"


def test_a_word_of_several_units_is_their_phrase_or_its_joined_form() -> None:
    assert legs("title:Drohnen-Panzer") == {
        ("x", "drohnen panzer", 0),
        stems("de", "drohnen panzer"),
        stems("en", "drohnen panzer"),
        ("p", "=drohnenpanzer", 0),
        ("x", "drohnenpanzer", 0),
        stems("de", "drohnenpanzer"),
        stems("en", "drohnenpanzer"),
    }


def test_a_phrase_has_stems_but_no_parts_and_no_joined_form() -> None:
    german, english = stems("de", "f 35 drohnen"), stems("en", "f 35 drohnen")
    assert legs('text:"F-35 Drohnen"') == {("x", "f 35 drohnen", 0), german, english}
    assert legs('text:"Drohnen"') == {("x", "drohnen", 0), stems("de", "drohnen"), stems("en", "drohnen")}
    assert legs('text:"a b"~3') == {("x", "a b", 3), ("s", "de|a de|b", 3), ("s", "en|a en|b", 3)}
    assert legs('text:"a"~3') == {("x", "a", 0), ("s", "de|a", 0), ("s", "en|a", 0)}


def test_exact_words_and_phrases_are_asked_as_they_are_written() -> None:
    assert legs("text:=Drohnen") == {("x", "drohnen", 0), ("p", "=drohnen", 0)}
    assert legs("text:=F-35") == {("x", "f 35", 0), ("p", "=f35", 0), ("x", "f35", 0)}
    assert legs('text:="F-35"') == {("x", "f 35", 0)}
    assert legs('text:="a b"~2') == {("x", "a b", 2)}


def test_authors_are_exact_words() -> None:
    assert legs("author:Drohnen") == legs("author:=Drohnen")
    assert legs('author:"Jana Okonski"') == {("x", "jana okonski", 0)}


def test_without_a_field_all_four_are_asked() -> None:
    found = plan("=Drohnen")
    assert isinstance(found, AnyOf)
    assert [leg.field for leg in found.children if isinstance(leg, Terms) and leg.stream == "x"] == list(TEXT_FIELDS)


def test_a_wildcard_is_folded_and_asked_of_exact_and_joined_forms() -> None:
    assert plan("title:Müll?r*") == AnyOf((AnyOf((Pattern("title", "x", "muell?r*"), Pattern("title", "p", "=muell?r*"))),))
    assert plan("title:NATO-G*") == AnyOf((Pattern("title", "p", "=natog*"),))


def test_logic_becomes_sets() -> None:
    source = Is("source", "amt")
    assert plan("source:amt kind:live") == AllOf((source, Is("kind", "live")))
    assert plan("source:amt OR NOT story:*") == AnyOf((source, Except(Is("story", None))))


def test_tier_and_country_mean_the_sources_that_have_it_today() -> None:
    assert plan("tier:trade") == AnyOf((Is("source", "blatt"), Is("source", "netz")))
    assert plan("country:*") == AnyOf((Is("source", "amt"), Is("source", "blatt")))
    assert plan("country:FR") == AnyOf(())


def test_a_concept_asks_for_each_term_in_its_own_language_only() -> None:
    found = plan("concept:air")
    assert isinstance(found, AnyOf)
    tags = {term.partition("|")[0] for leg in _terms(found) if leg.stream == "s" for term in leg.terms}
    assert tags == {"de"}
    assert plan("concept:unknown") == AnyOf(())


def _terms(found: Plan) -> list[Terms]:
    if isinstance(found, AnyOf):
        return [leg for child in found.children for leg in _terms(child)]
    return [found] if isinstance(found, Terms) else []


@pytest.mark.parametrize("term", ["concept:air", "a AND", "Titel:a"])
def test_a_topic_whose_term_is_no_query_is_named(term: str) -> None:
    names = Names(topics=frozenset({"bad"}), concepts={"bad": {"de": (term,)}})
    with pytest.raises(QueryError, match=r"term '.*' of topic bad: "):
        plan("concept:bad", replace(desk.context(), names=names))


def milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "field", "since", "until"),
    [
        ("published:[2025-06-01 TO 2025-06-01]", "published", "2025-06-01T00:00+02:00", "2025-06-02T00:00+02:00"),
        ("published:[2025-03-30 TO 2025-03-30]", "published", "2025-03-30T00:00+01:00", "2025-03-31T00:00+02:00"),
        ("seen:[2025-12-31 TO *]", "seen", "2025-12-31T00:00+01:00", None),
        ("since:2025-06-01T12:30", "time", "2025-06-01T12:30+02:00", None),
        ("since:2025-06-01T12:30:15.250Z", "time", "2025-06-01T12:30:15.250+00:00", None),
        ("until:2025-06-01", "time", None, "2025-06-02T00:00+02:00"),
        ("until:2025-06-01T12:30-04:00", "time", None, "2025-06-01T12:30-04:00"),
        ("since:2d", "time", "2025-06-02T12:00+00:00", None),
        ("since:36h", "time", "2025-06-03T00:00+00:00", None),
        ("until:now", "time", None, "2025-06-04T12:00+00:00"),
        ("published:*", "published", None, None),
    ],
)
def test_times_become_half_open_ranges(text: str, field: str, since: str | None, until: str | None) -> None:
    found = plan(text)
    assert isinstance(found, Between)
    assert found.field == field
    assert (found.since, found.until) == tuple(bound and milliseconds(bound) for bound in (since, until))


def test_the_same_day_is_another_range_in_another_zone() -> None:
    west = replace(desk.context(), zone=ZoneInfo("America/New_York"))
    found = plan("since:2025-06-01", west)
    assert found == Between("time", milliseconds("2025-06-01T04:00+00:00"), None)


def test_ages_count_back_from_now_across_a_change_of_clocks() -> None:
    later = replace(desk.context(), now=datetime(2025, 10, 26, 12, 0, tzinfo=UTC))
    assert plan("since:1d", later) == Between("time", milliseconds("2025-10-25T12:00+00:00"), None)


def test_the_first_and_last_years_have_days_in_every_zone() -> None:
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        far = replace(desk.context(), zone=ZoneInfo(zone))
        assert isinstance(plan("published:[1000-01-01 TO 9998-12-31]", far), Between)
    with pytest.raises(QueryError, match="takes one time"):
        plan("until:9999-12-31")


def test_proximity_counts_as_the_phrases_that_it_stands_for() -> None:
    assert clauses(plan('title:="a b"~20')) == 1
    assert clauses(plan('title:="a a"~2')) == 3**2 - 2**2
    assert clauses(plan('title:="a b c"~2')) == 3**3 - 2**3


def test_a_query_that_asks_for_too_much_is_refused_with_its_figure() -> None:
    words = " ".join(f"w{'abcdefghij'[i // 20]}{'abcdefghijklmnopqrst'[i % 20]}" for i in range(171))
    with pytest.raises(QueryError, match=rf"asks for 4,104 terms in all, and at most {CLAUSES:,}"):
        plan(words)
    assert clauses(plan(words.rpartition(" ")[0])) == 170 * 6 * 4


def test_a_hand_made_phrase_with_too_wide_a_proximity_is_refused() -> None:
    with pytest.raises(QueryError, match="at most ~8 apart"):
        lower(Phrase("a b c", 9), desk.context())
