"""Which of the times stated for one article is the right one, and does the page contradict itself about it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from articles.article import Moment, TimeSource
from extract.dates import Habits, When, is_plausible, moment, read

Evidence = tuple[TimeSource, str | When | None]


def settle(evidence: Iterable[Evidence], site: Habits) -> Moment | None:
    """Return the time of the first witness that can be right; a later one on the same day may add the minute.

    The order of the evidence is its rank. A day's precision is kept when nobody knows the minute; midnight without a
    zone, or at UTC, is how systems write a day.
    """
    chosen: tuple[TimeSource, When] | None = None
    for source, stated in evidence:
        when = read(stated, site) if isinstance(stated, str) else stated
        if when is None or not is_plausible(when, site):
            continue
        exact = when.instant is not None and not when.midnight
        if chosen is None:
            if exact:
                return moment(when, source)
            chosen = (source, when)
        elif exact and when.instant is not None and _same_day(chosen[1], when, site):
            return moment(when, source)
    return moment(chosen[1], chosen[0]) if chosen else None


def hangs_on_order(published: Moment, evidence: Iterable[Evidence], site: Habits) -> bool:
    """Whether a time is of another day if the month comes first where nobody knows the order (or the day, the reverse)."""
    if site.order_known:
        return False
    other = settle(evidence, replace(site, day_first=not site.day_first))
    return other is None or other.at[:10] != published.at[:10]


def as_shown(published: Moment, shown: Iterable[str | None], site: Habits) -> Moment:
    """Return a time put into the zone that the clock readers see proves, if it is wrong by exactly the site's offset.

    Some systems write local time and call it UTC, others write UTC without saying so; what is shown with the
    same minutes tells which.
    """
    if published.precision == "day":
        return published
    stated = datetime.fromisoformat(published.at)
    walls = {wall for text in shown if (wall := _wall(text, site)) is not None}
    if not walls or _minute(stated.astimezone(site.zone)) in walls:
        return published
    for zone in (site.zone, UTC):
        other = stated.replace(tzinfo=zone).astimezone(site.zone)
        if _minute(other) in walls:
            return replace(published, at=other.isoformat(timespec="seconds"))
    return published


def _wall(text: str | None, site: Habits) -> str | None:
    """Return the local minute that a text shows, with no zone or one of its own that is not UTC; None if it shows none."""
    when, elsewhere = read(text, site), read(text, replace(site, zone=UTC))
    if when is None or when.instant is None or when.midnight or elsewhere is None:
        return None
    if when.instant == elsewhere.instant and not when.instant.utcoffset():
        return None
    return _minute(when.instant.astimezone(site.zone))


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"


def contradicted(
    published: Moment, stated: Iterable[str | None], earlier: Iterable[When | None], modified: When | None, site: Habits
) -> bool:
    """Whether a page contradicts itself about when it was published, so that the time is not to be sorted by.

    ``stated`` is what JSON-LD and meta say: one of them lies in the future. ``earlier`` is when the page was known already,
    by its address and by the list that named it: more than a day before. ``modified``: it changed before it existed.
    """
    day = date.fromisoformat(published.at[:10])
    if any((when := read(text, site)) is not None and not is_plausible(when, site) for text in stated):
        return True
    known = [when.day for when in (*earlier, modified) if when is not None and is_plausible(when, site)]
    return any(day - before > timedelta(days=1) for before in known)


def _same_day(vague: When, exact: When, site: Habits) -> bool:
    assert exact.instant is not None
    return vague.day in (exact.day, exact.instant.astimezone(site.zone).date(), exact.instant.astimezone(UTC).date())


def is_later(one: Moment, other: Moment | None) -> bool:
    """Whether ``one`` is at least a minute after ``other`` (a day: after that day), so that it says something new."""
    if other is None:
        return True
    if "day" in (one.precision, other.precision):
        return one.at[:10] > other.at[:10]
    return datetime.fromisoformat(one.at) - datetime.fromisoformat(other.at) >= timedelta(minutes=1)
