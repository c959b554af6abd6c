"""What the analysis of an article costs, beside tantivy's own German analyser (which makes one stream, not three).

Run: python -m benchmarks.analysis. Target: at most 400 us for a 400-word article with all three streams, words known.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from itertools import accumulate

import tantivy

from language.analysis import Analyser, streams
from language.split_lexicon import load

WORDS, ARTICLES, ROUNDS = 400, 60, 40
_SMALL = """der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat
dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man
sein wurde sei neue neuen erste große soll sagte könnte bereits derzeit gegen unter zwischen während laut"""
SMALL = _SMALL.split()


def articles() -> list[str]:
    """Return articles of real function words and of nouns and compounds from the lexicon, in Zipf's proportions."""
    chance = random.Random(7)
    lexicon = load("de")
    last = sorted(lexicon.last, key=lambda word: (lexicon.last[word], word))[:3_000]
    first = sorted(lexicon.first, key=lambda word: (lexicon.first[word], word))[:2_000]
    zipf = list(accumulate(1 / rank for rank in range(1, len(last) + 1)))
    zipf_first = zipf[: len(first)]

    def word() -> str:
        draw = chance.random()
        if draw < 0.62:
            return chance.choice(SMALL)
        noun = chance.choices(last, cum_weights=zipf)[0]
        if draw < 0.9:
            return noun.capitalize()
        compound = (chance.choices(first, cum_weights=zipf_first)[0] + noun).capitalize()
        return f"NATO-{compound}" if draw > 0.99 else compound

    def sentence() -> str:
        words = " ".join(word() for _ in range(16))
        return words[0].upper() + words[1:] + "."

    return [" ".join(sentence() for _ in range(WORDS // 16)) for _ in range(ARTICLES)]


def microseconds(work: Callable[[str], object], texts: Iterable[str]) -> float:
    """Return the mean over articles of the best of ROUNDS runs: what the work costs when nobody disturbs it."""
    best = []
    for text in texts:
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            work(text)
            times.append(time.perf_counter() - started)
        best.append(min(times))
    return sum(best) / len(best) * 1e6


def main() -> None:
    """Print the table."""
    texts = articles()
    german = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("german"))
        .build()
    )
    analyser = Analyser()
    load.cache_clear()
    started = time.perf_counter()
    analyser.analyse("Haus", "de")
    loaded = time.perf_counter() - started
    started = time.perf_counter()
    for text in texts:
        analyser.analyse(text, "de")
    cold = (time.perf_counter() - started) / len(texts) * 1e6
    rows = [
        ("lexicon read", loaded * 1e6),
        ("all three streams, words new", cold),
        ("units, stems and parts, words known", microseconds(lambda text: analyser.analyse(text, "de"), texts)),
        ("all three streams, words known", microseconds(lambda text: streams(analyser.analyse(text, "de")), texts)),
        ("tantivy's German analyser (one stream)", microseconds(german.analyze, texts)),
    ]
    print(f"{WORDS}-word article, {ARTICLES} articles, best of {ROUNDS}; target 400 us for all three streams")
    for name, cost in rows:
        print(f"  {name:<42} {cost:>9,.0f} us")


if __name__ == "__main__":
    main()
