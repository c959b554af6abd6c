"""What the stem of a folded unit is: the Snowball stem, unless our table or a protected name says otherwise."""

from __future__ import annotations

from pathlib import Path

import Stemmer  # type: ignore[import-not-found]  # PyStemmer ships no types

from language.fold import LONGEST

_LEXICON = Path(__file__).parent / "lexicon"
_SNOWBALL = {"de": "german", "en": "english"}
_REST = 3
"""So many letters go before an end that has a stem of its own: Bildungen is bildung, but Jungen is no jung."""


class Stems:
    """The stemmer of one language. A unit's stem depends on the folded unit and the protected names alone."""

    library = f"snowball{Stemmer.version()}"

    def __init__(self, language: str, protected: frozenset[str]) -> None:
        folder = _LEXICON / language
        self.protected = protected
        # What is written by hand goes before what was made from counts.
        tables = [_rows(path.read_text("utf-8")) for path in (folder / "nouns.txt", folder / "stems.txt") if path.exists()]
        table = {form: stem for rows in tables for form, stem in rows}
        self._ends = {form[1:]: stem[1:] for form, stem in table.items() if form.startswith("-")}
        self._longest_end = max(map(len, self._ends), default=0)
        self._exceptions = {form: stem for form, stem in table.items() if not form.startswith("-")}
        # PyStemmer's own cache is off: the analyser remembers whole words, and a Stemmer is not safe between threads
        # while it caches.
        self._snowball = Stemmer.Stemmer(_SNOWBALL[language], 0)

    def stem(self, unit: str) -> str:
        """Return the stem of a folded unit; a protected name is its own stem, and so is the stem of its genitive."""
        name = self.name(unit)
        if name is not None:
            return name
        exception = self._exceptions.get(unit)
        if exception is not None:
            return exception
        stem: str = (self._by_end(unit) or self._snowball.stemWord(unit))[:LONGEST]
        # Helsinger must not become helsing: nothing but the name itself may end at a protected name.
        return unit if stem in self.protected or not stem else stem

    def _by_end(self, unit: str) -> str | None:
        for start in range(max(_REST, len(unit) - self._longest_end), len(unit) - 1):
            end = self._ends.get(unit[start:])
            if end is not None:
                return unit[:start] + end
        return None

    def name(self, unit: str) -> str | None:
        """Return the protected name that a unit is, in the nominative or with the s of its genitive, else None."""
        if unit in self.protected:
            return unit
        return unit[:-1] if unit.endswith("s") and unit[:-1] in self.protected else None


def _rows(content: str) -> list[tuple[str, str]]:
    """Read ``stem: form form ...`` lines; # begins a comment."""
    rows: list[tuple[str, str]] = []
    for line in content.splitlines():
        stem, colon, forms = line.partition("#")[0].partition(":")
        if colon:
            rows.extend((form, stem.strip()) for form in forms.split())
    return rows
