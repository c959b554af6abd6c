"""What an alert found and what was said about it: matches, notices and how each (match, channel) ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from articles.article import Span

NoticeState = Literal["open", "sending", "delivered", "digest", "collapsed", "muted", "suppressed", "dead"]
"""``open`` and ``sending`` are open; every other state is an end (docs/architecture.md, law 2)."""

ENDED: frozenset[NoticeState] = frozenset({"delivered", "digest", "collapsed", "muted", "suppressed", "dead"})


@dataclass(frozen=True, slots=True)
class Match:
    """An article made an alert true, and where: spans of the words that made it so, in reading order."""

    alert: str
    article: str
    spans: tuple[Span, ...]
    alert_version: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to happen with one match on one channel; the ledger files it as one outbox row.

    ``state`` is ``open`` (to be sent, not before ``due``) or one of the ends decided at once: ``collapsed`` (reason: the
    story), ``muted``, ``suppressed`` (reason as in ``articles.outcome.SUPPRESSED``). ``channel`` is None only for
    ``suppressed(no_channel)``. ``why`` is the sentence a person reads. ``again``: to be said though it was said of this
    article before, because an edit matters; it holds only if the filing is a revision.
    """

    match: Match
    channel: str | None
    state: NoticeState
    due: datetime
    reason: str | None = None
    why: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said to one channel: a fixed set of fields, no templates. ``id`` is the same for every retry.

    ``spans`` pairs each span with its exact text. The JSON form is one line of ``data/notices.jsonl``.
    """

    id: str
    alert: str
    alert_title: str
    channel: str
    article: str
    url: str
    title: str
    source: str
    published: str | None
    spans: tuple[tuple[Span, str], ...]
    why: str
    at: datetime

    def to_json(self) -> dict[str, object]:
        """Return the public form: ``id, alert, article, url, title, spans, why, at`` (docs/reference.md)."""
        return {
            "id": self.id,
            "alert": self.alert,
            "article": self.article,
            "url": self.url,
            "title": self.title,
            "spans": [
                {"field": span.field, "start": span.start, "end": span.end, "text": text} for span, text in self.spans
            ],
            "why": self.why,
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One claimed row of the outbox: its notice, how often it was tried, and the lease that fences it."""

    row: int
    lease: int
    attempts: int
    notice: Notice
