"""Rules that the parts of the service share: who may change what, and how typed text is kept."""

from __future__ import annotations

from html import unescape
from pkgutil import resolve_name

import msgspec

from zoco.features.catalogue.models import LONGEST_CATEGORY, Product
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.text import N_, slug

MANAGE = Permission("catalogue.manage", Role.STAFF)
"""Change and see every product, not only one's own."""


def clean(description: str) -> str:
    """HTML with only harmless tags left."""
    tags = {"p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "h3", "h4", "a", "span"}
    cleaned: str = resolve_name("nh3:clean")(description, tags=tags)  # 1.5 MB, loaded with the first that is written
    return cleaned.strip()


def as_typed(product: Product) -> Product:
    """With its descriptions as a form shows them."""
    told = {
        code: msgspec.structs.replace(words, description=_typed(words.description))
        for code, words in product.translations.items()
    }
    return msgspec.structs.replace(product, description=_typed(product.description), translations=told)


def _typed(description: str) -> str:
    """Where there is no tag, `&` and `<` stand for themselves, as long as the same comes back from it."""
    plain = unescape(description)
    if plain == description or "<" in description or clean(plain) != description:
        return description
    return plain


def may_change(actor: Actor, product: Product) -> bool:
    return actor.id == product.seller.id or actor.may(MANAGE)


def one_line(value: str, field: str) -> str:
    """Raises Invalid where nothing is left of it."""
    line = " ".join(value.split())
    if not line:
        raise Invalid(FieldError(field, "required", N_("This is needed.")))
    return line


def shelf_slug(name: str, field: str) -> str:
    """What a category of this name is called in addresses; raises Invalid where that is nothing."""
    found = slug(name)
    if not found:
        raise Invalid(FieldError(field, "category", N_("Write a category with at least one letter or digit.")))
    return found


def short(name: str, field: str) -> str:
    """The name of a category; raises Invalid for one that is too long."""
    if len(name) > LONGEST_CATEGORY:
        raise Invalid(FieldError(field, "too_long", N_("At most {longest} characters."), {"longest": LONGEST_CATEGORY}))
    return name
