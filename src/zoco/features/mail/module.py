"""The manifest of mail."""

from __future__ import annotations

from pathlib import Path

from zoco.features.mail import tasks
from zoco.features.mail.mongo import MongoMails
from zoco.features.mail.providers import FolderTransport, MailTransport, Renderer, SmtpTransport
from zoco.features.mail.repository import Mails
from zoco.features.mail.service import SEE, Letterhead, MailService
from zoco.features.mail.sql import SqlMails
from zoco.kit.module import House, Module


def build(house: House) -> MailService:
    mail, shop = house.settings.mail, house.settings.shop
    own: MailTransport = FolderTransport(house.settings.data_dir / "mail")
    if mail.transport == "smtp":
        own = SmtpTransport(
            host=mail.host, port=mail.port, security=mail.security, user=mail.user, password=mail.password
        )
    transports = house.providers[MailTransport]
    transports.insert(0, own)
    renderer = Renderer(house.texts, house.templates, shop=shop, address=house.settings.server.address)
    letterhead = Letterhead(mail.sender, mail.notify, shop.default_language)
    return MailService(house.store, house.clock, renderer, transports, letterhead)


MODULE = Module(
    name="mail",
    folder=Path(__file__).parent,
    build=build,
    sql={Mails: SqlMails},
    mongo={Mails: MongoMails},
    tasks=tasks,
    permissions=(SEE,),
)
