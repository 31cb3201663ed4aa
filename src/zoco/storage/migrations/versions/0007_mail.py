"""How often a mail was tried, what went wrong, what it tells of, and whether others may read it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from zoco.storage.sql import Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for column in (
        sa.Column("about", sa.String(), server_default="", nullable=False),
        sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", Instant(), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.Column("event", sa.String(), server_default="", nullable=False),
        sa.Column("reopened_at", Instant(), nullable=True),
    ):
        op.add_column("mails", column)
    op.create_index("ix_mails_state_id", "mails", ["state", "id"])
    op.create_index("ix_mails_about_id", "mails", ["about", "id"])
    op.execute("UPDATE mails SET state = 'sent', attempts = 1, tried_at = sent_at WHERE sent_at IS NOT NULL")
    op.execute(
        "UPDATE mails SET private = true WHERE template IN ('accounts/welcome', 'accounts/verify', 'accounts/reset')"
    )
