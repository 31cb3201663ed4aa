"""Errors in the back office: what failed, how often, with the full detail."""

from __future__ import annotations

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.incidents.models import IncidentQuery
from zoco.features.incidents.service import IncidentService
from zoco.kit.ids import IncidentId
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import flash
from zoco.web.pages import Pages
from zoco.web.paging import filters_asked

ERRORS = "/panel/errores"
_LONGEST = 200
_STATES = {"": False, "solved": True, "all": None}


class IncidentOffice(Controller):
    """`/panel/errores`."""

    path = ERRORS
    include_in_schema = False

    @get("/")
    async def list(
        self,
        request: ShopRequest,
        incidents: NamedDependency[IncidentService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str] | Redirect:
        """With `?id=` to the error that a visitor was shown this id of."""
        asked = filters_asked(request.query_params, _LONGEST)
        shown, state = asked.get("id", ""), asked.get("state", "")
        if shown and (found := await incidents.find(actor, shown)):
            return Redirect(f"{ERRORS}/{found}", status_code=303)
        query = IncidentQuery(solved=_STATES.get(state, False), after=request.query_params.get("after") or None)
        return await pages.render(
            request,
            "panel/incidents/list.html",
            incidents=await incidents.page(actor, query),
            query=query,
            state=state,
            missed=shown,
        )

    @get("/{iid:str}")
    async def show(
        self,
        iid: FromPath[str],
        request: ShopRequest,
        incidents: NamedDependency[IncidentService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        incident, cases = await incidents.show(actor, IncidentId(iid))
        return await pages.render(request, "panel/incidents/incident.html", incident=incident, cases=cases)

    @post("/{iid:str}/resuelto")
    async def solve(
        self,
        iid: FromPath[str],
        incidents: NamedDependency[IncidentService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        await incidents.solve(actor, IncidentId(iid))
        told = flash(jar, N_("Marked as solved. If it happens again, it will be back here."))
        return Redirect(ERRORS, status_code=303, cookies=[told])

    @post("/{iid:str}/abierto")
    async def reopen(
        self,
        iid: FromPath[str],
        incidents: NamedDependency[IncidentService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        await incidents.reopen(actor, IncidentId(iid))
        told = flash(jar, N_("The error is open again."))
        return Redirect(f"{ERRORS}/{iid}", status_code=303, cookies=[told])
