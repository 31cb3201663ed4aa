"""How the server is set, in the back office."""

from __future__ import annotations

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from zoco.features.configuration.models import Visit
from zoco.features.configuration.service import ConfigurationService
from zoco.features.mail.models import Verdict
from zoco.kit.permissions import Actor
from zoco.web.body import ShopRequest
from zoco.web.pages import Pages


class ConfigurationOffice(Controller):
    """`/panel/config`."""

    path = "/panel/config"
    include_in_schema = False

    @get("/")
    async def show(
        self,
        request: ShopRequest,
        configuration: NamedDependency[ConfigurationService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await _shown(request, configuration, pages, actor)

    @post("/correo", status_code=200)
    async def probe(
        self,
        request: ShopRequest,
        configuration: NamedDependency[ConfigurationService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """Ask the mail server; the page then says what it answered."""
        return await _shown(request, configuration, pages, actor, await configuration.probe(actor))


async def _shown(
    request: ShopRequest,
    configuration: ConfigurationService,
    pages: Pages,
    actor: Actor,
    verdict: Verdict | None = None,
) -> Response[str]:
    shown = await configuration.show(actor, _visit(request))
    return await pages.render(request, "panel/configuration/show.html", shown=shown, verdict=verdict)


def _visit(request: ShopRequest) -> Visit:
    client = request.scope.get("client")
    return Visit(
        host=request.headers.get("host", ""),
        peer=client[0] if client else "",
        forwarded="x-forwarded-for" in request.headers,
    )
