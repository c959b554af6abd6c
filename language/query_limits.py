"""How large a query may be: every bound of the language, each there so that no query costs more than it is worth."""

from __future__ import annotations

LENGTH = 8192
"""Characters of the text."""

DEPTH = 20
"""Parentheses within parentheses; the parser recurses no deeper."""

LEAVES = 512
"""Words, phrases, wildcards, values and times in one query."""

WILDCARDS = 32
"""Words with * or ? in one query; each walks a part of the index's dictionary."""

LETTERS = 3
"""Letters or digits before the first wildcard of a word, which bound that walk."""

CLAUSES = 4096
"""Terms that an engine is asked for, once languages, streams, fields and concepts are spelled out."""

SLOP_OF_TWO = 20
"""The widest proximity of two units."""

ARRANGEMENTS = 256
"""The most arrangements that a proximity of three or more units may stand for, see ``arrangements``."""


def arrangements(units: int, slop: int) -> int:
    """Return how many offset patterns lie within ``slop``: the vectors in [0..slop]^units that contain a 0.

    That is what an engine without true proximity for more than two words must be asked for, one exact phrase each.
    """
    return int((slop + 1) ** units - slop**units)


def widest(units: int) -> int:
    """Return the widest proximity that a phrase of so many units may have."""
    if units <= 2:
        return SLOP_OF_TWO
    slop = 0
    while arrangements(units, slop + 1) <= ARRANGEMENTS:
        slop += 1
    return slop
