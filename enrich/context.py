"""Whether an ambiguous name means the entity, told by the words around it. Pure functions over places in one text.

The evidence is words of the entity's ``context`` (for) and ``against``. Each counts once, at its nearest: in the same
sentence, in the same paragraph, or elsewhere in the article. The score of a name is for / (for + against + DOUBT).
docs/decisions/0050 has the rule and what it was measured on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from enrich.gazetteer import Named

NEAR = {"sentence": 3.0, "paragraph": 1.5, "article": 0.5}
"""How much one word of evidence says, by its distance; words add up."""
DOUBT = 0.8
"""What speaks against every ambiguous name, so that a single word from elsewhere in the article does not decide."""
ENOUGH = 0.5
"""A name counts from this score: for one word in sentence or paragraph, or two elsewhere, if nothing speaks against."""
CERTAIN = 0.98
"""The score of a name that means nothing else."""
KNOWN = 2.0
"""What it says that the same article surely names the entity somewhere else."""
_WHOLE = 4
"""Words of evidence up to this length count only as whole words: tank is not in Tankstelle."""

_FIRST_NAMES = Path(__file__).with_name("first_names.txt")
_TITLES = "herr herrn frau dr prof professor professorin mr mrs ms miss sir lady papst kardinal bischof minister ministerin"
"""A surname follows these, not a firm or a weapon."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The text around names: itself in lower case, and where its sentences and paragraphs begin, ascending."""

    text: str
    lower: str
    sentences: Sequence[int]
    paragraphs: Sequence[int]

    def nearness(self, place: int, other: int) -> str:
        """Return how near two places are: ``sentence``, ``paragraph`` or ``article``."""
        if bisect_right(self.sentences, place) == bisect_right(self.sentences, other):
            return "sentence"
        same = bisect_right(self.paragraphs, place) == bisect_right(self.paragraphs, other)
        return "paragraph" if same else "article"

    def begins_sentence(self, place: int) -> bool:
        """Tell whether a sentence begins here, where any word has a capital."""
        at = bisect_right(self.sentences, place)
        return at > 0 and self.sentences[at - 1] == place

    def word_before(self, place: int) -> str:
        """Return the word right before a place, without its full stop; empty after any other sign."""
        before = self.text[max(0, place - 40) : place]
        words = before.rstrip(" .").rsplit(None, 1)
        return words[-1] if words and before[-1:].isspace() and "\n" not in before[-2:] else ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A name that counts, and how sure that is (0..1)."""

    named: Named
    score: float


def judge(found: Sequence[Named], around: Surroundings) -> list[Judged]:
    """Return the names that mean their entity; where several entities claim a place, the best supported one."""
    by_entity: dict[str, list[Named]] = {}
    for named in found:
        by_entity.setdefault(named.entity.id, []).append(named)
    judged = [one for names in by_entity.values() for one in _judge_entity(names, around)]
    best: dict[tuple[int, int], Judged] = {}
    for one in judged:
        place = (one.named.start, one.named.end)
        if place not in best or one.score > best[place].score:
            best[place] = one
    return [best[place] for place in sorted(best)]


def _judge_entity(names: Sequence[Named], around: Surroundings) -> Iterator[Judged]:
    plain = [named for named in names if not named.ambiguous]
    yield from (Judged(named, CERTAIN) for named in plain)
    ambiguous = [named for named in names if named.ambiguous and not _is_person(named, around)]
    if not ambiguous:
        return
    entity = ambiguous[0].entity
    taken = [(named.start, named.end) for named in names]
    pro = _evidence(entity.context, around, taken)
    contra = _evidence(entity.against, around, taken)
    own = {named: (_strength(named, pro, around), _strength(named, contra, around)) for named in ambiguous}
    known = bool(plain) or any(weigh(*strengths) >= ENOUGH for strengths in own.values())
    for named, (support, against) in own.items():
        if known and not around.begins_sentence(named.start):
            support += KNOWN
        if (score := weigh(support, against)) >= ENOUGH:
            yield Judged(named, round(min(score, CERTAIN), 2))


def weigh(support: float, against: float) -> float:
    """Return how sure it is that a name means its entity: the share of what speaks for it, DOUBT being against it."""
    return support / (support + against + DOUBT)


def _strength(named: Named, evidence: Iterable[list[int]], around: Surroundings) -> float:
    return sum(max(NEAR[around.nearness(named.start, place)] for place in places) for places in evidence)


def _evidence(words: Iterable[str], around: Surroundings, taken: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the places of each word of evidence that the text has, names of the entity itself left out.

    Of words that overlap, the longer one counts: *drone* and *drone wall* are one piece of evidence.
    """
    used = list(taken)
    found = []
    for word in sorted(set(map(str.lower, words)), key=lambda word: (-len(word), word)):
        places = []
        for place, length in occurrences(word, around.lower):
            if not any(start < place + length and place < end for start, end in used):
                places.append(place)
                used.append((place, place + length))
        if places:
            found.append(places)
    return found


def occurrences(word: str, lower: str) -> Iterator[tuple[int, int]]:
    """Yield place and length of a word of evidence in a text in lower case.

    It must begin where a word begins, or anywhere after a leading ``*``; up to four letters it must also end there.
    """
    anywhere, wanted = word.startswith("*"), word.removeprefix("*").lower()
    whole = len(wanted) <= _WHOLE and wanted[-1].isalnum()
    at = lower.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        begins = anywhere or at == 0 or not lower[at - 1].isalnum() or not wanted[0].isalnum()
        ends = not whole or end == len(lower) or not lower[end].isalnum()
        if begins and ends:
            yield at, len(wanted)
        at = lower.find(wanted, end)


def _is_person(named: Named, around: Surroundings) -> bool:
    """Tell whether a single word is somebody's surname, by the first name or title before it."""
    if " " in named.name.name:
        return False
    before = around.word_before(named.start)
    return before in _first_names() or before.lower() in _TITLES.split()


@cache
def _first_names() -> frozenset[str]:
    lines = _FIRST_NAMES.read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())
