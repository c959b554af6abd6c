"""When does this string say it was? ISO, RFC 822, German and English forms, in the site's zone and the page's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
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
_SPELLED_ZONE = re.compile(r"\b(?:Eastern|Central|Mountain|Pacific) (?:(?:Standard|Daylight) )?Time\b", re.I)
"""As the wires of North America write it; "Central European Time" is none of them."""

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

    A zone that nobody knows is `datetime.UTC`; a source that says so has the ``ZoneInfo`` of that name. ``order_known``:
    source, country, language or the page say whether the day comes first; else it is the commoner guess.
    """

    zone: tzinfo
    day_first: bool
    fetched_at: datetime
    order_known: bool = True


@dataclass(frozen=True, slots=True)
class When:
    """A time that a string states: an instant with zone, or a day only; ``midnight`` marks an instant that means a day."""

    instant: datetime | None
    day: date
    midnight: bool = False


def habits(
    fetched_at: datetime, zone: str | None, day_first: bool | None, language: str | None, host: str, words: str = ""
) -> Habits:
    """Return how this page writes times: as its source says, else by its own ``words``, country ending and language.

    US pages put the month first; ISO 8601 settles nothing here because it has but one order.
    """
    if fetched_at.tzinfo is None:
        fetched_at = fetched_at.replace(tzinfo=UTC)
    ending, known = host.rsplit(".", 1)[-1], True
    if zone is None:
        zone = _ZONE_OF_ENDING.get(ending) or ("Europe/Berlin" if (language or "").startswith("de") else None)
    if day_first is None:
        stated = _order_in(words)
        stated = _order_of(ending, language) if stated is None else stated
        day_first, known = stated is not False, stated is not None
    return Habits(ZoneInfo(zone) if zone else UTC, day_first, fetched_at, known)


def _order_in(words: str) -> bool | None:
    """Return whether the day comes first in dates with slashes that can be read only one way; None if none says so."""
    pairs = [(int(first), int(second)) for first, second in _SLASHES.findall(words)] if "/20" in words else []
    day_first = any(second <= 12 < first <= 31 for first, second in pairs)
    month_first = any(first <= 12 < second <= 31 for first, second in pairs)
    return day_first if day_first != month_first else None


def _order_of(ending: str, language: str | None) -> bool | None:
    """Return whether the day comes first by country and language; None for English of nowhere in particular.

    The country is asked first: "en-US" is what many systems say unless told otherwise.
    """
    if ending in _MONTH_FIRST_ENDINGS or ending in _ZONE_OF_ENDING or ending in _DAY_FIRST_ENDINGS:
        return ending not in _MONTH_FIRST_ENDINGS
    tag = (language or "").lower().replace("_", "-")
    return None if tag in ("", "en") else not tag.startswith("en-us")


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

_MONTH_FIRST_ENDINGS = frozenset({"us", "gov", "mil", "edu"})
_DAY_FIRST_ENDINGS = frozenset({
    "au", "nz", "ie", "in", "za", "eu", "il", "tr", "gr", "pt", "cz", "sk", "ro", "bg", "hr", "si", "lt", "lv", "ee", "lu",
})  # fmt: skip
"""Beside those whose zone is known; endings that anybody anywhere may have (com, tv, io) say nothing."""


def read(text: str | None, site: Habits) -> When | None:
    """Read one stated time; None if there is none, or none that a news page can mean."""
    if not text:
        return None
    text = _SPELLED_ZONE.sub(lambda match: f"{match[0][0]}T", " ".join(text[:200].split()))
    try:
        return _epoch(text) or _iso(text, site) or _written(text, site)
    except (ValueError, OverflowError):
        return None


def as_written(texts: Iterable[str | None], site: Habits) -> Habits:
    """Return the site's habits as this page proves them: the order of day and month, and the zone if none is known.

    "10/07/2025" is the seventh of October where another time of the page is of that day, give or take one, and none of the
    tenth of July, or where the tenth of July is still to come. Where nobody knows the zone, that of another time on the
    page stands.
    """
    given = [" ".join(text[:200].split()) for text in texts if text]
    if site.zone is UTC and (offset := next((match[1] for text in given if (match := _OFFSET.search(text))), None)):
        site = replace(site, zone=_zone(offset, site))
    slashed = [text for text in given if _SLASHES.search(text)]
    if not slashed:
        return site
    other = replace(site, day_first=not site.day_first, order_known=True)
    doubtful = [text for text in slashed if read(text, site) != read(text, other)]
    known = {when.day for text in given if text not in doubtful and (when := read(text, site))}
    days, others = (
        {when.day for text in doubtful if (when := read(text, each)) and is_plausible(when, each)} for each in (site, other)
    )
    if others and (not days or (_meet(others, known) and not _meet(days, known))):
        return other
    return replace(site, order_known=site.order_known or not others or (_meet(days, known) and not _meet(others, known)))


