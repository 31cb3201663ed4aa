"""How many conversations wait for an answer, in the navigation of the back office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoco.features.inbox.office.conversations import MESSAGES
from zoco.features.inbox.service import SEE, InboxService
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.pages import Contribution
from zoco.web.visitor import actor_of


def waiting_in_navigation(inbox: InboxService) -> Contribution:
    """Pages of the shop itself are asked nothing."""

    async def contribute(request: ShopRequest, jar: Cookies) -> Mapping[str, Any]:  # noqa: ARG001
        actor = actor_of(request.scope)
        if not actor.may(SEE) or not request.scope["path"].startswith("/panel"):
            return {}
        return {"waiting_at": {MESSAGES: await inbox.waiting(actor)}}

    return contribute
