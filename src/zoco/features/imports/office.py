"""Products from files and into files, in the back office."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from zoco.features.catalogue.schemas import staff_query
from zoco.features.catalogue.service import MANAGE
from zoco.features.imports.errors import ImportOver
from zoco.features.imports.models import JobState, Outcome
from zoco.features.imports.service import ImportService
from zoco.kit.errors import TooLarge, Unsupported
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages
from zoco.web.paging import here

ROOM = "/panel/productos/importar"
_ROWS = 100
_PLACE = re.compile(r"[0-9]{1,6}")


class FileForm(msgspec.Struct):
    """Nothing but the file."""


class ImportOffice(Controller):
    """`/panel/productos/importar`, and beside it the file that can be brought there again."""

    path = "/panel/productos"
    include_in_schema = False

    @get("/importar")
    async def list(
        self,
        request: ShopRequest,
        imports: NamedDependency[ImportService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """Where a file is brought to, and those that were."""
        return await _listed(request, imports, pages, actor, Form[FileForm]())

    @post("/importar")
    async def bring(
        self,
        request: ShopRequest,
        imports: NamedDependency[ImportService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Nothing is taken in yet."""
        actor.require(MANAGE)
        form = await read_form(request, FileForm)
        file = form.files.get("file")
        name, data = (PurePath(file.filename).name, await file.read()) if file else ("", b"")
        try:
            job = await imports.bring(actor, name, data)
        except (TooLarge, Unsupported) as refusal:
            return await _listed(request, imports, pages, actor, form.refused(refusal, beside="file"))
        return Redirect(f"{ROOM}/{job.id}", status_code=303)

    @get("/importar/{job:str}")
    async def show(
        self,
        job: FromPath[str],
        request: ShopRequest,
        imports: NamedDependency[ImportService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """What a file would do, how far it is, what it did."""
        found = await imports.show(actor, job)
        asked = request.query_params.get("outcome", "")
        outcome = Outcome(asked) if asked in set(Outcome) else None
        typed = request.query_params.get("from", "")
        start = int(typed) if _PLACE.fullmatch(typed) else 0
        rows = await imports.report(actor, job, outcome=outcome, start=start, limit=_ROWS)
        further = {"from": start + _ROWS}
        return await pages.render(
            request,
            "panel/imports/job.html",
            job=found,
            running=found.state is JobState.RUNNING,
            useless=found.state is JobState.WAITING and not found.changes,
            counts=found.counts if found.done else found.expected,
            outcome=outcome,
            rows=rows[:_ROWS],
            further=here(request.scope, **further) if len(rows) > _ROWS else None,
        )

    @post("/importar/{job:str}/empezar")
    async def begin(
        self,
        job: FromPath[str],
        imports: NamedDependency[ImportService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        """Also to go on with what was stopped; whoever presses twice sees how far it is."""
        try:
            await imports.begin(actor, job)
        except ImportOver as refusal:
            return Redirect(f"{ROOM}/{job}", status_code=303, cookies=[flash(jar, refusal.message)])
        return Redirect(f"{ROOM}/{job}", status_code=303)

    @post("/importar/{job:str}/parar")
    async def stop(
        self,
        job: FromPath[str],
        imports: NamedDependency[ImportService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        said = flash(jar, N_("The import has stopped. What was taken in stays; you can go on whenever you like."))
        try:
            await imports.stop(actor, job)
        except ImportOver as refusal:  # it has just come to its end
            said = flash(jar, refusal.message)
        return Redirect(f"{ROOM}/{job}", status_code=303, cookies=[said])

    @get("/exportar.csv")
    async def export(
        self,
        request: ShopRequest,
        imports: NamedDependency[ImportService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Stream:
        """All that a list of products finds, while it is read."""
        actor.require(MANAGE)
        query = staff_query(request.query_params)
        return Stream(
            imports.export(actor, query, pages.origin(request)),
            media_type="text/csv",
            headers={
                "content-disposition": 'attachment; filename="productos.csv"',
                "cache-control": "private, no-store",
            },
        )


async def _listed(
    request: ShopRequest, imports: ImportService, pages: Pages, actor: Actor, form: Form[FileForm]
) -> Response[str]:
    return await pages.render(
        request,
        "panel/imports/list.html",
        status=422 if form.errors else 200,
        jobs=await imports.newest(actor),
        form=form,
    )
