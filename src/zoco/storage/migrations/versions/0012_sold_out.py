"""Whether a product is sold out: lists have their indexes by it, not by the stock, which each sale changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_COLUMNS = {
    "newest": ["created_at", "id"],
    "price": ["price", "id"],
    "title": ["title_key", "id"],
    "category_newest": ["category", "created_at", "id"],
    "category_price": ["category", "price", "id"],
}


def upgrade() -> None:
    check = sa.CheckConstraint("NOT sold_out OR stock = 0", name=op.f("ck_products_sold_out"))
    op.add_column("products", sa.Column("sold_out", sa.Boolean(), check, server_default=sa.false(), nullable=False))
    op.execute("UPDATE products SET sold_out = (stock = 0)")
    for name, columns in _COLUMNS.items():
        op.drop_index(f"ix_products_offered_{name}", table_name="products")
        op.create_index(
            f"ix_products_offered_{name}",
            "products",
            columns,
            sqlite_where=sa.text("status = 'active' AND sold_out = 0"),
            postgresql_where=sa.text("status = 'active' AND NOT sold_out"),
        )
