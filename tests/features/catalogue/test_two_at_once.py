"""Two people change the same product, each in a form of their own: neither overwrites the other unseen."""

from __future__ import annotations

import httpx
from tests.browsing import hidden, text
from tests.features.conftest import Offer

from zoco.features.catalogue.schemas import ChangeProduct, WordsIn
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import SYSTEM

PRODUCTS = "/panel/productos"


async def test_a_form_that_came_back_for_another_reason_still_tells(
    desk: httpx.AsyncClient, catalogue: CatalogueService, offer: Offer
) -> None:
    taza = await offer(title="Taza")
    page = f"{PRODUCTS}/{taza.id}"
    typed = hidden(await desk.get(page), page) | {"title": "Taza", "category": taza.category, "stock": "10"}
    await catalogue.change(SYSTEM, taza.id, ChangeProduct(description="De Talavera."))
    wrong = await desk.post(page, data=typed | {"price": "caro"})
    refused = await desk.post(page, data=typed | hidden(wrong, page) | {"price": "9.00"})
    assert refused.status_code == 422
    assert "De Talavera." in text(refused)
    assert "Somebody else has changed this product meanwhile." in text(refused)
    assert "missing or wrong" not in text(refused)
    assert (await catalogue.show(SYSTEM, taza.id)).description == "De Talavera."


async def test_words_in_further_languages_are_not_lost_unseen(
    desk: httpx.AsyncClient, catalogue: CatalogueService, offer: Offer
) -> None:
    taza = await offer(title="Taza")
    page = f"{PRODUCTS}/{taza.id}"
    typed = hidden(await desk.get(page), page) | {
        "title": "Taza", "category": taza.category, "price": "9.00", "stock": "10",
    }  # fmt: skip
    said = {"en": WordsIn(title="Mug", description="Blue.")}
    await catalogue.change(SYSTEM, taza.id, ChangeProduct(translations=said))
    refused = await desk.post(page, data=typed)
    assert refused.status_code == 422
    assert "Somebody else has just changed this to: Mug" in text(refused)
    assert (await catalogue.show(SYSTEM, taza.id)).translations["en"].description == "Blue."
    assert (await desk.post(page, data=typed | hidden(refused, page))).status_code == 303
    assert not (await catalogue.show(SYSTEM, taza.id)).translations
