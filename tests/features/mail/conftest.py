"""A store that only mails are put into, their service, and the relay that sends them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import zoco.features.mail
from zoco.app import installed
from zoco.features.audit.service import AuditService
from zoco.features.mail import tasks
from zoco.features.mail.models import Mail
from zoco.features.mail.providers import MailTransport, Renderer
from zoco.features.mail.service import Letterhead, MailService
from zoco.kit.events import reactions
from zoco.kit.money import Money
from zoco.settings.tree import Colours
from zoco.storage.engine import Engine
from zoco.storage.engines import open_engine
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.web.theme import for_mail

SENDER = "Zoco <tienda@example.com>"
SPANISH = {"Order %(number)s": "Pedido %(number)s", "You owe": "Debes"}


class FewTexts:
    """The port of translations, with a handful of words."""

    def gettext(self, language: str, message: str, **params: Any) -> str:
        return (SPANISH.get(message, message) if language == "es" else message).format(**params)

    def ngettext(self, language: str, one: str, many: str, count: int, **params: Any) -> str:  # noqa: ARG002
        return (one if count == 1 else many).format(count=count, **params)

    def money(self, language: str, money: Money) -> str:
        return f"{language} {money.decimal()} {money.currency}"

    def moment(self, language: str, moment: datetime) -> str:
        return f"{language} {moment:%H:%M}"


class Hand:
    """A transport that keeps what it is handed; it refuses with what stands in `refusals`, one after another."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.refusals: list[Exception] = []
        self.sender = SENDER

    async def send(self, mail: Mail, sender: str) -> None:
        assert sender == self.sender
        if self.refusals:
            raise self.refusals.pop(0)
        self.mails.append(mail)


@pytest.fixture
async def store(database: str, clock: FrozenClock) -> AsyncIterator[Engine]:
    """Without a shop around it, so that mails are all that it has reactions for."""
    opened = open_engine(database, clock, installed())
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    files = {
        "orders/placed.txt": '{% extends "mail/layout.txt" %}\n'
        "{% block subject %}{% trans number=number %}Order {{ number }}{% endtrans %} of {{ name }}{% endblock %}\n"
        "{% block body %}\n{{ _('You owe') }} {{ total | money }} ({{ at | moment }}), {{ name }}.\n"
        "{% trans count=pieces %}One piece{% pluralize %}{{ count }} pieces{% endtrans %}\n{% endblock %}\n",
        "orders/placed.html": '{% extends "mail/layout.html" %}\n'
        "{% block body %}<p>{{ _('You owe') }} {{ total | money }}, {{ name }}.</p>{% endblock %}\n",
        "hello.txt": "{% block subject %}Hola{% endblock %}\n",
        "hello.html": "<p>Hola</p>\n",
    }
    for name, content in files.items():
        file = folder / "mail" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def renderer(templates: Path) -> Renderer:
    own = Path(zoco.features.mail.__file__).parent / "templates"
    shop = SimpleNamespace(
        name="Zoco",
        contact=SimpleNamespace(email="hola@example.com", phone=""),
    )
    paint = for_mail(Colours())
    return Renderer(FewTexts(), [templates, own], shop=shop, address="https://tienda.example.com", paint=paint)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def transports(hand: Hand) -> list[MailTransport]:
    return [hand]


@pytest.fixture
def mail(store: Engine, clock: FrozenClock, renderer: Renderer, transports: list[MailTransport]) -> MailService:
    letterhead = Letterhead(
        SENDER, "dueña@example.com", "es", {"host": "smtp.example.com", "user": "tienda"}, ("es", "en")
    )
    return MailService(store, clock, renderer, transports, letterhead, audit=AuditService(store, clock))


@pytest.fixture
def relay(store: Engine, clock: FrozenClock, mail: MailService) -> Relay:
    found = reactions("mail", tasks, {"mail": mail})
    store.subscribe(found)
    return Relay(store, clock, found)
