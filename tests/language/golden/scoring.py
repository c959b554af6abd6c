"""How the golden files are read and scored; what is printed is the caller's decision, so that a half can stay untouched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from language.analysis import Analyser
from language.fold import units
from language.split import split
from language.split_lexicon import load

FOLDER = Path(__file__).parent
PROTECTED = ("Rheinmetall", "Helsing", "Auterion", "NATO", "Hensoldt")
"""The names the pair files take as protected."""


@dataclass
class Score:
    """Counts of right, wrong and missed decisions, non-compounds with how many were split, and the failures verbatim."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    simple: int = 0
    oversplit: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def lines(name: str) -> Iterator[str]:
    """Yield the lines of a golden file that count."""
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def boundaries(line: str) -> tuple[str, set[int], set[int]]:
    """Return the folded word of a line, its boundaries, and the places where either reading is right."""
    word, sure, either = "", set(), set()
    for piece in re.split(r"([|~])", line):
        if piece == "|":
            sure.add(len(word))
        elif piece == "~":
            either.add(len(word))
        else:
            word += "".join(units(piece))
    return word, sure, either


def score_words(name: str) -> Score:
    """Score the splitter on boundaries; only words with a capital are split."""
    score, lexicon = Score(), load("de")
    for line in lines(name):
        word, wanted, either = boundaries(line)
        found = split(word, lexicon) if line[0].isupper() else None
        got = (set(found.boundaries()) if found else set()) - either
        score.right += len(got & wanted)
        score.wrong += len(got - wanted)
        score.missed += len(wanted - got)
        if not wanted and not either:
            score.simple += 1
            score.oversplit += bool(got)
        if got != wanted:
            score.failures.append(f"{line} -> {'|'.join(found.parts) if found else '-'}")
    return score


def finds(analyser: Analyser, query: str, word: str) -> bool:
    """Tell whether a bare query word of one unit finds a text of one word (query language, "Compilation")."""
    (unit,) = analyser.units(query)
    analysis = analyser.analyse(word, "de")
    stem = analyser.stem(unit, "de")
    return any(unit == one.exact or stem == one.stem or stem in one.parts for one in analysis.units) or any(
        unit == one.text or stem == one.stem for one in analysis.joined
    )


def score_pairs(name: str) -> Score:
    """Score query and word pairs."""
    score, analyser = Score(), Analyser(PROTECTED)
    for line in lines(name):
        query, _, words = line.partition(":")
        for word in words.split():
            wanted, got = word[0] == "+", finds(analyser, query, word[1:])
            score.right += wanted and got
            score.wrong += got and not wanted
            score.missed += wanted and not got
            if wanted != got:
                score.failures.append(f"{query} {word}")
    return score
