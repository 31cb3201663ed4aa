"""When the demo has nothing to do here."""

from __future__ import annotations

from zoco.kit.errors import Conflict
from zoco.kit.text import N_


class ShopInUse(Conflict):
    """It has products, or the demo's people have been here."""

    code = "demo.shop_in_use"
    message = N_("Demo data goes into an empty shop only, and this one is in use.")
