"""No index on the outbox that nobody asks: rows are found by their id, which begins with the event's."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.drop_index("ix_outbox_event_id", table_name="outbox")
