"""Saved replies of the staff's inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from zoco.storage.sql import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "saved_replies",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_replies")),
    )
