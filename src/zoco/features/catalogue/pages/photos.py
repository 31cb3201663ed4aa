"""The pictures of one's own product: their order, what they show, new ones and those that go."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.catalogue.models import LONGEST_ALT, MOST_PICTURES, Product
from zoco.features.catalogue.pages.offers import OFFERS
from zoco.features.catalogue.schemas import Alt, PlacedImage
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import Invalid, TooLarge, Unsupported
from zoco.kit.ids import ProductId
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages


class PhotosForm(msgspec.Struct, kw_only=True):
    """By the names of the photos: what each shows, its place, and a tick at those that go.

    `move` is the name of one that goes one place forward, or back where a minus stands before it.
    """

    alt: dict[str, Alt] = {}
    place: dict[str, int] = {}
    remove: dict[str, str] = {}
    move: str = ""

    def arranged(self, product: Product) -> list[str]:
        """The names in the wanted order; those that the form does not know come last."""
        names = [photo.name for photo in product.pictures]
        names.sort(key=lambda name: self.place.get(name, MOST_PICTURES))
        moved = self.move.removeprefix("-")
        if moved in names:
            place = names.index(moved)
            names.insert(max(place - 1, 0) if self.move == moved else place + 1, names.pop(place))
        return names


class PhotoPages(Controller):
    """`/vender/{product}/fotos`."""

    path = "/vender/{pid:str}/fotos"
    include_in_schema = False

    @get()
    async def show(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await _shown(request, pages, await catalogue.show_own(actor, ProductId(pid)), Form[PhotosForm]())

    @post()
    async def change(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Every button of the form saves all of it."""
        product = await catalogue.show_own(actor, ProductId(pid))
        form = await read_form(request, PhotosForm)
        try:
            data = form.require()
            wanted = [
                PlacedImage(name, data.alt.get(name, "") if name in data.place else msgspec.UNSET)
                for name in data.arranged(product)
            ]
            await catalogue.arrange(actor, product.id, wanted, await form.chosen("image"), without=set(data.remove))
        except (Invalid, TooLarge, Unsupported) as refusal:
            return await _shown(request, pages, product, form.refused(refusal, beside="image"))
        moved = data.move.removeprefix("-")
        address = f"{OFFERS}/{product.id}/fotos" + (f"#photo-{moved}" if moved in data.place else "")
        return Redirect(address, status_code=303, cookies=[flash(jar, N_("The photos are saved."))])


async def _shown(request: ShopRequest, pages: Pages, product: Product, form: Form[PhotosForm]) -> Response[str]:
    return await pages.render(
        request,
        "catalogue/photos.html",
        status=422 if form.errors else 200,
        product=product,
        form=form,
        most=MOST_PICTURES,
        longest=LONGEST_ALT,
    )
