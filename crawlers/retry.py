"""When an address that failed may be asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from articles.outcome import Outcome

LONGEST_WAIT = timedelta(hours=24)
"""A server may ask for more patience than this; a desk that waits longer has lost the story."""

SHORTEST_PATIENCE = timedelta(minutes=1)
FIRST_WAIT = timedelta(minutes=5)
TRIES = 7
"""Five minutes, twenty, eighty, then five hours and a day at a time: about three days, and the article is given up."""


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds or an HTTP date; None if absent or unreadable.

    Never negative and at most 24 hours.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=min(int(text[:9]), 10**6)), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta(0)), LONGEST_WAIT)


def patience(status: int, stated: bytes | None, now: datetime) -> timedelta | None:
    """Return how long a host is to be left alone altogether after this answer, or None.

    It is for 429 (RFC 6585), and for 503 with a Retry-After; a bare 503 may be one page's own trouble.
    """
    wait = retry_after(stated.decode("latin-1"), now) if stated is not None else None
    if status == 429:
        return max(wait or FIRST_WAIT, SHORTEST_PATIENCE)
    return max(wait, SHORTEST_PATIENCE) if status == 503 and wait is not None else None


def retry_at(
    outcome: Outcome, attempt: int, asked: timedelta | None, now: datetime, every: timedelta | None = None
) -> datetime | None:
    """Return when a failed visit is to be repeated: None if the failure is final or it was tried often enough.

    ``attempt`` counts from 1; ``asked`` is what the server's Retry-After says and is never undercut. A list, which has an
    interval ``every``, is never given up and not asked again before its interval has passed.
    """
    if not outcome.transient or (every is None and attempt >= TRIES):
        return None
    growth: int = 4 ** (min(max(attempt, 1), TRIES) - 1)
    wait = max(min(FIRST_WAIT * growth, LONGEST_WAIT), every or timedelta(0), asked or timedelta(0))
    return now + min(wait, LONGEST_WAIT)
