"""When an article is looked at again, in case it was edited: soon and often at first, then seldom, then never."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

REVISITS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=7))
"""Ages, counted from the first visit, at which an article is visited again; most edits fall into the first hours."""

SOONEST = timedelta(minutes=30)
"""An age that would come sooner than this after the visit that was just made is left out."""


def next_revisit(first_visit: datetime, now: datetime, ages: Sequence[timedelta] = REVISITS) -> datetime | None:
    """Return when an article first visited at ``first_visit`` is to be visited next, None when it has been often enough.

    Ages that passed while the desk was off are left out, not made up for.
    """
    return next((first_visit + age for age in sorted(ages) if first_visit + age >= now + SOONEST), None)
