"""What a server asks with Retry-After: seconds or a date (RFC 9110, 10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)
"""The longest wait that is believed; a longer one is cut to it: a desk that waits longer has lost the story."""


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long to wait from ``now``, between zero and ``LONGEST``; None for an absent or unreadable value."""
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(timedelta(0), min(at - now, LONGEST))
