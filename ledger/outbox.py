"""What is still to be said, to whom, and how each notice ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from articles.article import Span
from articles.match import Notice, NoticeState, OutboxRow
from articles.wire import from_json
from ledger.schema import articles, config_versions, matches, outbox, revisions
from ledger.store import Store
from ledger.values import OutboxView

SEND_TTL = timedelta(minutes=5)
"""A notice that was not marked by then belongs to a delivery that died: far over a channel's longest timeout (120 s)."""


class Outbox:
    """The rows of every match and channel; each ends exactly once, and only under its own lease."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, limit: int, now: datetime, ttl: timedelta = SEND_TTL) -> list[OutboxRow]:
        """Lease up to ``limit`` due notices, the longest due first, those of a delivery that died again."""
        due = sa.or_(
            sa.and_(outbox.c.state == "open", outbox.c.due_at <= now),
            sa.and_(outbox.c.state == "sending", outbox.c.leased_until <= now),
        )
        wanted = (sa.select(outbox).where(due).order_by(outbox.c.due_at, outbox.c.id).limit(limit)).with_for_update(
            skip_locked=True
        )
        with self._store.write() as connection:
            rows = connection.execute(wanted).all()
            if rows:
                connection.execute(
                    sa.update(outbox)
                    .where(outbox.c.id.in_([row.id for row in rows]))
                    .values(
                        state="sending",
                        lease=outbox.c.lease + 1,
                        attempts=outbox.c.attempts + 1,
                        leased_until=now + ttl,
                    )
                )
            return [OutboxRow(row.id, row.lease + 1, row.attempts + 1, _notice(connection, row)) for row in rows]

    def delivered(self, row: OutboxRow, now: datetime) -> bool:
        """Note that the notice was said; False if the lease is lost."""
        return self._mark(row, state="delivered", ended_at=now, error=None)

    def retry(self, row: OutboxRow, at: datetime, error: str) -> bool:
        """Put the notice back, due at ``at``, with what went wrong; False if the lease is lost."""
        return self._mark(row, state="open", due_at=at, error=error)

    def postpone(self, row: OutboxRow, at: datetime) -> bool:
        """Put a notice back that nobody tried to say, due at ``at``; False if the lease is lost."""
        return self._mark(row, state="open", due_at=at, attempts=row.attempts - 1)

    def reclaim(self) -> int:
        """Open every notice again that is being sent, and return how many: for a caller who knows that the sender is dead.

        The attempt stays counted, for the notice may have been accepted.
        """
        with self._store.write() as connection:
            held = sa.update(outbox).where(outbox.c.state == "sending").values(state="open", leased_until=None)
            return connection.execute(held).rowcount

    def dead(self, row: OutboxRow, error: str, now: datetime) -> bool:
        """End the notice as a dead letter; False if the lease is lost."""
        return self._mark(row, state="dead", ended_at=now, error=error)

    def rows(self, state: NoticeState | None = None, limit: int = 100) -> list[OutboxView]:
        """Return rows as a person looks at them, the newest first."""
        wanted = (
            sa.select(outbox, matches.c.alert, matches.c.article_id, revisions.c.body)
            .join(matches, matches.c.id == outbox.c.match_id)
            .join(revisions, _revision_of_match())
            .order_by(outbox.c.id.desc())
            .limit(limit)
        )
        if state is not None:
            wanted = wanted.where(outbox.c.state == state)
        with self._store.read() as connection:
            return [_as_view(row) for row in connection.execute(wanted)]

    def requeue(self, row_id: int, now: datetime) -> bool:
        """Open a dead letter again, due now with its attempts counted from zero; False if it is not dead or forgotten."""
        of_live = (
            sa.select(matches.c.id).join(articles, articles.c.id == matches.c.article_id).where(articles.c.state == "live")
        )
        with self._store.write() as connection:
            done = connection.execute(
                sa.update(outbox)
                .where(outbox.c.id == row_id, outbox.c.state == "dead", outbox.c.match_id.in_(of_live))
                .values(state="open", due_at=now, attempts=0, ended_at=None)
            )
            return done.rowcount == 1

    def _mark(self, row: OutboxRow, **values: Any) -> bool:
        with self._store.write() as connection:
            fence = {"v_row": row.row, "v_lease": row.lease, "leased_until": None}
            return connection.execute(_MARK, {**fence, **values}).rowcount == 1


_MARK = sa.update(outbox).where(
    outbox.c.id == sa.bindparam("v_row"), outbox.c.lease == sa.bindparam("v_lease"), outbox.c.state == "sending"
)


def _revision_of_match() -> sa.ColumnElement[bool]:
    return sa.and_(revisions.c.article_id == matches.c.article_id, revisions.c.number == matches.c.revision)


_SAID = (
    sa.select(matches, revisions.c.body, config_versions.c.body.label("alert_body"))
    .join(revisions, _revision_of_match())
    .outerjoin(
        config_versions,
        sa.and_(
            config_versions.c.kind == "alert",
            config_versions.c.id == matches.c.alert,
            config_versions.c.hash == matches.c.alert_version,
        ),
    )
    .where(matches.c.id == sa.bindparam("v_match"))
)


def _notice(connection: Connection, row: Row[Any]) -> Notice:
    """Put together what is said, from the revision that matched and the version of the alert that it made true."""
    found = connection.execute(_SAID, {"v_match": row.match_id}).one()
    article = from_json(found.body).article
    return Notice(
        id=row.notice,
        alert=found.alert,
        alert_title=(found.alert_body or {}).get("title") or found.alert,
        channel=row.channel,
        article=found.article_id,
        url=article.url,
        title=article.title or "",
        source=article.source or "",
        published=article.published.at if article.published else None,
        spans=tuple((Span(s["field"], s["start"], s["end"]), s["text"]) for s in found.spans),
        why=row.why,
        at=row.filed_at,
    )


def _as_view(row: Row[Any]) -> OutboxView:
    return OutboxView(
        row=row.id,
        alert=row.alert,
        channel=row.channel or None,
        article=row.article_id,
        state=row.state,
        reason=row.reason,
        attempts=row.attempts,
        due=row.due_at,
        ended_at=row.ended_at,
        error=row.error,
        title=row.body["title"] if row.body else None,
    )
