"""The form by which products are offered, which stands on more than one page."""

from __future__ import annotations

from typing import TypeVar

from zoco.features.catalogue.schemas import OwnForm
from zoco.kit.errors import FieldError, Invalid, TooLarge, Unsupported
from zoco.web.forms import Form

T = TypeVar("T")

LIVE = "/realTimeProducts"
OFFERS = "/vender"


class OfferForm(OwnForm, kw_only=True):
    """`back` is the page that offered the form."""

    back: str = OFFERS


def refused(form: Form[T], refusal: Invalid | TooLarge | Unsupported) -> Form[T]:
    """The form with what was refused beside its field; what is no field's own is the picture's."""
    if isinstance(refusal, Invalid):
        return form.refused(refusal)
    return form.refused(Invalid(FieldError("image", refusal.code, refusal.message, refusal.params)))
