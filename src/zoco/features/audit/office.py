"""The audit log in the back office."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from zoco.features.audit.models import DeedQuery
from zoco.features.audit.service import AuditService
from zoco.kit.permissions import Actor
from zoco.web.pages import Pages

_LONGEST = 254


class AuditOffice(Controller):
    """`/panel/auditoria`: who of the shop did what."""

    path = "/panel/auditoria"
    include_in_schema = False

    @get("/")
    async def list(
        self,
        request: Request[Any, Any, Any],
        audit: NamedDependency[AuditService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        asked = {name: value.strip()[:_LONGEST] for name, value in request.query_params.items()}
        since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
        query = DeedQuery(
            person=asked.get("person", ""),
            action=asked.get("action", ""),
            subject=asked.get("subject", ""),
            since=since,
            until=until + timedelta(days=1) if until else None,
            after=request.query_params.get("after") or None,
        )
        return await pages.render(
            request,
            "panel/audit/list.html",
            deeds=await audit.page(actor, query),
            actions=await audit.actions(actor),
            query=query,
            since=asked.get("since", "") if since else "",
            until=asked.get("until", "") if until else "",
        )


def _day(text: str) -> datetime | None:
    """The beginning of a day; what is none counts as not given, as does the last one there is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return None if day == date.max else datetime(day.year, day.month, day.day, tzinfo=UTC)
