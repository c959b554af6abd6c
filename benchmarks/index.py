"""What does the index cost at 10,000 and at 200,000 articles: building it, its size and memory, and every kind of question?

    python -m benchmarks.index [ARTICLES]     10,000 only with LAGEBILD_SHORT=1

Figures are CPU, not the clock, beside a yardstick of the same run: tantivy alone, one text field, its own German analyser.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

import tantivy

from articles.article import Annotated
from benchmarks.articles import articles
from index.document import Document
from index.embedded import EmbeddedEngine
from index.engine import Engine, Sort
from index.fields import FACETS
from index.highlight import passages
from index.similar import similar
from language.analysis import Analyser
from language.analysis_article import analyse_article
from language.query_context import QueryContext
from language.query_judge import find
from language.query_lower import lower
from language.query_parse import parse
from language.query_plan import Plan

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANALYSER = Analyser(protected=("Rheinmetall", "Helsing"))
DESK = QueryContext(ANALYSER, ("de", "en"), BERLIN, NOW)
ROUNDS = 40
FIRST = 10_000
SORTS: tuple[Sort, ...] = ("relevance", "newest")

QUESTIONS = {
    "term": ("Helsing", "Drohne", "Haushalt", "drone", "title:Panzer", "Rheinmetall"),
    "AND": ("Drohne Haushalt", "Helsing Panzer", "Rheinmetall Beschaffung NATO", "drone budget"),
    "phrase": ('"Helsing Rheinmetall"', '="Leopard 2A8"', '"F-35"', '"für die Drohnen"'),
    "near": ('"Helsing Rheinmetall"~5', '"Drohne Haushalt"~10', '"Helsing Puma NATO"~3'),
    "prefix": ("Kampfd*", "Helsin*", "bud*", "Droh?e*"),
    "NOT": ("Drohne NOT Haushalt", "NOT Helsing"),
    "filter": ("Drohne source:source-3 since:30d", "topic:topic-4 lang:en"),
}


def main() -> None:
    """Build, ask, and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000 if os.environ.get("LAGEBILD_SHORT") else 200_000
    with tempfile.TemporaryDirectory(prefix="lagebild-bench-") as folder:
        engine = EmbeddedEngine(Path(folder) / "index", "bench")
        engine.migrate()
        source, have = articles(count), 0
        for size in sorted({min(FIRST, count), count}):
            _build(engine, islice(source, size - have), size - have)
            have = size
            _measure(engine)
        _yardstick(Path(folder) / "yardstick", min(count, FIRST))
        engine.close()


def _measure(engine: Engine) -> None:
    status = engine.status()
    print(f"index                {status.bytes / status.documents / 1000:8.2f} KB an article, {status.documents:,} in all")
    print(f"memory               {_memory()}; made, analysed and put in this process")
    _ask(engine)
    _page(engine)
    _floor(Path(status.place))
    with get_context("spawn").Pool(1) as other:
        print(f"memory               {other.apply(_reading, (status.place,))}; a process that only asks")
    print()


def _build(engine: EmbeddedEngine, source: Iterator[Annotated], count: int) -> None:
    """Put articles and print the rate of the index alone; making and analysing articles is counted apart."""
    analysing = indexing = 0.0
    while made := list(islice(source, 500)):
        begun = time.process_time()
        documents = [_document(one) for one in made]
        analysed = time.process_time()
        engine.put(documents)
        analysing += analysed - begun
        indexing += time.process_time() - analysed
    begun = time.process_time()
    engine.close()  # waits for merges, which would be counted as searching else
    indexing += time.process_time() - begun
    print(f"{count:,} articles put")
    print(f"analyse              {analysing / count * 1e6:8.0f} us an article")
    print(f"build                {count / indexing:8.0f} articles a second of CPU, merges included")


def _document(article: Annotated) -> Document:
    return Document.of(article, analyse_article(article, ANALYSER, None, BERLIN), 1)


def _plan(query: str) -> Plan:
    parsed = parse(query, strict=True)
    assert parsed.query is not None, query
    return lower(parsed.query, DESK)


def _ask(engine: Engine) -> None:
    print(f"{'CPU ms, first 10 hits':20} {'p50':>8} {'p95':>8}    found")
    for kind, queries in QUESTIONS.items():
        plans = [_plan(query) for query in queries]
        found = ", ".join(f"{engine.count(plan):,}" for plan in plans)
        for sort in SORTS:
            times = [_cpu(partial(engine.search, plan, sort=sort)) for _ in range(ROUNDS) for plan in plans]
            print(f"{kind + ' ' + sort:20} {_percentile(times, 50):8.2f} {_percentile(times, 95):8.2f}    {found}")


