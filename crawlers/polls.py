"""How a list is polled: when next, where, with or without conditions, and what one poll teaches the next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from articles.url import article_id, canonicalise
from config.models import Address, Source
from crawlers.redirects import PERMANENT
from ledger.values import ListMemory

FULL_POLLS = 50
FULL_AFTER = timedelta(hours=24)
"""Without a body for so many polls, or so long, a list is fetched unconditionally: some servers answer 304 for ever."""

BELIEVED = 3
"""Permanent redirects (RFC 9110, 15.4.2 and 15.4.9) in a row after which the new address is asked directly."""

FEWEST_WINDOWS = 8
"""A poll should bring at most this part of what the list shows, so that a burst of eight times the rate still fits in."""

GROWTH = 1.5
"""By how much the interval grows at most from poll to poll; it shrinks at once."""

MARKS = 50
"""Items remembered from either end of a list: whichever end it grows at, some of them are still there at the next poll."""

SECOND = timedelta(seconds=1)


def bounds(source: Source) -> tuple[timedelta, timedelta]:
    """Return the shortest and longest interval of a source's lists; its ``every`` always lies between them."""
    return min(source.every, source.every_min), max(source.every, source.every_max)


def interval(source: Source, memory: ListMemory) -> timedelta:
    """Return the interval of a list now: ``every`` until something was learnt, always within today's bounds."""
    least, most = bounds(source)
    return min(max(memory.every or source.every, least), most)


def adapt(every: timedelta, elapsed: timedelta, new: int, shown: int, least: timedelta, most: timedelta) -> timedelta:
    """Return the next interval of a list that showed ``shown`` items, ``new`` of them for the first time.

    The rule: the next poll should bring one new item, or an eighth of what the list shows if that is less, at the rate of
    the time ``elapsed`` since the poll before. Without a new item the interval grows by half. It never grows faster than
    that and stays between ``least`` and ``most``: with one item expected, it settles where some four of five polls pay.
    """
    wanted = every * GROWTH
    if new > 0:
        wanted = min(wanted, elapsed * (min(1.0, shown / FEWEST_WINDOWS) / new))
    return max(min(wanted, most), least) // SECOND * SECOND


def is_full(memory: ListMemory, now: datetime) -> bool:
    """Return whether a list is asked for without conditions.

    A sitemap index always is: unchanged itself, it names sitemaps that are not.
    """
    if memory.full_at is None or memory.sitemaps:
        return True
    return memory.since_full + 1 >= FULL_POLLS or now - memory.full_at >= FULL_AFTER


def place(stated: str, memory: ListMemory, now: datetime) -> str:
    """Return which address to ask for a list: where it moved for good, but the stated one again at every full poll."""
    if memory.moved_to is None or memory.moves < BELIEVED:
        return stated
    overdue = memory.full_at is None or now - memory.full_at >= FULL_AFTER or memory.since_full + 1 >= FULL_POLLS
    return stated if overdue else memory.moved_to


def moved(memory: ListMemory, asked: str, stated: str, hops: Sequence[tuple[str, int]], final: str) -> ListMemory:
    """Return the memory after an answer: permanent redirects to one place in a row count, any other answer ends the row."""
    if asked != stated:
        return memory
    if not hops or any(status not in PERMANENT for _, status in hops) or canonicalise(final) == canonicalise(stated):
        return replace(memory, moved_to=None, moves=0)
    return replace(memory, moved_to=final, moves=memory.moves + 1 if memory.moved_to == final else 1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one reading of a list showed: its items (canonical), how many were never seen before, how many lists it names.

    ``since`` is the time of the reading before, None if there was none; ``ran_over`` tells that items may be missing.
    """

    items: Sequence[str]
    new: int
    sitemaps: int = 0
    since: datetime | None = None
    ran_over: bool = False


def read(memory: ListMemory, source: Source, seen: Seen, now: datetime) -> ListMemory:
    """Return the memory after a list was read; after a gap it is polled as often as it may be."""
    every = interval(source, memory)
    least, most = bounds(source)
    if seen.ran_over:
        every = least
    elif seen.since is not None:
        every = adapt(every, now - seen.since, seen.new, len(seen.items), least, most)
    shown = marks(seen.items)
    return replace(memory, every=every, full_at=now, since_full=0, shown=shown, sitemaps=seen.sitemaps)


def unchanged(memory: ListMemory, source: Source) -> ListMemory:
    """Return the memory after a poll that brought nothing new."""
    every = adapt(interval(source, memory), timedelta(0), 0, 0, *bounds(source))
    return replace(memory, every=every, since_full=memory.since_full + 1)


def failed(memory: ListMemory, source: Source, *, again: bool) -> ListMemory:
    """Return the memory after a poll that failed: the stated address counts again.

    With ``again`` a retry is set and its interval is kept for the day the list is back; else it is asked less and less.
    """
    kept = replace(memory, since_full=memory.since_full + 1) if again else unchanged(memory, source)
    return replace(kept, moved_to=None, moves=0)


def while_failing(source: Source, memory: ListMemory) -> tuple[timedelta, timedelta]:
    """Return the shortest and longest interval of a list that fails for now."""
    usual = interval(source, memory)
    return usual, max(usual, source.every)


def fingerprint(body: bytes, source: Source, address: Address | None) -> str:
    """Return the hash of a list's body and of what decides which of its links are followed."""
    rules = repr((source.include, source.exclude, source.tier, address and address.selector))
    return hashlib.sha256(rules.encode() + b"\n" + body).hexdigest()[:32]


def marks(urls: Sequence[str]) -> tuple[str, ...]:
    """Return marks of the items of a list, by which the next poll knows them again; not all, if they are many."""
    ends = urls if len(urls) <= 2 * MARKS else [*urls[:MARKS], *urls[-MARKS:]]
    return tuple(dict.fromkeys(article_id(url) for url in ends))
