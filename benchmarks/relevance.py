"""How good is the order of hits: nDCG@10 and MRR on our own relevance set, for short, long and all texts, on both halves.

    python -m benchmarks.relevance

The half called ``untouched`` took no part in choosing weights (docs/decisions/0025).
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import mean
from zoneinfo import ZoneInfo

from benchmarks.relevance_set import ABOUT, Asked, Text, queries, texts
from index.document import Document
from index.embedded import EmbeddedEngine
from index.engine import Engine
from language.analysis import Analyser
from language.analysis_article import analyse_article
from language.query_context import QueryContext
from language.query_lower import lower
from language.query_parse import parse
from pipeline.lenient import ask

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANALYSER = Analyser(protected=("Rheinmetall", "Helsing", "Auterion", "Anduril"))
DESK = QueryContext(ANALYSER, ("de", "en"), BERLIN, NOW)
DEPTH = 10
"""Hits that are looked at, as on a result page."""

Search = Callable[[Engine, str], Sequence[str]]
"""How a query is asked: the ids of the first hits."""


@dataclass(frozen=True)
class Score:
    """Means over the queries of one half: nDCG@10, MRR of the first text about the subject, share without any hit."""

    ndcg: float
    mrr: float
    empty: float
    queries: int


@dataclass(frozen=True)
class Collection:
    """An index and what each of its texts is worth for each subject."""

    name: str
    engine: Engine
    worth: dict[str, dict[str, int]]


@contextmanager
def collections() -> Iterator[tuple[Collection, ...]]:
    """Yield an index of all texts, of the short and of the long ones; removed afterwards."""
    every = texts()
    chosen = {"all": every, "short": [t for t in every if not t.long], "long": [t for t in every if t.long]}
    with tempfile.TemporaryDirectory(prefix="lagebild-relevance-") as folder:
        made = tuple(_collection(name, Path(folder) / name, some) for name, some in chosen.items())
        yield made
        for one in made:
            one.engine.close()


def _collection(name: str, folder: Path, some: list[Text]) -> Collection:
    engine = EmbeddedEngine(folder, "relevance")
    engine.migrate()
    engine.put(
        Document.of(one.annotated, analyse_article(one.annotated, ANALYSER, None, BERLIN), number)
        for number, one in enumerate(some, 1)
    )
    return Collection(name, engine, {one.annotated.article.id: one.worth for one in some})


def as_written(engine: Engine, query: str) -> Sequence[str]:
    """Ask a query as the language has it: every word."""
    parsed = parse(query, strict=False)
    assert parsed.query is not None, query
    return [hit.id for hit in engine.search(lower(parsed.query, DESK), limit=DEPTH).hits]


def search_box(engine: Engine, query: str) -> Sequence[str]:
    """Ask a query as the search box does: where no text has every word, by some of them."""
    return [hit.id for hit in ask(engine, query, DESK, limit=DEPTH).hits.hits]


def score(collection: Collection, asked: Sequence[Asked], search: Search = search_box) -> Score:
    """Measure a list of queries; those without any text about their subject in the collection are left out."""
    ndcgs, ranks, empty = [], [], 0
    for one in asked:
        ideal = sorted((worth.get(one.subject, 0) for worth in collection.worth.values()), reverse=True)
        if not ideal or ideal[0] < ABOUT:
            continue
        found = [collection.worth[id].get(one.subject, 0) for id in search(collection.engine, one.query)]
        ndcgs.append(_gain(found) / _gain(ideal[:DEPTH]))
        ranks.append(next((1 / place for place, worth in enumerate(found, 1) if worth == ABOUT), 0.0))
        empty += not found
    return Score(mean(ndcgs), mean(ranks), empty / len(ndcgs), len(ndcgs))


def _gain(worths: Sequence[int]) -> float:
    """Discounted gain with 2^worth - 1 (Burges et al. 2005)."""
    return sum((2.0**worth - 1) / math.log2(place + 1) for place, worth in enumerate(worths, 1))


def main() -> None:
    """Print a table: collections, halves, kinds of query; as written and as the search box reads them."""
    asked = list(queries())
    print(f"{'texts':6} {'half':10} {'queries':13} {'nDCG@10':>8} {'MRR':>6}    as written: {'nDCG@10':>7} {'no hit':>7}")
    with collections() as made:
        for collection, half, kind in product(made, ("tuning", "untouched"), (False, True)):
            chosen = [one for one in asked if one.half == half and one.question == kind]
            shown, written = score(collection, chosen, search_box), score(collection, chosen, as_written)
            name = f"{shown.queries} {'questions' if kind else 'words'}"
            print(
                f"{collection.name:6} {half:10} {name:13} {shown.ndcg:8.3f} {shown.mrr:6.3f}"
                f"                {written.ndcg:7.3f} {written.empty:7.0%}"
            )


if __name__ == "__main__":
    main()
