"""What staff did, by what orders are looked for, what became of them, and by what people are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from zoco.storage.sql import Instant, Json

revision = "0006"
down_revision = "0005"

_TITLES = {
    "sqlite": "SELECT group_concat(title, ' ') FROM order_lines WHERE order_id = orders.id",
    "postgresql": "SELECT string_agg(title, ' ') FROM order_lines WHERE order_id = orders.id",
}


def upgrade() -> None:
    _deeds()
    op.add_column("users", sa.Column("words", sa.String(), server_default="", nullable=False))
    op.execute("UPDATE users SET words = lower(name || ' ' || email || ' ' || phone)")
    op.add_column("orders", sa.Column("email_key", sa.String(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("words", sa.Text(), server_default="", nullable=False))
    titles = _TITLES[op.get_context().dialect.name]
    op.execute(
        f"UPDATE orders SET email_key = lower(email), words = lower(email || ' ' || coalesce(({titles}), ''))"  # noqa: S608 - no values
    )
    op.create_index("ix_orders_latest", "orders", ["created_at", "number"])
    op.create_index("ix_orders_status_latest", "orders", ["status", "created_at", "number"])
    op.create_index("ix_orders_email_latest", "orders", ["email_key", "created_at", "number"])
    op.create_table(
        "order_entries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_entries_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_entries")),
    )
    op.create_index("ix_order_entries_order", "order_entries", ["order_id", "at", "id"])


def _deeds() -> None:
    texts = ("actor", "name", "email", "email_key", "action", "subject")
    op.create_table(
        "deeds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("details", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deeds")),
    )
    op.create_index("ix_deeds_latest", "deeds", ["at", "id"])
    for name in ("actor", "email_key", "action", "subject"):
        op.create_index(f"ix_deeds_{name}", "deeds", [name, "at", "id"])
