"""How much a source usually publishes: per weekday, how widely that varies, and since when it has been so.

Robust throughout: medians and the median absolute deviation (times 1.4826, which is the standard deviation of a normal
distribution; Rousseeuw and Croux 1993), so that one great day or one outage moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, sqrt
from statistics import median

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RECENT = timedelta(weeks=8)
"""Days that make the model; with the last change point if that is later."""
LEAST_DAYS = 14
"""Observed days from which a model is believed: every weekday twice."""
SURE = 0.9
"""Share of such weekdays that must bring something to make it a publishing day."""
LEAST_WEEKS = 3
"""Weeks on either side of a change point: one holiday week is none."""
LOOK_AHEAD = 5
"""Weeks that are compared with those before: the middle one of five is moved by no two odd ones."""
CHANGED = 0.4
"""Share by which the weekly median must differ for a change point, beside three spreads."""


@dataclass(frozen=True, slots=True)
class Volume:
    """What a source usually publishes.

    Per weekday, Monday first: ``usual`` (median) and ``spread`` are articles a day, ``mean`` too, and ``active`` is the
    share of such days that brought any. ``days`` were observed since ``since``; ``changes`` are the Mondays at which the
    volume changed, the oldest first.
    """

    usual: tuple[float, ...]
    spread: tuple[float, ...]
    mean: tuple[float, ...]
    active: tuple[float, ...]
    days: int
    since: date | None = None
    changes: tuple[date, ...] = ()

    def publishes(self, day: date) -> bool:
        """Whether this is a publishing day: nearly every such weekday brought something."""
        return self.active[day.weekday()] >= SURE


def volume(observed: Mapping[date, int], expected: Mapping[str, float] | None = None) -> Volume | None:
    """Return the model of the days that were observed, None if they are too few and nothing is ``expected``.

    ``observed`` has every day on which the source was read without trouble, with the articles it brought, 0 included.
    ``expected`` is the operator's guess per weekday (mon to sun), which stands until the days are enough.
    """
    if not observed or len(observed) < LEAST_DAYS:
        return _expected(expected, len(observed))
    changes = change_points(observed)
    begin = max(observed) - RECENT
    since = max(begin, changes[-1]) if changes else begin
    recent = {day: count for day, count in observed.items() if day >= since}
    overall = list(recent.values())
    by_weekday = [[count for day, count in recent.items() if day.weekday() == n] or overall for n in range(7)]
    return Volume(
        usual=tuple(float(median(counts)) for counts in by_weekday),
        spread=tuple(spread(counts) for counts in by_weekday),
        mean=tuple(sum(counts) / len(counts) for counts in by_weekday),
        active=tuple(sum(count > 0 for count in counts) / len(counts) for counts in by_weekday),
        days=len(recent),
        since=min(recent),
        changes=changes,
    )


def _expected(expected: Mapping[str, float] | None, days: int) -> Volume | None:
    if not expected:
        return None
    usual = tuple(float(expected.get(name, 0)) for name in WEEKDAYS)
    chance = tuple(1 - exp(-count) for count in usual)  # that a day brings something, if it brings so much on average
    return Volume(usual, tuple(max(sqrt(count), 1.0) for count in usual), usual, chance, days)


def spread(counts: Sequence[float]) -> float:
    """Return the scaled median absolute deviation, at least what chance alone makes of such a count (Poisson)."""
    middle = median(counts)
    return max(1.4826 * median(abs(count - middle) for count in counts), sqrt(middle), 1.0)


def change_points(observed: Mapping[date, int]) -> tuple[date, ...]:
    """Return the Mondays from which a source published clearly more or less than before, the oldest first.

    Weeks are scaled to seven observed days; weeks of fewer than five are left out.
    """
    weeks: dict[date, list[int]] = {}
    for day, count in observed.items():
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(count)
    full = sorted((monday, sum(counts) * 7 / len(counts)) for monday, counts in weeks.items() if len(counts) >= 5)
    return tuple(full[place][0] for place in _splits([total for _, total in full]))


def _splits(totals: Sequence[float]) -> Iterable[int]:
    """Walk along the weeks; where the next ones differ clearly from all since the last split, split where it fits best."""
    start, place = 0, LEAST_WEEKS
    while place + LEAST_WEEKS <= len(totals):
        if not _differ(totals[start:place], totals[place : place + LOOK_AHEAD]):
            place += 1
            continue
        last = min(place + LEAST_WEEKS, len(totals) - LEAST_WEEKS)
        stretch = totals[start : last + LOOK_AHEAD]
        costs = {at: _deviation(stretch[: at - start]) + _deviation(stretch[at - start :]) for at in range(place, last + 1)}
        start = min(costs, key=costs.__getitem__)
        place = start + LEAST_WEEKS
        yield start


def _differ(left: Sequence[float], right: Sequence[float]) -> bool:
    a, b = median(left), median(right)
    return abs(a - b) >= max(3 * max(spread(left), spread(right)), CHANGED * max(a, b))


def _deviation(totals: Sequence[float]) -> float:
    middle = median(totals)
    return sum(abs(total - middle) for total in totals)
