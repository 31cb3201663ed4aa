"""`/panel/estilo`: every component of the pages, alive, for those who write templates or themes."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from zoco.kit.errors import FieldError
from zoco.kit.permissions import Permission, Role
from zoco.kit.text import N_
from zoco.web.asgi import Scope
from zoco.web.body import ShopRequest
from zoco.web.forms import Form
from zoco.web.pages import Pages
from zoco.web.visitor import actor_of

SEE_STYLE = Permission("web.see_style", Role.STAFF)


def style_routes(pages: Pages) -> list[Any]:
    """The handler of `/panel/estilo`."""

    @get("/panel/estilo", include_in_schema=False)
    async def style(request: ShopRequest) -> Response[str]:
        scope: Scope = request.scope
        actor_of(scope).require(SEE_STYLE)
        error = FieldError("email", "email", N_("This holds a character that cannot be kept."))
        wrong = Form[Any](values={"email": "ana@"}, errors=(error,))
        return await pages.render(request, "style.html", form=wrong)

    return [style]
