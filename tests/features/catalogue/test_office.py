"""Everybody's products and the categories in the back office, as staff without JavaScript work with them."""

from __future__ import annotations

import httpx
import pytest
from tests.browsing import browsing, enter, hidden, text
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.audit.models import DeedQuery
from zoco.features.catalogue.models import Product, ProductQuery, ProductStatus
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import SYSTEM, Actor
from zoco.testing.people import account

PRODUCTS, CHANGE, SHELVES = "/panel/productos", "/panel/productos/cambiar", "/panel/categorias"


async def of(catalogue: CatalogueService, product: Product) -> Product:
    return await catalogue.show(SYSTEM, product.id)


async def deeds(shop: Shop) -> list[str]:
    page = await shop.services["audit"].page(SYSTEM, DeedQuery())
    return [deed.action for deed in page.items]


class TestTheTable:
    async def test_only_staff_see_it(self, client: httpx.AsyncClient, shop: Shop) -> None:
        assert (await browsing(client).get(PRODUCTS)).status_code in {303, 401}
        await enter(client, await account(shop))
        for address in (PRODUCTS, SHELVES, f"{PRODUCTS}/nuevo", f"{PRODUCTS}/importar", f"{PRODUCTS}/exportar.csv"):
            assert (await client.get(address)).status_code == 403, address
        for address in (CHANGE + "/hacer", f"{PRODUCTS}/deshacer", SHELVES, f"{SHELVES}/x/borrar"):
            sent = {"action": "hide", "chosen": "", "note": "x", "name": "x"}
            assert (await client.post(address, data=sent)).status_code == 403, address

    async def test_it_shows_hidden_and_sold_out_ones_of_everybody(self, desk: httpx.AsyncClient, offer: Offer) -> None:
        await offer(title="Jarra", stock=0)
        await offer(title="Bol", status="hidden")
        words = text(await desk.get(PRODUCTS))
        assert "Jarra" in words
        assert "Bol" in words
        assert "Ana" in words

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"q": "jarra"}, {"Jarra"}),
            ({"category": "platos"}, {"Plato"}),
            ({"status": "hidden"}, {"Bol"}),
            ({"stock": "none"}, {"Jarra"}),
            ({"stock": "low"}, {"Jarra", "Bol"}),
            ({"status": "nonsense", "sort": "x", "stock": "y"}, {"Jarra", "Bol", "Plato"}),
        ],
    )
    async def test_it_can_be_narrowed(
        self, desk: httpx.AsyncClient, offer: Offer, asked: dict[str, str], found: set[str]
    ) -> None:
        await offer(title="Jarra", stock=0)
        await offer(title="Bol", status="hidden", stock=4)
        await offer(title="Plato", category="Platos")
        page = (await desk.get(PRODUCTS, params=asked)).text
        assert {title for title in ("Jarra", "Bol", "Plato") if f">{title}</a>" in page} == found

    async def test_further_pages_follow(self, desk: httpx.AsyncClient, offer: Offer) -> None:
        for number in range(51):
            await offer(title=f"Taza {number}")
        page = await desk.get(PRODUCTS, params={"sort": "title"})
        assert page.text.count('name="product"') == 50
        further = page.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        assert (await desk.get(further)).text.count('name="product"') == 1


