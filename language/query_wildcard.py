"""What a word with ``*`` and ``?`` stands for: its folded pattern, and the expression that a term is held against."""

from __future__ import annotations

import re
from functools import lru_cache

from language.fold import cut

_WILDCARDS = re.compile(r"([*?]+)")


def folded(pattern: str) -> str:
    """Return the pattern with everything but its wildcards folded like a text, and without hyphens and slashes.

    ``?`` then stands for one folded character: Stra??e finds Straße, which is folded to strasse.
    """
    pieces = _WILDCARDS.split(pattern)
    return "".join(p if i % 2 else "".join(one.text for one in cut(p)) for i, p in enumerate(pieces))


def is_one_unit(pattern: str) -> bool:
    """Tell whether a single unit can have this form; a pattern with a hyphen or slash only fits joined forms."""
    return not re.search(r"[/\u2010\u2011-]", pattern)


@lru_cache(maxsize=4096)
def expression(pattern: str) -> re.Pattern[str]:
    """Return the expression for ``fullmatch``; its time is at most the product of the lengths, whatever the pattern.

    Each piece between two stars is found once, at its first place, and never sought again (an atomic group), for a later
    place can only leave less room to the pieces behind it.
    """
    first, *rest = (re.escape(p).replace(r"\?", ".") for p in re.split(r"\*+", pattern))
    if not rest:
        return re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1])
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)
