"""How lists move and fill, how visits were made, what sites ask of robots, and how often a page was tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add to visits what is told of each from now on, and make the tables of lists and of sites' own rules."""
    tried = "leases to refine that were neither ended nor given back"
    op.add_column(
        "visits", sa.Column("refinings", sa.Integer(), nullable=False, server_default=sa.text("0"), comment=tried)
    )
    op.add_column("visits", sa.Column("conduct", sa.Text(), nullable=True, comment="who asked, and by which rules"))
    op.add_column("visits", sa.Column("tdm", sa.Text(), nullable=True, comment="where the site reserves text mining"))
    op.create_table(
        "lists",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="canonical, as configured or found in an index"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="feed, sitemap or page"),
        sa.Column("every", sa.Integer(), nullable=True, comment="seconds between two polls, as its news made it"),
        sa.Column("full_at", sa.BigInteger(), nullable=True, comment="when a body last came"),
        sa.Column("since_full", sa.Integer(), nullable=False, comment="polls since then"),
        sa.Column("body", sa.Text(), nullable=True, comment="hash of the last body, and of the rules it was read by"),
        sa.Column("shown", sa.Text(), nullable=False, comment="marks of items it showed last"),
        sa.Column("sitemaps", sa.Integer(), nullable=False, comment="lists that it named when last read"),
        sa.Column("moved_to", sa.Text(), nullable=True, comment="where its last permanent redirect led"),
        sa.Column("moves", sa.Integer(), nullable=False, comment="how often in a row"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lists")),
    )
    op.create_index(op.f("ix_lists_source"), "lists", ["source", "kind"])
    op.create_table(
        "site_files",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="of a robots.txt or tdmrep.json"),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="as text, cut to what is read of it"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_site_files")),
    )
