"""On which day was an entry of a live blog written that shows only its hour? Days above it, else the blog's own times."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from articles.article import Moment
from extract import dates

_DAY = timedelta(days=1)
_BACK_A_DAY = timedelta(hours=4)
"""How far the clock must fall from one entry to the next to have passed midnight; less is an entry out of its order."""
_BEFORE_START = timedelta(hours=3)
"""How long before its first time a blog may have entries: what was known already is often written first."""
_LASTING = timedelta(minutes=30)
"""A blog whose last time is so much later than its first states its beginning; else its one time may be its end."""
_CLOCK = (
    r"\d{1,2}(?:[:.]\d{2}(?:\s*[ap]\.?\s?m\b\.?)?(?:\s*(?:Uhr|h)\b)?|\s*[ap]\.?\s?m\b\.?|\s*Uhr\b)"
    r"(?:\s*\(?[A-Z]{2,4}\b\)?)?"
)
_CLOCK_ONLY = re.compile(rf"^\W*(?:(?:um|at|seit|gegen)\s+)?(?P<clock>{_CLOCK})\W*$", re.I)
_LEADING = re.compile(
    r"^\W*(?P<clock>\d{1,2}:\d{2}(?:\s*[ap]\.?\s?m\b\.?)?(?:\s*Uhr\b)?|\d{1,2}(?:\.\d{2})?\s*(?:[ap]\.?\s?m\b\.?|Uhr\b))(?=\W|$)",
    re.I,
)
_LETTERS_BESIDE_DAY = 14
"""A weekday, "vom", "Stand" and the like; more is a sentence that mentions a day."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an entry shows of its time: an instant, or ``clock``, its hour; ``day``: it or a line above names one."""

    at: datetime | None = None
    clock: time | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Blog:
    """The first and last time that a live blog states of itself; ``starts``: the first is said to be its beginning."""

    first: datetime | None
    last: datetime | None
    starts: bool = False


def blog(published: Moment | None, modified: Moment | None, begun: str | None, site: dates.Habits) -> Blog:
    """Return a blog's frame from the times of its page and, if stated, from when on it covers what happens."""
    known = [
        datetime.fromisoformat(moment.at) for moment in (published, modified) if moment and moment.precision == "minute"
    ]
    start = dates.read(begun, site)
    if start is not None and start.instant is not None and dates.is_plausible(start, site):
        return Blog(start.instant, max([start.instant, *known]), starts=True)
    if published is not None and published.precision == "day":
        day = datetime.combine(date.fromisoformat(published.at), time(), site.zone)
        return Blog(day, max([day + timedelta(days=1), *known]))
    return Blog(min(known), max(known), max(known) - min(known) > _LASTING) if known else Blog(None, None)


def hour_of(text: str, site: dates.Habits) -> time | None:
    """Return the hour, with its zone, that a text consists of, as "14.32 Uhr" or "2.15pm BST"; else None."""
    return _hour(_CLOCK_ONLY.match(text), site)


def leading_hour(line: str, site: dates.Habits) -> time | None:
    """Return the hour that a line begins with, as "14:32 Uhr: Sperre aufgehoben"; None for other numbers."""
    return _hour(_LEADING.match(line), site)


def _hour(match: re.Match[str] | None, site: dates.Habits) -> time | None:
    when = dates.read(f"{site.fetched_at.date()}, {match['clock']}", site) if match else None
    return when.instant.timetz() if when and when.instant else None


def day_of(text: str, near: date, site: dates.Habits) -> date | None:
    """Return the day that a short line names and says little else; its year is that nearest to ``near`` if it has none."""
    if not any(map(str.isdigit, text)):
        return None
    found = dates.day_without_year(text, near)
    if found is None:
        span, when = dates.day_in(text), dates.read(text, site)
        found = (when.day, text[: span[0]] + text[span[1] :]) if span and when and when.instant is None else None
    if found is None or sum(map(str.isalpha, found[1])) > _LETTERS_BESIDE_DAY or any(map(str.isdigit, found[1])):
        return None
    return found[0]


