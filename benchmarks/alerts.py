"""What does matching cost: articles against 100 to 10,000 alerts, in one pass over their canonical text.

    python -m benchmarks.alerts

The yardstick is judging every alert's plan on the article, which is what the one pass saves.
"""

from __future__ import annotations

import random
import resource
import time
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from alerts.compiled import CompiledAlert, compile_alerts
from alerts.matcher import Matcher
from benchmarks.articles import articles
from config.models import Alert
from language.analysis import Analyser
from language.analysis_article import analyse_article
from language.query_context import QueryContext
from language.query_judge import Occurrences, find
from language.tokens import Analysed

BERLIN = ZoneInfo("Europe/Berlin")
ARTICLES = 200


def main() -> None:
    """Print microseconds of CPU per article for growing numbers of alerts."""
    analyser = Analyser()
    context = QueryContext(analyser, ("de", "en"), BERLIN, datetime(2026, 1, 1, tzinfo=UTC))
    read = [analyse_article(one, analyser, None, BERLIN) for one in islice(articles(ARTICLES), ARTICLES)]
    words = sorted({unit.exact for one in read for unit in one.fields["text"].units if len(unit.exact) > 4})
    words += [f"{a}{b}" for a in words[:300] for b in words[300:360]]  # most alerts wait for what is hardly ever written
    for number in (100, 1_000, 10_000):
        compiled = compile_alerts(_alerts(words, number), context, {})
        started = time.process_time()
        matcher = Matcher(compiled)
        built = time.process_time() - started
        cost, matches = _match(matcher, read)
        print(f"  {number:>6} alerts   {cost:8.0f}   us an article, {matches} matches, {built:.2f} s to compile the pass")
    sample = compile_alerts(_alerts(words, 1_000), context, {})
    print(f"    1000 judged one by one {_one_by_one(sample, read[:20]):8.0f}   us an article (yardstick)")
    print(f"  peak memory     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:8d}   MB")


def _alerts(words: list[str], number: int) -> list[Alert]:
    chance = random.Random(7)
    queries = []
    for _ in range(number):
        one, other, third = (chance.choice(words) for _ in range(3))
        queries.append(chance.choice((one, f'"{one} {other}"', f"{one} AND {other}", f"{one} NOT {third}", f"{one[:9]}*")))
    return [Alert(id=f"a{i}", query=query, channels=()) for i, query in enumerate(queries)]


def _match(matcher: Matcher, read: list[Analysed]) -> tuple[float, int]:
    matcher.match(read[0])
    started = time.process_time()
    matches = sum(len(matcher.match(one)) for one in read)
    return (time.process_time() - started) / len(read) * 1e6, matches


def _one_by_one(compiled: tuple[CompiledAlert, ...], read: list[Analysed]) -> float:
    started = time.process_time()
    for one in read:
        where = Occurrences(one)
        for each in compiled:
            find(each.plan, one, where)
    return (time.process_time() - started) / len(read) * 1e6


if __name__ == "__main__":
    main()
