"""What orders refuse."""

from __future__ import annotations

from zoco.kit.errors import Conflict, NotFound
from zoco.kit.text import N_


class OrderMissing(NotFound):
    code = "orders.missing"
    message = N_("This order does not exist.")


class StatusOutOfOrder(Conflict):
    code = "orders.status_out_of_order"
    message = N_("An order that is “{now}” cannot become “{wanted}”.")


class CartMoved(Conflict):
    """Another tab or device changed the cart while the buyer filled in the form."""

    code = "orders.cart_moved"
    message = N_("Your cart has changed in the meantime. Look at it again before you buy.")


class FormUsed(Conflict):
    """The form was sent before with other words; its order is made."""

    code = "orders.form_used"
    message = N_("This purchase was made already; you get its confirmation by e-mail.")