def placed(stamps: Sequence[Stamp], blog: Blog, site: dates.Habits) -> list[datetime | None]:
    """Return when each entry was written, in the order given, which may be newest or oldest first.

    An hour belongs to the day of the nearest entry above that has one, else of the nearest below; midnight is passed where
    the clock falls by hours. If no entry has a day, that of the blog is taken which fits its times; None if none fits.
    """
    walls = [_wall(stamp, site) for stamp in stamps]
    past = _midnights(walls)
    anchors = [index for index, stamp in enumerate(stamps) if walls[index] is not None and (stamp.at or stamp.day)]
    if anchors:
        found = []
        for index, stamp in enumerate(stamps):
            near = anchors[max(bisect_right(anchors, index) - 1, 0)]
            found.append(stamp.at or _at(stamp, _day(stamps[near], site) + timedelta(past[index] - past[near])))
        return found
    most = max(past, default=0)
    guesses = [
        [_at(stamp, newest + timedelta(past[index] - most)) for index, stamp in enumerate(stamps)]
        for newest in _candidates(blog, most, site)
    ]
    fitting = [found for found in guesses if _fits([at for at in found if at], blog, site)]
    return min(fitting, key=lambda found: _gap([at for at in found if at], blog), default=[None for _ in stamps])


def _wall(stamp: Stamp, site: dates.Habits) -> timedelta | None:
    """Return the time of day an entry shows; None if it shows none."""
    at = stamp.at.astimezone(site.zone) if stamp.at else stamp.clock
    return timedelta(hours=at.hour, minutes=at.minute) if at else None


def _at(stamp: Stamp, day: date) -> datetime | None:
    return datetime.combine(day, stamp.clock) if stamp.clock else None


def _day(stamp: Stamp, site: dates.Habits) -> date:
    assert stamp.day or stamp.at
    return stamp.day or stamp.at.astimezone(site.zone).date()  # type: ignore[union-attr]  # one of the two is there


def _midnights(walls: Sequence[timedelta | None]) -> list[int]:
    """Return how many midnights lie between the oldest of these times of day and each.

    Whether the newest stands first is what most neighbours say, each taken to be less than half a day from the next.
    """
    shown = [wall for wall in walls if wall is not None]
    later = sum((after - before) % _DAY < _DAY / 2 for before, after in pairwise(shown) if after != before)
    earlier = sum((before - after) % _DAY < _DAY / 2 for before, after in pairwise(shown) if after != before)
    step, passed, last = (1 if later > earlier else -1), 0, None
    found = []
    for wall in walls:
        if wall is not None:
            if last is not None and (last - wall if step > 0 else wall - last) >= _BACK_A_DAY:
                passed += step
            last = wall
        found.append(passed)
    least = min(found, default=0)
    return [each - least for each in found]


def _candidates(blog: Blog, midnights: int, site: dates.Habits) -> list[date]:
    """Return the days on which the newest entry may have been written."""
    if blog.first is None or blog.last is None:
        return []
    first, last = (instant.astimezone(site.zone).date() for instant in (blog.first, blog.last))
    return list(dict.fromkeys((first + timedelta(days=midnights), first, last)))


def _gap(found: Sequence[datetime], blog: Blog) -> timedelta:
    """Return how far the entries keep from the blog's times: its first is that of the oldest, or its last of the newest."""
    assert blog.first is not None
    assert blog.last is not None
    return min(abs(min(found) - blog.first), abs(blog.last - max(found)))


def _fits(found: Sequence[datetime], blog: Blog, site: dates.Habits) -> bool:
    """Whether no entry is later than the blog says it changed (or was fetched), and none long before it began."""
    if not found or blog.first is None or blog.last is None:
        return False
    end = blog.last if blog.last > blog.first else site.fetched_at
    return max(found) <= min(end, site.fetched_at) + dates.FUTURE and (
        not blog.starts or min(found) >= blog.first - _BEFORE_START
    )
