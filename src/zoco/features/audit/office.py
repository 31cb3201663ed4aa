"""The audit log in the back office."""

from __future__ import annotations

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from zoco.features.audit.models import DETAILS, DONE, VALUES, DeedQuery
from zoco.features.audit.service import AuditService
from zoco.kit.permissions import Actor
from zoco.web.body import ShopRequest
from zoco.web.days import days
from zoco.web.pages import Pages
from zoco.web.paging import filters_asked

_LONGEST = 254


class AuditOffice(Controller):
    """`/panel/auditoria`: who of the shop did what."""

    path = "/panel/auditoria"
    include_in_schema = False

    @get("/")
    async def list(
        self,
        request: ShopRequest,
        audit: NamedDependency[AuditService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        asked = filters_asked(request.query_params, _LONGEST)
        since, until, form = days(asked, audit.zone)
        query = DeedQuery(
            person=asked.get("person", ""),
            action=asked.get("action", ""),
            subject=asked.get("subject", ""),
            since=since,
            until=until,
            after=request.query_params.get("after") or None,
        )
        return await pages.render(
            request,
            "panel/audit/list.html",
            deeds=await audit.page(actor, query),
            actions=await audit.actions(actor),
            query=query,
            done=DONE,
            names=DETAILS,
            values=VALUES,
            form=form,
        )
