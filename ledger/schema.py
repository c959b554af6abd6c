"""The ledger's tables: what is stored of visits, articles, matches and notices, and in which types."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """A time as microseconds since 1970 UTC: compares and sorts the same on every database; naive times are refused."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return whole microseconds; raises ValueError for a time without zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone: {value!r}")
        return (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  as above
        """Return the time in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Any text, also hostile: NUL and lone surrogates, which PostgreSQL or UTF-8 cannot hold, become U+FFFD."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  as above
        """Return storable text."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class Json(TypeDecorator[Any]):
    """A JSON value as text, readable in any database tool; NUL and lone surrogates survive as escapes."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002  as above
        """Return JSON text, with escapes only where UTF-8 cannot hold a code point."""
        return None if value is None else dump(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002  as above
        """Return the decoded value."""
        return None if value is None else json.loads(value)


def dump(value: Any) -> str:
    """Return compact JSON that every database can store as text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, separators=(",", ":")) if _UNSTORABLE.search(text) else text


def key(url: str) -> str:
    """Return 32 hex digits of an address's SHA-256: its primary key, since PostgreSQL indexes no value over 2,704 bytes."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:32]


Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

desk = sa.Table(
    "desk",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False, comment="always 1: one database, one desk"),
    sa.Column("id", Words, nullable=False),
)

addresses = sa.Table(
    "addresses",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("url", Words, nullable=False, comment="canonical"),
    sa.Column("source", Words, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, comment="scheduled or skipped"),
    sa.Column("reason", Words, comment="why skipped"),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("visits", sa.Integer, nullable=False),
    sa.Column("first_visit", Instant),
    sa.Column("last_visit", Instant),
    sa.Column("last_outcome", Words),
    sa.Column("etag", Words, comment="of the last believed answer"),
    sa.Column("last_modified", Words),
)

visits = sa.Table(
    "visits",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("key", sa.String(32), nullable=False),
    sa.Column("url", Words, nullable=False, comment="canonical"),
    sa.Column("source", Words, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False, comment="feed, sitemap, page or article"),
    sa.Column("work", sa.String(16), nullable=False, comment="visit, or reprocess: the same bytes read anew"),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("why", Words),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("lease", sa.Integer, nullable=False, comment="grows with every lease, fences the late"),
    sa.Column("leased_until", Instant),
    sa.Column("link", Json),
    sa.Column("segment", Words, comment="of the archive"),
    sa.Column("record_offset", sa.BigInteger),
    sa.Column("record_length", sa.BigInteger),
    sa.Column("final_url", Words),
    sa.Column("status", sa.Integer),
    sa.Column("redirects", Json),
    sa.Column("etag", Words),
    sa.Column("last_modified", Words),
    sa.Column("begun_at", Instant, nullable=False),
    sa.Column("fetched_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Column("outcome", Words),
    sa.Column("article_id", sa.String(16)),
    sa.Column(
        "refinings",
        sa.Integer,
        nullable=False,
        server_default=sa.text("0"),
        comment="leases to refine that were neither ended nor given back",
    ),
    sa.Column("conduct", Json, comment="who asked, and by which rules"),
    sa.Column("tdm", Words, comment="where the site reserves text mining"),
    sa.Index("ix_visits_key", "key"),
    sa.Index("ix_visits_state", "state", "source", "due_at"),
    sa.Index("ix_visits_segment", "segment", "record_offset"),
    sa.Index("ix_visits_article", "article_id"),
)
IS_OPEN = sa.and_(visits.c.ended_at.is_(None), visits.c.work == sa.literal_column("'visit'"))
"""An open visit proper; there is at most one per address."""

sa.Index("uq_visits_open", visits.c.key, unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
IS_OPEN_REPROCESS = sa.and_(visits.c.ended_at.is_(None), visits.c.work == sa.literal_column("'reprocess'"))
sa.Index(
    "uq_visits_open_reprocess",
    visits.c.segment,
    visits.c.record_offset,
    unique=True,
    sqlite_where=IS_OPEN_REPROCESS,
    postgresql_where=IS_OPEN_REPROCESS,
)

# Beside begun and ended a visit has the word dropped, once the archive no longer keeps its page (ledger/dropped.py).
journal = sa.Table(
    "journal",
    metadata,
    sa.Column("visit_id", Id, primary_key=True, autoincrement=False),
    sa.Column("word", sa.String(8), primary_key=True, comment="begun or ended; only ever added to"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("outcome", Words),
    sa.Column("article_id", sa.String(16)),
    sa.Column("matches", sa.Integer, nullable=False, comment="filed with this ending"),
)

articles = sa.Table(
    "articles",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("url", Words, nullable=False, comment="canonical, under which it was first filed"),
    sa.Column("source", Words),
    sa.Column("state", sa.String(8), nullable=False, comment="live or removed"),
    sa.Column("new_visit", Id, sa.ForeignKey("visits.id"), nullable=False, unique=True),
    sa.Column("revision", sa.Integer, nullable=False, comment="the latest"),
    sa.Column("seq", sa.BigInteger, nullable=False, unique=True, comment="of the last change"),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("text_hash", Words, nullable=False, comment="of the latest revision"),
    sa.Column("removed_at", Instant),
    sa.Column("removed_reason", Words),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("article_id", sa.String(16), sa.ForeignKey("articles.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False, unique=True),
    sa.Column("visit_id", Id, sa.ForeignKey("visits.id"), nullable=False, index=True),
    sa.Column("filed_at", Instant, nullable=False),
    sa.Column("text_hash", Words, nullable=False),
    sa.Column("body", Json, comment="article with annotations; null once forgotten"),
)

urls = sa.Table(
    "urls",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("url", Words, nullable=False, comment="canonical"),
    sa.Column("article_id", sa.String(16), sa.ForeignKey("articles.id"), nullable=False, index=True),
)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True, comment="of the address claimed by rel=canonical"),
    sa.Column("text_hash", Words, primary_key=True, comment="of the text that claims it"),
)

matches = sa.Table(
    "matches",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("visit_id", Id, sa.ForeignKey("visits.id"), nullable=False),
    sa.Column("article_id", sa.String(16), sa.ForeignKey("articles.id"), nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("alert", Words, nullable=False),
    sa.Column("alert_version", Words, nullable=False),
    sa.Column("story", Words, nullable=False, index=True),
    sa.Column("spans", Json, nullable=False, comment="with their text; none once forgotten"),
    sa.Column("channels", sa.Integer, nullable=False, comment="how many outbox rows were filed with it"),
    sa.Column("filed_at", Instant, nullable=False),
    sa.UniqueConstraint("visit_id", "alert"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("match_id", Id, sa.ForeignKey("matches.id"), nullable=False),
    sa.Column("channel", Words, nullable=False, comment="empty: the alert has none"),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", Words),
    sa.Column("why", Words, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("lease", sa.Integer, nullable=False),
    sa.Column("leased_until", Instant),
    sa.Column("error", Words),
    sa.Column("notice", sa.String(32), nullable=False, unique=True, comment="the same for every retry"),
    sa.Column("filed_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.UniqueConstraint("match_id", "channel"),
    sa.Index("ix_outbox_state", "state", "due_at"),
)

sequence = sa.Table(
    "sequence",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False, comment="always 1"),
    sa.Column("head", sa.BigInteger, nullable=False),
)

spool = sa.Table(
    "spool",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("op", sa.String(8), nullable=False, comment="put or delete"),
    sa.Column("article_id", sa.String(16), sa.ForeignKey("articles.id"), nullable=False),
    sa.Column("taken", sa.Integer, nullable=False, comment="by the index: 0 or 1; rows stay, so that a hole is seen"),
)
IS_UNTAKEN = spool.c.taken == sa.literal_column("0")
sa.Index("ix_spool_untaken", spool.c.seq, sqlite_where=IS_UNTAKEN, postgresql_where=IS_UNTAKEN)

config_versions = sa.Table(
    "config_versions",
    metadata,
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("hash", sa.String(16), primary_key=True),
    sa.Column("body", Json, nullable=False),
    sa.Column("seen_at", Instant, nullable=False, comment="when it last became the current one"),
)

gaps = sa.Table(
    "gaps",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("visit_id", Id, sa.ForeignKey("visits.id"), nullable=False),
    sa.Column("source", Words, nullable=False),
    sa.Column("url", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("text", Words, nullable=False),
)

lists = sa.Table(
    "lists",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("url", Words, nullable=False, comment="canonical, as configured or found in an index"),
    sa.Column("source", Words, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False, comment="feed, sitemap or page"),
    sa.Column("every", sa.Integer, comment="seconds between two polls, as its news made it"),
    sa.Column("full_at", Instant, comment="when a body last came"),
    sa.Column("since_full", sa.Integer, nullable=False, comment="polls since then"),
    sa.Column("body", Words, comment="hash of the last body, and of the rules it was read by"),
    sa.Column("shown", Json, nullable=False, comment="marks of items it showed last"),
    sa.Column("sitemaps", sa.Integer, nullable=False, comment="lists that it named when last read"),
    sa.Column("moved_to", Words, comment="where its last permanent redirect led"),
    sa.Column("moves", sa.Integer, nullable=False, comment="how often in a row"),
    sa.Index("ix_lists_source", "source", "kind"),
)

site_files = sa.Table(
    "site_files",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("url", Words, nullable=False, comment="of a robots.txt or tdmrep.json"),
    sa.Column("read_at", Instant, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", Words, nullable=False, comment="as text, cut to what is read of it"),
)

source_health = sa.Table(
    "source_health",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("source", Words, nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("why", Words, comment="what is wrong; null if nothing is"),
    sa.Column("repair", Words, comment="what might help"),
    sa.Column("at", Instant, nullable=False, comment="when the change was noted"),
    sa.Column("told_at", Instant, comment="when the operator was told, or need not be"),
)
