"""When a notice that could not be sent is tried again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta

WAITS = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600))
"""Waits after each failed attempt: about three days in all, the patience that RFC 5321, 4.5.4.1 asks of mail senders
(at least four to five days is its advice for mail; a news alert is stale before)."""


def next_try(attempts: int, now: datetime, asked: timedelta | None = None) -> datetime | None:
    """Return when to try again after ``attempts`` failed attempts (>= 1), or None to give up.

    ``asked`` is the receiver's Retry-After; it can lengthen the wait up to a day, never shorten it.
    """
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1]
    if asked is not None:
        wait = max(wait, min(asked, timedelta(days=1)))
    return now + wait
