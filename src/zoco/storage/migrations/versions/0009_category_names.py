"""Names of categories in more languages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from zoco.storage.sql import Json

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("categories", sa.Column("translations", Json(), nullable=True))
