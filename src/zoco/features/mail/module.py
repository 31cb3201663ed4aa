"""The manifest of mail."""

from __future__ import annotations

from pathlib import Path

from zoco.features.mail import tasks
from zoco.features.mail.mongo import MongoMails
from zoco.features.mail.office import MailOffice, TemplateOffice
from zoco.features.mail.providers import MailTransport, Renderer, chosen
from zoco.features.mail.repository import Mails
from zoco.features.mail.service import PROBE, SEE, SEND_AGAIN, Letterhead, MailService
from zoco.features.mail.sql import SqlMails
from zoco.kit.module import House, Module
from zoco.kit.office import Desk
from zoco.kit.text import N_
from zoco.web.theme import for_mail


def build(house: House) -> MailService:
    mail, shop = house.settings.mail, house.settings.shop
    transports = house.providers[MailTransport]
    transports.insert(0, chosen(mail, house.settings.data_dir))
    address, paint = house.settings.server.address, for_mail(shop.colours)
    renderer = Renderer(house.texts, house.templates, house.compiled, shop=shop, address=address, paint=paint)
    server = {"host": mail.host, "port": str(mail.port), "user": mail.user}
    letterhead = Letterhead(mail.sender, mail.notify, shop.default_language, server, shop.languages)
    return MailService(house.store, house.clock, renderer, transports, letterhead, audit=house.services["audit"])


MODULE = Module(
    name="mail",
    folder=Path(__file__).parent,
    requires=("audit",),
    build=build,
    sql={Mails: SqlMails},
    mongo={Mails: MongoMails},
    controllers=(MailOffice, TemplateOffice),
    tasks=tasks,
    permissions=(SEE, SEND_AGAIN, PROBE),
    office=(Desk("/panel/correos", N_("Mail"), "mail", SEE, order=60),),
)
