"""When an address that failed may be asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

from articles.outcome import Outcome
from egress.retry_after import LONGEST, retry_after

SHORTEST_PATIENCE = timedelta(minutes=1)
FIRST_WAIT = timedelta(minutes=5)
TRIES = 7
"""Five minutes, twenty, eighty, then five hours and a day at a time: about three days, and the article is given up."""


LIST_TRIES = 48
SLOWER_AFTER = 24
"""A list that fails is asked at nearly its usual pace 48 times, half a day at 15 minutes, for what comes and goes right
after an outage must be seen; then four times slower after every 24 tries, down to once a day."""


def patience(status: int, stated: bytes | None, now: datetime) -> timedelta | None:
    """Return how long a host is to be left alone altogether after this answer, or None.

    It is for 429 (RFC 6585), and for 503 with a Retry-After; a bare 503 may be one page's own trouble.
    """
    wait = retry_after(stated.decode("latin-1"), now) if stated is not None else None
    if status == 429:
        return max(wait or FIRST_WAIT, SHORTEST_PATIENCE)
    return max(wait, SHORTEST_PATIENCE) if status == 503 and wait is not None else None


def retry_at(
    outcome: Outcome,
    attempt: int,
    asked: timedelta | None,
    now: datetime,
    polled: tuple[timedelta, timedelta] | None = None,
) -> datetime | None:
    """Return when a failed visit is to be repeated: None if the failure is final or it was tried often enough.

    ``attempt`` counts from 1; ``asked`` is what the server's Retry-After says and is never undercut. A list, which has a
    shortest and a longest interval while it fails (``polled``), is never given up.
    """
    if not outcome.transient or (polled is None and attempt >= TRIES):
        return None
    growth: int = 4 ** (min(max(attempt, 1), TRIES) - 1)
    wait = min(FIRST_WAIT * growth, LONGEST)
    if polled is not None:
        least, most = polled
        slower = max(attempt - LIST_TRIES + SLOWER_AFTER - 1, 0) // SLOWER_AFTER
        wait = min(max(wait, least), most) * 4 ** min(slower, TRIES)
    return now + min(max(wait, asked or timedelta(0)), LONGEST)
