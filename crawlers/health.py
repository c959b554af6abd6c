"""How a source is: judged from what its visits were like, with the reason, since when, and what might help.

A hard fault counts from the second poll in a row that ends so, and from the first if the list was never read well.
Nothing is ever given up: whatever is found here, the lists of an enabled source are asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from articles.outcome import Outcome
from config.models import Address, Source
from crawlers.health_text import drift
from crawlers.health_volume import Volume, volume
from ledger.source_history import Agreement, PageEnd, Poll

State = Literal["dead", "blocked", "empty", "drift", "moved", "stale", "quiet", "unvisited", "ok"]
WORST_FIRST: tuple[State, ...] = ("dead", "blocked", "empty", "drift", "moved", "stale", "quiet", "unvisited", "ok")
"""Of several findings the worst speaks for the source.

dead: its list is gone or does not answer. blocked: it answers, but not to us. empty: what comes cannot be read or holds
nothing. drift: a selector of the config finds nothing any more, or the text found is no longer the one the pages state.
moved: another address answers. stale: the list lives, but nothing new stood in it for long. quiet: nothing, or far less
than usual, for a few publishing days.
"""

UTC = ZoneInfo("UTC")

HARD = 2
"""Polls in a row that must end badly."""
MOVED = 3
"""Polls in a row that must be answered by one other address (as permanent redirects are believed after three)."""
PAGES = 5
BAD_PAGES = 4
"""So many of the last pages must end badly: one broken page in five is its own trouble."""
SILENT = 3
"""Publishing days without an article from which a source is quiet."""
STALE = 10
"""Publishing days without an article from which its list is no longer where the news are."""
MISSED = 4.6
"""Articles that should have come meanwhile from a source without such days: silence by chance is 1 in 100 (e^-4.6)."""
STALE_MISSED = 12.0
START = timedelta(days=3)
"""A list of which no item was new since it was first read so long ago names only old ones."""

_SHUT = frozenset({"401", "402", "403", "407", "429", "451"})
_WALLS = {"consent": "a consent wall", "error_page": "a bot check or error page"}
_WELL = ("listed", "not_modified")


@dataclass(frozen=True, slots=True)
class ListHistory:
    """One address of a source with its last polls, the newest first.

    ``wall`` says what came in place of a list if the last body was none: ``consent`` or ``error_page`` as the reader
    calls it.
    """

    address: Address
    url: str
    polls: tuple[Poll, ...] = ()
    wall: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All that a source is judged by.

    ``pages`` are the last visits to its pages, ``agreements`` those of its articles (``crawlers.health_text``), both the
    newest first; ``found`` articles per day in ``zone`` and ``polled`` the
    days on which a list was read well; ``last_found`` is when its newest article was first seen.
    """

    source: Source
    lists: tuple[ListHistory, ...]
    pages: tuple[PageEnd, ...] = ()
    found: Mapping[date, int] = field(default_factory=dict)
    polled: frozenset[date] = frozenset()
    last_found: datetime | None = None
    zone: ZoneInfo = UTC
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """How a source is; ``why`` and ``repair`` are None when all is well. ``volume`` is what it usually publishes."""

    source: str
    state: State
    since: datetime
    why: str | None = None
    repair: str | None = None
    last_visit: datetime | None = None
    last_outcome: Outcome | None = None
    volume: Volume | None = None


@dataclass(frozen=True, slots=True)
class _Finding:
    state: State
    since: datetime
    why: str
    repair: str
    outcome: Outcome | None = None


def judge(history: History, now: datetime) -> Health:
    """Return how a source is. Pure; the worst finding speaks."""
    polls = [poll for one in history.lists for poll in one.polls]
    if not polls:
        why, repair = "never visited", f"`lagebild run --source {history.source.id}` visits it"
        return Health(history.source.id, "unvisited", now, why, repair)
    usual, found = _usual(history, now), []
    for one in history.lists:
        found += [*_of_list(one, history.source), *_moved(one, history.source)]
    found += [*_of_pages(history), *_of_texts(history)]
    if not any(finding.state in ("dead", "blocked", "empty", "drift") for finding in found):
        found += _silence(history, usual, now)
    last = max(polls, key=lambda poll: poll.at)
    if not found:
        return Health(history.source.id, "ok", _well_since(history), None, None, last.at, last.outcome, usual)
    worst = min(found, key=lambda finding: (WORST_FIRST.index(finding.state), finding.since))
    outcome = worst.outcome or last.outcome
    return Health(history.source.id, worst.state, worst.since, worst.why, worst.repair, last.at, outcome, usual)


def _well_since(history: History) -> datetime:
    """Return when the streak of good polls began that lasts until now, as far as is remembered."""
    begins = []
    for one in history.lists:
        good = next((n for n, poll in enumerate(one.polls) if not _is_well(poll.outcome)), len(one.polls))
        begins += [one.polls[good - 1].at] if good else []
    return max(begins, default=max(poll.at for one in history.lists for poll in one.polls))


