"""What a list is asked for by its address, and how to ask for less."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from zoco.features.catalogue.models import Category, ProductQuery, Seller, Sort
from zoco.features.catalogue.schemas import with_point
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import UserId
from zoco.kit.money import Money
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.forms import Form
from zoco.web.paging import here

ON_A_PAGE = 24  # fills rows of two, three and four
FIELDS = ("q", "category", "seller", "min_price", "max_price", "in_stock", "sort")
_LONGEST_SEARCH = 200
_LONGEST = 80


class Filter(NamedTuple):
    """One thing that narrows a list, in words, and the address of the list without it."""

    label: str
    url: str


class Asked(NamedTuple):
    """What a list is asked for: the query as far as it can be understood, and the form as it was typed."""

    query: ProductQuery
    form: Form[Any]


def asked(request: ShopRequest, category: Category | None, currency: str) -> Asked:
    """A choice that nobody offers is read as none, since people edit addresses; what was typed wrong is said."""
    values = {name: request.query_params.get(name, "").strip() for name in FIELDS}
    form = Form[Any](values=values)
    low, high = (_price(form, name, currency) for name in ("min_price", "max_price"))
    if low is not None and high is not None and high < low:
        form.refused(Invalid(FieldError("max_price", "range", N_("This is less than the lowest price."))))
        high = None
    sort = values["sort"]
    query = ProductQuery(
        q=values["q"][:_LONGEST_SEARCH].strip() or None,
        category=category.slug if category else values["category"][:_LONGEST] or None,
        seller=UserId(values["seller"][:_LONGEST]) if values["seller"] else None,
        min_price=low,
        max_price=high,
        in_stock=values["in_stock"] != "false",
        sort=Sort(sort) if sort in set(Sort) else Sort.NEWEST,
        after=request.query_params.get("after") or None,
        limit=ON_A_PAGE,
    )
    return Asked(query, form)


def active(
    request: ShopRequest,
    query: ProductQuery,
    categories: Iterable[Category],
    seller: Seller | None,
    currency: str,
    say: Callable[..., str],
) -> list[Filter]:
    """What narrows the list, beside the shelf that its path names."""
    labels: dict[str, str] = {}
    if query.q:
        labels["q"] = say(N_("“{words}”"), words=query.q)
    if query.category and request.query_params.get("category"):
        names = {shelf.slug: shelf.name for shelf in categories}
        labels["category"] = names.get(query.category, query.category)
    if query.seller:
        labels["seller"] = say(N_("Sold by {name}"), name=seller.name) if seller else say(N_("Unknown seller"))
    if query.min_price is not None:
        labels["min_price"] = say(N_("From {price}"), price=Money(query.min_price, currency))
    if query.max_price is not None:
        labels["max_price"] = say(N_("Up to {price}"), price=Money(query.max_price, currency))
    if not query.in_stock:
        labels["in_stock"] = say(N_("Sold out ones too"))
    return [Filter(label, here(request.scope, after=None, **{name: None})) for name, label in labels.items()]


def _price(form: Form[Any], name: str, currency: str) -> int | None:
    if not form.values[name]:
        return None
    try:
        return Money.parse(with_point(form.values[name]), currency, name).amount
    except Invalid as refusal:
        form.refused(refusal)
        return None
