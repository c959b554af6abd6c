"""Whether the text that is found on a source's pages still is the one they state themselves in their JSON-LD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from statistics import median

from ledger.source_history import Agreement

PAGES = 10
"""Pages that are compared with those before, ten in a row at a time."""
LOW = 8
"""So many of them must have fallen: some are galleries or live blogs, which never agree with anything."""
DROP = 0.2
"""What a fallen page lies below the usual: pages of one layout differ by less, other layouts by more
(docs/decisions/0047-health-of-sources.md has the figures of all three).
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """The found text agrees less with the stated one than it did: medians before and now, and since when."""

    since: datetime
    before: float
    now: float


def drift(agreements: Sequence[Agreement]) -> Drift | None:
    """Return how far the text has drifted, None if it has not or nobody can say.

    ``agreements`` come the newest first. The level before is the best that ten pages in a row had: else a drift that
    nobody mends would become usual.
    """
    recent, older = agreements[:PAGES], agreements[PAGES:]
    blocks = [older[n : n + PAGES] for n in range(0, len(older) - PAGES + 1, PAGES)]
    if not blocks:
        return None
    before = max(median(one.alike for one in block) for block in blocks)
    bar = before - DROP
    if sum(one.alike < bar for one in recent) < LOW:
        return None
    low = list(takewhile(lambda one: one.alike < bar, agreements))
    since = (low if len(low) >= LOW else recent)[-1].at
    return Drift(since, before, median(one.alike for one in recent))
