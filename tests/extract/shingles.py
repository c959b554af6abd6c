"""How alike are two texts? F1 over word 4-grams with their counts, as the benchmark of issue 5 scores bodies."""

from __future__ import annotations

import re
from collections import Counter

_WORD = re.compile(r"\w+")
SIZE = 4


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Return the word 4-grams of a text with their counts; a shorter text is one shingle."""
    words = _WORD.findall(text.casefold())
    return Counter(tuple(words[i : i + SIZE]) for i in range(max(1, len(words) - SIZE + 1))) if words else Counter()


def precision_recall(read: str, wanted: str) -> tuple[float, float]:
    """Return which share of what was read was wanted, and which share of what was wanted was read."""
    got, true = shingles(read), shingles(wanted)
    if not got and not true:
        return 1.0, 1.0
    both = sum((got & true).values())
    return both / max(1, sum(got.values())), both / max(1, sum(true.values()))


def harmonic(precision: float, recall: float) -> float:
    """Return the harmonic mean: F1."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def f1(read: str, wanted: str) -> float:
    """Return the harmonic mean of precision and recall; 1.0 for two empty texts."""
    return harmonic(*precision_recall(read, wanted))
