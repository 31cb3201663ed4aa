"""Whether people have shown that their e-mail address is theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("users", sa.Column("verified", sa.Boolean(), server_default=sa.false(), nullable=False))
