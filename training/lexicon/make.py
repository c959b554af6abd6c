"""How language/lexicon/de/parts.txt.gz was made: which words are parts of German compounds, and what each costs.

Run: python training/lexicon/make.py COUNTS.tsv.gz, from the root of the repository. COUNTS has the columns word, count,
law, bundestag, other, mid (occurrences not at the start of a sentence); see training/lexicon/README.md for its origin.

1. A noun is a word that inside sentences is mostly written with a capital.
2. A first part is a noun, a noun with its linking element, a verb's or an adjective's stem; its worth is the number of
   different nouns seen behind it. A last part is a noun; its worth is the number of different first parts before it.
3. A word that splits into cheaper parts is no part itself, so the lexicon keeps leaves only.
"""

from __future__ import annotations

import gzip
import math
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from language.fold import units
from language.split import split
from language.split_lexicon import FOLDER, Lexicon, compounds, prefixes, words

FOLDER_DE = FOLDER / "de"
LISTS = Path(__file__).parent / "lists"
LAW = 0.2
"""A count in law weighs so much of a count in speech or news: law is full of words nobody else uses."""
ALWAYS_LINKED = ("ung", "heit", "keit", "schaft", "ion", "taet", "ling", "tum")  # Zeitungs-, Freiheits-, never Zeitung-
OURS = 9.0
"""A word of our own lists costs at most this: the counts (parliament, law) know few words of war and of the house."""
BARE = 3.0
"""A noun that is nearly always linked by s costs this much more without it."""
PLACES = ("burg", "heim", "bach", "dorf", "stein", "hausen")
OF_PLACES = 2.0
"""Last parts that more often end a name of a place or a family than a compound cost this much more."""
LINKS = ("s", "es", "n", "en", "er", "e", "ens", "ns")


@dataclass
class Counts:
    """How often each folded word was seen, capitalised inside sentences and in lower case."""

    nouns: dict[str, float] = field(default_factory=dict)
    lower: dict[str, float] = field(default_factory=dict)


def read(path: Path) -> Counts:
    """Read the table of counts, weighing law down; abbreviations and hyphenated words are left out."""
    counts = Counts()
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()[1:]
    for line in lines:
        word, count, law, _, _, mid = line.split("\t")
        folded = tuple(units(word))
        if len(folded) != 1 or (word.isupper() and len(word) < 6):
            continue
        weight = 1 - (1 - LAW) * int(law) / int(count)
        table, seen = (counts.nouns, mid) if word[0].isupper() else (counts.lower, count)
        table[folded[0]] = table.get(folded[0], 0.0) + int(seen) * weight
    return counts


def our_words() -> frozenset[str]:
    """Return the words we wrote down ourselves: of defence, and of everyday life."""
    return words(LISTS / "defence.txt") | words(LISTS / "everyday.txt")


def is_noun(word: str, counts: Counts) -> bool:
    """Tell a noun by its capital inside sentences."""
    seen, lower = counts.nouns.get(word, 0.0), counts.lower.get(word, 0.0)
    return len(word) >= 3 and seen >= 2 and (seen > 2 * lower or (seen >= 60 and seen > 0.05 * lower))


def supported(first: str, nouns: set[str], counts: Counts, extra: frozenset[str]) -> bool:
    """Tell whether a string may stand before another part: a noun, linked or clipped, a verb's stem, an adjective."""
    if first in extra:
        return True
    if first in nouns:
        return not first.endswith(ALWAYS_LINKED)
    for link in LINKS:
        base = first.removesuffix(link)
        if base != first and (base in nouns or base + "e" in nouns) and len(base) >= 3:
            return True
    if first + "e" in nouns or first + "en" in nouns:
        return True
    verb = counts.lower.get(first + "en", 0.0) + counts.lower.get(first + "n", 0.0) >= 5
    adjective = (
        counts.lower.get(first, 0.0) >= 5 and counts.lower.get(first + "e", 0.0) + counts.lower.get(first + "en", 0.0) >= 5
    )
    return len(first) >= 4 and (verb or adjective)


def link(noun: str) -> str:
    """Return a noun as it stands before another part if nothing is known of it."""
    if noun.endswith(ALWAYS_LINKED):
        return noun + "s"
    if noun.endswith("e"):
        return noun + "n"
    return noun + "s" if noun.endswith(("er", "ier", "or", "en")) else noun


