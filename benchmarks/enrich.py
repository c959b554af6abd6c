"""What does it cost to annotate an article: language, analysis, entities told apart, topics, without a spaCy model?

    python -m benchmarks.enrich [ARTICLES]     200 with LAGEBILD_SHORT=1

Articles of about 400 words from a fixed seed, with the bundled entities and topics; CPU, not the clock. The last row is the
hard case: an article in which every other sentence has an ambiguous name.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice

from articles.article import Annotated, Annotations, Article
from benchmarks.articles import articles
from config.load import bundled
from enrich.enricher import Enricher
from language.analysis import Analyser
from language.analysis_article import analyse_article

WORDS = 400
_AMBIGUOUS = (
    "Der Leopard und der Puma fahren voraus. Ein Marder folgt dem Boxer, und der Fuchs wartet. Der Tornado startet. "
    "Stark und Helsing schweigen. Leonardo liefert an die Marine, Rafael an das Heer. Der Tiger fliegt zum Gepard. "
)


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table."""
    count = int(arguments[0]) if arguments else 200 if os.environ.get("LAGEBILD_SHORT") else 2_000
    started = time.process_time()
    desk = bundled()
    loaded = time.process_time()
    analyser = Analyser(desk.protected)
    enricher = Enricher(desk, analyser)
    built = time.process_time()
    print(f"{len(desk.entities)} entities, {len(desk.topics)} topics; model: {dict(enricher.versions)['model']}")
    print(f"{'config read':<44}{1000 * (loaded - started):>9.0f} ms")
    print(f"{'analysis and gazetteer built':<44}{1000 * (built - loaded):>9.0f} ms")

    texts = _articles(count)
    zone = enricher.zone
    _row("analysis alone, every word new", texts, lambda article: analyse_article(_bare(article), analyser, None, zone))
    _row("analysis alone, words known", texts, lambda article: analyse_article(_bare(article), analyser, None, zone))
    _row("language, analysis, entities, topics", texts, enricher.enrich_one)
    hard = [Article("hard", "https://zeitung.example/x", None, "Puma", _AMBIGUOUS * 8) for _ in range(count // 10)]
    _row("16 ambiguous names, 8 times each", hard, enricher.enrich_one)
    print(f"{'peak memory':<44}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>9.0f} MB")


def _bare(article: Article) -> Annotated:
    return Annotated(article, Annotations("de"))


def _articles(count: int) -> list[Article]:
    """Return articles of exactly WORDS words, put together from shorter ones."""
    words = (word for one in articles(count * 8) for word in (one.article.text or "").split())
    found = []
    for number in range(count):
        text = " ".join(islice(words, WORDS))
        found.append(Article(f"{number:016x}", f"https://zeitung.example/{number}", None, text[:60], text))
    return found


def _row(name: str, texts: Sequence[Article], work: Callable[[Article], object]) -> None:
    started = time.process_time()
    for article in texts:
        work(article)
    print(f"{name:<44}{1000 * (time.process_time() - started) / len(texts):>9.2f} ms an article")


if __name__ == "__main__":
    main(sys.argv[1:])
