"""What makes two articles alike: the twenty most telling words, chosen by us so that every engine is asked the same."""

from __future__ import annotations

import math
from collections import Counter

from index.document import Document
from index.engine import Engine, Hits
from index.fields import stream_name
from language.query_plan import AllOf, AnyOf, PlanField, Stream, Terms

TERMS = 20
"""Words asked for (docs/decisions/0020)."""

CANDIDATES = 80
"""Words whose rarity is asked of the engine: the most frequent ones of the article, which function words lead."""

COMMON = 0.1
"""A word that more than this share of all articles has tells nothing."""

LETTERS = 3
"""Shorter words are mostly function words and numbers."""

_FIELDS: tuple[PlanField, ...] = ("title", "kicker", "lead", "text")
_TITLE_COUNTS = 2  # a word of the headline counts twice, as in stories (docs/decisions/0020)


def similar(engine: Engine, document: Document, limit: int = 10) -> Hits:
    """Return the articles that share most with ``document``, itself left out, best first. Raises as ``Engine.search``."""
    terms = telling(engine, document)
    if not terms:
        return Hits(0, ())
    asked = AnyOf(tuple(Terms(field, stream, (term,)) for stream, term in terms for field in _FIELDS))
    found = engine.search(asked, limit=limit + 1)
    others = tuple(hit for hit in found.hits if hit.id != document.id)
    return Hits(found.total - (len(others) < len(found.hits)), others[:limit])


def telling(engine: Engine, document: Document) -> list[tuple[Stream, str]]:
    """Return the ``TERMS`` words of greatest TF-IDF: stems where the article has a language, else exact words.

    tf is 1 + ln(count), idf ln((N + 1) / (df + 1)) with the engine's exact counts over the text of all articles.
    """
    stream: Stream = "s" if any(stream_name(field, "s") in document.streams for field in _FIELDS) else "x"
    counts = _counts(document, stream)
    candidates = [word for word, _ in counts.most_common(CANDIDATES)]
    total = engine.count(AllOf(()))
    frequencies = engine.frequencies([Terms("text", stream, (word,)) for word in candidates])
    weights = {
        word: (1 + math.log(counts[word])) * math.log((total + 1) / (frequency + 1))
        for word, frequency in zip(candidates, frequencies, strict=True)
        if frequency <= max(COMMON * total, 1)
    }
    best = sorted(weights, key=lambda word: (-weights[word], word))[:TERMS]
    return [(stream, word) for word in best]


def _counts(document: Document, stream: Stream) -> Counter[str]:
    counts: Counter[str] = Counter()
    for field in _FIELDS:
        words = document.streams.get(stream_name(field, stream), "").split(" ")
        times = _TITLE_COUNTS if field == "title" else 1
        for word in words:
            if len(word.rpartition("|")[2]) >= LETTERS:
                counts[word] += times
    return counts
