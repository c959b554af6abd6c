"""The figures of the German analysis, pinned: on the half that was tuned on, and on the half that was not.

The untouched half is scored here without showing what failed, so that nobody tunes on it by accident; the scores that
were looked at stand in docs/decisions/0010-analysis-golden.md.
"""

from __future__ import annotations

import hashlib

import pytest

from tests.language.golden.scoring import FOLDER, lines, score_pairs, score_words

UNTOUCHED = {
    "untouched_words": "f4f02840566bc4ff899efd0fc92d007fd7eeaa0430474aed4734b886d57878da",
    "untouched_pairs": "8dcd96dee2cf729713810ec3a1fb4d35e3eb41c61181c10617f7c509f6dd1a94",
}


@pytest.mark.parametrize(("name", "digest"), UNTOUCHED.items())
def test_the_untouched_half_is_untouched(name: str, digest: str) -> None:
    assert hashlib.sha256((FOLDER / f"{name}.txt").read_bytes()).hexdigest() == digest


def test_the_files_are_as_large_as_promised() -> None:
    assert sum(len(list(lines(name))) for name in ("untouched_words", "tuning_words")) >= 600
    pairs = [word for name in ("untouched_pairs", "tuning_pairs") for line in lines(name) for word in line.split()[1:]]
    assert len(pairs) >= 1_000


@pytest.mark.parametrize(("name", "f1", "oversplit"), [("tuning_words", 0.98, 0.01), ("untouched_words", 0.99, 0.01)])
def test_boundaries(name: str, f1: float, oversplit: float) -> None:
    score = score_words(name)
    shown = score.failures if name.startswith("tuning") else "see decision 0010"
    assert score.f1 >= f1, shown
    assert score.oversplit / score.simple <= oversplit, shown


@pytest.mark.parametrize(("name", "recall", "precision"), [("tuning_pairs", 0.995, 0.995), ("untouched_pairs", 0.99, 0.99)])
def test_pairs(name: str, recall: float, precision: float) -> None:
    score = score_pairs(name)
    shown = score.failures if name.startswith("tuning") else "see decision 0010"
    assert score.recall >= recall, shown
    assert score.precision >= precision, shown
