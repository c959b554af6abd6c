"""What does a search server cost beside the embedded index: building, size, and every kind of question, and how it grows?

    python -m benchmarks.elastic [ARTICLES]     10,000 only with LAGEBILD_SHORT=1, else 200,000

A server of its own on loopback with 1 GB of heap. A question is told by the clock, as a person waits for it, and by the CPU
of the server, which other work on the machine does not change. The same articles and questions as in benchmarks.index.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import psutil

from articles.article import Annotated
from benchmarks.articles import articles
from benchmarks.index import BERLIN, FIRST, QUESTIONS, SORTS, _document, _percentile, _plan
from index.elastic import ElasticEngine
from index.elastic_address import Server
from index.similar import similar
from language.query_plan import AllOf
from tests.services.elastic import Elastic, missing

ROUNDS = 20
GROWTH = 50_000
"""A size between the first and the last."""


def main() -> int:
    """Build, ask, and print a table for each size; skipped in one line where no server is installed."""
    if why := missing("9"):
        print(why)
        return 0
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FIRST if os.environ.get("LAGEBILD_SHORT") else 200_000
    node = Elastic("9", heap="1g", long_lived=True)
    try:
        node.start()
        bench = Bench(ElasticEngine(Server((node.url,), "bench", timeout=120), "bench"), psutil.Process(node.pid))
        source, have = articles(count), 0
        for size in sorted({min(FIRST, count), min(GROWTH, count), count}):
            bench.build(islice(source, size - have), size - have)
            have = size
            bench.ask()
            bench.page()
            print(flush=True)
        bench.engine.close()
    finally:
        node.close()
    return 0


class Bench:
    """One engine and the process of its server."""

    def __init__(self, engine: ElasticEngine, server: psutil.Process) -> None:
        self.engine, self._server = engine, server
        engine.migrate()

    def build(self, source: Iterator[Annotated], count: int) -> None:
        """Put articles and print what one of them cost."""
        ours, waited, before = 0.0, 0.0, self._cpu()
        while made := list(islice(source, 500)):
            documents = [_document(one) for one in made]
            begun, clock = time.process_time(), time.perf_counter()
            self.engine.put(documents)
            ours += time.process_time() - begun
            waited += time.perf_counter() - clock
        spent, status = self._cpu() - before, self.engine.status()
        print(f"{count:,} articles put into {status.name}, {status.documents:,} in all; load {os.getloadavg()[0]:.1f}")
        print(f"build                {count / waited:8.0f} articles a second of the clock")
        print(f"                     {ours / count * 1e6:8.0f} us of our CPU an article")
        print(f"                     {spent / count * 1e6:8.0f} us of the server's CPU an article, merges included")
        print(
            f"index                {status.bytes / status.documents / 1000:8.2f} KB an article, with plain title and text"
        )
        print(f"memory               {self._server.memory_info().rss // 2**20:8d} MB of the server", flush=True)

    def ask(self) -> None:
        """Ask for the first ten hits of each kind of query."""
        print(f"{'ms, first 10 hits':20} {'p50':>8} {'p95':>8} {'its CPU':>8}    found")
        for kind, queries in QUESTIONS.items():
            plans = [_plan(query) for query in queries]
            found = ", ".join(f"{self.engine.count(plan):,}" for plan in plans)
            for sort in SORTS:
                self._row(f"{kind} {sort}", [partial(self.engine.search, plan, sort=sort) for plan in plans], found)

    def page(self) -> None:
        """Ask for what stands beside the hits of a result page."""
        engine, plan, one = self.engine, _plan("Drohne Haushalt"), next(iter(articles(4)))
        self._row("four facets", [lambda: engine.facets(plan, ["source", "topic", "entity", "lang"])])
        self._row("histogram of days", [lambda: engine.histogram(plan, "day", BERLIN)])
        self._row("similar", [lambda: similar(engine, _document(one))])
        self._row("words with a letter", [lambda: engine.vocabulary("d", 50_000)])
        self._row("count of everything", [lambda: engine.count(AllOf(()))])

    def _row(self, name: str, works: list[Callable[[], object]], found: str = "") -> None:
        before = self._cpu()
        times = [_clock(work) for _ in range(ROUNDS) for work in works]
        cpu = (self._cpu() - before) / len(times) * 1000
        print(f"{name:20} {_percentile(times, 50):8.2f} {_percentile(times, 95):8.2f} {cpu:8.2f}    {found}")

    def _cpu(self) -> float:
        """Seconds of CPU of the server until now."""
        times = self._server.cpu_times()
        return float(times.user + times.system)


def _clock(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
