"""Changes for many products: chosen in the table, looked at, done, undone."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from zoco.features.catalogue.errors import TooManyChosen, UndoOver
from zoco.features.catalogue.models import MOST_STOCK, Bulk, BulkAction
from zoco.features.catalogue.office.listing import DESK, listed, query_of, with_query
from zoco.features.catalogue.schemas import with_point
from zoco.features.catalogue.service import CatalogueService
from zoco.features.catalogue.service.rules import shelf_slug, short
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import ProductId
from zoco.kit.money import Money
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import Undo, flash
from zoco.web.forms import read_form, read_list
from zoco.web.pages import Pages

_PERCENT = re.compile(r"([+-]?)(\d{1,3})(?:[.,](\d{1,2}))?\s*%?")
_CHOSEN = re.compile(r"([^:]*):([0-9]{1,15})")
_PIECES = re.compile(r"[+-]?\d{1,10}")


class BulkForm(msgspec.Struct, kw_only=True):
    """`value` is a price, a percentage, a number of pieces or a category; `all` means all that the list finds."""

    action: BulkAction
    value: str = ""
    all: bool = False
    chosen: str = ""

    def bulk(self, currency: str) -> Bulk:
        """Raises Invalid for a value that is none."""
        match self.action:
            case BulkAction.PRICE:
                return Bulk(self.action, Money.parse(with_point(self.value), currency, "value").amount)
            case BulkAction.PERCENT:
                return Bulk(self.action, _percent(self.value))
            case BulkAction.STOCK | BulkAction.MORE:
                return Bulk(self.action, _pieces(self.value, below_zero=self.action is BulkAction.MORE))
            case BulkAction.CATEGORY:
                shelf_slug(self.value, "value")
                return Bulk(self.action, category=short(self.value, "value"))
            case _:
                return Bulk(self.action)


class BulkOffice(Controller):
    """`/panel/productos/cambiar`: the address' query is that of the list from which the products were chosen."""

    path = DESK
    include_in_schema = False

    @get("/cambiar")
    async def back(self, request: ShopRequest) -> Redirect:
        """Where the pages of a list lead that a refused change has shown."""
        return Redirect(with_query(DESK, request), status_code=303)

    @post("/cambiar", status_code=200)
    async def preview(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """What the change would do; nothing is changed yet."""
        form, ticked = await read_form(request, BulkForm), await read_list(request, "product")
        try:
            data = form.require()
            bulk = data.bulk(catalogue.currency)
            plan = await catalogue.plan(actor, query_of(request) if data.all else _some(ticked), bulk)
        except (Invalid, TooManyChosen) as refusal:
            return await listed(request, catalogue, pages, actor, form.refused(refusal, beside="product"), ticked)
        differing = [one for one in plan if one.differs]
        return await pages.render(
            request,
            "panel/catalogue/preview.html",
            plan=differing,
            same=len(plan) - len(differing),
            data=data,
            names={shelf.category.slug: shelf.category.name for shelf in await catalogue.shelves(actor)},
            chosen=" ".join(f"{one.before.id}:{one.before.version}" for one in differing),
            action=with_query(f"{DESK}/cambiar/hacer", request),
            back=with_query(DESK, request),
        )

    @post("/cambiar/hacer")
    async def do(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        form = await read_form(request, BulkForm)
        try:
            data = form.require()
            done = await catalogue.change_many(actor, _versions(data.chosen), data.bulk(catalogue.currency))
        except (Invalid, TooManyChosen) as refusal:
            return await listed(request, catalogue, pages, actor, form.refused(refusal, beside="product"))
        message = N_("Products changed: {count}.")
        if done.left:
            message = N_("Products changed: {count}. Somebody else had just changed {left}, which stay as they are.")
        undo = Undo(f"{DESK}/deshacer", {"note": done.note}) if done.note else None
        said = flash(jar, message, undo=undo, count=done.changed, left=len(done.left))
        return Redirect(with_query(DESK, request), status_code=303, cookies=[said])

    @post("/deshacer")
    async def undo(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        """Give the products of the last change what they had."""
        notes = await read_list(request, "note")
        try:
            done = await catalogue.undo_many(actor, "".join(notes[:1]))
        except UndoOver as refusal:
            return Redirect(DESK, status_code=303, cookies=[flash(jar, refusal.message)])
        message = N_("Products that are as before: {count}.")
        if done.left:
            message = N_("Products that are as before: {count}. Others were changed since and stay: {left}.")
        said = flash(jar, message, count=done.changed, left=len(done.left))
        return Redirect(DESK, status_code=303, cookies=[said])


def _some(ticked: list[str]) -> list[ProductId]:
    """Raises Invalid for none."""
    if not ticked:
        raise Invalid(FieldError("product", "required", N_("Tick at least one product.")))
    return [ProductId(product) for product in ticked]


def _versions(chosen: str) -> list[tuple[ProductId, int]]:
    """What the preview has kept of its products; what is none of it is left out."""
    found = (_CHOSEN.fullmatch(one) for one in chosen.split())
    return [(ProductId(one[1]), int(one[2])) for one in found if one]


def _percent(typed: str) -> int:
    """In hundredths of a percent."""
    found = _PERCENT.fullmatch(typed.strip())
    hundredths = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0")) if found else 0
    if found is None or not hundredths or (found[1] == "-" and hundredths >= 100 * 100):
        raise Invalid(FieldError("value", "percent", N_("Write a percentage such as 5 or -10.")))
    return -hundredths if found[1] == "-" else hundredths


def _pieces(typed: str, *, below_zero: bool) -> int:
    found = _PIECES.fullmatch(typed.strip())
    number = int(typed) if found else -MOST_STOCK - 1
    if not (-MOST_STOCK if below_zero else 0) <= number <= MOST_STOCK:
        raise Invalid(FieldError("value", "pieces", N_("Write a whole number of pieces.")))
    return number
