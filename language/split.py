"""How a German compound is cut into its parts: a cheapest path over a lexicon of parts, with word counts as the price.

A part is a word that stands in compounds. Its price falls with the count of the word and with the number of different
compounds it was seen in, and rises steeply for short words, which turn up in other words by chance. Derivational
prefixes and suffixes are never parts; a prefixed noun (ueberflug) is one part. Everything here is folded.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from language.split_lexicon import Lexicon

SHORTEST = 6
"""Shorter words are never split: the shortest compounds worth finding are of two parts with three letters."""

LONGEST_PART = 26
"""Letters of the longest part looked up; only hostile words have longer ones, and they must not cost time."""
BOUNDARY = 4.0
"""What a further boundary costs, so that few long parts win over many short ones."""
DERIVED = 3.0
"""What a prefixed noun that the lexicon lacks costs more than its noun."""
INFLECTED = 1.0
"""What a last part costs more if the lexicon has it only without its ending (panzers)."""
_ENDINGS = ("s", "n", "en", "es", "e")
UNKNOWN = (4, 9)
"""Letters of an unknown word that is believed to be a first part (a name: Taurusdebatte) if a sure last part follows it;"""
SURE = (6, 7.5)
"""that is one of at least so many letters and at most this price."""
LIMIT = 14.0
"""A split is believed if its parts cost at most this on average; chosen on the tuning half (decision 0011)."""


class Split(NamedTuple):
    """A compound: the surface of its parts in order, each with its linking element (verteidigungs, minister)."""

    parts: tuple[str, ...]

    def boundaries(self) -> tuple[int, ...]:
        """Return the places where the second and later parts begin."""
        places, place = [], 0
        for part in self.parts[:-1]:
            place += len(part)
            places.append(place)
        return tuple(places)

    def compounds(self) -> tuple[str, ...]:
        """Return the sub-compounds: runs of at least two parts that are not the whole word (flugkoerper)."""
        parts, count = self.parts, len(self.parts)
        return tuple(
            "".join(parts[first : first + length])
            for length in range(count - 1, 1, -1)
            for first in range(count - length + 1)
        )


def split(word: str, lexicon: Lexicon) -> Split | None:
    """Return the parts of a folded, originally capitalised word, or None if it is no compound we can be sure of."""
    if len(word) < SHORTEST or _is_whole(word, lexicon):
        return None
    if word in lexicon.compounds:
        return Split(lexicon.compounds[word])
    size = len(word)
    # best[i]: cheapest price of word[:i] as first parts, with the start of its last part
    best: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    for start in range(size - 2):
        if start not in best:
            continue
        price = best[start][0]
        for end in range(start + 2, min(size - 1, start + LONGEST_PART + 1)):
            cost = _price(word[start:end], lexicon.first, lexicon)
            if cost is not None and price + cost + BOUNDARY < best.get(end, (1e9, 0))[0]:
                best[end] = (price + cost + BOUNDARY, start)
    return _ending(word, best, lexicon) or _after_unknown(word, lexicon)


def _is_whole(word: str, lexicon: Lexicon) -> bool:
    """Tell whether a word, or the word without its ending, is never split."""
    ends = (*_ENDINGS, "er", "em")
    return word in lexicon.whole or any(word.endswith(end) and word.removesuffix(end) in lexicon.whole for end in ends)


def _after_unknown(word: str, lexicon: Lexicon) -> Split | None:
    letters, price = SURE
    for place in range(UNKNOWN[0], min(UNKNOWN[1], len(word) - letters) + 1):
        if lexicon.last.get(word[place:], 99.0) <= price:
            return None if _has_prefix(word[:place], lexicon) else Split((word[:place], word[place:]))
    return None


def _has_prefix(text: str, lexicon: Lexicon) -> bool:
    """Tell whether an unknown word may only be the prefix of what follows it (brutto-ver-dienst is no ver-dienst)."""
    return any(text.startswith(prefix) or text.endswith(prefix) for prefix in lexicon.barred)


def _ending(word: str, best: dict[int, tuple[float, int]], lexicon: Lexicon) -> Split | None:
    found: tuple[float, int] | None = None
    for start, (price, _) in best.items():
        if start == 0:
            continue
        cost = _last_price(word[start:], lexicon)
        if cost is not None and (found is None or price + cost < found[0]):
            found = (price + cost, start)
    if found is None:
        return None
    places = [len(word), found[1]]
    while places[-1] > 0:
        places.append(best[places[-1]][1])
    places.reverse()
    parts = tuple(word[a:b] for a, b in pairwise(places))
    boundaries = len(parts) - 1
    return Split(parts) if (found[0] - BOUNDARY * boundaries) / len(parts) <= LIMIT else None


def _price(part: str, prices: dict[str, float], lexicon: Lexicon) -> float | None:
    price = prices.get(part)
    if price is not None or len(part) < 6:
        return price
    for length in range(2, min(9, len(part) - 3)):
        if part[:length] in lexicon.prefixes:
            base = prices.get(part[length:])
            if base is not None and len(part) - length >= 4:
                return base + DERIVED
    return None


def _last_price(part: str, lexicon: Lexicon) -> float | None:
    """Return the price of a last part as it stands or without its ending, whichever is less."""
    prices = [_price(part, lexicon.last, lexicon)]
    for ending in _ENDINGS:
        base = part.removesuffix(ending)
        if base != part and len(base) >= 4 and base in lexicon.last:
            prices.append(lexicon.last[base] + INFLECTED)
    return min((price for price in prices if price is not None), default=None)
