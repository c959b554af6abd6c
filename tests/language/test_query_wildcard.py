"""Wildcards: the quick expression means what letter-by-letter comparison means, and no pattern makes it slow."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from language.query_judge import _fits
from language.query_wildcard import expression, folded


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_the_expression_means_what_the_reference_means(pattern: str, text: str) -> None:
    assert bool(expression(pattern).fullmatch(text)) == _fits(pattern, text)


def test_what_is_special_in_expressions_is_not_in_patterns() -> None:
    assert not expression("a.c*").fullmatch("abcd")
    assert expression("a.c*").fullmatch("a.cd")


def test_many_stars_stay_quick() -> None:
    begun = time.process_time()
    assert not expression("aaa" + "*a" * 31 + "*b").fullmatch("a" * 64)
    assert time.process_time() - begun < 0.05


def test_patterns_are_folded_like_texts() -> None:
    assert folded("Müll?R*") == "muell?r*"
    assert folded("STRAß*-É??") == "strass*e??"
