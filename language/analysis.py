"""What the units, stems and compound parts of a text are, and how they are written for an index: the one analysis.

Everything that looks at words (both engines, alerts, topics, copies) looks at these tokens, so that none can disagree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from language import split_lexicon
from language.analysis_parts import Parts
from language.analysis_stems import Stems
from language.fold import WORD, Cut, cut, join, units
from language.tokens import Analysis, Joined, Unit

CODE = "2"
"""The version of the rules in code. A test pins a fingerprint of their results to it: who changes them must raise it."""

STRETCHES_KEPT = 100_000
"""Stretches between white space remembered per language (about 60 MB at most); then the memory starts anew."""
_LONGEST_KEPT = 80  # longer stretches are mostly addresses that never come again


class Streams(NamedTuple):
    """Canonical strings for a whitespace tokenizer: exact units, stems at the same positions, parts and joined forms."""

    x: str
    s: str
    p: str


@dataclass(frozen=True, slots=True)
class Version:
    """What a token depends on: rules in code, lexicon, protected names. Tokens of two versions must never be mixed."""

    code: str
    lexicon: str
    protected: str

    def __str__(self) -> str:
        return f"{self.code}-{self.lexicon}-{self.protected}"


class _Known(NamedTuple):
    """A stretch of text without white space, analysed: units and joined forms with their places inside the stretch."""

    units: tuple[Unit, ...]
    joined: tuple[Joined, ...]


class Analyser:
    """Analyses texts; safe to share between threads, as results only ever depend on the text.

    ``protected`` are names that are never stemmed or split (spelled as in entities.yaml). A name of several units is
    safe already, being a phrase of units, and is left out. ``languages`` are those with a lexicon.
    """

    def __init__(self, protected: Collection[str] = (), languages: Sequence[str] = ("de", "en")) -> None:
        self.languages = tuple(languages)
        self.protected = frozenset(one[0] for one in (tuple(units(name)) for name in protected) if len(one) == 1)
        self._stems = {language: Stems(language, self.protected) for language in self.languages}
        self._parts = {language: Parts(language, stems) for language, stems in self._stems.items()}
        self._known: dict[str | None, dict[str, _Known]] = {language: {} for language in (None, *self.languages)}
        self._words: dict[str, dict[tuple[str, bool], tuple[str, tuple[str, ...]]]] = {one: {} for one in self.languages}
        names = "\n".join(sorted(self.protected))
        self.version_parts = Version(
            code=f"{CODE}.{Stems.library}",
            lexicon=_digest(split_lexicon.digest(language) for language in self.languages),
            protected=_digest([names]),
        )
        self.version = str(self.version_parts)

    def analyse(self, text: str, language: str | None) -> Analysis:
        """Return the units of ``text`` with offsets in code points; an uncovered language counts as None: no stems."""
        if language not in self._stems:
            language = None
        known = self._known[language]
        found: list[Unit] = []
        joined: list[Joined] = []
        add, make, place = found.append, tuple.__new__, 0
        # One character for one, so that places hold; other white space only makes longer stretches.
        for stretch in text.replace("\n", " ").replace("\t", " ").replace("\xa0", " ").split(" "):
            entry = known.get(stretch)
            if entry is None:
                entry = self._learn(stretch, language)
            for start, end, exact, stem, parts in entry[0]:
                # Unit(...) takes six times as long, and this line runs for every word of every article.
                add(make(Unit, (place + start, place + end, exact, stem, parts)))
            if entry[1]:
                joined.extend(Joined(place + one.start, place + one.end, one.text, one.stem) for one in entry[1])
            place += len(stretch) + 1
        return Analysis(language, tuple(found), tuple(joined))

    def _learn(self, stretch: str, language: str | None) -> _Known:
        entry = self._read(stretch, language)
        if len(stretch) <= _LONGEST_KEPT:
            known = self._known[language]
            if len(known) >= STRETCHES_KEPT:
                known.clear()
            known[stretch] = entry
        return entry

    def _read(self, stretch: str, language: str | None) -> _Known:
        found: list[Unit] = []
        joined: list[Joined] = []
        for match in WORD.finditer(stretch):
            place = match.start()
            cuts = cut(match.group())
            found.extend(self._unit(one, place, stretch, language) for one in cuts)
            if len(cuts) > 1:
                text = join([one.text for one in cuts])
                stem = None if language is None else self._stems[language].stem(text)
                joined.append(Joined(place + cuts[0].start, place + cuts[-1].end, text, stem))
        return _Known(tuple(found), tuple(joined))

    def _unit(self, one: Cut, place: int, stretch: str, language: str | None) -> Unit:
        start, end = place + one.start, place + one.end
        if language is None:
            return Unit(start, end, one.text, one.text)
        stem, parts = self._meaning(one.text, stretch[start].isupper(), language)
        return Unit(start, end, one.text, stem, parts)

    def _meaning(self, unit: str, capital: bool, language: str) -> tuple[str, tuple[str, ...]]:
        """Return stem and parts of a unit, from memory if it stood in another stretch before (Heer and "Heer.")."""
        words = self._words[language]
        meaning = words.get((unit, capital))
        if meaning is None:
            # Only what is written with a capital is split: verbs and adjectives are hardly ever compounds one looks for.
            meaning = self._stems[language].stem(unit), self._parts[language].of(unit) if capital else ()
            if len(words) >= STRETCHES_KEPT:
                words.clear()
            words[unit, capital] = meaning
        return meaning

    def units(self, word: str) -> tuple[str, ...]:
        """Return the folded exact units of a written query word, in order; empty if it has nothing to search for."""
        return tuple(units(word))

    def stem(self, unit: str, language: str) -> str:
        """Return the stem of a folded unit in a covered language; in any other, the unit itself."""
        stems = self._stems.get(language)
        return unit if stems is None else stems.stem(unit)

    def joined(self, units: Sequence[str]) -> str:
        """Return the joined form of folded units: ``natogipfel`` for nato, gipfel."""
        return join(tuple(units))


def streams(analysis: Analysis) -> Streams:
    """Return the canonical strings of a field.

    ``x`` has one token a unit; ``s`` has ``de|stem`` at the same positions (empty without a language); ``p`` has
    ``de|part`` for parts and sub-compounds, ``=joined`` and ``de|stem`` for joined forms, in no order that matters.
    """
    rest = ["=" + one.text for one in analysis.joined]
    if not analysis.units:
        return Streams("", "", " ".join(rest))
    exact = " ".join([unit[2] for unit in analysis.units])
    if analysis.language is None:
        return Streams(exact, "", " ".join(rest))
    tag = analysis.language + "|"
    # One join writes the tags too: tag + a + " " + tag + b.
    between = " " + tag
    stems = between.join([unit[3] for unit in analysis.units])
    leaves = [part for unit in analysis.units if unit[4] for part in unit[4]]
    leaves += [one.stem for one in analysis.joined if one.stem is not None]
    tagged = [tag + between.join(leaves)] if leaves else []
    return Streams(exact, tag + stems, " ".join(tagged + rest))


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