class TestOneProduct:
    async def test_it_is_made_changed_and_taken_away(
        self, desk: httpx.AsyncClient, catalogue: CatalogueService, nora: Actor
    ) -> None:
        typed = {"title": "Jarra", "category": "Jarras", "price": "12,50", "stock": "3", "status": "hidden"}
        made = await desk.post(f"{PRODUCTS}/nuevo", data=typed)
        assert (made.status_code, made.headers["location"]) == (303, PRODUCTS)
        (product,) = (await catalogue.page_all(nora, ProductQuery())).items
        assert (product.price.amount, product.status, product.seller.id) == (1250, ProductStatus.HIDDEN, nora.id)
        page = await desk.get(f"{PRODUCTS}/{product.id}")
        sent = typed | hidden(page, f"{PRODUCTS}/{product.id}") | {"title": "Jarra azul"}
        answer = await desk.post(f"{PRODUCTS}/{product.id}", data=sent)
        assert answer.status_code == 303, text(answer)
        assert (await of(catalogue, product)).title == "Jarra azul"
        await desk.post(f"{PRODUCTS}/{product.id}/borrar")
        back = await desk.get(PRODUCTS)
        undone = await desk.post(
            f"{PRODUCTS}/{product.id}/deshacer", data=hidden(back, f"{PRODUCTS}/{product.id}/deshacer")
        )
        assert undone.status_code == 303
        assert (await of(catalogue, product)).status is ProductStatus.HIDDEN

    async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, desk: httpx.AsyncClient) -> None:
        page = await desk.post(f"{PRODUCTS}/nuevo", data={"title": "Jarra", "price": "caro"})
        assert page.status_code == 422
        assert 'value="caro"' in page.text
        assert 'value="Jarra"' in page.text

    async def test_all_that_is_wrong_is_said_at_once_and_that_photos_are_to_be_chosen_again(
        self, desk: httpx.AsyncClient
    ) -> None:
        photo = {"image": ("jarra.webp", b"not looked at yet", "image/webp")}
        page = await desk.post(f"{PRODUCTS}/nuevo", data={"title": "", "price": "caro"}, files=photo)
        assert page.status_code == 422
        for field in ("title", "price", "image"):
            assert f'id="f-{field}-error"' in page.text, field
        assert "Choose the files once more" in text(page)

    async def test_what_staff_do_to_others_things_is_noted(
        self, desk: httpx.AsyncClient, offer: Offer, shop: Shop
    ) -> None:
        product = await offer()
        typed = {"title": "Otra", "category": "Tazas", "price": "1.00", "stock": "3"}
        assert (await desk.post(f"{PRODUCTS}/{product.id}", data=typed)).status_code == 303
        assert await deeds(shop) == ["catalogue.change_product"]


