"""What was filed: articles with their revisions, whom an address belongs to, and what was said of a story."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from articles.errors import NotSo
from articles.page import ArchiveRef
from articles.wire import from_json
from ledger import dropped, filing, notices, visit_rows
from ledger.schema import addresses, articles, claims, key, revisions, urls, visits
from ledger.store import Store
from ledger.values import Filed, Filing, KeptList, Receipt

_ID = re.compile(r"[0-9a-f]{16}")
_STREAM = 500
"""Articles read in one transaction while all are streamed; about 5 MB of text."""

_FILED = sa.select(
    revisions.c.body,
    revisions.c.seq,
    revisions.c.number,
    articles.c.first_seen,
    revisions.c.text_hash,
    revisions.c.filed_at,
).join(articles, articles.c.id == revisions.c.article_id)
_LATEST = sa.and_(revisions.c.number == articles.c.revision, articles.c.state == "live")


class Files:
    """The filed articles; ``file`` is the one method that writes them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def resolve(self, urls: Sequence[str]) -> str | None:
        """Return the id of the article that the first known of these canonical addresses belongs to, or None."""
        with self._store.read() as connection:
            return filing.resolve(connection, urls)

    def claims(self, url: str) -> int:
        """Return how many different texts claim this address by rel=canonical (three make it unbelievable)."""
        with self._store.read() as connection:
            counted = sa.select(sa.func.count()).select_from(claims).where(claims.c.key == key(url))
            return int(connection.execute(counted).scalar_one())

    def file(self, filing_: Filing, now: datetime) -> Receipt | None:
        """File a refined page, see ``ledger.filing.file``; None, and nothing written, if its lease is lost."""
        return filing.file(self._store, filing_, now)

    def reserve(self, url: str) -> None:
        """Note that the article at a canonical address is reserved against text and data mining, if there is one."""
        filing.reserve(self._store, url)

    def latest(self, id_: str) -> Filed | None:
        """Return the latest revision of a live article, None if there is no such article or it was removed."""
        with self._store.read() as connection:
            row = connection.execute(_FILED.where(articles.c.id == id_, _LATEST)).one_or_none()
        return None if row is None else _as_filed(row)

    def article(self, id_or_url: str) -> Filed | None:
        """Return the latest revision by id or by canonical address."""
        with self._store.read() as connection:
            id_ = find(connection, id_or_url)
        return None if id_ is None else self.latest(id_)

    def versions(self, id_: str) -> list[Filed]:
        """Return every revision of a live article, the first first."""
        with self._store.read() as connection:
            rows = connection.execute(
                _FILED.where(articles.c.id == id_, articles.c.state == "live").order_by(revisions.c.number)
            ).all()
        return [_as_filed(row) for row in rows]

    def raw(self, id_: str) -> ArchiveRef | None:
        """Return where the bytes of the latest revision of a live article lie, None if there is no such article.

        Raises NotSo if they were dropped from the archive.
        """
        with self._store.read() as connection:
            row = connection.execute(
                sa.select(visits, dropped.DROPPED_AT.label("dropped_at"))
                .join(revisions, revisions.c.visit_id == visits.c.id)
                .join(articles, articles.c.id == revisions.c.article_id)
                .where(articles.c.id == id_, _LATEST)
            ).one_or_none()
        if row is not None and row.dropped_at is not None:
            raise NotSo(
                f"the raw page of {id_}, fetched {row.fetched_at:%Y-%m-%d}, is no longer kept: "
                f"it was dropped {row.dropped_at:%Y-%m-%d}, as `keep_raw` says"
            )
        return None if row is None else visit_rows.as_record(row)

    def drop_segment(self, segment: str, now: datetime) -> bool:
        """Note that the archive drops a segment, see ``ledger.dropped.drop``; False while one of its pages waits."""
        return dropped.drop(self._store, segment, now)

    def lists_since(self, id_: str) -> Iterator[KeptList]:
        """Yield the kept lists of every source since one of an article's addresses was first seen, the first first.

        Read in portions: there may be some hundred thousand.
        """
        mine = sa.select(urls.c.key).where(urls.c.article_id == id_)
        begun = sa.select(sa.func.min(addresses.c.first_seen)).where(addresses.c.key.in_(mine)).scalar_subquery()
        place = visits.c.segment, visits.c.record_offset, visits.c.record_length
        wanted = (
            sa.select(visits.c.id, visits.c.url, visits.c.source, visits.c.kind, *place)
            .where(visits.c.kind.in_(("feed", "sitemap", "page")), visits.c.segment.is_not(None), ~dropped.IS_DROPPED)
            .where(visits.c.ended_at >= begun)
            .order_by(visits.c.id)
            .limit(_STREAM)
        )
        last = 0
        while True:
            with self._store.read() as connection:
                rows = connection.execute(wanted.where(visits.c.id > last)).all()
            if not rows:
                return
            for row in rows:
                yield KeptList(row.url, row.source, row.kind, ArchiveRef(row.segment, row.record_offset, row.record_length))
            last = rows[-1].id

    def every(self, since_seq: int = 0, until: int | None = None) -> Iterator[Filed]:
        """Yield the latest revision of every live article, in the order of its last change, ``since_seq`` excluded.

        Read in portions: an article that changes meanwhile comes once more with its new number, and with ``until`` given
        (included) not at all any more, for then its change stands in the spool.
        """
        while True:
            wanted = [revisions.c.seq > since_seq, _LATEST]
            if until is not None:
                wanted.append(revisions.c.seq <= until)
            with self._store.read() as connection:
                rows = connection.execute(_FILED.where(*wanted).order_by(revisions.c.seq).limit(_STREAM)).all()
            if not rows:
                return
            yield from map(_as_filed, rows)
            since_seq = rows[-1].seq

    def told(self, alert: str, story: str, channel: str) -> bool:
        """Return whether this channel was told of this story because of this alert, or is about to be."""
        return (alert, story, channel) in self.told_for([story])

    def told_for(self, stories: Iterable[str]) -> set[notices.Told]:
        """Return every (alert, story, channel) of these stories that was said or is about to be."""
        with self._store.read() as connection:
            return notices.told_for(connection, stories)

    def heard_of(self, article: str) -> set[tuple[str, str]]:
        """Return every (alert, channel) that was told of this article, or is about to be."""
        with self._store.read() as connection:
            return notices.heard_of(connection, article)

    def reprocess(self, now: datetime, since: datetime | None = None, stage: str = "extract") -> int:
        """File work for ``refine`` to read archived pages anew, and return how many pages.

        These are the bytes of each live article's latest revision and, for stage ``extract``, of every address whose last
        page was rejected or broken, fetched at or after ``since``; those that were dropped from the archive are left out.
        A page that already waits is not filed twice.
        """
        with self._store.write() as connection:
            dropped.hold(connection)
            rows = connection.execute(_to_read_anew(since, stage).where(~dropped.IS_DROPPED)).all()
            return len(visit_rows.begin(self._store, connection, [_anew(row, stage, now) for row in rows], now))

    def not_kept(self, since: datetime | None = None, stage: str = "extract") -> int:
        """Return how many pages ``reprocess`` leaves out because they were dropped from the archive."""
        with self._store.read() as connection:
            gone = _to_read_anew(since, stage).where(dropped.IS_DROPPED).subquery()
            return int(connection.execute(sa.select(sa.func.count()).select_from(gone)).scalar_one())


