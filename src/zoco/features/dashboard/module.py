"""The manifest of dashboard."""

from __future__ import annotations

from pathlib import Path

from zoco.features.dashboard.models import Missing
from zoco.features.dashboard.office import DashboardOffice
from zoco.features.dashboard.service import SEE, DashboardService
from zoco.kit.module import House, Module
from zoco.kit.office import Desk
from zoco.kit.text import N_


def build(house: House) -> DashboardService:
    services, settings = house.services, house.settings
    return DashboardService(
        house.clock,
        orders=services["orders"],
        catalogue=services["catalogue"],
        inbox=services["inbox"],
        mail=services["mail"],
        incidents=services["incidents"],
        currency=settings.shop.currency,
        missing=Missing(
            products=False,
            public_url=not settings.server.public_url,
            smtp=settings.mail.transport != "smtp",
            notify=not settings.mail.notify,
        ),
    )


MODULE = Module(
    name="dashboard",
    folder=Path(__file__).parent,
    requires=("orders", "catalogue", "inbox", "mail", "incidents"),
    build=build,
    controllers=(DashboardOffice,),
    permissions=(SEE,),
    office=(Desk("/panel", N_("Overview"), "chart", SEE, order=0),),
)
