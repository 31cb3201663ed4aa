"""Products as rows of SQL engines."""

from __future__ import annotations

from typing import Any, TypeGuard

import msgspec

from zoco.features.catalogue.models import Photo, Product, ProductStatus, Seller, Words
from zoco.kit.money import Money
from zoco.storage.sql import Row, to_json

_STATUSES = {status.value: status for status in ProductStatus}


def columns_of(product: Product) -> dict[str, Any]:
    """What is stored of it, but for its counts."""
    return {
        "id": product.id,
        "slug": product.slug,
        "title": product.title,
        "title_key": product.title_key,
        "description": product.description,
        "category": product.category,
        "price": product.price.amount,
        "currency": product.price.currency,
        "seller_id": product.seller.id,
        "seller_name": product.seller.name,
        "pictures": to_json(product.pictures) if product.pictures else None,
        "translations": to_json(product.translations) if product.translations else None,
        "status": product.status.value,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
    }


def as_stamped(known: Product | None, row: Row) -> Product | None:
    """A product read earlier as its stamp says that it is now; None where more than its stock is another."""
    if known is None or known.version != row[1]:
        return None
    return known if known.stock == row[2] else msgspec.structs.replace(known, stock=row[2])


def all_as_stamped(known: list[Product | None], rows: list[Row]) -> TypeGuard[list[Product]]:
    """Whether nothing has changed since each was read, as mostly nothing has."""
    for product, row in zip(known, rows, strict=True):
        if product is None or product.version != row[1] or product.stock != row[2]:
            return False
    return True


def filled(row: Row) -> Product:
    """A product from the columns that its adapter shows."""
    return Product(
        id=row[0],
        slug=row[1],
        title=row[2],
        description=row[3],
        category=row[4],
        price=Money(row[5], row[6]),
        stock=row[7],
        seller=Seller(row[8], row[9]),
        pictures=msgspec.convert(row[10], tuple[Photo, ...]) if row[10] else (),
        translations=msgspec.convert(row[11], dict[str, Words]) if row[11] else {},
        status=_STATUSES[row[12]],
        created_at=row[13],
        updated_at=row[14],
        version=row[15],
    )
