"""By what mails are looked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("mails", sa.Column("words", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE mails SET words = lower(recipient || ' ' || subject)")
