"""Rules that the parts of the service share: who may change what, and how typed text is kept."""

from __future__ import annotations

from pkgutil import resolve_name

from zoco.features.catalogue.models import Product
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.text import N_

MANAGE = Permission("catalogue.manage", Role.STAFF)
"""Change and see every product, not only one's own."""


def clean(description: str) -> str:
    """HTML with only harmless tags left."""
    tags = {"p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "h3", "h4", "a", "span"}
    cleaned: str = resolve_name("nh3:clean")(description, tags=tags)  # 1.5 MB, loaded with the first that is written
    return cleaned.strip()


def may_change(actor: Actor, product: Product) -> bool:
    return actor.id == product.seller.id or actor.may(MANAGE)


def one_line(value: str, field: str) -> str:
    """Raises Invalid where nothing is left of it."""
    line = " ".join(value.split())
    if not line:
        raise Invalid(FieldError(field, "required", N_("This is needed.")))
    return line
