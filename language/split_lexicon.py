"""Which German words may be parts of compounds, and at what price: reads the lexicon folder, once and only when needed."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicon"


@dataclass(frozen=True)
class Lexicon:
    """Prices of parts that others follow (``first``, linking element included) and of parts at the end (``last``);
    words that are never split (``whole``); prefixes that make one part with the noun after them (``prefixes``) among all
    prefixes (``barred``); splits written out (``compounds``).
    """

    first: dict[str, float]
    last: dict[str, float]
    whole: frozenset[str]
    prefixes: frozenset[str]
    barred: frozenset[str]
    compounds: dict[str, tuple[str, ...]]


@cache
def has_parts(language: str) -> bool:
    """Tell whether compounds of a language are split at all."""
    return (FOLDER / language / "parts.txt.gz").exists()


@cache
def load(language: str) -> Lexicon:
    """Return the lexicon of a language; about 100 ms the first time."""
    folder = FOLDER / language
    first: dict[str, float] = {}
    last: dict[str, float] = {}
    for line in gzip.decompress((folder / "parts.txt.gz").read_bytes()).decode("utf-8").splitlines():
        word, before, after = line.split("\t")
        if before:
            first[word] = int(before) / 10
        if after:
            last[word] = int(after) / 10
    return Lexicon(first, last, words(folder / "whole.txt"), *prefixes(folder), compounds(folder))


def compounds(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the compounds whose split is written out, by their joined form."""
    return {word.replace("|", ""): tuple(word.split("|")) for word in words(folder / "compounds.txt")}


def prefixes(folder: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the prefixes that make one part with a known noun, and all prefixes."""
    joining, _, others = (folder / "prefixes.txt").read_text("utf-8").partition("\n|")
    return _words(joining), _words(joining) | _words(others)


def words(path: Path) -> frozenset[str]:
    """Return the words of a list: separated by white space, # begins a comment."""
    return _words(path.read_text("utf-8"))


def _words(content: str) -> frozenset[str]:
    return frozenset(word for line in content.splitlines() for word in line.partition("#")[0].split())


@cache
def digest(language: str) -> str:
    """Return the SHA-256 of all files of a language's lexicon, by name and content."""
    content = hashlib.sha256()
    for path in sorted((FOLDER / language).iterdir()):
        content.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return content.hexdigest()
