"""What is to happen with each match on each channel: said once per story, for a reason a person can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from articles.article import Annotated, Article
from articles.match import Decision, Match
from config.models import Alert

Told = Collection[tuple[str, str, str]]
"""(alert, story, channel) of everything already said, or about to be."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision depends on besides the match: the alerts by id, what was told, the clock, and the desk's habits.

    ``reprocessing`` is True when the article was read again from the archive: then nobody is told. ``edited`` says in words
    what an edit changed that matters, None if there is none; ``heard`` are the (alert, channel) that were told of this very
    article, or are about to be.
    """

    alerts: Mapping[str, Alert]
    told: Told
    now: datetime
    alert_window: timedelta
    zone: ZoneInfo
    reprocessing: bool = False
    edited: str | None = None
    heard: Collection[tuple[str, str]] = ()


def decide(matches: Iterable[Match], annotated: Annotated, seen: datetime, about: Circumstances) -> list[Decision]:
    """Return one decision per (match, channel), at least one per match. ``seen`` is the article's first sight."""
    decisions = []
    for match in matches:
        channels = about.alerts[match.alert].channels
        why = reason_in_words(match, annotated.article)
        if not channels:
            decisions.append(Decision(match, None, "suppressed", about.now, "no_channel", why))
        decisions += [_on_channel(match, channel, annotated, seen, why, about) for channel in channels]
    return decisions


def _on_channel(
    match: Match, channel: str, annotated: Annotated, seen: datetime, why: str, about: Circumstances
) -> Decision:
    story = annotated.annotations.story or annotated.article.id
    if about.reprocessing:
        return Decision(match, channel, "suppressed", about.now, "reprocess", why)
    if _is_news_again(match, channel, about):
        said = f"the article was edited ({about.edited}); {why}"
        return Decision(match, channel, "open", about.now, None, said, again=True)
    if (match.alert, story, channel) in about.told:
        return Decision(match, channel, "collapsed", about.now, story, why)
    if is_old(annotated.article, seen, about):
        return Decision(match, channel, "suppressed", about.now, "old", why)
    return Decision(match, channel, "open", about.now, None, why)


def _is_news_again(match: Match, channel: str, about: Circumstances) -> bool:
    """Whether who was told of this article wants to hear of its edit. Age does not count: the edit is the news."""
    wants = about.alerts[match.alert].on_edit == "material"
    return wants and about.edited is not None and (match.alert, channel) in about.heard


def is_old(article: Article, seen: datetime, about: Circumstances) -> bool:
    """Whether the article was published more than the alert window before it was seen (docs/architecture.md, Identity).

    A bare date is the end of that day in the desk's zone: a report of today is never old because its hour is missing.
    A suspect time counts as none, for a wrong date must not silence an alert.
    """
    if article.published is None or article.published.suspect:
        return False
    return seen - _latest_instant(article.published.at, about.zone) > about.alert_window


def _latest_instant(at: str, zone: ZoneInfo) -> datetime:
    if "T" not in at:
        return datetime.combine(date.fromisoformat(at), time.max, zone)
    instant = datetime.fromisoformat(at)
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def reason_in_words(match: Match, article: Article) -> str:
    """Say where the words stand that made the alert true: ``"Helsing" in title; "Helsing" (3x), "Drohnen" in text``."""
    fields: dict[str, Counter[str]] = {}
    for span in match.spans:
        words = article.part(span.field)[span.start : span.end]
        fields.setdefault(span.field, Counter())[words] += 1
    if not fields:
        return "the article's properties meet the query"
    return "; ".join(f"{_words(counts)} in {field}" for field, counts in fields.items())


def _words(counts: Counter[str]) -> str:
    return ", ".join(f'"{words}"' + (f" ({count}x)" if count > 1 else "") for words, count in counts.items())
