"""Laws of the query language: what is printed is read back, the plan means what the tree means, nothing escapes."""

from __future__ import annotations

import os
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.article import Annotated
from language.query_judge import Occurrences, find, holds
from language.query_lower import lower
from language.query_parse import parse
from language.query_print import to_text
from language.query_tree import And, Not, Or, Query, leaves, normal
from language.tokens import Analysed
from tests.language import query_strategies as desk

_SIGNS = tuple('()"=-*?~:[]&“», ')
_OPERATORS = (" AND ", " OR ", "NOT ", "UND", "AND", " TO ")
_FIELDS = ("title:", "Titel:", "source:", "entity:", "concept:", "since:", "published:", "seen:[")
_VALUES = ("2025-06-01", "7d", "~5", "Drohne", "Pan?er*", "F-35", "Puma", "amt", "x")
SOUP = st.lists(st.sampled_from((*_SIGNS, *_OPERATORS, *_FIELDS, *_VALUES)), max_size=25).map("".join)


@given(desk.queries())
def test_what_is_printed_is_read_back(query: Query) -> None:
    assert parse(to_text(query), strict=True, names=desk.NAMES).query == query


@given(st.one_of(SOUP, st.text(max_size=60)))
@example("=title:-x ~ AND~2 *-a OR*")
@example('title:-(a "b)')
def test_whatever_is_read_leniently_can_be_written_down_and_read_strictly(text: str) -> None:
    parsed = parse(text, strict=False)
    assert parsed.query is not None or parsed.notes
    if parsed.query is not None:
        assert parse(to_text(parsed.query), strict=True).query == parsed.query
    assert all(0 <= note.position <= len(text) for note in parsed.notes)


@given(SOUP)
def test_what_is_right_strictly_is_read_the_same_way_leniently(text: str) -> None:
    lenient = parse(text, strict=False)
    if not lenient.notes:
        assert parse(text, strict=True).query == lenient.query


def _agree_on(query: Query, articles: tuple[Analysed, ...]) -> None:
    context = desk.context()
    plan = lower(query, context)
    for analysed in articles:
        assert find(plan, analysed).holds == holds(query, analysed, context), analysed


MANY = 2_000 if os.environ.get("LAGEBILD_SHORT") else 20_000


@settings(max_examples=800, deadline=None)
@given(desk.queries())
def test_a_plan_holds_where_its_tree_holds(query: Query) -> None:
    _agree_on(query, desk.analysed_pool(8))


@pytest.mark.deep
@pytest.mark.timeout(1800)
@settings(max_examples=MANY, deadline=None)
@given(desk.queries(16), st.integers(0, 200))
def test_a_plan_holds_where_its_tree_holds_at_length(query: Query, seed: int) -> None:
    _agree_on(query, desk.analysed_pool(30, seed))


@settings(deadline=None)
@given(desk.queries(), desk.documents())
def test_spans_are_words_of_the_article_in_reading_order(query: Query, document: Annotated) -> None:
    analysed, context = desk.analysed(document), desk.context()
    found = find(lower(query, context), analysed, Occurrences(analysed))
    order = list(analysed.fields)
    places = [(order.index(s.field), s.start, s.end) for s in found.spans]
    assert places == sorted(places)
    assert all(a[2] < b[1] for a, b in pairwise(places) if a[0] == b[0]), "none touch"
    for span in found.spans:
        units = analysed.fields[span.field].units
        assert span.start in {u.start for u in units}
        assert span.end in {u.end for u in units}
    assert found.holds or not found.spans


@settings(deadline=None)
@given(desk.queries(4), desk.queries(4), desk.documents())
def test_and_or_not_are_the_textbook_ones(a: Query, b: Query, document: Annotated) -> None:
    analysed, context = desk.analysed(document), desk.context()

    def true(query: Query) -> bool:
        return find(lower(query, context), analysed).holds

    assert true(And((a, b))) == (true(a) and true(b))
    assert true(Or((a, b))) == (true(a) or true(b))
    assert true(Not(a)) is not true(a)


@given(desk.queries())
def test_the_normal_form_is_its_own_and_keeps_the_leaves(query: Query) -> None:
    wrapped = And((Or((query,)), Not(Not(query))))
    assert normal(query) == query
    assert list(leaves(normal(wrapped))) == [*leaves(query), *leaves(query)]
