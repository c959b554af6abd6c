"""What the parts of a unit are, as an index holds them: stems of its leaf parts in order, then of its sub-compounds."""

from __future__ import annotations

from dataclasses import replace

from language import split_lexicon
from language.analysis_stems import Stems
from language.split import Split, split

_NAME = 6.0
"""The price of a protected name as a first part (Natogipfel): cheaper than any word, so that it is never cut itself."""
_SHORTEST_NAME = 3


class Parts:
    """The splitter of one language; one without a lexicon of parts splits nothing. The lexicon is read when needed."""

    def __init__(self, language: str, stems: Stems) -> None:
        self._language = language
        self._stems = stems
        self._splits = split_lexicon.has_parts(language)
        self._lexicon: split_lexicon.Lexicon | None = None

    def of(self, unit: str) -> tuple[str, ...]:
        """Return the folded stems of the parts of a unit; empty if it is no compound."""
        found = self.split(unit)
        if found is None:
            return ()
        stem = self._stems.stem
        return tuple(dict.fromkeys(stem(part) for part in found.parts + found.compounds()))

    def split(self, unit: str) -> Split | None:
        """Return where a folded unit is cut; None if it is no compound, or a protected name."""
        if not self._splits or self._stems.name(unit) is not None:
            return None
        if self._lexicon is None:
            self._lexicon = self._with_names()
        return split(unit, self._lexicon)

    def _with_names(self) -> split_lexicon.Lexicon:
        lexicon = split_lexicon.load(self._language)
        names = {name: _NAME for name in self._stems.protected if len(name) >= _SHORTEST_NAME and not name.isdigit()}
        return replace(lexicon, first=lexicon.first | names)