def find(connection: Connection, id_or_url: str) -> str | None:
    """Return the id of the article, live or removed, that an id or a canonical address names."""
    if _ID.fullmatch(id_or_url):
        found = connection.execute(sa.select(articles.c.id).where(articles.c.id == id_or_url)).scalar_one_or_none()
        return str(found) if found else None
    return filing.resolve(connection, [id_or_url])


def _as_filed(row: Row[Any]) -> Filed:
    return Filed(from_json(row.body), row.seq, row.number, row.first_seen, row.text_hash, row.filed_at)


def _to_read_anew(since: datetime | None, stage: str) -> sa.Select[Any]:
    filed = sa.select(revisions.c.visit_id).join(articles, articles.c.id == revisions.c.article_id).where(_LATEST)
    which: sa.ColumnElement[bool] = visits.c.id.in_(filed)
    if stage == "extract":
        last = sa.select(sa.func.max(visits.c.id)).where(visits.c.segment.is_not(None)).group_by(visits.c.key)
        unread = sa.or_(visits.c.outcome.like("rejected(%"), visits.c.outcome.like("broken(%"))
        forgotten = sa.select(addresses.c.key).where(addresses.c.reason == "forgotten")  # their pages are erased
        which = sa.or_(which, sa.and_(unread, visits.c.id.in_(last), visits.c.key.not_in(forgotten)))
    wanted = sa.select(visits).where(which, visits.c.segment.is_not(None), visits.c.kind == "article")
    return wanted if since is None else wanted.where(visits.c.fetched_at >= since)


def _anew(row: Row[Any], stage: str, now: datetime) -> dict[str, Any]:
    """Return the work row that reads a visit's page anew: same bytes, same evidence, a visit of its own."""
    same = ("url", "source", "kind", "link", "segment", "record_offset", "record_length", "final_url", "status", "tdm")
    copied = {name: getattr(row, name) for name in (*same, "etag", "last_modified", "fetched_at")}
    return copied | {"work": "reprocess", "state": "fetched", "why": stage, "due_at": now}
