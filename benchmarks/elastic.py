"""What does a search server cost beside the embedded index: building, size, and every kind of question, by the clock?

    python -m benchmarks.elastic [ARTICLES]     10,000 with LAGEBILD_SHORT=1, else 200,000

A server of its own on loopback (512 MB of heap), so figures are milliseconds of the clock, as a person waits for them, and
the server's CPU is told beside the client's. The same articles and questions as in benchmarks.index.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import islice

import psutil

from benchmarks.articles import articles
from benchmarks.index import BERLIN, QUESTIONS, SORTS, _document, _percentile, _plan
from index.elastic import ElasticEngine
from index.elastic_address import Server
from index.similar import similar
from language.query_plan import AllOf
from tests.services.elastic import Elastic, missing

ROUNDS = 20


def main() -> int:
    """Build, ask, and print a table; skipped in one line where no server is installed."""
    if why := missing("9"):
        print(why)
        return 0
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000 if os.environ.get("LAGEBILD_SHORT") else 200_000
    node = Elastic("9")
    try:
        node.start()
        engine = ElasticEngine(Server((node.url,), "bench", timeout=120), "bench")
        engine.migrate()
        _build(engine, psutil.Process(node.pid), count)
        _ask(engine)
        _page(engine)
        engine.close()
    finally:
        node.close()
    return 0


def _build(engine: ElasticEngine, server: psutil.Process, count: int) -> None:
    source, ours, waited = articles(count), 0.0, 0.0
    before = _cpu_of(server)
    while made := list(islice(source, 500)):
        documents = [_document(one) for one in made]
        begun, clock = time.process_time(), time.perf_counter()
        engine.put(documents)
        ours += time.process_time() - begun
        waited += time.perf_counter() - clock
    status = engine.status()
    print(f"{count:,} articles put into {status.name}")
    print(f"build                {count / waited:8.0f} articles a second of the clock")
    print(f"                     {ours / count * 1e6:8.0f} us of our CPU an article")
    print(f"                     {_spent(server, before, count):8.0f} us of the server's CPU an article")
    print(f"index                {status.bytes / status.documents / 1000:8.2f} KB an article, with plain title and text")
    print(f"memory               {server.memory_info().rss // 2**20:8d} MB of the server")


def _spent(server: psutil.Process, before: float, count: int) -> float:
    return (_cpu_of(server) - before) / count * 1e6


def _cpu_of(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)


def _ask(engine: ElasticEngine) -> None:
    print(f"{'clock ms, 10 hits':20} {'p50':>8} {'p95':>8}    found")
    for kind, queries in QUESTIONS.items():
        plans = [_plan(query) for query in queries]
        found = ", ".join(f"{engine.count(plan):,}" for plan in plans)
        for sort in SORTS:
            times = [_clock(partial(engine.search, plan, sort=sort)) for _ in range(ROUNDS) for plan in plans]
            print(f"{kind + ' ' + sort:20} {_percentile(times, 50):8.2f} {_percentile(times, 95):8.2f}    {found}")


def _page(engine: ElasticEngine) -> None:
    plan, one = _plan("Drohne Haushalt"), next(iter(articles(4)))
    for name, work in {
        "four facets": lambda: engine.facets(plan, ["source", "topic", "entity", "lang"]),
        "histogram of days": lambda: engine.histogram(plan, "day", BERLIN),
        "similar": lambda: similar(engine, _document(one)),
        "words with a letter": lambda: engine.vocabulary("d", 50_000),
        "count of everything": lambda: engine.count(AllOf(())),
    }.items():
        times = [_clock(work) for _ in range(ROUNDS)]
        print(f"{name:20} {_percentile(times, 50):8.2f} {_percentile(times, 95):8.2f}")


def _clock(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
