"""The form by which products are offered, which stands on more than one page."""

from __future__ import annotations

from zoco.features.catalogue.schemas import OwnForm

LIVE = "/realTimeProducts"
OFFERS = "/vender"


class OfferForm(OwnForm, kw_only=True):
    """`back` is the page that offered the form."""

    back: str = OFFERS
