"""Orders in the back office: found, looked at, moved on, written about."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.accounts.models import wrong_email
from zoco.features.orders.errors import StatusOutOfOrder
from zoco.features.orders.models import OrderQuery, OrderStatus
from zoco.features.orders.service import OrderService, subject_of
from zoco.kit.errors import Invalid
from zoco.kit.permissions import Actor
from zoco.kit.text import N_, fold
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.days import days
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages
from zoco.web.paging import filters_asked

ORDERS = "/panel/ordenes"
_LONGEST = 254
_NUMBER = re.compile(r"#?([1-9][0-9]{0,14})")


class MoveForm(msgspec.Struct):
    """The status that the order gets, and the one that it had on the page."""

    status: OrderStatus
    seen: OrderStatus | None = None


class NoteForm(msgspec.Struct, kw_only=True):
    """What staff write for each other."""

    note: str = ""


class OrderOffice(Controller):
    """`/panel/ordenes`: the list and one order."""

    path = ORDERS
    include_in_schema = False

    @get("/")
    async def list(
        self,
        request: ShopRequest,
        orders: NamedDependency[OrderService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        asked = filters_asked(request.query_params, _LONGEST)
        since, until, form = days(asked, orders.zone)
        query = OrderQuery(
            status=OrderStatus(asked["status"]) if asked.get("status") in set(OrderStatus) else None,
            since=since,
            until=until,
            after=request.query_params.get("after") or None,
            **_looked_for(asked.get("q", "")),
        )
        return await pages.render(
            request,
            "panel/orders/list.html",
            orders=await orders.find(actor, query),
            query=query,
            q=asked.get("q", ""),
            form=form,
        )

    @get("/{number:int}")
    async def show(
        self,
        number: FromPath[int],
        request: ShopRequest,
        orders: NamedDependency[OrderService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await _shown(number, request, orders, pages, actor, Form())

    @get("/{number:int}/estado/{status:str}")
    async def confirm_moving(
        self,
        number: FromPath[int],
        status: FromPath[str],
        request: ShopRequest,
        orders: NamedDependency[OrderService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Asks first, since every status is told to the buyer by mail; one that does not come next is not asked for."""
        order, _ = await orders.with_history(actor, number)
        if status not in order.next:
            return Redirect(f"{ORDERS}/{number}", status_code=303)
        return await pages.render(request, "panel/orders/move.html", order=order, wanted=status)

    @post("/{number:int}/estado")
    async def move(
        self,
        number: FromPath[int],
        request: ShopRequest,
        orders: NamedDependency[OrderService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        """On its usual way, or called off, which a page has asked about before; somebody may have been quicker."""
        form = (await read_form(request, MoveForm)).require()
        status = form.status
        try:
            await orders.move(actor, number, status, seen=form.seen)
        except StatusOutOfOrder:
            said = flash(jar, N_("The order is no longer where it was: somebody has moved it meanwhile."))
        else:
            cancelled = status is OrderStatus.CANCELADA
            said = flash(jar, N_("The order is cancelled; its pieces are back in stock.") if cancelled else _MOVED)
        return Redirect(f"{ORDERS}/{number}", status_code=303, cookies=[said])

    @post("/{number:int}/notas")
    async def note(
        self,
        number: FromPath[int],
        request: ShopRequest,
        orders: NamedDependency[OrderService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        form = await read_form(request, NoteForm)
        try:
            await orders.note(actor, number, form.require().note)
        except Invalid as refusal:
            return await _shown(number, request, orders, pages, actor, form.refused(refusal))
        return Redirect(f"{ORDERS}/{number}", status_code=303, cookies=[flash(jar, N_("Your note is kept."))])


_MOVED = N_("The order has its new status, and the buyer gets a mail.")


async def _shown(
    number: int, request: ShopRequest, orders: OrderService, pages: Pages, actor: Actor, form: Form[Any]
) -> Response[str]:
    order, history = await orders.with_history(actor, number)
    return await pages.render(
        request,
        "panel/orders/order.html",
        status=422 if form.errors else 200,
        order=order,
        history=history,
        form=form,
        subject=subject_of(order),
    )


def _looked_for(typed: str) -> dict[str, Any]:
    """A number finds the order, a whole address its orders, anything else what stands in their words."""
    if number := _NUMBER.fullmatch(typed):
        return {"number": int(number[1])}
    return {"words": fold(typed)} if wrong_email(typed) else {"email": typed}
