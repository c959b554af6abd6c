"""Whether an ambiguous name means the entity, told by the words around it. Pure functions over places in one text.

The evidence is words of the entity's ``context`` (for) and ``against``. Each counts once, at its nearest: in the same
sentence, in the same paragraph, or elsewhere in the article. The score of a name is for / (for + against + DOUBT).
docs/decisions/0050 has the rule and what it was measured on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from enrich.gazetteer import Named
from enrich.taken import Taken

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
COMPANY = 1.0
"""What it says for a weapon or vehicle that another entity is surely named in the same sentence."""
_SYSTEMS = frozenset({"WEAPON", "PLATFORM"})
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

    def nearness(self, place: int, others: Sequence[int]) -> str:
        """Return how near the nearest of other places (ascending) is: ``sentence``, ``paragraph`` or ``article``."""
        for name, starts in (("sentence", self.sentences), ("paragraph", self.paragraphs)):
            at = bisect_right(starts, place)
            begin, end = starts[at - 1] if at else 0, starts[at] if at < len(starts) else len(self.text)
            first = bisect_left(others, begin)
            if first < len(others) and others[first] < end:
                return name
        return "article"

    def hides_a_capital(self, place: int) -> bool:
        """Tell whether a sentence begins here, where any word has a capital; a title says its names there, and may."""
        at = bisect_right(self.sentences, place)
        return at > 0 and self.sentences[at - 1] == place and bisect_right(self.paragraphs, place) > 1

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
    sure = [named for named in found if not named.ambiguous]
    judged = [one for names in by_entity.values() for one in _judge_entity(names, sure, around)]
    best: dict[tuple[int, int], Judged] = {}
    for one in judged:
        place = (one.named.start, one.named.end)
        if place not in best or one.score > best[place].score:
            best[place] = one
    return [best[place] for place in sorted(best)]


def _judge_entity(names: Sequence[Named], sure: Sequence[Named], around: Surroundings) -> Iterator[Judged]:
    plain = [named for named in names if not named.ambiguous]
    yield from (Judged(named, CERTAIN) for named in plain)
    ambiguous = [named for named in names if named.ambiguous and not _is_person(named, around)]
    if not ambiguous:
        return
    entity = ambiguous[0].entity
    taken = [(named.start, named.end) for named in names]
    pro = _evidence(entity.context, around, taken)
    contra = _evidence(entity.against, around, taken)
    company = [named.start for named in sure if named.entity.id != entity.id and entity.type in _SYSTEMS]
    own = {
        named: (_support(named, pro, around) + _company(named, company, around), _opposition(named, contra, around))
        for named in ambiguous
    }
    known = bool(plain) or any(weigh(*strengths) >= ENOUGH for strengths in own.values())
    for named, (support, against) in own.items():
        if known and not around.hides_a_capital(named.start):
            support += KNOWN
        if (score := weigh(support, against)) >= ENOUGH:
            yield Judged(named, round(min(score, CERTAIN), 2))


def weigh(support: float, against: float) -> float:
    """Return how sure it is that a name means its entity: the share of what speaks for it, DOUBT being against it."""
    return support / (support + against + DOUBT)


def _support(named: Named, evidence: Iterable[list[int]], around: Surroundings) -> float:
    """Return what speaks for a name; where its capital says nothing, words from elsewhere do not speak for it either."""
    near = [around.nearness(named.start, places) for places in evidence]
    return sum(NEAR[name] for name in near if name != "article" or not around.hides_a_capital(named.start))


def _opposition(named: Named, evidence: Iterable[list[int]], around: Surroundings) -> float:
    return sum(NEAR[around.nearness(named.start, places)] for places in evidence)


def _company(named: Named, places: Sequence[int], around: Surroundings) -> float:
    return COMPANY if places and around.nearness(named.start, places) == "sentence" else 0.0


def _evidence(words: Iterable[str], around: Surroundings, taken: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the places of each word of evidence that the text has, names of the entity itself left out.

    Of words that overlap, the longer one counts: *drone* and *drone wall* are one piece of evidence.
    """
    used = Taken(taken)
    found = []
    for word in sorted(set(map(str.lower, words)), key=lambda word: (-len(word), word)):
        found_at = occurrences(word, around.lower)
        if places := [place for place, length in found_at if used.take(place, place + length)]:
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
