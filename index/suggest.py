"""Which word somebody meant who found nothing: the most frequent word of the index that is one or two slips away."""

from __future__ import annotations

from index.engine import Engine

LOOKED_AT = 50_000
"""Words of the index compared at most; those with the same first letter, which slips rarely touch."""

LETTERS = 4
"""Shorter words have too many neighbours."""


def suggest(engine: Engine, word: str) -> str | None:
    """Return a folded word near the folded ``word``, None if none is or the word itself is known.

    One slip (a letter wrong, missing, too many, or two swapped) up to seven letters, two from eight; the fewest slips win,
    then the more frequent word. Raises as ``Engine.vocabulary``.
    """
    if len(word) < LETTERS:
        return None
    allowed = 1 if len(word) < 8 else 2
    best: tuple[int, int, str] | None = None
    for known in engine.vocabulary(word[0], LOOKED_AT):
        if abs(len(known.value) - len(word)) > allowed:
            continue
        slips = distance(word, known.value, allowed)
        if slips == 0:
            return None
        if slips <= allowed:
            best = min(best or (slips, 0, ""), (slips, -known.count, known.value))
    return best[2] if best else None


def distance(one: str, other: str, most: int) -> int:
    """Return the number of slips between two words (optimal string alignment), or ``most + 1`` if there are more."""
    before, last = list(range(len(other) + 1)), list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row, *([0] * len(other))]
        for column, facing in enumerate(other, 1):
            now[column] = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != facing))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == facing:
                now[column] = min(now[column], before[column - 2] + 1)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]
