"""The first tables of the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table; the sequence starts at 0."""
    _addresses()
    _claims()
    _config_versions()
    _desk()
    _journal()
    _sequence()
    _visits()
    _articles()
    _gaps()
    _matches()
    _revisions()
    _spool()
    _urls()
    _outbox()
    op.execute(sa.text("INSERT INTO sequence (one, head) VALUES (1, 0)"))


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="canonical"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False, comment="scheduled or skipped"),
        sa.Column("reason", sa.Text(), nullable=True, comment="why skipped"),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("first_visit", sa.BigInteger(), nullable=True),
        sa.Column("last_visit", sa.BigInteger(), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True, comment="of the last believed answer"),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_addresses")),
    )


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("key", sa.String(length=32), nullable=False, comment="of the address claimed by rel=canonical"),
        sa.Column("text_hash", sa.Text(), nullable=False, comment="of the text that claims it"),
        sa.PrimaryKeyConstraint("key", "text_hash", name=op.f("pk_claims")),
    )


def _config_versions() -> None:
    op.create_table(
        "config_versions",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False, comment="when it last became the current one"),
        sa.PrimaryKeyConstraint("kind", "id", "hash", name=op.f("pk_config_versions")),
    )


def _desk() -> None:
    op.create_table(
        "desk",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False, comment="always 1: one database, one desk"),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_desk")),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("word", sa.String(length=8), nullable=False, comment="begun or ended; only ever added to"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("article_id", sa.String(length=16), nullable=True),
        sa.Column("matches", sa.Integer(), nullable=False, comment="filed with this ending"),
        sa.PrimaryKeyConstraint("visit_id", "word", name=op.f("pk_journal")),
    )


def _sequence() -> None:
    op.create_table(
        "sequence",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_sequence")),
    )


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="canonical"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="feed, sitemap, page or article"),
        sa.Column("work", sa.String(length=16), nullable=False, comment="visit, or reprocess: the same bytes read anew"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False, comment="grows with every lease, fences the late"),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True, comment="of the archive"),
        sa.Column("record_offset", sa.BigInteger(), nullable=True),
        sa.Column("record_length", sa.BigInteger(), nullable=True),
        sa.Column("final_url", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("redirects", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("article_id", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_article", "visits", ["article_id"], unique=False)
    op.create_index("ix_visits_key", "visits", ["key"], unique=False)
    op.create_index("ix_visits_segment", "visits", ["segment", "record_offset"], unique=False)
    op.create_index("ix_visits_state", "visits", ["state", "source", "due_at"], unique=False)
    op.create_index(
        "uq_visits_open",
        "visits",
        ["key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND work = 'visit'"),
        postgresql_where=sa.text("ended_at IS NULL AND work = 'visit'"),
    )
    op.create_index(
        "uq_visits_open_reprocess",
        "visits",
        ["segment", "record_offset"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND work = 'reprocess'"),
        postgresql_where=sa.text("ended_at IS NULL AND work = 'reprocess'"),
    )


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="canonical, under which it was first filed"),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False, comment="live or removed"),
        sa.Column("new_visit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="the latest"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="of the last change"),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False, comment="of the latest revision"),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["new_visit"], ["visits.id"], name=op.f("fk_articles_new_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("new_visit", name=op.f("uq_articles_new_visit")),
        sa.UniqueConstraint("seq", name=op.f("uq_articles_seq")),
    )


def _gaps() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_gaps_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
    )


def _matches() -> None:
    op.create_table(
        "matches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("alert_version", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False, comment="with their text; none once forgotten"),
        sa.Column("channels", sa.Integer(), nullable=False, comment="how many outbox rows were filed with it"),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_matches_article_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_matches_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
        sa.UniqueConstraint("visit_id", "alert", name=op.f("uq_matches_visit_id_alert")),
    )
    op.create_index(op.f("ix_matches_article_id"), "matches", ["article_id"], unique=False)
    op.create_index(op.f("ix_matches_story"), "matches", ["story"], unique=False)


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True, comment="article with annotations; null once forgotten"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_revisions_article_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_revisions_visit_id")),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_revisions")),
        sa.UniqueConstraint("seq", name=op.f("uq_revisions_seq")),
    )
    op.create_index(op.f("ix_revisions_visit_id"), "revisions", ["visit_id"], unique=False)


def _spool() -> None:
    op.create_table(
        "spool",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("op", sa.String(length=8), nullable=False, comment="put or delete"),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False, comment="by the index: 0 or 1; rows stay, so that a hole is seen"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_spool_article_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_spool")),
    )
    op.create_index(
        "ix_spool_untaken",
        "spool",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("taken = 0"),
        postgresql_where=sa.text("taken = 0"),
    )


def _urls() -> None:
    op.create_table(
        "urls",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="canonical"),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_urls_article_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_urls")),
    )
    op.create_index(op.f("ix_urls_article_id"), "urls", ["article_id"], unique=False)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("match_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False, comment="empty: the alert has none"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("notice", sa.String(length=32), nullable=False, comment="the same for every retry"),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_outbox_match_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("match_id", "channel", name=op.f("uq_outbox_match_id_channel")),
        sa.UniqueConstraint("notice", name=op.f("uq_outbox_notice")),
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "due_at"], unique=False)
