"""Brings a foreign file into the catalogue, row by row."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from zoco.features.catalogue.models import Product, Seller
from zoco.features.catalogue.schemas import AddProduct, ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.features.catalogue.service.pictures import Brought
from zoco.features.imports.models import Outcome, ProductDraft, Report, Row, RowRefused
from zoco.features.imports.providers import read, values
from zoco.features.imports.repository import Imported, ImportedRows
from zoco.features.media.errors import ImageUnreachable
from zoco.features.media.models import Picture
from zoco.features.media.service import MediaService
from zoco.kit.clock import Clock
from zoco.kit.errors import Declined, FieldError, Invalid
from zoco.kit.ids import ProductId
from zoco.kit.permissions import Actor
from zoco.kit.store import Store, Tx, use_case
from zoco.kit.text import slug

Progress = Callable[[int, int], None]
"""Told how many of how many rows are done."""
TOGETHER = 8
"""Rows at once, each in a transaction of its own."""
PICTURES = {"image_url", "further"}
_FIELDS = ("title", "description", "category", "price", "stock", "status")


class Rows:
    """A row that says the same as last time is skipped; of one that changed, only the fields that changed count.

    So whatever was sold or edited here stays, as long as the row says nothing new about it.
    """

    def __init__(self, store: Store, clock: Clock, catalogue: CatalogueService, media: MediaService) -> None:
        self._store, self._clock, self._catalogue, self._media = store, clock, catalogue, media

    async def run(self, actor: Actor, file: Path, *, dry_run: bool, progress: Progress = lambda *_: None) -> Report:
        """Take in a whole file as the actor's products; a dry run reports the same and changes nothing.

        Raises what `providers.read` does of a file that cannot be read at all.
        """
        seller = self._catalogue.seller(actor)
        name, answers = await asyncio.to_thread(_read, file, self._catalogue.currency)
        images = Images(self._media, keep=not dry_run)
        turns, done = asyncio.Semaphore(TOGETHER), 0

        async def take(answer: ProductDraft | RowRefused) -> Row:
            nonlocal done
            async with turns:
                row = await self._row(seller, answer, images, dry_run=dry_run)
            done += 1
            progress(done, len(answers))
            return row

        rows = await asyncio.gather(*map(take, answers))
        return Report(format=name, dry_run=dry_run, rows=tuple(rows))

    async def _row(self, seller: Seller, answer: ProductDraft | RowRefused, images: Images, *, dry_run: bool) -> Row:
        if isinstance(answer, RowRefused):
            return Row.refused(answer)
        async with self._store.read() as tx:
            known, product = await self._known(tx, answer)
        changed = news(known, product, answer)
        if known and not changed and product is None:  # it was taken out of the shop, and nothing new is said of it
            return Row.of(answer, Outcome.SKIPPED)
        notes = list[FieldError]()
        shown = await images.of(answer, product, changed, notes)
        if (known or product) and not shown.news and changed <= PICTURES:
            return Row.of(answer, Outcome.SKIPPED, *notes)
        if not dry_run:
            try:
                await self._store_row(seller, answer, shown)
            except Declined as refusal:
                errors = refusal.errors if isinstance(refusal, Invalid) else (_said("", refusal),)
                return Row.of(answer, Outcome.REFUSED, *errors)
        return Row.of(answer, Outcome.UPDATED if product else Outcome.CREATED, *notes)

    @use_case
    async def _store_row(self, seller: Seller, draft: ProductDraft, shown: Shown) -> None:
        async with self._store.write() as tx:
            known, product = await self._known(tx, draft)
            changed, said = news(known, product, draft), _said_by(draft)
            if product is None:
                product = await self._catalogue.offer(tx, seller, _offer(draft))
            else:
                product = await self._catalogue.edit(tx, product, _change(draft, changed))
            there, before = product.cover, known.said if known else {}
            instead = "image_url" in before or known is None
            await self._catalogue.show_brought(tx, product, shown.first, shown.further, instead=instead)
            # What could not be fetched counts as new again the next time; without any cover it does so anyway.
            for name in shown.missing if there or shown.further else shown.missing - {"image_url"}:
                said.pop(name)
                said |= {name: before[name]} if name in before else {}
            await tx[ImportedRows].save(Imported(draft.source_key, product.id, said))

    async def _known(self, tx: Tx, draft: ProductDraft) -> tuple[Imported | None, Product | None]:
        """What was taken in before, and its product as long as it is in the shop."""
        known = await tx[ImportedRows].get(draft.source_key)
        wanted = product_of(known, draft)
        return known, (await self._catalogue.many(tx, [wanted])).get(wanted) if wanted else None


class Shown(msgspec.Struct, frozen=True):
    """The pictures of a row as far as they are wanted and could be had; `missing` names what could not be."""

    first: Brought | None
    further: list[Brought]
    missing: set[str]
    news: bool
    """Whether the product does not show one of them yet."""


class Images:
    """The pictures of one run: each is fetched once for all rows, and a server that fails once is not asked again."""

    def __init__(self, media: MediaService, *, keep: bool) -> None:
        self._media, self._keep = media, keep
        self._failed = dict[str, ImageUnreachable]()
        self._had = dict[str, Picture | Declined]()
        self._turns = dict[str, asyncio.Lock]()

    async def of(
        self, draft: ProductDraft, product: Product | None, changed: set[str], notes: list[FieldError]
    ) -> Shown:
        """Those that the product lacks, and a note for each that cannot be had."""
        first, further, missing = None, list[Brought](), set[str]()
        if draft.image_url and (product is None or product.cover is None or "image_url" in changed):
            picture = await self._fetch(draft.image_url, notes)
            first = (picture, draft.image_alt) if picture else None
            missing |= set() if picture else {"image_url"}
        there = {image.url.partition("?")[0] for image in product.images} if product and draft.product else set[str]()
        for image in draft.further if product is None or "further" in changed else ():
            if urlsplit(image.address).path in there:
                continue
            if picture := await self._fetch(image.address, notes):
                further.append((picture, image.alt))
            else:
                missing.add("further")
        seen = {photo.hash for photo in product.pictures} if product else set[str]()
        return Shown(first, further, missing, news=bool(first) or any(one.hash not in seen for one, _ in further))

    async def _fetch(self, address: str, notes: list[FieldError]) -> Picture | None:
        """None, and a note, where it cannot be had."""
        async with self._turns.setdefault(address, asyncio.Lock()):
            if address not in self._had:
                self._had[address] = await self._asked(address)
            found = self._had[address]
        if isinstance(found, Picture):
            return found
        note = _said("image", found)
        if note not in notes:
            notes.append(note)
        return None

    async def _asked(self, address: str) -> Picture | Declined:
        host = urlsplit(address).netloc
        if host in self._failed:
            return self._failed[host]
        try:
            return await self._media.fetch(address, keep=self._keep)
        except ImageUnreachable as refusal:
            return self._failed.setdefault(host, refusal)
        except Declined as refusal:
            return refusal


def _said_by(draft: ProductDraft) -> dict[str, str]:
    """A digest for each field that becomes part of a product."""
    return {
        name: blake2b(msgspec.json.encode(getattr(draft, name)), digest_size=8).hexdigest()
        for name in (*_FIELDS, "image_url", *(["further"] if draft.further else []))
    }


def product_of(known: Imported | None, draft: ProductDraft) -> ProductId | None:
    """Which product a row means: the one that it became before, else the one that it names."""
    return known.product if known else draft.product


def news(known: Imported | None, product: Product | None, draft: ProductDraft) -> set[str]:
    """The fields of which the row says something else than last time, or a row of our own than when it was made."""
    if draft.product and product:
        return _edited(product, draft)
    before = known.said if known else {}
    return {name for name, said in _said_by(draft).items() if before.get(name) != said}


def _edited(product: Product, draft: ProductDraft) -> set[str]:
    """What somebody changed in a row of our own: what was sold since it was made must not come back."""
    there = {
        "title": (draft.title, values.line_of_text(product.title)),
        "description": (draft.description, values.description(product.description)),
        "category": (slug(draft.category), product.category),
        "price": (draft.price, product.price),
        "stock": (draft.stock, product.stock if draft.stock_before is None else draft.stock_before),
        "status": (draft.status, product.status),
        "image_url": (urlsplit(draft.image_url or "").path, f"/images/{product.id}" if product.image else ""),
    }
    shown = {image.url.partition("?")[0] for image in product.images}
    further = {"further"} if any(urlsplit(image.address).path not in shown for image in draft.further) else set[str]()
    return {name for name, (said, known) in there.items() if said != known} | further


def _read(file: Path, currency: str) -> tuple[str, list[ProductDraft | RowRefused]]:
    with file.open("rb") as opened:
        reading = read(opened, currency)
        return reading.dialect.name, list(reading.rows)


def _offer(draft: ProductDraft) -> AddProduct:
    return AddProduct(
        title=draft.title,
        category=draft.category,
        price=MoneyIn(draft.price.amount, draft.price.currency),
        stock=draft.stock,
        description=draft.description,
        status=draft.status.value,
    )


def _change(draft: ProductDraft, changed: set[str]) -> ChangeProduct:
    """Only what changed in the row, so that what was sold or edited here stays."""
    offer = _offer(draft)
    return ChangeProduct(**{name: getattr(offer, name) for name in _FIELDS if name in changed})


def _said(field: str, refusal: Declined) -> FieldError:
    """A refusal as a remark on a row."""
    return FieldError(field, refusal.code, refusal.message, refusal.params)
