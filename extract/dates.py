"""When does this string say it was? ISO, RFC 822, German and English forms, in the site's zone and the page's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from articles.article import Moment, TimeSource

FUTURE = timedelta(minutes=15)
"""How far a stated time may lie after the fetch: clocks differ, embargoes do not (issue: reading pages)."""
EARLIEST = 1990
"""No news page is older; smaller years are placeholders such as 1970 and 0001."""

_HOUR = {name: timezone(timedelta(hours=hours)) for name, hours in {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "ist": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2,
    "eet": 2, "eest": 3, "oesz": 3, "oez": 2, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
    "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "aest": 10, "aedt": 11, "acst": 9.5,
    "awst": 8, "jst": 9, "kst": 9, "sgt": 8, "nzst": 12, "nzdt": 13,
}.items()}  # fmt: skip
_PLACE = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}
"""What newspapers write for summer and winter time alike."""

_MONTHS = {name: number for number, names in enumerate((
    "januar january jan jän jänner janvier enero gennaio januari",
    "februar february feb feber février fevrier febrero febbraio februari",
    "märz march mar mär maerz mrz mars marzo maart", "april apr avril abril aprile", "mai may mayo maggio mei",
    "juni june jun juin junio giugno", "juli july jul juillet julio luglio", "august aug août aout agosto augustus",
    "september sep sept septembre septiembre settembre", "oktober october oct okt octobre octubre ottobre",
    "november nov novembre noviembre", "dezember december dec dez décembre decembre diciembre dicembre",
), 1) for name in names.split()}  # fmt: skip
"""German and English first, then French, Spanish, Italian and Dutch: papers that a desk may add to its catalogue."""
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    r"(?:[T ]\s*(?P<h>\d{2}):?(?P<min>\d{2})(?::?(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<zone>Z|"
    r"[+-]\d{2}:?\d{2}|[+-]\d{2}|[A-Za-z]{2,5})?)?(?!\d)"
)
_COMPACT = re.compile(
    r"^(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<h>\d{2})(?P<min>\d{2})(?P<s>\d{2})?(?P<zone>Z|[+-]\d{4})?)?$"
)
_DAY_MONTH = re.compile(
    rf"\b(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th)?\s*(?:(?:of|de)\s+)?[-\s]?(?P<mon>{_MONTH})[-,\s]*(?:de\s+)?(?P<y>\d{{4}})",
    re.I,
)
_MONTH_DAY = re.compile(rf"\b(?P<mon>{_MONTH})\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})", re.I)
_JAVA = re.compile(
    rf"\b(?P<mon>{_MONTH})\s+(?P<d>\d{{1,2}})\s+(?P<clock>\d\d:\d\d:\d\d\s+[A-Z]{{3,4}})\s+(?P<y>\d{{4}})\b", re.I
)
"""Java's Date.toString and C's ctime with a zone: "Tue Jan 28 15:28:56 CET 2020"."""
_NUMBERS = re.compile(r"\b(?P<a>\d{1,2})(?P<sep>[./-])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<y>\d{4}|\d{2})\b")
_YEAR_FIRST = re.compile(r"\b(?P<y>20\d{2})(?P<sep>[./-])\s?(?P<m>\d{1,2})(?P=sep)\s?(?P<d>\d{1,2})(?=\b|T)")
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?:[:.](?P<min>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?(?:\s*(?P<uhr>Uhr|"
    r"h)\b)?"
    r"|\s*(?P<half2>[ap])\.?\s?m\b\.?|\s*(?P<uhr2>Uhr)\b)\s*\(?(?P<zone>Z\b|[+-]\d{2}:?\d{2}|"
    r"[A-Za-z]{2,4}\b)?(?:\s?(?P<shift>[+-]\d{1,2}(?::?\d{2})?))?",
    re.I,
)
_URL_DATE = re.compile(
    r"(?:^|[/_.-])(?P<y>20\d{2})(?P<sep>[/_.-]?)(?P<m>0[1-9]|1[0-2])(?P=sep)(?P<d>0[1-9]|[12]\d|3[01])(?=[/_.-]|$|\D)"
)
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")


@dataclass(frozen=True, slots=True)
class Habits:
    """How a site writes times: the zone of those without one, the order of day and month; and when the page was fetched.

    A zone that nobody knows is `datetime.UTC`; a source that says so has the ``ZoneInfo`` of that name.
    """

    zone: tzinfo
    day_first: bool
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class When:
    """A time that a string states: an instant with zone, or a day only; ``midnight`` marks an instant that means a day."""

    instant: datetime | None
    day: date
    midnight: bool = False


def habits(fetched_at: datetime, zone: str | None, day_first: bool | None, language: str | None, host: str) -> Habits:
    """Return how this page writes times: as its source says, else by country ending and language.

    US pages put the month first; ISO 8601 settles nothing here because it has but one order.
    """
    if fetched_at.tzinfo is None:
        fetched_at = fetched_at.replace(tzinfo=UTC)
    if zone is None:
        ending = host.rsplit(".", 1)[-1]
        zone = _ZONE_OF_ENDING.get(ending) or ("Europe/Berlin" if (language or "").startswith("de") else None)
    if day_first is None:
        day_first = not (language or "").lower().replace("_", "-").startswith("en-us")
    return Habits(ZoneInfo(zone) if zone else UTC, day_first, fetched_at)


def reads_german(text: str) -> bool:
    """Whether a page that declares no language writes its dates as Germans do: by the commonest words of both languages.

    Good enough for a time zone; the article's language is told by enrichment.
    """
    return sum(map(text.count, (" der ", " die ", " und "))) > sum(map(text.count, (" the ", " of ", " and ")))


_ZONE_OF_ENDING = {
    "de": "Europe/Berlin", "at": "Europe/Vienna", "ch": "Europe/Zurich", "uk": "Europe/London", "fr": "Europe/Paris",
    "nl": "Europe/Amsterdam", "pl": "Europe/Warsaw", "it": "Europe/Rome", "es": "Europe/Madrid", "se": "Europe/Stockholm",
    "dk": "Europe/Copenhagen", "no": "Europe/Oslo", "fi": "Europe/Helsinki", "be": "Europe/Brussels", "ua": "Europe/Kyiv",
}  # fmt: skip


def read(text: str | None, site: Habits) -> When | None:
    """Read one stated time; None if there is none, or none that a news page can mean."""
    if not text:
        return None
    text = " ".join(text[:200].split())
    try:
        return _epoch(text) or _iso(text, site) or _written(text, site)
    except (ValueError, OverflowError):
        return None


def as_written(texts: Iterable[str | None], site: Habits) -> Habits:
    """Return the site's habits as this page proves them: the order of day and month, and the zone if none is known.

    "10/07/2025" is the seventh of October where another time of the page is of that day and none of the tenth of July.
    Where nobody knows the zone, that of another time on the page stands.
    """
    given = [" ".join(text[:200].split()) for text in texts if text]
    if site.zone is UTC and (offset := next((match[1] for text in given if (match := _OFFSET.search(text))), None)):
        site = replace(site, zone=_zone(offset, site))
    doubtful = [text for text in given if (match := _SLASHES.search(text)) and int(match[1]) <= 12 and int(match[2]) <= 12]
    if not doubtful:
        return site
    other = replace(site, day_first=not site.day_first)
    known = {when.day for text in given if text not in doubtful and (when := read(text, site))}
    days, others = ({when.day for text in doubtful if (when := read(text, each))} for each in (site, other))
    return other if others & known and not days & known else site


_SLASHES = re.compile(r"\b(\d{1,2})/(\d{1,2})/\d{4}\b")
_OFFSET = re.compile(r"\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?([+-](?:0[1-9]|1[0-4]):?[0-5]\d)\b")
_DAYS = (_ISO, _DAY_MONTH, _MONTH_DAY, _YEAR_FIRST, _NUMBERS)


def day_in(text: str) -> tuple[int, int] | None:
    """Return where the first day with its year stands in a text, as start and end; None if there is none."""
    spans = [match.span() for pattern in _DAYS if (match := pattern.search(text))]
    return min(spans, default=None)


def without_day(text: str) -> str:
    """Return a line without its first day and the clock beside it."""
    span = day_in(text)
    if span is None:
        return text
    rest = text[span[1] :]
    if clock := _CLOCK.search(rest):
        known = (clock["zone"] or "").lower() in {"", *_HOUR, *_PLACE}
        rest = rest[: clock.start()] + rest[clock.end() if known else clock.start("zone") :]
    return f"{text[: span[0]]} {rest}"


def _epoch(text: str) -> When | None:
    if not _EPOCH.match(text):
        return None
    instant = datetime.fromtimestamp(int(text[:10]), UTC)
    return When(instant, instant.date())


def _iso(text: str, site: Habits) -> When | None:
    match = _ISO.search(text) or _COMPACT.match(text)
    if match is None:
        return None
    day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
    if match["h"] is None:
        rest = _clock(text[match.end() :], day, site)  # "2025-06-25, 14:30 Uhr"
        return rest or When(None, day)
    zone = _zone(match["zone"], site)
    hour, minute, second = int(match["h"]), int(match["min"]), int(match["s"] or 0)
    instant = _at(day, hour, minute, min(second, 59), zone)
    vague = match["zone"] in (None, "Z") or match["zone"] in ("+0000", "+00:00")
    return When(instant, day, midnight=hour == minute == second == 0 and vague)


def _written(text: str, site: Habits) -> When | None:
    """Read "25. Juni 2025, 14:30 Uhr", "June 25, 2025 at 2:30 p.m. ET", "Mi, 25.06.2025 14.30", RFC 822, ctime."""
    if match := _JAVA.search(text):
        day = _day(int(match["y"]), _MONTHS[match["mon"].lower().rstrip(".")], int(match["d"]))
        return _clock(match["clock"], day, site)
    if match := _DAY_MONTH.search(text) or _MONTH_DAY.search(text):
        day = _day(int(match["y"]), _MONTHS[match["mon"].lower().rstrip(".")], int(match["d"]))
    elif match := _YEAR_FIRST.search(text):
        day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
    elif match := _NUMBERS.search(text):
        day = _numbers(int(match["a"]), int(match["b"]), match["sep"], match["y"], site)
    else:
        return None
    return _clock(text[match.end() :], day, site) or _clock(text[: match.start()], day, site) or When(None, day)


def _numbers(first: int, second: int, separator: str, year: str, site: Habits) -> date:
    """Dots put the day first everywhere; slashes and dashes follow the site unless a number settles it."""
    full = int(year) + (2000 if len(year) == 2 else 0)
    day_first = separator == "." or site.day_first
    if second > 12 or (first <= 12 and not day_first):
        first, second = second, first
    return _day(full, second, first)


def _clock(text: str, day: date, site: Habits) -> When | None:
    match = _CLOCK.search(text)
    if match is None:
        return None
    hour, minute, half = int(match["h"]), int(match["min"] or 0), (match["half"] or match["half2"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        return None
    zone = _zone(match["zone"], site)
    if match["shift"] and (match["zone"] or "").lower() in ("utc", "gmt"):
        zone = _zone(match["shift"], site)
    instant = _at(day, hour, minute, 0, zone)
    return When(instant, day, midnight=hour == minute == 0 and not match["zone"])


def _at(day: date, hour: int, minute: int, second: int, zone: tzinfo) -> datetime:
    if hour == 24 and minute == 0:
        return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)


def _zone(stated: str | None, site: Habits) -> tzinfo:
    """Return the zone of an offset or a name; an unknown word is no zone, so the site's stands."""
    name = (stated or "").lower()
    if name[:1] in ("+", "-"):
        digits = name[1:].replace(":", "")
        hours, minutes = int(digits[:2]), int(digits[2:4] or 0)
        if hours > 14 or minutes > 59:
            raise ValueError(f"no offset: {stated}")
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if name[0] == "-" else offset)
    if name in _PLACE:
        return ZoneInfo(_PLACE[name])
    return _HOUR.get(name) or site.zone


