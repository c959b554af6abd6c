"""Which words of a text went and which came: a diff for people, at a bounded cost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from articles.article import Field

MOST_PAIRS = 4_000_000
"""Pairs of words one diff may compare: two texts of 2,000 words each take about 0.1 s. Longer ones are compared by
paragraphs first, and what is still too long counts as replaced as a whole."""

CONTEXT = 4
"""Words shown on either side of a change."""

Block = tuple[int, int, int, int]
"""Words a0 to a1 of the one text became words b0 to b1 of the other; ends exclusive."""

_WORD = re.compile(r"\w+(?:[-'’.,:/]\w+)*|[^\w\s]")
_SENTENCE_ENDS = frozenset(".!?:…")
_OPENING = frozenset("„“”\"»«'‚‘([–-•")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or punctuation mark, its place in its text in code points, and whether it begins a sentence or line."""

    text: str
    start: int
    end: int
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One stretch of a field that was replaced: ``before`` and ``after`` as written, either of them may be empty.

    ``lead`` and ``tail`` are the words around it, the same in both versions; ``old`` and ``new`` its words.
    """

    field: Field
    before: str
    after: str
    lead: str
    tail: str
    old: tuple[Word, ...]
    new: tuple[Word, ...]


def words(text: str) -> list[Word]:
    """Return the words and punctuation marks of a text in order; white space belongs to none."""
    found: list[Word] = []
    opens, last = True, 0
    for match in _WORD.finditer(text):
        opens = opens or "\n" in text[last : match.start()]
        found.append(Word(match[0], match.start(), match.end(), opens))
        last = match.end()
        opens = match[0] in _SENTENCE_ENDS or (opens and match[0] in _OPENING)
    return found


def diff(field: Field, before: str, after: str) -> list[Change]:
    """Return the changes from one text to another in order: replacing each gives the words of ``after`` exactly."""
    a, b = words(before), words(after)
    blocks = _blocks([w.text for w in a], [w.text for w in b], _lines(a, before), _lines(b, after))
    return [_change(field, before, after, a, b, block) for block in _joined(blocks)]


def _change(field: Field, before: str, after: str, a: list[Word], b: list[Word], block: Block) -> Change:
    a0, a1, b0, b1 = block
    lead, tail = a[max(0, a0 - CONTEXT) : a0], a[a1 : a1 + CONTEXT]
    old, new = a[a0:a1], b[b0:b1]
    return Change(
        field, _cut(before, old), _cut(after, new), _cut(before, lead), _cut(before, tail), tuple(old), tuple(new)
    )


def _blocks(a: list[str], b: list[str], a_lines: list[int], b_lines: list[int]) -> Iterator[Block]:
    """Yield what changed, each block as small as the budget allows."""
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    most = min(len(a), len(b)) - start
    end = next((i for i in range(most) if a[-1 - i] != b[-1 - i]), most)
    whole = (start, len(a) - end, start, len(b) - end)
    budget = MOST_PAIRS
    if _pairs(whole) <= budget:
        yield from _fine(a, b, whole)
        return
    for block in _by_lines(a, b, a_lines, b_lines):
        if _pairs(block) <= budget:
            budget -= _pairs(block)
            yield from _fine(a, b, block)
        else:
            yield block


def _pairs(block: Block) -> int:
    a0, a1, b0, b1 = block
    return (a1 - a0) * (b1 - b0)


def _fine(a: list[str], b: list[str], block: Block) -> Iterator[Block]:
    a0, a1, b0, b1 = block
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, a[a0:a1], b[b0:b1]).get_opcodes():
        if tag != "equal":
            yield a0 + i0, a0 + i1, b0 + j0, b0 + j1


def _by_lines(a: list[str], b: list[str], a_lines: list[int], b_lines: list[int]) -> Iterator[Block]:
    """Yield changed runs of lines, in words; texts of too many lines are one run."""
    left = [tuple(a[i:j]) for i, j in pairwise(a_lines)]
    right = [tuple(b[i:j]) for i, j in pairwise(b_lines)]
    if len(left) * len(right) > MOST_PAIRS:
        yield 0, len(a), 0, len(b)
        return
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, left, right).get_opcodes():
        if tag != "equal":
            yield a_lines[i0], a_lines[i1], b_lines[j0], b_lines[j1]


def _lines(found: Sequence[Word], text: str) -> list[int]:
    """Return the number of the first word of each line, and the number of words at the end."""
    starts = [n for n, (x, y) in enumerate(pairwise(found), 1) if "\n" in text[x.end : y.start]]
    return [0, *starts, len(found)]


def _joined(blocks: Iterator[Block]) -> Iterator[Block]:
    """Join changes with one equal word between them: people read one change, not two halves."""
    held: Block | None = None
    for block in blocks:
        if held is not None and block[0] - held[1] <= 1 and block[2] - held[3] == block[0] - held[1]:
            held = (held[0], block[1], held[2], block[3])
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


def _cut(text: str, stretch: Sequence[Word]) -> str:
    return text[stretch[0].start : stretch[-1].end] if stretch else ""
