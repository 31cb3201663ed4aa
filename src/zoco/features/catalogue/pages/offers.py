"""The form by which products are offered, which stands on more than one page."""

from __future__ import annotations

from typing import TypeVar

from zoco.features.catalogue.schemas import OwnForm, with_point
from zoco.kit.errors import FieldError, Invalid, TooLarge, Unsupported
from zoco.kit.money import Money
from zoco.kit.text import N_
from zoco.web.forms import Form

T = TypeVar("T")

LIVE = "/realTimeProducts"
OFFERS = "/vender"


class OfferForm(OwnForm, kw_only=True):
    """`back` is the page that offered the form."""

    back: str = OFFERS


def refused(form: Form[T], refusal: Invalid | TooLarge | Unsupported, currency: str) -> Form[T]:
    """The form with what was refused beside its field; what is no field's own is the picture's.

    A price that is none is said at once with the rest, and that photos have to be chosen again.
    """
    if not isinstance(refusal, Invalid):
        refusal = Invalid(FieldError("image", refusal.code, refusal.message, refusal.params))
    form = form.refused(refusal)
    try:
        if form.values.get("price"):
            Money.parse(with_point(form.values["price"]), currency)
    except Invalid as wrong:
        form = form.refused(wrong)
    if any(file.filename for _, file in form.uploads):
        message = N_("Choose the photos once more: browsers forget them when a form comes back.")
        form = form.refused(Invalid(FieldError("image", "again", message)))
    return form
