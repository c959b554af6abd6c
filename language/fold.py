"""Where a written word is cut into units, and how a unit is spelled once case, umlauts and accents are folded.

Rules (docs: query language, "Words"): case folds; a, o, u with diaeresis become two letters, sharp s becomes ss, other
accents of Latin and Greek letters are dropped; other scripts keep their marks. Units are cut at hyphens, slashes and
letter/digit borders and at everything that is neither letter nor digit; soft hyphens, zero-width and bidi controls are
no characters at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST = 64
"""A unit is cut at so many characters (query language, "Words")."""

_HYPHENS = "\\-\u2010\u2011\u2012\u2013\ufe63\uff0d"
_APOSTROPHES = "'\u2019\u2018\u02bc\u00b4`\u2032\uff07"
# Marks and controls that stand inside words although they are neither letter nor digit; blocks of Indic and Thai
# vowel signs are taken whole, what is punctuation in them is cut out again in `cut`.
_INSIDE = (
    "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061c\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u109f"
    "\u180e\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f"
    "\ufe20-\ufe2f\ufeff"
)
WORD = re.compile(f"[\\w{_INSIDE}]+(?:[{_HYPHENS}/{_APOSTROPHES}][\\w{_INSIDE}]+)*")
"""A written word: letters, digits and marks, joined by single hyphens, slashes or apostrophes."""

_GLUED = frozenset(("t", "re", "ve", "ll", "d", "m"))  # don't, we're, I've: one unit (dont, were, ive)
_NO_DECOMPOSITION = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
_DIAERESIS = "\u0308"

_LETTER, _DIGIT, _MARK, _NOTHING, _BREAK = range(5)

_GERMAN = re.compile("[A-Za-zÄÖÜäöüß]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class Cut(NamedTuple):
    """One unit of a written word: code points ``start`` to ``end`` of that word, and its folded form."""

    start: int
    end: int
    text: str


@lru_cache(maxsize=4096)
def _pieces(character: str) -> tuple[tuple[int, str], ...]:
    """Return what one character is made of, folded: (kind, text) of each base letter, digit, mark or break."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return tuple(_piece(one) for one in folded)


def _piece(one: str) -> tuple[int, str]:
    category = unicodedata.category(one)
    if category == "Nd":
        return _DIGIT, str(unicodedata.decimal(one))
    if one in _APOSTROPHES:
        return _BREAK, one
    if category[0] in "LN":
        return _LETTER, _NO_DECOMPOSITION.get(one, one)
    if category[0] == "M":
        return _MARK, one
    return (_NOTHING if category == "Cf" else _BREAK), one


class _Builder:
    """The unit being read; knows the border rules and how marks change the letter before them."""

    def __init__(self) -> None:
        self.done: list[Cut] = []
        self._clear()

    def _clear(self) -> None:
        self.text: list[str] = []
        self.kind = _BREAK
        self.base = ""
        self.start = self.end = 0

    def close(self) -> None:
        """End the unit, if there is one."""
        if self.text:
            text = unicodedata.normalize("NFC", "".join(self.text))[:LONGEST]
            self.done.append(Cut(self.start, self.end, text))
        self._clear()

    def add(self, kind: int, text: str, place: int) -> None:
        """Take a letter or a digit; a border between the two ends the unit before."""
        if kind != self.kind:
            self.close()
        if not self.text:
            self.start, self.kind = place, kind
        self.text.append(text)
        self.base = text
        self.end = place + 1

    def mark(self, text: str, place: int) -> None:
        """Take a mark: diaeresis on a, o, u writes an e; other marks of Latin and Greek go, those of other scripts stay."""
        if not self.text:
            return
        if text == _DIAERESIS and self.base in ("a", "o", "u"):
            self.text.append("e")
            self.base = ""
        elif self.base >= "\u0400":
            self.text.append(text)
        self.end = place + 1


_LATIN = {character: _pieces(character) for character in map(chr, range(0x250))}  # most texts have nothing else


def cut(word: str) -> list[Cut]:
    """Return the units of ``word`` with their places in it; an empty list if nothing in it can be searched for."""
    if _GERMAN.fullmatch(word):  # nine words in ten, at a tenth of the time
        return [Cut(0, len(word), word.lower().translate(_UMLAUTS)[:LONGEST])]
    builder = _Builder()
    for place, character in enumerate(word):
        for kind, text in _LATIN.get(character) or _pieces(character):
            if kind <= _DIGIT:
                builder.add(kind, text, place)
            elif kind == _MARK:
                builder.mark(text, place)
            elif kind == _BREAK and not (builder.text and character in _APOSTROPHES):
                builder.close()
            elif kind == _BREAK:
                rest = word[place + 1 : place + 4].casefold()
                if rest == "s":  # a possessive is no part of the name: Trump's is trump
                    builder.close()
                    return builder.done
                if rest not in _GLUED or builder.kind != _LETTER:
                    builder.close()
    builder.close()
    return builder.done


def units(text: str) -> Iterator[str]:
    """Yield the folded units of any text in order."""
    for match in WORD.finditer(text):
        for one in cut(match.group()):
            yield one.text


def join(folded: tuple[str, ...] | list[str]) -> str:
    """Return the joined form of units (nato, gipfel: natogipfel), cut at LONGEST characters."""
    return "".join(folded)[:LONGEST]
