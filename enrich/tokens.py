"""Where words, sentences and paragraphs begin, for spaCy: one tokenizer for texts and for the names looked for in them.

Finer than spaCy's own: hyphens, slashes and the border of letters and digits always cut, so that ``Helsing-Drohne`` has
the token ``Helsing``, and F-35, F35 and F 35 differ by a hyphen only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from spacy.tokens import Doc
from spacy.vocab import Vocab

_TOKEN = re.compile(r"[^\W\d_]+(?:\u00ad[^\W\d_]+)*|\d+|\n\s*|[^\w\s]|_")
_SAME = {"‐": "-", "‑": "-", "’": "'", "‘": "'", "´": "'", "„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "×": "x"}
"""Signs that are written in several ways and mean the same in a name."""
_CLOSING = frozenset("\"')]}*")
_ABBREVIATIONS = """
abs adm art bzw ca capt cf ch col corp cpl cpt dr ed etc ff fig frl gen ggf hr inc incl inkl jr lt ltd maj mia mio mr mrd
mrs ms mt nr no prof resp sen sgt sog sr st str usw vgl vs zzgl gov rep dept est approx bn min max vol
"""
"""Words that are written with a full stop which ends no sentence, in German and English."""

_SHORT = frozenset(_ABBREVIATIONS.split())

BREAK = "\n"
"""The token that stands for the border of a paragraph; no name has it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the tokens of a text stand: start and end of each in code points; starts of sentences and paragraphs."""

    starts: list[int]
    ends: list[int]
    sentences: list[int]
    paragraphs: list[int]


class Tokenizer:
    """spaCy's tokenizer for our pipelines; the places of a document are in ``doc.user_data["places"]``."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Return the document of a text, with sentence boundaries set."""
        words, starts, ends = cut(text)
        first, paragraphs = _sentences(words, starts, ends)
        doc = Doc(self.vocab, words=words, sent_starts=first)
        sentences = [start for start, begins in zip(starts, first, strict=True) if begins]
        doc.user_data["places"] = Places(starts, ends, sentences, paragraphs)
        return doc


def cut(text: str) -> tuple[list[str], list[int], list[int]]:
    """Return the tokens of a text with start and end of each in code points."""
    matches = list(_TOKEN.finditer(text))
    words = [match.group() for match in matches]
    for i, word in enumerate(words):
        if not word.isalnum():
            words[i] = BREAK if word[0] == "\n" else _SAME.get(word, word).replace("\u00ad", "") or word
    return words, [match.start() for match in matches], [match.end() for match in matches]


def _sentences(words: list[str], starts: list[int], ends: list[int]) -> tuple[list[bool | int | None], list[int]]:
    """Return whether each token begins a sentence, and where paragraphs begin."""
    first: list[bool | int | None] = [False] * len(words)
    paragraphs = []
    ended, paragraph = False, True
    for i, word in enumerate(words):
        if word == BREAK:
            ended, paragraph = False, True
            continue
        if paragraph:
            first[i] = True
            paragraphs.append(starts[i])
            paragraph = False
        elif ended and (word not in _CLOSING or starts[i] > ends[i - 1]):
            first[i] = not word[0].islower() and starts[i] > ends[i - 1]
            ended = False
        if word in ".!?…":
            ended = word != "." or i == 0 or _ends(words[i - 1])
    return first, paragraphs


def _ends(before: str) -> bool:
    """Whether a full stop after this word may end a sentence: not after initials, ordinals (25. Juni), abbreviations."""
    if before.isdigit():
        return len(before) >= 4
    return len(before) > 1 and before.lower() not in _SHORT
