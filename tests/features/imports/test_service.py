"""Importing: the report on every row, and that doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from zoco.app import Shop
from zoco.features.catalogue.models import MOST_PICTURES, Product, ProductQuery
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.features.imports.errors import ColumnsMissing, NotATable, NothingToImport, UnknownFormat
from zoco.features.imports.models import Outcome, Report
from zoco.features.imports.service import ImportService
from zoco.features.media.errors import HostUnknown, ImageNotServed
from zoco.features.media.service import MediaService
from zoco.kit.errors import Declined, FieldError, Invalid, Unauthenticated, Unavailable
from zoco.kit.permissions import GUEST, SYSTEM

HEADER = "Handle,Title,Type,Variant Price,Variant Inventory Qty,Image Src"
MUG, BOWL = "taza,Taza,Tazas,12.50,10,", "cuenco,Cuenco,Cuencos,8.00,3,"
Take = Callable[..., Awaitable[Report]]


class Photos:
    """The web: pictures by address; the rest fails as it is told."""

    def __init__(self) -> None:
        self.served = dict[str, bytes | Declined]()
        self.asked = list[str]()

    def fetch(self, address: str) -> bytes:
        self.asked.append(address)
        found = self.served.get(address, HostUnknown(host="nowhere.example"))
        if isinstance(found, Declined):
            raise found
        return found


@pytest.fixture
def photos() -> Photos:
    return Photos()


@pytest.fixture
def service(shop: Shop, catalogue: CatalogueService, photos: Photos) -> ImportService:
    codec = cast(MediaService, shop.services["media"])._codec
    media = MediaService(shop.store, codec, photos, shop.settings.data_dir / "images")
    return ImportService(shop.store, shop.clock, catalogue, media, shop.services["audit"])


@pytest.fixture
def take(service: ImportService, tmp_path: Path) -> Take:
    """Import rows of old Shopify."""

    async def take(*rows: str, dry_run: bool = False, header: str = HEADER) -> Report:
        file = tmp_path / "products.csv"
        file.write_text("\n".join((header, *rows)), encoding="utf-8")
        return await service.run(SYSTEM, file, dry_run=dry_run)

    return take


def png_of(number: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (60 + number, 40), "teal").save(file, "PNG")
    return file.getvalue()


async def there(catalogue: CatalogueService) -> dict[str, Product]:
    found = await catalogue.page(ProductQuery(in_stock=False, limit=100))
    return {product.title: product for product in found.items}


def told(report: Report) -> list[tuple[int, str, list[str]]]:
    return [(row.line, row.outcome.value, [reason.code for reason in row.reasons]) for row in report.rows]


async def test_products_come_in_as_the_files_rows_say(take: Take, catalogue: CatalogueService) -> None:
    report = await take(MUG, BOWL)
    assert told(report) == [(2, "created", []), (3, "created", [])]
    assert report.clean
    mug = (await there(catalogue))["Taza"]
    assert (mug.price.amount, mug.stock, mug.category, mug.seller.id) == (1250, 10, "tazas", SYSTEM.id)


async def test_a_dry_run_says_the_same_and_changes_nothing(
    take: Take, catalogue: CatalogueService, photos: Photos, png: bytes, shop: Shop
) -> None:
    photos.served["https://p.example/a.png"] = png
    rows = (f"{MUG}https://p.example/a.png", "cuenco,Cuenco,Cuencos,caro,3,", f"{BOWL}https://q.example/b.png")
    dry = await take(*rows, dry_run=True)
    assert not await there(catalogue)
    assert not (shop.settings.data_dir / "images").exists()
    real = await take(*rows)
    assert dry.dry_run
    assert (dry.rows, dry.counts) == (real.rows, real.counts)
    assert not real.clean


async def test_doing_it_twice_changes_nothing(take: Take, catalogue: CatalogueService) -> None:
    await take(MUG, BOWL)
    before = await there(catalogue)
    again = await take(BOWL, "", MUG)  # in another order, on other lines
    assert told(again) == [(2, "skipped", []), (4, "skipped", [])]
    assert await there(catalogue) == before


async def test_what_was_sold_or_edited_here_stays(take: Take, catalogue: CatalogueService, shop: Shop) -> None:
    await take(MUG)
    mug = (await there(catalogue))["Taza"]
    async with shop.store.write() as tx:
        await catalogue.take(tx, [(mug.id, 4)])
    await catalogue.change(SYSTEM, mug.id, ChangeProduct(title="Taza azul", price=MoneyIn(1500)))
    assert told(await take(MUG)) == [(2, "skipped", [])]
    assert (await there(catalogue))["Taza azul"].stock == 6


async def test_a_changed_row_changes_its_product(take: Take, catalogue: CatalogueService) -> None:
    await take(MUG)
    before = (await there(catalogue))["Taza"]
    changed = MUG.replace("12.50", "13.00")
    assert told(await take(changed, dry_run=True)) == told(await take(changed)) == [(2, "updated", [])]
    after = (await there(catalogue))["Taza"]
    assert (after.id, after.price.amount) == (before.id, 1300)
    assert told(await take(changed)) == [(2, "skipped", [])]


async def test_of_a_changed_row_only_what_changed_counts(take: Take, catalogue: CatalogueService, shop: Shop) -> None:
    await take(MUG)
    mug = (await there(catalogue))["Taza"]
    async with shop.store.write() as tx:
        await catalogue.take(tx, [(mug.id, 4)])
    await catalogue.change(SYSTEM, mug.id, ChangeProduct(title="Taza azul"))
    await take(MUG.replace("12.50", "13.00"))
    changed = (await there(catalogue))["Taza azul"]
    assert (changed.price.amount, changed.stock) == (1300, 6)
    await take(MUG.replace("12.50,10", "13.00,20"))
    assert (await there(catalogue))["Taza azul"].stock == 20


async def test_a_removed_product_comes_back_only_with_news(take: Take, catalogue: CatalogueService) -> None:
    await take(f"{MUG}https://p.example/a.png")
    gone = (await there(catalogue))["Taza"]
    await catalogue.remove(SYSTEM, gone.id)
    assert told(await take(f"{MUG}https://p.example/a.png")) == [(2, "skipped", [])]
    assert not await there(catalogue)
    assert told(await take(MUG.replace("12.50", "13.00"))) == [(2, "created", [])]
    assert (await there(catalogue))["Taza"].id != gone.id


async def test_the_preview_foretells_that_a_removed_product_stays_away(
    take: Take, service: ImportService, catalogue: CatalogueService
) -> None:
    row = f"{MUG}https://p.example/a.png"
    await take(row)
    await catalogue.remove(SYSTEM, (await there(catalogue))["Taza"].id)
    job = await service.bring(SYSTEM, "products.csv", f"{HEADER}\n{row}".encode())
    assert job.expected == {Outcome.SKIPPED: 1}
    assert told(await take(row)) == [(2, "skipped", [])]


async def test_the_preview_does_not_take_a_picture_that_could_not_be_fetched_for_news(
    take: Take, service: ImportService
) -> None:
    row = f"{MUG}https://p.example/a.png"
    await take(row)
    job = await service.bring(SYSTEM, "products.csv", f"{HEADER}\n{row}".encode())
    assert told(await take(row, dry_run=True))[0][1] == "skipped"
    assert job.expected == {Outcome.SKIPPED: 1}
    (shown,) = await service.report(SYSTEM, job.id, outcome=None, start=0, limit=10)
    assert [reason.code for reason in shown.reasons] == ["imports.picture_wanted"]


async def test_pictures_are_fetched_once(take: Take, catalogue: CatalogueService, photos: Photos, png: bytes) -> None:
    row = f"{MUG}https://p.example/a.png"
    photos.served["https://p.example/a.png"] = png
    assert told(await take(row)) == [(2, "created", [])]
    assert (await there(catalogue))["Taza"].cover
    await take(row)
    await take(row.replace("12.50", "13.00"))
    assert photos.asked == ["https://p.example/a.png"]


async def test_a_picture_that_could_not_be_fetched_is_tried_again(
    take: Take, catalogue: CatalogueService, photos: Photos, png: bytes
) -> None:
    row = f"{MUG}https://p.example/a.png"
    assert told(await take(row)) == [(2, "created", ["media.host_unknown"])]
    assert told(await take(row)) == [(2, "skipped", ["media.host_unknown"])]
    mug = (await there(catalogue))["Taza"]
    await catalogue.change(SYSTEM, mug.id, ChangeProduct(title="Taza azul"))
    photos.served["https://p.example/a.png"] = png
    assert told(await take(row)) == [(2, "updated", [])]
    assert (await there(catalogue))["Taza azul"].cover
    assert told(await take(row)) == [(2, "skipped", [])]


async def test_a_picture_that_was_chosen_here_stays_until_the_row_names_another(
    take: Take, catalogue: CatalogueService, photos: Photos, png: bytes
) -> None:
    photos.served["https://p.example/b.png"] = png
    await take(MUG)
    await catalogue.set_image(SYSTEM, (await there(catalogue))["Taza"].id, png)
    assert told(await take(MUG)) == [(2, "skipped", [])]
    assert told(await take(f"{MUG}https://p.example/b.png")) == [(2, "updated", [])]
    assert photos.asked == ["https://p.example/b.png"]


async def test_a_new_picture_that_could_not_be_fetched_is_tried_again(
    take: Take, catalogue: CatalogueService, photos: Photos, png: bytes
) -> None:
    photos.served["https://p.example/a.png"] = png
    await take(f"{MUG}https://p.example/a.png")
    changed = f"{MUG.replace('12.50', '13.00')}https://q.example/b.png"
    assert told(await take(changed)) == [(2, "updated", ["media.host_unknown"])]
    assert told(await take(changed)) == [(2, "skipped", ["media.host_unknown"])]
    photos.served["https://q.example/b.png"] = png
    assert told(await take(changed)) == [(2, "updated", [])]
    assert told(await take(changed)) == [(2, "skipped", [])]


async def test_a_server_that_fails_is_not_asked_again(take: Take, photos: Photos, png: bytes) -> None:
    photos.served["https://q.example/9.png"] = png
    photos.served["https://r.example/1.png"] = ImageNotServed(host="r.example", status=404)
    photos.served["https://r.example/2.png"] = png
    rows = [f"t{n},Taza {n},Tazas,1.00,1,https://nowhere.example/{n}.png" for n in range(60)]
    named = [("u1", "q.example/9"), ("u2", "r.example/1"), ("u3", "r.example/2")]
    rows += [f"{key},Otra,Tazas,1.00,1,https://{address}.png" for key, address in named]
    report = await take(*rows)
    remarks = [row.reasons for row in report.rows]
    assert all(reason.code == "media.host_unknown" for (reason,) in remarks[:60])
    assert [[reason.code for reason in found] for found in remarks[60:]] == [[], ["media.not_served"], []]
    assert sum("nowhere" in address for address in photos.asked) <= 8


class TestFurtherPictures:
    """One row for each, as Shopify writes them."""

    @pytest.fixture
    def rows(self, photos: Photos) -> tuple[str, ...]:
        for number in range(4):
            photos.served[f"https://p.example/{number}.png"] = png_of(number)
        return (f"{MUG}https://p.example/0.png", *(f"taza,,,,,https://p.example/{n}.png" for n in (1, 2)))

    async def test_they_come_in_their_order_and_once(
        self, rows: tuple[str, ...], take: Take, catalogue: CatalogueService, photos: Photos
    ) -> None:
        assert told(await take(*rows, dry_run=True)) == told(await take(*rows)) == [(2, "created", [])]
        mug = (await there(catalogue))["Taza"]
        assert len({photo.hash for photo in mug.pictures}) == 3
        assert [photo.width for photo in mug.pictures] == [60, 61, 62]
        photos.asked.clear()
        assert told(await take(*rows)) == [(2, "skipped", [])]
        assert photos.asked == []
        assert (await there(catalogue))["Taza"] == mug

    async def test_one_more_is_put_behind_them_and_what_was_taken_away_here_stays_away(
        self, rows: tuple[str, ...], take: Take, catalogue: CatalogueService
    ) -> None:
        await take(*rows)
        mug = (await there(catalogue))["Taza"]
        await catalogue.remove_image(SYSTEM, mug.id, mug.pictures[1].name)
        assert told(await take(rows[0].replace("12.50", "13.00"), *rows[1:])) == [(2, "updated", [])]
        assert [photo.width for photo in (await there(catalogue))["Taza"].pictures] == [60, 62]
        assert told(await take(*rows, "taza,,,,,https://p.example/3.png")) == [(2, "updated", [])]
        assert [photo.width for photo in (await there(catalogue))["Taza"].pictures] == [60, 62, 61, 63]

    @pytest.mark.parametrize("lost", [0, 1])
    async def test_one_that_cannot_be_had_is_told_and_tried_again(
        self, lost: int, rows: tuple[str, ...], take: Take, catalogue: CatalogueService, photos: Photos
    ) -> None:
        address = f"https://p.example/{lost}.png"
        picture = photos.served.pop(address)
        photos.served[address] = ImageNotServed(host="p.example", status=404)
        assert told(await take(*rows)) == [(2, "created", ["media.not_served"])]
        assert told(await take(*rows)) == [(2, "skipped", ["media.not_served"])]
        assert len((await there(catalogue))["Taza"].pictures) == 2
        photos.served[address] = picture
        assert told(await take(*rows)) == [(2, "updated", [])]
        widths = [photo.width for photo in (await there(catalogue))["Taza"].pictures]
        assert widths == ([60, 61, 62] if lost == 0 else [60, 62, 61])
        assert told(await take(*rows)) == [(2, "skipped", [])]

    async def test_an_address_is_asked_once_for_all_its_rows(self, take: Take, photos: Photos, png: bytes) -> None:
        photos.served["https://p.example/a.png"] = png
        await take(*(f"t{n},Taza {n},Tazas,1.00,1,https://p.example/a.png" for n in range(12)))
        assert photos.asked == ["https://p.example/a.png"]

    async def test_a_server_that_fails_is_told_once_whatever_comes_from_others_in_between(
        self, rows: tuple[str, ...], take: Take, catalogue: CatalogueService, photos: Photos
    ) -> None:
        lost = [f"taza,,,,,https://nowhere.example/{number}.png" for number in range(2)]
        assert told(await take(rows[0], lost[0], rows[1], lost[1])) == [(2, "created", ["media.host_unknown"])]
        assert [address for address in photos.asked if "nowhere" in address] == ["https://nowhere.example/0.png"]
        assert [photo.width for photo in (await there(catalogue))["Taza"].pictures] == [60, 61]

    async def test_of_a_file_of_our_own_only_what_the_product_lacks_is_fetched(
        self, rows: tuple[str, ...], take: Take, catalogue: CatalogueService, photos: Photos
    ) -> None:
        await take(*rows)
        mug = (await there(catalogue))["Taza"]
        photos.asked.clear()
        addresses = [*(f"https://shop.example{image.url}" for image in mug.images), "https://p.example/3.png"]
        own = [f"{MUG}{addresses[0]},{mug.id},10", *(f"taza,,,,,{one},{mug.id}," for one in addresses[1:])]
        assert told(await take(*own, header=f"{HEADER},Zoco ID,Zoco Stock")) == [(2, "updated", [])]
        assert photos.asked == addresses[-1:]
        assert [photo.width for photo in (await there(catalogue))["Taza"].pictures] == [60, 61, 62, 63]

    async def test_there_is_room_for_so_many(
        self, rows: tuple[str, ...], take: Take, catalogue: CatalogueService
    ) -> None:
        await take(rows[0])
        mug = (await there(catalogue))["Taza"]
        await catalogue.add_images(SYSTEM, mug.id, [png_of(10 + n) for n in range(MOST_PICTURES - 2)])
        assert told(await take(*rows)) == [(2, "updated", [])]
        assert len((await there(catalogue))["Taza"].pictures) == MOST_PICTURES


async def test_what_is_no_image_is_told(take: Take, photos: Photos) -> None:
    photos.served["https://p.example/a.png"] = b"<html>"
    report = await take(f"{MUG}https://p.example/a.png")
    assert told(report) == [(2, "created", ["media.not_an_image"])]
    assert report.rows[0].reasons[0].field == "image"


async def test_a_row_that_the_catalogue_refuses_is_told(
    take: Take, catalogue: CatalogueService, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals: list[Declined] = [Invalid(FieldError("title", "bad", "Bad title.")), Unavailable()]

    async def refuse(*_: object) -> Product:
        raise refusals.pop(0)

    monkeypatch.setattr(catalogue, "offer", refuse)
    assert told(await take(MUG)) == [(2, "refused", ["bad"])]
    assert told(await take(MUG)) == [(2, "refused", ["unavailable"])]


async def test_progress_is_told(service: ImportService, tmp_path: Path) -> None:
    file, steps = tmp_path / "products.csv", list[tuple[int, int]]()
    file.write_text(f"{HEADER}\n{MUG}\n{BOWL}", encoding="utf-8")
    await service.run(SYSTEM, file, dry_run=True, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", NothingToImport),
        (b"a,b\n1,2\n", UnknownFormat),
        (b"Handle,Title\nx,y\n", ColumnsMissing),
        (b"PK\x03\x04\0\0", NotATable),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused(
    service: ImportService, tmp_path: Path, content: bytes, refusal: type[Declined]
) -> None:
    file = tmp_path / "products.csv"
    file.write_bytes(content)
    with pytest.raises(refusal):
        await service.run(SYSTEM, file, dry_run=True)


async def test_only_who_may_sell_may_import(service: ImportService, tmp_path: Path) -> None:
    with pytest.raises(Unauthenticated):
        await service.run(GUEST, tmp_path / "products.csv", dry_run=False)