def _meet(days: Set[date], known: Set[date]) -> bool:
    """Whether two sets have a day in common, give or take one: zones differ, and so do first and last edition."""
    return any(abs(one - other) <= timedelta(days=1) for one in days for other in known)


_SLASHES = re.compile(r"\b(\d{1,2})/(\d{1,2})/20\d\d\b")
_OFFSET = re.compile(r"\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?([+-](?:0[1-9]|1[0-4]):?[0-5]\d)\b")
_DAYS = (_ISO, _DAY_MONTH, _MONTH_DAY, _YEAR_FIRST, _NUMBERS)


def day_in(text: str) -> tuple[int, int] | None:
    """Return where the first day with its year stands in a text, as start and end; None if there is none."""
    spans = [match.span() for pattern in _DAYS if (match := pattern.search(text))]
    return min(spans, default=None)


def day_without_year(text: str, near: date) -> tuple[date, str] | None:
    """Return the day that a text names without its year, in the year nearest to ``near``, and the text without it."""
    match = _DAY_ONLY.search(text)
    if match is None:
        return None
    groups = match.groupdict()
    month = int(groups["n"]) if groups["n"] else _MONTHS[(groups["mon"] or groups["mon2"]).lower().rstrip(".")]
    day = int(groups["d"] or groups["d2"] or groups["d3"])
    found = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:  # 29 February of another year, or no day at all
            continue
    nearest = min(found, key=lambda each: abs(each - near), default=None)
    return (nearest, text[: match.start()] + text[match.end() :]) if nearest else None


_DAY_ONLY = re.compile(
    rf"\b(?:(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th)?\s*(?:of\s+)?(?P<mon>{_MONTH})|(?P<mon2>{_MONTH})\s*(?P<d2>\d{{1,2}})"
    r"(?:st|nd|rd|th)?|(?P<d3>\d{1,2})\.\s?(?P<n>\d{1,2})\.)(?![\s,.]*\d{4}|[./-]\d|\d)",
    re.I,
)


def without_weekday(text: str) -> str:
    """Return a text without the weekday it begins with."""
    match = _FIRST_WORD.match(text)
    return text[match.end() :] if match and match[1].lower() in _WEEKDAYS else text


_FIRST_WORD = re.compile(r"\W*([A-Za-z]{2,10})\b\W*")


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
        day = _numbers(match, text[: match.start()], site)
    else:
        return None
    return _clock(text[match.end() :], day, site) or _clock(text[: match.start()], day, site) or When(None, day)


def _numbers(match: re.Match[str], before: str, site: Habits) -> date:
    """Dots put the day first everywhere; slashes and dashes follow the site unless a number or the weekday settles it."""
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    day_first = match["sep"] == "." or site.day_first
    if second > 12 or first > 12:
        return _day(year, first, second) if second > 12 else _day(year, second, first)
    by_day, by_month = _day(year, second, first), _day(year, first, second)
    word = _LAST_WORD.search(before) if match["sep"] != "." else None
    weekday = _WEEKDAYS.get(word[1].lower()) if word else None
    if weekday is not None and by_day.weekday() != by_month.weekday():
        day_first = weekday == by_day.weekday() or (day_first and weekday != by_month.weekday())
    return by_day if day_first else by_month


_LAST_WORD = re.compile(r"([A-Za-z]{2,10})\.?,?\s*$")
_WEEKDAYS = {name: number for number, names in enumerate((
    "mo mon montag monday", "di tue tues dienstag tuesday", "mi wed mittwoch wednesday", "do thu thurs donnerstag thursday",
    "fr fri freitag friday", "sa sat samstag sonnabend saturday", "so sun sonntag sunday",
)) for name in names.split()}  # fmt: skip


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


def moment(when: When, source: TimeSource) -> Moment:
    """Return a When as the article states it: ISO 8601 with the zone it was written in, or the bare day."""
    if when.instant is None or when.midnight:
        return Moment(when.day.isoformat(), "day", source)
    precise: Literal["minute"] = "minute"
    return Moment(when.instant.isoformat(timespec="seconds"), precise, source)