# Lists


def _of_list(one: ListHistory, source: Source) -> Iterator[_Finding]:
    streak = _bad_streak(one)
    never_well = len(streak) == len(one.polls)
    if len(streak) >= (1 if never_well else HARD):
        newest = _telling(streak[0], one.polls)
        state = _state(newest, one)
        since = streak[-1].at
        ended = f"{one.address.url} ended {newest} at {streak[0].at:%Y-%m-%d %H:%M} UTC"
        if len(streak) > 1:
            ended += f", and so did {len(streak) - 1} polls before"
        wall = f"; it showed {_WALLS[one.wall]}" if one.wall in _WALLS and newest.kind == "rejected" else ""
        yield _Finding(state, since, ended + wall, _repair(state, newest, source), newest)


def _bad_streak(one: ListHistory) -> Sequence[Poll]:
    """Return the newest polls that ended badly without a good one between them."""
    good = next((n for n, poll in enumerate(one.polls) if not _is_bad(_telling(poll, one.polls[n:]), one)), len(one.polls))
    return one.polls[:good]


def _telling(poll: Poll, older: Sequence[Poll]) -> Outcome:
    """Return how a poll ended; what was not modified is as it was when it last came."""
    if poll.outcome.kind != "not_modified":
        return poll.outcome
    return next((one.outcome for one in older if one.outcome.kind != "not_modified"), poll.outcome)


def _is_well(outcome: Outcome) -> bool:
    return outcome.kind in _WELL


def _is_bad(outcome: Outcome, one: ListHistory) -> bool:
    """Whether a poll ended badly. A feed or page without items is empty; a news sitemap may be, for it holds two days."""
    return not _is_well(outcome) or (outcome == Outcome("listed", "0") and one.address.kind != "sitemap")


def _state(outcome: Outcome, one: ListHistory) -> State:
    match outcome.kind:
        case "http" if outcome.reason in _SHUT:
            return "blocked"
        case "forbidden":
            return "blocked"
        case "unreachable" if outcome.reason == "redirects":
            return "blocked"
        case "http" | "unreachable":
            return "dead"
        case "listed" if one.address.kind == "page":
            return "drift"
        case "rejected" if one.wall in _WALLS:
            return "blocked"
        case "rejected" if _elsewhere(one.polls[0], one):
            return "moved"
    return "empty"


def _moved(one: ListHistory, source: Source) -> Iterator[_Finding]:
    answered = [poll for poll in one.polls if poll.final_url is not None]
    targets = {poll.final_url for poll in answered[:MOVED]}
    if len(answered) >= MOVED and len(targets) == 1 and _elsewhere(answered[0], one):
        (target,) = targets
        begun = next((n for n, poll in enumerate(answered) if poll.final_url != target), len(answered))
        why = f"{one.address.url} is answered by {target}"
        yield _Finding("moved", answered[begun - 1].at, why, f"write that address into {_file(source)}")


def _elsewhere(poll: Poll, one: ListHistory) -> bool:
    return poll.final_url is not None and poll.final_url != one.url


def _file(source: Source) -> str:
    return f"config/sources/{source.id}.yaml"


def _repair(state: State, outcome: Outcome, source: Source) -> str:
    file = _file(source)
    if outcome.kind == "forbidden" and outcome.reason != "egress":
        return f"the site asks not to be read; ask its publisher, or write enabled: false into {file}"
    match state:
        case "blocked" if outcome.kind == "forbidden":
            return "the address is on a private network; allow_private in lagebild.yaml would permit it"
        case "blocked":
            return (
                f"look at it in a browser; state a contact as user_agent in lagebild.yaml, raise every or delay in {file}, "
                "or look for another list with `lagebild sources add`"
            )
        case "dead" if outcome.kind == "http" and outcome.reason in ("404", "410"):
            return f"look for its new list with `lagebild sources add`, and write that into {file}"
        case "dead":
            return "it is asked again by itself; if the site is gone for good, write enabled: false into " + file
        case "drift":
            return f"the page's layout changed; mend the selector in {file}"
        case "moved":
            return f"look where it leads, and write the new address of its list into {file}"
    return f"look at it in a browser, and write the address of a feed or news sitemap into {file}"


# Pages


def _of_pages(history: History) -> Iterator[_Finding]:
    """Whether the last pages could not be read, or were not shown to us."""
    last = history.pages[:PAGES]
    file = _file(history.source)
    shut = [page for page in last if _is_shut(page.outcome)]
    unread = [page for page in last if page.outcome == Outcome("rejected", "no_text") or page.outcome.kind == "broken"]
    if len(shut) >= BAD_PAGES:
        repair = f"read one in a browser; if it asks for consent or payment, write enabled: false or exclude into {file}"
        yield _Finding("blocked", shut[-1].at, _pages_ended(shut, last), repair, shut[0].outcome)
    if len(unread) >= BAD_PAGES and history.source.text_selector is not None:
        repair = f"mend text_selector in {file}, or leave it out"
        yield _Finding("drift", unread[-1].at, _pages_ended(unread, last), repair, unread[0].outcome)
    elif len(unread) >= BAD_PAGES:
        repair = f"keep one with `lagebild sources capture URL`, and write a text_selector into {file}"
        yield _Finding("empty", unread[-1].at, _pages_ended(unread, last), repair, unread[0].outcome)


