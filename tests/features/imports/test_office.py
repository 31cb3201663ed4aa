"""Files of products in the back office: looked at, taken in piece by piece, made."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import cast

import httpx
import pytest
from PIL import Image
from tests.browsing import text
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.catalogue.models import Product, ProductQuery
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.features.imports.models import JobState, Outcome
from zoco.features.imports.service import PIECE, ImportService
from zoco.kit.permissions import SYSTEM, Actor
from zoco.storage.outbox import Relay

IMPORT, EXPORT = "/panel/productos/importar", "/panel/productos/exportar.csv"
HEADER = "Handle,Title,Type,Variant Price,Variant Inventory Qty"


def a_file(rows: int, first: int = 0) -> bytes:
    lines = [HEADER, *(f"taza-{n},Taza {n},Tazas,{n % 90 + 1}.50,{n % 7}" for n in range(first, first + rows))]
    return "\n".join(lines).encode()


@pytest.fixture
def imports(shop: Shop) -> ImportService:
    return cast(ImportService, shop.services["imports"])


async def brought(desk: httpx.AsyncClient, data: bytes, name: str = "tazas.csv") -> str:
    """The address of a file that was brought."""
    answer = await desk.post(IMPORT, files={"file": (name, data, "text/csv")})
    assert answer.status_code == 303, text(answer)
    return answer.headers["location"]


async def there(catalogue: CatalogueService) -> dict[str, Product]:
    found = [product async for some in catalogue.everything(SYSTEM, ProductQuery()) for product in some]
    return {product.title: product for product in found}


def png_of(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "PNG")
    return file.getvalue()


async def taken(desk: httpx.AsyncClient, relay: Relay, data: bytes) -> str:
    """The page of a file that was taken in."""
    place = await brought(desk, data)
    assert (await desk.post(f"{place}/empezar")).status_code == 303
    await relay.drain()
    return place


async def exported(desk: httpx.AsyncClient, **asked: str) -> list[dict[str, str]]:
    answer = await desk.get(EXPORT, params=asked)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def written(rows: list[dict[str, str]]) -> bytes:
    file = StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


class TestBringing:
    async def test_of_its_name_what_can_be_read_is_kept(self, imports: ImportService, nora: Actor) -> None:
        kept = await imports.bring(nora, "ta\0zas\u202e\x1b de té.csv", a_file(1))
        assert (await imports.show(nora, kept.id)).file == "tazas de té.csv"

    async def test_a_file_is_looked_at_before_anything_is_taken_in(
        self, desk: httpx.AsyncClient, catalogue: CatalogueService
    ) -> None:
        place = await brought(desk, a_file(2) + b"\nmala,Mala,Tazas,caro,1")
        page = text(await desk.get(place))
        assert "Nothing is taken in yet." in page
        assert "New 2 Changed 0 As it was 0 Refused 1" in page
        assert "“caro” is not a price." in page
        assert not await there(catalogue)
        only = text(await desk.get(place, params={"outcome": "refused"}))
        assert "Mala" in only
        assert "Taza 0" not in only

    async def test_a_file_whose_rows_are_all_refused_is_not_offered_to_be_taken_in(
        self, desk: httpx.AsyncClient
    ) -> None:
        place = await brought(desk, f"{HEADER}\nmala,Mala,Tazas,caro,1".encode())
        page = await desk.get(place)
        assert f"{place}/empezar" not in page.text
        assert "Mend them in your file and bring it again." in text(page)
        assert f'<a class="button" href="{IMPORT}">' in page.text

    async def test_a_file_that_says_nothing_new_is_not_offered_to_be_taken_in(
        self, desk: httpx.AsyncClient, relay: Relay
    ) -> None:
        await taken(desk, relay, a_file(1))
        for data, said in (
            (a_file(1), "This file says nothing new"),
            (a_file(1) + b"\nmala,Mala,Tazas,caro,1", "Mend them in your file and bring it again."),
        ):
            place = await brought(desk, data)
            page = await desk.get(place)
            assert f"{place}/empezar" not in page.text
            assert said in text(page)
        place = await brought(desk, a_file(2))
        assert f"{place}/empezar" in (await desk.get(place)).text

    async def test_a_file_whose_pictures_are_still_to_come_may_be_taken_in(
        self, desk: httpx.AsyncClient, relay: Relay
    ) -> None:
        data = f"{HEADER},Image Src\ntaza,Taza,Tazas,1.50,1,http://127.0.0.1:9/taza.jpg".encode()
        await taken(desk, relay, data)
        place = await brought(desk, data)
        page = await desk.get(place)
        assert "As it was 1" in text(page)
        assert f"{place}/empezar" in page.text

    async def test_rows_with_many_pictures_come_in_smaller_pieces(self, imports: ImportService, nora: Actor) -> None:
        lines = [f"{HEADER},Image Src"]
        for number in range(12):
            lines.append(f"t{number},Taza {number},Tazas,1.50,1,https://x.test/{number}/0.jpg")
            lines += [f"t{number},,,,,https://x.test/{number}/{image}.jpg" for image in range(1, 12)]
        job = await imports.bring(nora, "tazas.csv", "\n".join(lines).encode())
        assert (job.rows, job.pieces) == (12, 3)

    @pytest.mark.parametrize(
        ("data", "said"),
        [(b"", "This file is empty."), (b"PK\x03\x04\0\0", "is not a CSV text file"), (b"a,b\n1,2", "Known formats")],
    )
    async def test_what_cannot_be_read_is_said(self, desk: httpx.AsyncClient, data: bytes, said: str) -> None:
        page = await desk.post(IMPORT, files={"file": ("x.csv", data, "text/csv")})
        assert page.status_code == 422
        assert said in text(page)

    async def test_a_form_without_a_file_is_said(self, desk: httpx.AsyncClient) -> None:
        assert (await desk.post(IMPORT, data={"x": "y"})).status_code == 422

    async def test_too_many_rows_are_refused(self, desk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("zoco.features.imports.service.jobs.MOST_ROWS", 2)
        page = await desk.post(IMPORT, files={"file": ("x.csv", a_file(3), "text/csv")})
        assert "more than 2 products" in text(page)

    async def test_what_is_not_there_is_missing(self, desk: httpx.AsyncClient) -> None:
        assert (await desk.get(f"{IMPORT}/nada")).status_code == 404
        assert (await desk.post(f"{IMPORT}/nada/empezar")).status_code == 404
        job = await brought(desk, a_file(1))
        assert "Taza 0" in text(await desk.get(f"{job}?from={'9' * 5000}"))


class TestTakingIn:
    async def test_what_the_preview_foretold_happens(
        self, desk: httpx.AsyncClient, relay: Relay, catalogue: CatalogueService, imports: ImportService, nora: Actor
    ) -> None:
        place = await taken(desk, relay, a_file(2 * PIECE + 3) + b"\nmala,Mala,Tazas,caro,1")
        job = await imports.show(nora, place.rpartition("/")[2])
        assert (job.state, job.pieces, job.done) == (JobState.DONE, 3, 3)
        assert job.counts == job.expected == {Outcome.CREATED: 2 * PIECE + 3, Outcome.REFUSED: 1}
        products = await there(catalogue)
        assert len(products) == 2 * PIECE + 3
        assert {product.seller.id for product in products.values()} == {nora.id}
        assert "Some rows were refused" in text(await desk.get(place))
        again = await brought(desk, a_file(2 * PIECE + 3))
        assert f"As it was {2 * PIECE + 3}" in text(await desk.get(again))

    async def test_a_restart_in_between_loses_and_doubles_nothing(
        self, desk: httpx.AsyncClient, relay: Relay, catalogue: CatalogueService, imports: ImportService, nora: Actor
    ) -> None:
        place = await brought(desk, a_file(3 * PIECE))
        job = place.rpartition("/")[2]
        await desk.post(f"{place}/empezar")
        await imports.take_in(job, 0)
        piece = imports._finish_piece
        imports._finish_piece = None  # type: ignore[assignment, method-assign]
        with pytest.raises(TypeError):  # the process dies once the rows of the second piece are in
            await imports.take_in(job, 1)
        imports._finish_piece = piece  # type: ignore[method-assign]
        await relay.drain()
        found = await imports.show(nora, job)
        assert (found.state, found.taken) == (JobState.DONE, 3 * PIECE)
        assert found.counts == {Outcome.CREATED: 2 * PIECE, Outcome.SKIPPED: PIECE}
        assert len(await there(catalogue)) == 3 * PIECE

    async def test_it_can_be_stopped_and_goes_on(
        self, desk: httpx.AsyncClient, relay: Relay, catalogue: CatalogueService, imports: ImportService
    ) -> None:
        place = await brought(desk, a_file(2 * PIECE))
        job = place.rpartition("/")[2]
        await desk.post(f"{place}/empezar")
        assert f"0 of {2 * PIECE}" in text(await desk.get(place))
        await imports.take_in(job, 0)
        await desk.post(f"{place}/parar")
        await relay.drain()
        assert len(await there(catalogue)) == PIECE
        assert f"stopped after {PIECE} of {2 * PIECE}" in text(await desk.get(place))
        await desk.post(f"{place}/empezar")
        await relay.drain()
        assert len(await there(catalogue)) == 2 * PIECE
        for again in ("empezar", "parar"):
            pressed = await desk.post(f"{place}/{again}")
            assert pressed.headers["location"] == place
            assert "started, stopped or finished meanwhile" in (await desk.get(place)).text

    async def test_a_long_file_comes_in(
        self, desk: httpx.AsyncClient, relay: Relay, imports: ImportService, nora: Actor
    ) -> None:
        await self.comes_in(desk, relay, imports, nora, 6 * PIECE)

    @pytest.mark.slow
    @pytest.mark.engines("sqlite")  # the others take minutes to say what a long file has said
    async def test_ten_thousand_products_come_in(
        self, desk: httpx.AsyncClient, relay: Relay, imports: ImportService, nora: Actor
    ) -> None:
        await self.comes_in(desk, relay, imports, nora, 10_000)

    async def comes_in(
        self, desk: httpx.AsyncClient, relay: Relay, imports: ImportService, nora: Actor, rows: int
    ) -> None:
        place = await taken(desk, relay, a_file(rows))
        job = await imports.show(nora, place.rpartition("/")[2])
        assert (job.state, job.counts) == (JobState.DONE, {Outcome.CREATED: rows})


class TestExporting:
    async def test_a_file_of_ours_changes_nothing_when_it_comes_back(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, relay: Relay, png: bytes
    ) -> None:
        await offer(image=png, description="<p>Buena &amp; <b>bonita</b></p>")
        await offer(title="Jarra, 'grande' ñ", status="hidden", stock=0, category="Jarras y más")
        rows = await exported(desk)
        assert [row["Title"] for row in rows] == ["Jarra, 'grande' ñ", "Taza"]
        before = await there(catalogue)
        place = await taken(desk, relay, written(rows))
        assert "New 0 Changed 0 As it was 2 Refused 0" in text(await desk.get(place))
        assert await there(catalogue) == before

    async def test_it_names_every_picture(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, relay: Relay, png: bytes
    ) -> None:
        product = await offer(image=png)
        await catalogue.add_images(SYSTEM, product.id, [png_of("red"), png_of("blue")], "=Detalle")
        await offer(title="Taza", category="Otras")  # its address ends alike
        rows = await exported(desk)
        assert [row["Image Position"] for row in rows if row["Zoco ID"] == product.id] == ["1", "2", "3"]
        before = await there(catalogue)
        place = await taken(desk, relay, written(rows))
        assert "New 0 Changed 0 As it was 2 Refused 0" in text(await desk.get(place))
        assert await there(catalogue) == before

    async def test_only_what_was_edited_in_it_changes(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, relay: Relay, shop: Shop
    ) -> None:
        product = await offer(stock=10)
        rows = await exported(desk)
        async with shop.store.write() as tx:
            await catalogue.take(tx, [(product.id, 4)])
        rows[0]["Title"] = "Taza roja"
        await taken(desk, relay, written(rows))
        changed = (await there(catalogue))["Taza roja"]
        assert (changed.id, changed.stock) == (product.id, 6)
        rows[0]["Variant Inventory Qty"] = "30"
        await taken(desk, relay, written(rows))
        assert (await catalogue.show(SYSTEM, product.id)).stock == 30

    @pytest.mark.parametrize("title", ["=1+1", "-5 %", "@ana", "+34", "'=x", "Taza"])
    async def test_no_cell_is_a_formula_and_comes_back_as_it_was(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, relay: Relay, title: str
    ) -> None:
        await offer(title=title)
        rows = await exported(desk)
        assert not any(cell.startswith(tuple("=+-@\t\r")) for row in rows for cell in row.values())
        place = await taken(desk, relay, written(rows))
        assert "As it was 1" in text(await desk.get(place))
        assert set(await there(catalogue)) == {title}

    async def test_it_holds_what_the_list_finds(self, desk: httpx.AsyncClient, offer: Offer) -> None:
        await offer()
        await offer(title="Jarra", category="Jarras")
        assert [row["Title"] for row in await exported(desk, category="jarras")] == ["Jarra"]

    async def test_it_makes_products_in_another_shop(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, relay: Relay
    ) -> None:
        await offer()
        rows = await exported(desk)
        rows[0]["Zoco ID"] = "0123456789abcdef01234567"
        rows[0]["Title"] = "Otra"
        await taken(desk, relay, written(rows))
        assert set(await there(catalogue)) == {"Taza", "Otra"}

    async def test_an_older_file_sets_prices_back_and_the_preview_says_so(
        self, desk: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService
    ) -> None:
        product = await offer()
        rows = await exported(desk)
        await catalogue.change(SYSTEM, product.id, ChangeProduct(price=MoneyIn(2000)))
        place = await brought(desk, written(rows))
        assert "Changed 1" in text(await desk.get(place))
