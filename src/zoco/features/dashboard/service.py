"""Gathers what staff see first."""

from __future__ import annotations

from datetime import datetime, timedelta

from zoco.features.catalogue.models import ProductQuery, ProductStatus
from zoco.features.catalogue.service import CatalogueService
from zoco.features.dashboard.models import Missing, Overview, Sales, each_day
from zoco.features.inbox.service import InboxService
from zoco.features.incidents.models import IncidentQuery
from zoco.features.incidents.service import IncidentService
from zoco.features.mail.models import MailState
from zoco.features.mail.service import MailService
from zoco.features.orders.service import OrderService
from zoco.kit.clock import Clock
from zoco.kit.permissions import Actor, Permission, Role

SEE = Permission("dashboard.see", Role.STAFF)
DAYS = 30
LAST_ERRORS = 5
SCARCE, SCARCE_SHOWN = 3, 8
"""From how few pieces on a product is shown, and how many products are."""
FRESH = timedelta(minutes=1)
"""How old the figures by day may be: they are counted from all orders of a month."""


class DashboardService:
    """Everything here is for staff."""

    def __init__(
        self,
        clock: Clock,
        *,
        orders: OrderService,
        catalogue: CatalogueService,
        inbox: InboxService,
        mail: MailService,
        incidents: IncidentService,
        currency: str,
        missing: Missing,
    ) -> None:
        """`missing` is what the settings lack; whether there are products is looked up."""
        self._clock = clock
        self._orders, self._catalogue, self._inbox, self._mail = orders, catalogue, inbox, mail
        self._incidents = incidents
        self._currency, self._missing = currency, missing
        self._sales: tuple[datetime, Sales] | None = None

    async def overview(self, actor: Actor) -> Overview:
        """How the shop is doing now; figures by day are at most a minute old."""
        actor.require(SEE)
        scarce = ProductQuery(
            in_stock=False, status=ProductStatus.ACTIVE, hidden=True, most_stock=SCARCE, limit=SCARCE_SHOWN
        )
        mails = await self._mail.count(actor)
        some = await self._catalogue.page(ProductQuery(in_stock=False, limit=1))
        return Overview(
            sales=await self._last_days(actor),
            scarce=(await self._catalogue.page_all(actor, scarce)).items,
            waiting_chats=await self._inbox.waiting(actor),
            waiting_mails=mails.get(MailState.WAITING, 0),
            failed_mails=mails.get(MailState.FAILED, 0),
            incidents=(await self._incidents.page(actor, IncidentQuery(solved=False, limit=LAST_ERRORS))).items,
            missing=Missing(not some.items, self._missing.public_url, self._missing.smtp, self._missing.notify),
        )

    async def _last_days(self, actor: Actor) -> Sales:
        now = self._clock.now().astimezone(self._orders.zone)
        today = now.date()
        if self._sales is None or now - self._sales[0] > FRESH or self._sales[0].date() != today:
            found = await self._orders.daily(actor, today - timedelta(days=DAYS - 1))
            self._sales = now, each_day(found, today, DAYS, self._currency)
        return self._sales[1]