class TestManyAtOnce:
    @pytest.mark.parametrize(
        ("action", "value", "price", "stock", "status"),
        [
            ("price", "9,99", 999, 10, "active"),
            ("percent", "-10", 1125, 10, "active"),
            ("percent", "+7,5 %", 1344, 10, "active"),
            ("stock", "3", 1250, 3, "active"),
            ("more", "5", 1250, 15, "active"),
            ("more", "-20", 1250, 0, "active"),
            ("hide", "", 1250, 10, "hidden"),
        ],
    )
    async def test_a_change_is_looked_at_done_and_undone(
        self,
        desk: httpx.AsyncClient,
        offer: Offer,
        catalogue: CatalogueService,
        action: str,
        value: str,
        price: int,
        stock: int,
        status: str,
    ) -> None:
        product, other = await offer(), await offer()
        chosen = {"action": action, "value": value, "product": product.id}
        preview = await desk.post(CHANGE, data=chosen)
        assert preview.status_code == 200
        assert "Change this product?" in text(preview)
        assert ">Change it</button>" in preview.text
        assert await of(catalogue, product) == product
        done = await desk.post(f"{CHANGE}/hacer", data=hidden(preview, f"{CHANGE}/hacer"))
        assert done.status_code == 303
        changed = await of(catalogue, product)
        assert (changed.price.amount, changed.stock, changed.status.value) == (price, stock, status)
        assert await of(catalogue, other) == other
        said = await desk.get(PRODUCTS)
        assert "Products changed: 1." in text(said)
        note = hidden(said, f"{PRODUCTS}/deshacer")
        assert (await desk.post(f"{PRODUCTS}/deshacer", data=note)).status_code == 303
        back = await of(catalogue, product)
        assert (back.price, back.stock, back.status) == (product.price, product.stock, product.status)
        await desk.get(PRODUCTS)
        await desk.post(f"{PRODUCTS}/deshacer", data=note)
        assert "cannot be undone any more" in text(await desk.get(PRODUCTS))

    async def test_they_move_to_another_category_and_back(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, shop: Shop
    ) -> None:
        product = await offer()
        preview = await desk.post(CHANGE, data={"action": "category", "value": "Vasos", "product": product.id})
        assert "Tazas Vasos" in text(preview)
        await desk.post(f"{CHANGE}/hacer", data=hidden(preview, f"{CHANGE}/hacer"))
        assert (await of(catalogue, product)).category == "vasos"
        note = hidden(await desk.get(PRODUCTS), f"{PRODUCTS}/deshacer")
        await desk.post(f"{PRODUCTS}/deshacer", data=note)
        assert (await of(catalogue, product)).category == "tazas"
        assert await deeds(shop) == ["catalogue.undo_many", "catalogue.change_many"]

    async def test_all_that_the_list_finds_change(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService
    ) -> None:
        cups = [await offer(title=f"Taza {number}") for number in range(60)]
        bowl = await offer(category="Cuencos")
        place = f"{CHANGE}?category=tazas"
        preview = await desk.post(place, data={"action": "price", "value": "1.00", "all": "true"})
        done = f"{CHANGE}/hacer?category=tazas"
        answer = await desk.post(done, data=hidden(preview, done))
        assert answer.headers["location"] == f"{PRODUCTS}?category=tazas"
        async with catalogue._store.read() as tx:
            found = await catalogue.many(tx, [*(one.id for one in cups), bowl.id])
        assert sorted({one.price.amount for one in found.values()}) == [100, 1250]
        assert found[bowl.id].price.amount == 1250

    async def test_what_somebody_changed_meanwhile_is_left_alone(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService
    ) -> None:
        product = await offer()
        preview = await desk.post(CHANGE, data={"action": "price", "value": "1", "product": product.id})
        await desk.post(f"{PRODUCTS}/{product.id}", data=_typed("Otro nombre"))
        await desk.get(PRODUCTS)
        await desk.post(f"{CHANGE}/hacer", data=hidden(preview, f"{CHANGE}/hacer"))
        assert (await of(catalogue, product)).price.amount == 1250
        assert "Somebody else had just changed 1" in text(await desk.get(PRODUCTS))

    async def test_undoing_brings_back_no_pieces_that_were_sold(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, shop: Shop
    ) -> None:
        product = await offer(stock=10)
        preview = await desk.post(CHANGE, data={"action": "stock", "value": "20", "product": product.id})
        await desk.post(f"{CHANGE}/hacer", data=hidden(preview, f"{CHANGE}/hacer"))
        async with shop.store.write() as tx:
            await catalogue.take(tx, [(product.id, 4)])
        note = hidden(await desk.get(PRODUCTS), f"{PRODUCTS}/deshacer")
        await desk.post(f"{PRODUCTS}/deshacer", data=note)
        assert (await of(catalogue, product)).stock == 6

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"action": "price", "value": "1"}, "Tick at least one product."),
            ({"action": "price", "value": "caro", "product": "x"}, "Write a price"),
            ({"action": "percent", "value": "0", "product": "x"}, "Write a percentage"),
            ({"action": "percent", "value": "-100", "product": "x"}, "Write a percentage"),
            ({"action": "stock", "value": "-1", "product": "x"}, "Write a whole number of pieces"),
            ({"action": "more", "value": "2.5", "product": "x"}, "Write a whole number of pieces"),
            ({"action": "category", "value": "…", "product": "x"}, "at least one letter or digit"),
            ({"action": "category", "value": "x" * 81, "product": "x"}, "At most 80 characters."),
        ],
    )
    async def test_what_is_wrong_is_said_and_the_ticks_stay(
        self, desk: httpx.AsyncClient, offer: Offer, sent: dict[str, str], said: str
    ) -> None:
        product = await offer()
        if "product" in sent:
            sent = sent | {"product": product.id}
        page = await desk.post(CHANGE, data=sent)
        assert page.status_code == 422
        assert said in text(page).partition("Seller")[0]  # at the top, as the form is far below on a phone
        assert said in text(page).partition("Change the ticked")[2]
        assert (f'value="{product.id}" checked' in page.text) is ("product" in sent)

    async def test_what_is_no_action_is_refused(self, desk: httpx.AsyncClient, offer: Offer) -> None:
        product = await offer()
        assert (await desk.post(CHANGE, data={"action": "x", "product": product.id})).status_code == 422
        answer = await desk.post(f"{CHANGE}/hacer", data={"action": "price", "value": "1", "chosen": "x y:z a:1"})
        assert answer.status_code == 303

    async def test_nothing_to_change_is_said(self, desk: httpx.AsyncClient, offer: Offer) -> None:
        product = await offer()
        page = await desk.post(CHANGE, data={"action": "show", "product": product.id})
        assert "Nothing would change" in text(page)


