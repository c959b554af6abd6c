"""How the sources are, one row for each change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of health changes; nothing was noted before."""
    op.create_table(
        "source_health",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True, comment="what is wrong; null if nothing is"),
        sa.Column("repair", sa.Text(), nullable=True, comment="what might help"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="when the change was noted"),
        sa.Column("told_at", sa.BigInteger(), nullable=True, comment="when the operator was told, or need not be"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_health")),
    )
    op.create_index(op.f("ix_source_health_source"), "source_health", ["source"])
