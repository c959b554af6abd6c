"""What every engine and the alert matcher must be able to ask: a query tree lowered to canonical terms.

The lowering (``language.query_lower``) does all that needs a language, a clock or the desk's names, once; a compiler for
an engine only translates these nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PlanField = Literal["title", "kicker", "lead", "text", "author"]
Stream = Literal["x", "s", "p"]
"""x: exact units; s: language-tagged stems (``de|drohn``), same positions as x; p: tagged stems of parts, and joined
forms (``=natogipfel``), without positions."""


@dataclass(frozen=True, slots=True)
class Terms:
    """One term, or several in order as a phrase with ``slop`` (streams x and s only), in one field and stream."""

    field: PlanField
    stream: Stream
    terms: tuple[str, ...]
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A folded wildcard pattern (``*``, ``?``) over one stream (x, or p where it begins with ``=``)."""

    field: PlanField
    stream: Stream
    pattern: str


@dataclass(frozen=True, slots=True)
class Is:
    """A keyword field has this value, or any if None."""

    field: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Between:
    """Epoch milliseconds, half open: ``since <= field < until``."""

    field: Literal["published", "seen", "time"]
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every child holds; without children: everything."""

    children: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some child holds; without children: nothing."""

    children: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Except:
    """Every document but these."""

    child: Plan


Asked = Terms | Pattern | Is | Between
Plan = Asked | AllOf | AnyOf | Except
