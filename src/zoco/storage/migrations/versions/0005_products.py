"""Several pictures of a product, and its words in more languages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from zoco.storage.sql import Instant, Json

revision = "0005"
down_revision = "0004"

_FIRST = {
    "sqlite": """
        UPDATE products SET pictures = (
            SELECT json_array(json_object('hash', p.hash, 'width', p.width, 'height', p.height, 'alt', ''))
            FROM pictures p WHERE p.owner = products.id
        ) WHERE picture IS NOT NULL""",
    "postgresql": """
        UPDATE products SET pictures = (
            SELECT jsonb_build_array(
                jsonb_build_object('hash', p.hash, 'width', p.width, 'height', p.height, 'alt', '')
            ) FROM pictures p WHERE p.owner = products.id
        ) WHERE picture IS NOT NULL""",
}


def upgrade() -> None:
    _pictures()
    _office()


def _pictures() -> None:
    """What had one picture has it as the first of its pictures."""
    op.add_column("products", sa.Column("pictures", Json(), nullable=True))
    op.add_column("products", sa.Column("translations", Json(), nullable=True))
    op.execute(_FIRST[op.get_context().dialect.name])
    op.drop_column("products", "picture")


def _office() -> None:
    """Shelves in an order of their own, changes for many that can be undone, files that are taken in piece by piece."""
    for column in (
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("moved_to", sa.String(), nullable=True),
        sa.Column("removed", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("categories", column)
    for name, first in {"newest": "created_at", "price": "price", "title": "title_key"}.items():
        op.create_index(
            f"ix_products_there_{name}",
            "products",
            [first, "id"],
            sqlite_where=sa.text("status != 'removed'"),
            postgresql_where=sa.text("status != 'removed'"),
        )
    op.create_table(
        "bulk_notes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("rows", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_notes")),
    )
    op.create_index(op.f("ix_bulk_notes_made_at"), "bulk_notes", ["made_at"])
    op.create_table(
        "import_jobs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_jobs")),
    )
    op.create_index(op.f("ix_import_jobs_made_at"), "import_jobs", ["made_at"])
    op.create_table(
        "import_pieces",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_import_pieces")),
    )
