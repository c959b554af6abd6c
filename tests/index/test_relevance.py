"""The order of hits on our own relevance set does not get worse; figures and choices: docs/decisions/0025."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from benchmarks.relevance import Collection, collections, score
from benchmarks.relevance_set import ABOUT, queries, subjects, texts

ALLOWED = 0.01
"""What a change of the analysis may cost: half of what the choices were decided by."""

PINNED = {  # (texts, half): nDCG@10 of words, of questions
    ("all", "tuning"): (0.508, 0.393),
    ("all", "untouched"): (0.519, 0.477),
    ("short", "tuning"): (0.473, 0.462),
    ("short", "untouched"): (0.516, 0.464),
    ("long", "tuning"): (0.638, 0.490),
    ("long", "untouched"): (0.654, 0.591),
}


@pytest.fixture(scope="module")
def measured() -> Iterator[dict[str, Collection]]:
    with collections() as made:
        yield {one.name: one for one in made}


def test_the_set_is_as_large_as_its_figures_claim() -> None:
    every, asked = texts(), list(queries())
    assert (len(subjects()), len(every), len(asked)) == (60, 430, 180)
    assert len({one.annotated.article.id for one in every}) == len(every)
    assert sum(one.half == "untouched" for one in asked) == 90
    for subject in subjects():
        assert sum(one.worth.get(subject.name) == ABOUT for one in every) == 6


@pytest.mark.parametrize(("name", "half"), PINNED)
def test_hits_come_in_an_order_at_least_as_good_as_recorded(measured: dict[str, Collection], name: str, half: str) -> None:
    for kind, pinned in zip((False, True), PINNED[name, half], strict=True):
        chosen = [one for one in queries() if one.half == half and one.question == kind]
        assert score(measured[name], chosen).ndcg >= pinned - ALLOWED


def test_every_question_finds_something_and_nearly_every_word(measured: dict[str, Collection]) -> None:
    """What finds nothing are single words that a collection has in other words only."""
    for one, (kind, allowed) in product(measured.values(), ((True, 0.0), (False, 0.1))):
        assert score(one, [asked for asked in queries() if asked.question == kind]).empty <= allowed
