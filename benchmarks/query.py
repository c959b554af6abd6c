"""What queries cost: reading, lowering and judging, in microseconds of CPU. Run: ``python -m benchmarks.query``."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from articles.article import Annotated, Annotations, Article
from language.analysis import Analyser
from language.analysis_article import analyse_article
from language.query_context import QueryContext
from language.query_judge import Occurrences, find, holds
from language.query_lower import lower
from language.query_parse import QueryError, parse
from language.query_print import to_text

QUERIES = (
    "Drohne",
    '"autonome Systeme" OR title:Drohne -Sport',
    '(Rheinmetall OR Helsing) AND (Puma "Boxer Panzer"~5) since:7d NOT source:blatt',
    'Kampf* lang:de (NATO-Gipfel OR F-35 OR ="Quantum Systems")',
)
HOSTILE = {
    "10,000 (": "(" * 10_000,
    "1 MB": "Drohne " * 150_000,
    "NUL": "\0" * 10_000,
    "surrogates": "\ud800" * 10_000,
    'quotes "': '"' * 9_999,
}
_VOCABULARY = (
    "Die Bundeswehr beschafft neue Drohnen für das Heer und die Luftwaffe am Montag in Berlin mit Rheinmetall Helsing Puma "
    "Kampfpanzer Boxer autonome Systeme NATO-Gipfel F-35 Haushaltsausschuss Verteidigung der die das ein eine ist wird"
)


def main() -> None:
    """Print one line for each thing measured."""
    analyser = Analyser(("Rheinmetall", "Helsing"), ("de", "en"))
    context = QueryContext(analyser, ("de", "en"), ZoneInfo("Europe/Berlin"), datetime(2025, 6, 4, tzinfo=UTC))
    trees = [query for text in QUERIES if (query := parse(text, strict=True).query) is not None]
    plans = [lower(tree, context) for tree in trees]
    words = random.Random(4).choices(_VOCABULARY.split(), k=400)
    piece = Article(id="1", url="", source="amt", title=" ".join(words[:8]), text=" ".join(words))
    analysed = analyse_article(Annotated(piece, Annotations("de")), analyser, None, ZoneInfo("Europe/Berlin"))
    ready = Occurrences(analysed)
    for name in ("title", "kicker", "lead", "text"):
        ready.positions(name, "x"), ready.positions(name, "s"), ready.places(name)
    for number, (text, tree, plan) in enumerate(zip(QUERIES, trees, plans, strict=True)):
        print(f"query {number}: {text}")
        _report("read strictly", partial(parse, text, strict=True))
        _report("print", partial(to_text, tree))
        _report("lower", partial(lower, tree, context))
        _report("judge the plan, article indexed", partial(find, plan, analysed, ready))
        _report("judge the plan, article not indexed", partial(find, plan, analysed))
        _report("judge the tree (reference)", partial(holds, tree, analysed, context))
    for name, text in HOSTILE.items():
        _report(f"hostile, strict: {name}", partial(_strictly, text))
        _report(f"hostile, lenient: {name}", partial(parse, text, strict=False))


def _strictly(text: str) -> None:
    try:
        parse(text, strict=True)
    except QueryError as error:
        error.pointer(text)


def _report(what: str, task: Callable[[], object]) -> None:
    """Print the best of five rounds of about 20 ms each."""
    best, count = float("inf"), 1
    while True:
        begun = time.process_time()
        for _ in range(count):
            task()
        spent = time.process_time() - begun
        if spent > 0.02:
            break
        count *= 2
    for _ in range(5):
        begun = time.process_time()
        for _ in range(count):
            task()
        best = min(best, (time.process_time() - begun) / count)
    print(f"  {what:<40} {best * 1e6:10.1f} us")


if __name__ == "__main__":
    main()
