"""Which stretches of a text are taken already, told quickly however many there are."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable


class Taken:
    """Stretches (start, end) in code points that do not overlap."""

    def __init__(self, stretches: Iterable[tuple[int, int]] = ()) -> None:
        self._stretches: list[tuple[int, int]] = []
        for start, end in stretches:
            self.take(start, end)

    def is_free(self, start: int, end: int) -> bool:
        """Tell whether no stretch that was taken overlaps this one."""
        at = bisect_left(self._stretches, (start, end))
        before_ends = at == 0 or self._stretches[at - 1][1] <= start
        next_begins = at == len(self._stretches) or self._stretches[at][0] >= end
        return before_ends and next_begins

    def take(self, start: int, end: int) -> bool:
        """Take a stretch if it is free; tell whether it was."""
        if free := self.is_free(start, end):
            insort(self._stretches, (start, end))
        return free
