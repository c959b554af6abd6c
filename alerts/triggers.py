"""Which canonical strings must occur in an article before an alert can be true at all: the necessary leaves of a plan."""

from __future__ import annotations

from dataclasses import dataclass

from language.query_plan import AllOf, AnyOf, Asked, Except, Is, Pattern, Plan, Terms


@dataclass(frozen=True, slots=True)
class Triggers:
    """If the plan holds, one of ``strings`` occurs in the article's haystack or one of ``keywords`` among its values.

    A string is surrounded by blanks where it must be a whole token. ``None`` in place of Triggers means: no such set.
    """

    strings: frozenset[str]
    keywords: frozenset[tuple[str, str]]

    def __or__(self, other: Triggers) -> Triggers:
        return Triggers(self.strings | other.strings, self.keywords | other.keywords)

    def __len__(self) -> int:
        return len(self.strings) + len(self.keywords)


def triggers(plan: Plan) -> Triggers | None:
    """Return the necessary leaves of ``plan``, or None if it can hold without any (NOT alone, times alone)."""
    if isinstance(plan, AnyOf):
        found = Triggers(frozenset(), frozenset())
        for child in plan.children:
            of_child = triggers(child)
            if of_child is None:
                return None
            found |= of_child
        return found
    if isinstance(plan, AllOf):
        candidates = [of_child for child in plan.children if (of_child := triggers(child)) is not None]
        return min(candidates, key=len, default=None)
    if isinstance(plan, Except):
        return None
    return _of_leaf(plan)


def _of_leaf(leaf: Asked) -> Triggers | None:
    if isinstance(leaf, Terms):
        # A sloppy phrase needs all its words somewhere; its longest is the rarest guess that is always right.
        words = leaf.terms if leaf.slop == 0 else (max(leaf.terms, key=len),)
        return Triggers(frozenset({f" {' '.join(words)} "}), frozenset())
    if isinstance(leaf, Pattern):
        prefix = leaf.pattern.split("*")[0].split("?")[0]
        return Triggers(frozenset({f" {prefix}"}), frozenset())
    if isinstance(leaf, Is) and leaf.value is not None:
        return Triggers(frozenset(), frozenset({(leaf.field, leaf.value)}))
    return None
