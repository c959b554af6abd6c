"""How a name may be written in running text: hyphens, endings, capitals. Pure functions over tokens."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from config.models import EntityName

Words = tuple[str, ...]

_NO_S = ("s", "x", "z", "ß")
_ENDINGS = ("e", "en", "er", "es", "n", "ern", "em")
_MOST_JOINTS = 4
"""A name with more places for hyphens is looked for as written, with all of them and with none."""


def spellings(name: EntityName, words: Words) -> set[Words]:
    """Return every form of a name, given its tokens: with and without hyphens, and with the endings that it may have.

    A genitive or plural -s counts for each name that ends in a letter other than s, x, z, ß; the further German endings
    only where the flag ``inflects`` says so.
    """
    return {form for joined in _joined(words) for form in _inflected(joined, "inflects" in name.flags)}


def in_capitals(name: EntityName, words: Words) -> Words | None:
    """Return the name in capitals, as headlines have it, if it is long enough not to be taken for an acronym."""
    upper = tuple(word.upper() for word in words)
    return upper if upper != words and sum(map(len, words)) >= 4 and "exact-case" in name.flags else None


def _joined(words: Words) -> Iterator[Words]:
    bare = [word for word in words if word != "-"]
    if len(bare) - 1 > _MOST_JOINTS:
        yield words
        yield tuple(bare)
        yield tuple(part for word in bare for part in ("-", word))[1:]
        return
    for hyphens in product((False, True), repeat=len(bare) - 1):
        form = [bare[0]]
        for hyphen, word in zip(hyphens, bare[1:], strict=True):
            form += ["-", word] if hyphen else [word]
        yield tuple(form)


def _inflected(words: Words, freely: bool) -> Iterator[Words]:
    yield words
    *rest, last = words
    if not last.isalpha() or len(last) < 2:
        return
    if not last.lower().endswith(_NO_S):
        yield (*rest, last + "s")
    if freely:
        stem = last.removesuffix("er") if last.endswith("er") and len(last) > 6 else last.removesuffix("e")
        for ending in _ENDINGS:
            yield (*rest, stem + ending)
            yield (*rest, last + ending)