def price(word: str, seen: float, partners: int) -> float:
    """Return what a part costs: less with its count and its partners, much more the shorter it is."""
    short = {2: 9.0, 3: 6.0, 4: 3.0, 5: 1.0}.get(len(word), 0.0)
    return 16 + short - 0.6 * math.log2(1 + seen) - 1.2 * math.log2(1 + min(partners, 200))


def partners(nouns: set[str], allowed: set[str], ending: set[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Count for each first part the nouns behind it, for each noun the first parts before it."""
    behind: dict[str, int] = defaultdict(int)
    before: dict[str, int] = defaultdict(int)
    for word in nouns:
        for place in range(2, len(word) - 2):
            first, last = word[:place], word[place:]
            if first in allowed and last in ending:
                behind[first] += 1
                before[last] += 1
    return behind, before


def candidates(nouns: set[str]) -> set[str]:
    """Return every string that begins a longer noun and leaves a noun behind it."""
    return {word[:place] for word in nouns for place in range(2, len(word) - 2) if word[place:] in nouns}


def build(counts: Counts, words_of_ours: frozenset[str]) -> Lexicon:
    """Make the lexicon: price every part, then drop those that are compounds of cheaper parts."""
    whole = words(FOLDER_DE / "whole.txt")
    never, short, openers = (words(LISTS / f"{name}.txt") for name in ("never", "short", "openers"))
    joining, barred = prefixes(FOLDER_DE)
    nouns = {word for word in counts.nouns if is_noun(word, counts)} | words_of_ours

    def right(word: str) -> bool:
        return word not in never and word not in barred and (len(word) > 3 or word in short)

    # A noun of our lists may be linked by s even if nobody was seen to do it (Bataillonskommandeur).
    linked = {link(word) for word in nouns} | {word + "s" for word in words_of_ours if word[-1] in "bdfgklmnprt"}
    strings = {word for word in candidates(nouns) | nouns | linked | openers if right(word) and word + "-" not in never}
    allowed = {word for word in strings if supported(word, nouns, counts, openers)}
    ending = {word for word in nouns if right(word) and "-" + word not in never}
    behind, before = partners(nouns, allowed, ending)
    sure = nouns | linked | openers
    first = {w: price(w, counts.nouns.get(w, 0.0), behind[w]) for w in allowed if behind[w] >= 2 or w in sure}
    for word in first.keys() & nouns:
        if behind[word + "s"] > 2 * behind[word] + 1:
            first[word] += BARE  # Gefechts-turm, not Gefecht-sturm
    last = {w: price(w, counts.nouns.get(w, 0.0), before[w]) + OF_PLACES * w.endswith(PLACES) for w in ending}
    ours_linked = words_of_ours | {link(word) for word in words_of_ours} | openers
    for prices, ours in ((first, ours_linked), (last, words_of_ours)):
        for word in ours & prices.keys():
            bare = BARE if prices is first and behind[word + "s"] > 2 * behind[word] + 1 else 0.0
            prices[word] = min(prices[word], OURS + bare + {2: 4.0, 3: 2.0}.get(len(word), 0.0))
    # Whether "ruestungskontroll" is a leaf is asked with every part allowed at its end, linked ones too.
    all_ends = Lexicon(first, {**first, **last}, whole, joining, barred, compounds(FOLDER_DE))
    return Lexicon(
        {word: cost for word, cost in first.items() if not split(word, all_ends)},
        {word: cost for word, cost in last.items() if not split(word, all_ends)},
        whole,
        joining,
        barred,
        all_ends.compounds,
    )


def write(lexicon: Lexicon, path: Path) -> None:
    """Write ``word, price as first part, price as last part`` in tenths, the same bytes for the same lexicon."""
    lines = []
    for word in sorted(lexicon.first.keys() | lexicon.last.keys()):
        prices = (lexicon.first.get(word), lexicon.last.get(word))
        lines.append("\t".join([word, *("" if one is None else str(round(one * 10)) for one in prices)]))
    path.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


if __name__ == "__main__":
    lexicon = build(read(Path(sys.argv[1])), our_words())
    write(lexicon, FOLDER_DE / "parts.txt.gz")
    print(f"{len(lexicon.first)} first parts, {len(lexicon.last)} last parts")
