"""The first page of the back office."""

from __future__ import annotations

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from zoco.features.dashboard.service import DashboardService
from zoco.kit.permissions import Actor
from zoco.web.body import ShopRequest
from zoco.web.pages import Pages


class DashboardOffice(Controller):
    """`/panel`."""

    path = "/panel"
    include_in_schema = False

    @get("/")
    async def overview(
        self,
        request: ShopRequest,
        dashboard: NamedDependency[DashboardService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await pages.render(request, "panel/dashboard/overview.html", overview=await dashboard.overview(actor))