def _page(engine: Engine) -> None:
    """A whole result page: ten hits highlighted, four facets, a histogram; then similar articles."""
    plan, shown = _plan("Drohne Haushalt"), _plan("Drohne OR Haushalt OR der OR die")
    sample = list(articles(2_000))[:10]

    def page() -> None:
        engine.search(plan)
        engine.facets(plan, FACETS)
        engine.histogram(plan, "month", BERLIN)
        for one in sample:
            analysed = analyse_article(one, ANALYSER, None, BERLIN)
            passages(one.article, find(shown, analysed).spans)

    for name, work in {
        "page": page,
        "facets": lambda: engine.facets(plan, FACETS),
        "histogram of days": lambda: engine.histogram(plan, "day", BERLIN),
        "similar": lambda: similar(engine, _document(sample[3])),
    }.items():
        times = [_cpu(work) for _ in range(ROUNDS)]
        print(f"{name:20} {_percentile(times, 50):8.2f} {_percentile(times, 95):8.2f}")


def _floor(folder: Path) -> None:
    """Ask tantivy barely: one field, one stream, ten hits and the number of all, nothing compiled or read of them."""
    index = tantivy.Index.open(str(folder / json.loads((folder / "current.json").read_text("utf-8"))["folder"]))
    index.reload()
    searcher, asked = index.searcher(), index.schema

    def term(word: str) -> tantivy.Query:
        return tantivy.Query.term_query(asked, "text_s", word, "freq")

    both = [(tantivy.Occur.Must, term("de|drohn")), (tantivy.Occur.Must, term("de|haushalt"))]
    print(f"tantivy alone, one field of one stream, {searcher.num_segments} segments")
    for name, query in {
        "term": term("de|drohn"),
        "AND": tantivy.Query.boolean_query(both),
        "phrase of names": tantivy.Query.phrase_query(asked, "text_x", ["helsing", "rheinmetall"]),
        "phrase F-35": tantivy.Query.phrase_query(asked, "text_x", ["f", "35"]),
        "phrase, three words": tantivy.Query.phrase_query(asked, "text_s", ["de|fur", "de|die", "de|drohn"]),
    }.items():
        times = [_cpu(partial(searcher.search, query, limit=10)) for _ in range(ROUNDS)]
        print(f"{name:20} {_percentile(times, 50):8.2f} {_percentile(times, 95):8.2f}")


def _reading(place: str) -> str:
    """The memory of a process that asks everything once."""
    engine = EmbeddedEngine(Path(place), "bench")
    for query in chain.from_iterable(QUESTIONS.values()):
        plan = _plan(query)
        for sort in SORTS:
            engine.search(plan, sort=sort)
        engine.facets(plan, FACETS)
        engine.histogram(plan, "month", BERLIN)
    return _memory()


def _yardstick(folder: Path, count: int) -> None:
    """Index the text alone by tantivy's own German analyser, for scale."""
    folder.mkdir()
    index = tantivy.Index(tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="german").build(), str(folder))
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    index.register_tokenizer("german", words.filter(tantivy.Filter.stemmer("german")).build())
    writer = index.writer(64_000_000, 1)
    texts = [(one.article.title or "") + " " + (one.article.text or "") for one in articles(count)]

    def build() -> None:
        for place, text in enumerate(texts, 1):
            writer.add_document(tantivy.Document(text=[text]))
            if place % 500 == 0:
                writer.commit()
        writer.commit()

    seconds = _cpu(build) / 1000
    print(
        f"yardstick: one text field, tantivy's German analyser, {count:,} articles: {count / seconds:,.0f} a second of CPU"
    )


def _cpu(work: Callable[[], object]) -> float:
    """Milliseconds of CPU of the whole process, tantivy's threads included."""
    begin = time.process_time()
    work()
    return (time.process_time() - begin) * 1000


def _memory() -> str:
    """What this process holds (proc(5)): its own, pages of mapped files (the kernel may drop them), the peak of both."""
    status = Path("/proc/self/status").read_text("ascii")

    def megabytes(name: str) -> int:
        return int(status.partition(f"{name}:")[2].split()[0]) // 1024

    own, mapped, most = map(megabytes, ("RssAnon", "RssFile", "VmHWM"))
    return f"{own} MB own, {mapped} MB of mapped files, {most} MB at most"


def _percentile(times: list[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


if __name__ == "__main__":
    main()