def _day(year: int, month: int, day: int) -> date:
    if year < EARLIEST:
        raise ValueError(f"no news of {year}")
    return date(year, month, day)


def in_url(url: str, site: Habits) -> When | None:
    """Return the day in a URL's path, as in /2025/06/25/ or -20250625."""
    match = _URL_DATE.search(url.split("?", 1)[0])
    if match is None:
        return None
    when = (
        When(None, date(int(match["y"]), int(match["m"]), int(match["d"])))
        if int(match["m"]) != 2 or int(match["d"]) <= 29
        else None
    )
    return when if when is not None and is_plausible(when, site) else None


def is_plausible(when: When, site: Habits) -> bool:
    """Whether a page fetched then can say so: not more than `FUTURE` ahead."""
    limit = site.fetched_at + FUTURE
    if when.instant is not None:
        return when.instant <= limit
    return when.day <= limit.astimezone(site.zone).date()


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


def moment(when: When, source: TimeSource) -> Moment:
    """Return a When as the article states it: ISO 8601 with the zone it was written in, or the bare day."""
    if when.instant is None or when.midnight:
        return Moment(when.day.isoformat(), "day", source)
    precise: Literal["minute"] = "minute"
    return Moment(when.instant.isoformat(timespec="seconds"), precise, source)


def is_later(one: Moment, other: Moment | None) -> bool:
    """Whether ``one`` is at least a minute after ``other`` (a day: after that day), so that it says something new."""
    if other is None:
        return True
    if "day" in (one.precision, other.precision):
        return one.at[:10] > other.at[:10]
    return datetime.fromisoformat(one.at) - datetime.fromisoformat(other.at) >= timedelta(minutes=1)