class TestCategories:
    async def test_renaming_moves_products_and_leaves_the_old_address_leading_on(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService
    ) -> None:
        product = await offer()
        renamed = await desk.post(f"{SHELVES}/tazas", data={"name": "Vasos y tazas"})
        assert renamed.status_code == 303
        moved = await of(catalogue, product)
        assert moved.category == "vasos-y-tazas"
        old = await desk.get("/productos/tazas")
        assert (old.status_code, old.headers["location"]) == (301, "/productos/vasos-y-tazas")
        assert (await desk.get(product.address)).headers["location"] == moved.address
        found = (await desk.get("/api/products", params={"category": "tazas"})).json()["items"]
        assert [one["id"] for one in found] == [product.id]
        again = await offer(category="Tazas")  # who still writes the old name means the new category
        assert again.category == "vasos-y-tazas"
        assert (await desk.post(f"{SHELVES}/vasos-y-tazas", data={"name": "Tazas"})).status_code == 303
        assert (await of(catalogue, product)).category == "tazas"
        assert (await desk.get("/productos/vasos-y-tazas")).headers["location"] == "/productos/tazas"

    async def test_only_letters_change_without_another_address(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService
    ) -> None:
        await offer()
        await desk.post(f"{SHELVES}/tazas", data={"name": "TAZAS"})
        assert (await catalogue.category("tazas")).name == "TAZAS"

    async def test_a_name_that_is_taken_is_said(self, desk: httpx.AsyncClient, offer: Offer) -> None:
        await offer()
        await offer(category="Vasos")
        page = await desk.post(f"{SHELVES}/tazas", data={"name": "Vasos"})
        assert page.status_code == 422
        assert "There is a category “Vasos” already" in text(page)
        assert (await desk.post(SHELVES, data={"name": "Tazas"})).status_code == 422

    async def test_two_are_put_together_after_a_question(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, shop: Shop
    ) -> None:
        product = await offer()
        await offer(category="Vasos")
        place = f"{SHELVES}/tazas/juntar"
        asked = await desk.post(place, data={"into": "vasos"})
        assert "Put “Tazas” into “Vasos”?" in text(asked)
        assert (await of(catalogue, product)).category == "tazas"
        assert (await desk.post(place, data=hidden(asked, place))).status_code == 303
        assert (await of(catalogue, product)).category == "vasos"
        assert (await desk.get("/productos/tazas")).headers["location"] == "/productos/vasos"
        assert "catalogue.merge_categories" in await deeds(shop)
        assert (await desk.get(f"{SHELVES}/tazas")).status_code == 404

    async def test_only_an_empty_one_is_taken_away_and_comes_back(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService
    ) -> None:
        product = await offer()
        await desk.post(f"{SHELVES}/tazas/borrar")
        assert "“Tazas” still has products" in text(await desk.get(SHELVES))
        await catalogue.remove(SYSTEM, product.id)
        await desk.post(f"{SHELVES}/tazas/borrar")
        gone = await desk.get(SHELVES)
        assert 'href="/panel/categorias/tazas"' not in gone.text
        undo = f"{SHELVES}/tazas/deshacer"
        await desk.post(undo, data=hidden(gone, undo))
        assert 'href="/panel/categorias/tazas"' in (await desk.get(SHELVES)).text

    async def test_they_stand_in_the_order_that_staff_give_them(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService
    ) -> None:
        for name in "ABC":
            await offer(category=name)
        await desk.post(f"{SHELVES}/c/lugar", data={"place": "1"})
        assert [one.slug for one in await catalogue.categories()] == ["c", "a", "b"]
        await desk.post(f"{SHELVES}/orden/nombre")
        assert [one.slug for one in await catalogue.categories()] == ["a", "b", "c"]

    async def test_a_new_one_is_there_before_it_has_a_product(
        self, desk: httpx.AsyncClient, catalogue: CatalogueService, nora: Actor
    ) -> None:
        assert (await desk.post(SHELVES, data={"name": "Jarras"})).status_code == 303
        assert [one.category.name for one in await catalogue.shelves(nora)] == ["Jarras"]
        assert not await catalogue.categories()
        for wrong in ("", "…"):
            assert (await desk.post(SHELVES, data={"name": wrong})).status_code == 422