def _of_texts(history: History) -> Iterator[_Finding]:
    """Whether the body is cut wrongly by now: it says other words than the page states itself."""
    drifted = drift(history.agreements)
    if drifted is not None:
        file, selector = _file(history.source), history.source.text_selector or history.source.layouts
        why = f"the text found on its pages agrees {drifted.now:.0%} with the one they state, {drifted.before:.0%} before"
        mend = f"mend its selectors in {file}" if selector else f"write a text_selector into {file} if it is cut wrongly"
        repair = f"look at one with `lagebild show ID`, keep it with `lagebild sources capture URL`, and {mend}"
        yield _Finding("drift", drifted.since, why, repair)


def _is_shut(outcome: Outcome) -> bool:
    return outcome == Outcome("rejected", "consent") or (outcome.kind == "http" and outcome.reason in _SHUT)


def _pages_ended(bad: Sequence[PageEnd], last: Sequence[PageEnd]) -> str:
    return f"{len(bad)} of its last {len(last)} pages ended {', '.join(sorted({str(page.outcome) for page in bad}))}"


# Silence


def _usual(history: History, now: datetime) -> Volume | None:
    """Return the model of the days before the silence, if there is one: else a long silence would become usual.

    The first day is left out, for it brought what was published before; today is not over.
    """
    today = now.astimezone(history.zone).date()
    begun = min(history.polled, default=today)
    last = max((day for day in history.found if day < today), default=begun)
    days = [day for day in history.polled if begun < day <= last and day < today]
    return volume({day: history.found.get(day, 0) for day in days}, history.source.expected)


def _silence(history: History, usual: Volume | None, now: datetime) -> Iterator[_Finding]:
    today = now.astimezone(history.zone).date()
    first = min((poll.at for one in history.lists for poll in one.polls if _is_well(poll.outcome)), default=None)
    if history.last_found is None:
        shown = max((_shown(one) for one in history.lists), default=0)
        if first is not None and shown and now - first >= START:
            why = f"its lists name {shown} items, and none was new since {first:%Y-%m-%d}"
            yield _Finding("stale", first, why, _look_for(history.source))
        return
    if usual is None:
        return
    last_day = history.last_found.astimezone(history.zone).date()
    silent = sorted(day for day in history.polled if last_day < day < today)
    publishing = sum(usual.publishes(day) for day in silent)
    possible = sum(usual.mean[day.weekday()] > 0 for day in silent)
    missed = sum(usual.mean[day.weekday()] for day in silent)
    said = (
        f"nothing new since {history.last_found:%Y-%m-%d %H:%M} UTC, "
        f"on {len(silent)} days that usually bring {missed:.0f} articles"
    )
    if publishing >= STALE or (possible >= STALE and missed >= STALE_MISSED):
        yield _Finding("stale", history.last_found, said, _look_for(history.source))
    elif publishing >= SILENT or (possible >= SILENT and missed >= MISSED):
        yield _Finding("quiet", history.last_found, said, "look whether the site itself has anything new; holidays pass")
    else:
        yield from _too_little(history, usual, today)


def _too_little(history: History, usual: Volume, today: date) -> Iterator[_Finding]:
    """Whether each of the last publishing days brought far less than such days do."""
    days = sorted((day for day in history.polled if day < today and usual.publishes(day)), reverse=True)[:SILENT]
    few = [day for day in days if _is_few(history.found.get(day, 0), usual, day)]
    if len(days) == SILENT == len(few):
        came = sum(history.found.get(day, 0) for day in days)
        due = sum(usual.usual[day.weekday()] for day in days)
        since = datetime(days[-1].year, days[-1].month, days[-1].day, tzinfo=history.zone)
        why = f"{came} articles on its last {SILENT} publishing days, where {due:.0f} are usual"
        yield _Finding("quiet", since, why, "look whether its list was cut, or another one carries the rest")


def _is_few(count: int, usual: Volume, day: date) -> bool:
    return count < usual.usual[day.weekday()] - 3 * usual.spread[day.weekday()]


def _shown(one: ListHistory) -> int:
    newest = _telling(one.polls[0], one.polls) if one.polls else None
    return int(newest.reason or 0) if newest and newest.kind == "listed" else 0


def _look_for(source: Source) -> str:
    return f"the news may stand in another list now: look with `lagebild sources add`, and write it into {_file(source)}"
