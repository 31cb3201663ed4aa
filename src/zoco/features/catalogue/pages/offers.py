"""The form by which products are offered, which stands on more than one page."""

from __future__ import annotations

import msgspec

from zoco.features.catalogue.pages.filters import with_point
from zoco.features.catalogue.schemas import AddProduct, ProductForm, Stock

LIVE = "/realTimeProducts"
OFFERS = "/vender"


class OfferForm(ProductForm, kw_only=True):
    """A product as the page's form sends it.

    `back` is the page that offered the form. `stock_before` is the stock that an edit form showed: what was sold since
    must not come back by saving another field.
    """

    stock_before: Stock | None = None
    back: str = OFFERS

    def product(self, currency: str) -> AddProduct:
        """A price may also have a decimal comma."""
        return ProductForm.product(msgspec.structs.replace(self, price=with_point(self.price)), currency)