def _typed(title: str) -> dict[str, str]:
    return {"title": title, "category": "Tazas", "price": "12.50", "stock": "10", "stock_before": "10"}


class TestTwoAtOnce:
    async def test_what_a_colleague_has_just_changed_is_not_lost_unseen(
        self, desk: httpx.AsyncClient, catalogue: CatalogueService, offer: Offer
    ) -> None:
        taza = await offer(title="Taza")
        page = f"{PRODUCTS}/{taza.id}"
        typed = hidden(await desk.get(page), page) | {
            "title": "Taza", "category": taza.category, "price": "9.00", "stock": "10", "status": "active",
        }  # fmt: skip
        await catalogue.change(SYSTEM, taza.id, ChangeProduct(title="Taza azul", description="De Talavera."))
        refused = await desk.post(page, data=typed)
        assert refused.status_code == 422
        assert "Somebody else has just changed this to: Taza azul" in text(refused)
        assert "De Talavera." in text(refused)
        assert 'value="9.00"' in refused.text
        assert (await of(catalogue, taza)).price.amount == 1250
        again = await desk.post(page, data=typed | hidden(refused, page))
        assert again.status_code == 303
        now = await of(catalogue, taza)
        assert (now.title, now.price.amount, now.description) == ("Taza", 900, "")

    async def test_what_was_sold_or_changed_to_the_same_is_no_obstacle(
        self, desk: httpx.AsyncClient, catalogue: CatalogueService, offer: Offer, shop: Shop
    ) -> None:
        taza = await offer(title="Taza", stock=10)
        page = f"{PRODUCTS}/{taza.id}"
        typed = hidden(await desk.get(page), page) | {
            "title": "Taza", "category": taza.category, "price": "9.00", "stock": "10", "status": "active",
            "description": taza.description,
        }  # fmt: skip
        await catalogue.change(SYSTEM, taza.id, ChangeProduct(price=MoneyIn(900)))
        async with shop.store.write() as tx:
            await catalogue.take(tx, [(taza.id, 3)])
        assert (await desk.post(page, data=typed)).status_code == 303
        assert (await of(catalogue, taza)).stock == 7


async def test_the_log_tells_what_staff_do_with_what_they_sell_themselves(
    shop: Shop, catalogue: CatalogueService, offer: Offer, nora: Actor
) -> None:
    own = await offer(nora, title="Taza")
    await catalogue.change(nora, own.id, ChangeProduct(price=MoneyIn(1)))
    await catalogue.remove(nora, own.id)
    assert await deeds(shop) == [f"catalogue.{done}_product" for done in ("remove", "change", "add")]
