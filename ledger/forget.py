"""How an article is removed on request: its words go, the fact that it was there and its addresses stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from articles.errors import NotSo
from articles.outcome import Outcome
from articles.page import ArchiveRef
from ledger import files, sequence, visit_rows
from ledger.schema import articles, key, matches, outbox, revisions, urls, visits
from ledger.store import Store
from ledger.values import Forgotten

if TYPE_CHECKING:  # reading WARC costs every command that asks the ledger a twentieth of a second
    from ledger.archive import Archive


def forget(store: Store, archive: Archive | None, id_or_url: str, reason: str, now: datetime) -> Forgotten:
    """Remove an article's texts, annotations, spans and links in one transaction, then overwrite its archived records.

    Its visits end as removed(reason), open ones included; open notices end suppressed(removed); its addresses are never
    fetched again. The hash stays. Doing it again finishes what a crash interrupted, and removes pages of the article
    that came in since. Raises NotSo if no article has that id or canonical address, ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("forgetting needs a reason")
    with store.write() as connection:
        id_ = files.find(connection, id_or_url)
        if id_ is None:
            raise NotSo(f"no article has the id or address {id_or_url!r}")
        answers = _addresses(connection, id_)
        outcome = Outcome("removed", reason)
        _end_visits(connection, answers, id_, outcome, now)
        sequence.hold(connection)
        article = connection.execute(sa.select(articles).where(articles.c.id == id_)).one()
        seq = article.seq if article.state == "removed" else _empty(connection, id_, reason, now)
        visit_rows.forget_addresses(store, connection, answers, article.source or "", now)
        records = _records(connection, answers, id_)
    store.empty_log()
    erased = sum(archive.erase(record) for record in records) if archive is not None else 0
    return Forgotten(id_, tuple(answers), article.revision, erased, seq)


def _addresses(connection: Connection, id_: str) -> list[str]:
    return list(connection.execute(sa.select(urls.c.url).where(urls.c.article_id == id_).order_by(urls.c.url)).scalars())


def _belongs(answers: Sequence[str], id_: str) -> sa.ColumnElement[bool]:
    """Every visit that was this article, and every one to an address of it."""
    return sa.or_(visits.c.article_id == id_, visits.c.key.in_([key(url) for url in answers]))


def _end_visits(connection: Connection, answers: Sequence[str], id_: str, outcome: Outcome, now: datetime) -> None:
    mine = _belongs(answers, id_)
    opened = connection.execute(sa.select(visits.c.id).where(mine, visits.c.ended_at.is_(None)).with_for_update())
    for visit in opened.scalars().all():
        visit_rows.end(connection, visit, outcome, now, article_id=id_)
    connection.execute(sa.update(visits).where(mine).values(link=None))
    connection.execute(sa.update(visits).where(visits.c.article_id == id_).values(outcome=str(outcome)))


def _empty(connection: Connection, id_: str, reason: str, now: datetime) -> int:
    """Take the words out of every row that has some, and tell the index to delete."""
    connection.execute(sa.update(revisions).where(revisions.c.article_id == id_).values(body=None))
    connection.execute(sa.update(matches).where(matches.c.article_id == id_).values(spans=[]))
    mine = outbox.c.match_id.in_(sa.select(matches.c.id).where(matches.c.article_id == id_))
    connection.execute(
        sa.update(outbox)
        .where(mine, outbox.c.state.in_(("open", "sending")))
        .values(state="suppressed", reason="removed", ended_at=now, leased_until=None)
    )
    connection.execute(sa.update(outbox).where(mine).values(why="", error=None))
    seq = sequence.take(connection)
    sequence.spool_change(connection, seq, "delete", id_)
    connection.execute(
        sa.update(articles)
        .where(articles.c.id == id_)
        .values(state="removed", seq=seq, removed_at=now, removed_reason=reason)
    )
    return seq


def _records(connection: Connection, answers: Sequence[str], id_: str) -> list[ArchiveRef]:
    """Return each archived record of the article once; pages read anew share theirs."""
    rows: Sequence[Row[Any]] = connection.execute(
        sa.select(visits).where(_belongs(answers, id_), visits.c.segment.is_not(None), visits.c.kind == "article")
    ).all()
    return sorted(
        {record for row in rows if (record := visit_rows.as_record(row))}, key=lambda one: (one.segment, one.offset)
    )
