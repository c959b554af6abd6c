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

CODE = "1"
"""The version of the rules in code. A test pins a fingerprint of their results to it: who changes them must raise it."""

WORDS_KEPT = 100_000
"""Written words remembered per language (about 40 MB at most); then the memory starts anew."""
_LONGEST_KEPT = 80  # longer written words are mostly addresses that never come again


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
    """A written word analysed: its units with places inside the word, and its joined form if it has several units."""

    units: tuple[tuple[int, int, str, str, tuple[str, ...]], ...]
    joined: str | None


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
        for match in WORD.finditer(text):
            word = match.group()
            entry = known.get(word) or self._learn(word, language)
            place = match.start()
            for start, end, exact, stem, parts in entry.units:
                found.append(Unit(place + start, place + end, exact, stem, parts))
            if entry.joined is not None:
                joined.append(Joined(place + entry.units[0][0], place + entry.units[-1][1], entry.joined))
        return Analysis(language, tuple(found), tuple(joined))

    def _learn(self, word: str, language: str | None) -> _Known:
        entry = self._read(word, language)
        if len(word) <= _LONGEST_KEPT:
            known = self._known[language]
            if len(known) >= WORDS_KEPT:
                known.clear()
            known[word] = entry
        return entry

    def _read(self, word: str, language: str | None) -> _Known:
        cuts = cut(word)
        joined = join([one.text for one in cuts]) if len(cuts) > 1 else None
        if language is None:
            return _Known(tuple((one.start, one.end, one.text, one.text, ()) for one in cuts), joined)
        stem, parts = self._stems[language].stem, self._parts[language].of

        def known(one: Cut) -> tuple[int, int, str, str, tuple[str, ...]]:
            # Only words written with a capital are split: a verb or an adjective is hardly ever a compound one looks for.
            split = word[one.start].isupper()
            return one.start, one.end, one.text, stem(one.text), parts(one.text) if split else ()

        return _Known(tuple(known(one) for one in cuts), joined)

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
    ``de|part`` for parts and sub-compounds and ``=joined`` for joined forms, in no order that matters.
    """
    exact = " ".join([unit.exact for unit in analysis.units])
    rest = ["=" + one.text for one in analysis.joined]
    if analysis.language is None:
        return Streams(exact, "", " ".join(rest))
    tag = analysis.language + "|"
    stems = " ".join([tag + unit.stem for unit in analysis.units])
    parts = [tag + part for unit in analysis.units if unit.parts for part in unit.parts]
    return Streams(exact, stems, " ".join(parts + rest))


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
