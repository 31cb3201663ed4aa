"""The manifest of inbox."""

from __future__ import annotations

from pathlib import Path

from zoco.features.inbox import live
from zoco.features.inbox.mongo import MongoReplies
from zoco.features.inbox.office import InboxOffice, ReplyOffice, waiting_in_navigation
from zoco.features.inbox.repository import Replies
from zoco.features.inbox.service import SAVE, SEE, InboxService
from zoco.features.inbox.sql import SqlReplies
from zoco.kit.module import House, Module
from zoco.kit.office import Desk
from zoco.kit.text import N_
from zoco.web.pages import Contribution


def build(house: House) -> InboxService:
    services = house.services
    return InboxService(
        house.store,
        house.clock,
        accounts=services["accounts"],
        chat=services["chat"],
        cart=services["cart"],
        orders=services["orders"],
        catalogue=services["catalogue"],
        audit=services["audit"],
    )


MODULE = Module(
    name="inbox",
    folder=Path(__file__).parent,
    requires=("accounts", "audit", "chat", "cart", "orders", "catalogue"),
    build=build,
    sql={Replies: SqlReplies},
    mongo={Replies: MongoReplies},
    provides={Contribution: waiting_in_navigation},
    controllers=(ReplyOffice, InboxOffice),
    live=live,
    permissions=(SEE, SAVE),
    office=(Desk("/panel/mensajes", N_("Messages"), "chat", SEE, order=40),),
)
