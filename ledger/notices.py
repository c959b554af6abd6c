"""How matches and what was decided of them are filed: one row per match, one outbox row per match and channel."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from articles.article import Article, Span
from articles.match import ENDED, Decision
from articles.outcome import SUPPRESSED
from articles.wire import Json
from ledger.schema import matches, outbox
from ledger.values import Filing

SAID = ("open", "sending", "delivered", "digest")
"""States in which something was said or is about to be; a dead, muted or suppressed row told nobody."""

Told = tuple[str, str, str]
"""Alert, story, channel."""

_TOLD = (
    sa.select(matches.c.alert, matches.c.story, outbox.c.channel)
    .join(outbox, outbox.c.match_id == matches.c.id)
    .where(matches.c.story.in_(sa.bindparam("stories", expanding=True)), outbox.c.state.in_(SAID))
    .distinct()
)
_HEARD = (
    sa.select(matches.c.alert, outbox.c.channel)
    .join(outbox, outbox.c.match_id == matches.c.id)
    .where(matches.c.article_id == sa.bindparam("v_article"), outbox.c.state.in_(SAID))
    .distinct()
)
_ADD_MATCH = sa.insert(matches)
_ADD_ROWS = sa.insert(outbox)


def told_for(connection: Connection, stories: Iterable[str]) -> set[Told]:
    """Return what was said, or is about to be, of these stories."""
    found = connection.execute(_TOLD, {"stories": sorted(set(stories))})
    return {(row.alert, row.story, row.channel) for row in found}


def heard_of(connection: Connection, article: str) -> set[tuple[str, str]]:
    """Return which alerts told which channels of this very article, or are about to."""
    return {(row.alert, row.channel) for row in connection.execute(_HEARD, {"v_article": article})}


def file_decisions(
    connection: Connection, filing: Filing, *, visit: int, article: str, revision: int, is_edit: bool, now: datetime
) -> int:
    """File every match with its spans and one outbox row per channel; return the number of matches.

    The caller holds the lock of the sequence, so that two workers cannot both say the same: a notice that is open or said
    for the same alert, story and channel collapses this one, unless it is to be said again and this is an edit. Raises
    ValueError for a decision that no rule allows.
    """
    story = filing.annotated.annotations.story or article
    decisions = sorted(filing.decisions, key=lambda one: one.match.alert)
    told = told_for(connection, [story]) if any(one.state == "open" for one in decisions) else set()
    count = 0
    for alert, same in groupby(decisions, key=lambda one: one.match.alert):
        group = list(same)
        match = group[0].match
        filed = {
            "visit_id": visit,
            "article_id": article,
            "revision": revision,
            "alert": alert,
            "alert_version": match.alert_version,
            "story": story,
            "spans": [_span_json(span, filing.annotated.article) for span in match.spans],
            "channels": len(group),
            "filed_at": now,
        }
        inserted = connection.execute(_ADD_MATCH, filed).inserted_primary_key
        assert inserted is not None
        id_ = inserted[0]
        rows = [_row(one, id_, (alert, story, one.channel or ""), told, (article, visit), is_edit, now) for one in group]
        connection.execute(_ADD_ROWS, rows)
        count += 1
    return count


def _row(
    decision: Decision, match: int, said: Told, told: set[Told], origin: tuple[str, int], is_edit: bool, now: datetime
) -> dict[str, Any]:
    _refuse_unlawful(decision)
    state, reason = decision.state, decision.reason
    if state == "open" and said in told and not (decision.again and is_edit):
        state, reason = "collapsed", said[1]
    if state == "open":
        told.add(said)
    alert, _story, channel = said
    return {
        "match_id": match,
        "channel": channel,
        "state": state,
        "reason": reason,
        "why": decision.why,
        "due_at": decision.due,
        "attempts": 0,
        "lease": 0,
        "notice": _notice_id((alert, channel, *map(str, origin))),
        "filed_at": now,
        "ended_at": None if state == "open" else now,
    }


def _span_json(span: Span, article: Article) -> Json:
    """Return a span with its text as it was when it matched: a later reading of the same page may move it."""
    text = article.part(span.field)[span.start : span.end]
    return {"field": span.field, "start": span.start, "end": span.end, "text": text}


def _refuse_unlawful(decision: Decision) -> None:
    if decision.state != "open" and decision.state not in ENDED - {"delivered", "dead"}:
        raise ValueError(f"a decision cannot be {decision.state!r}")
    if decision.state == "suppressed" and decision.reason not in SUPPRESSED:
        raise ValueError(f"no such reason to suppress a match: {decision.reason!r}")
    if decision.channel is None and (decision.state, decision.reason) != ("suppressed", "no_channel"):
        raise ValueError("only a match of an alert without channels has no channel")


def _notice_id(parts: Sequence[str]) -> str:
    """Return 32 hex digits that name what is said to whom, the same however often it is tried."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
