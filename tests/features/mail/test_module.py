"""The feature as the shop builds it: from the settings, in both languages, replaceable from outside."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.features.mail.conftest import Hand
from tests.features.mail.letters import part, read
from tests.features.mail.mailbox import Mailbox, opened

import zoco.features.mail
from zoco.features.audit.service import AuditService
from zoco.features.mail import tasks
from zoco.features.mail.module import MODULE
from zoco.features.mail.providers import MailTransport
from zoco.features.mail.service import MailService
from zoco.kit.events import reactions
from zoco.kit.module import House
from zoco.kit.ratelimit import MemoryTries, RateLimiter
from zoco.settings.tree import Contact, Mail, Server, Settings, Shop
from zoco.storage.engine import Engine
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.web.cookies import Cookies
from zoco.web.i18n import Languages

FEATURE = Path(zoco.features.mail.__file__).parent
Providers = defaultdict[type, list[Any]]


def house(store: Engine, clock: FrozenClock, folders: list[Path], settings: Settings) -> House:
    compiled = settings.data_dir / "templates"
    texts = Languages(("es", "en"), "es", [FEATURE / "locale"], cookies=Cookies(secure=False))
    services = {"audit": AuditService(store, clock)}
    limiter, providers = RateLimiter(clock, MemoryTries()), Providers(list)
    return House(store, clock, limiter, settings, b"", texts, folders, compiled, services, providers)


def built(house: House) -> tuple[MailService, Relay]:
    assert MODULE.build is not None
    service = MODULE.build(house)
    found = reactions("mail", tasks, {"mail": service})
    house.store.subscribe(found)  # type: ignore[attr-defined]
    return service, Relay(house.store, house.clock, found)


async def placed(store: Engine, mail: MailService, language: str) -> None:
    async with store.write() as tx:
        await mail.queue(tx, "note", key="1", to="ana@example.com", language=language)


@pytest.fixture
def templates(templates: Path) -> Path:
    (templates / "mail/note.txt").write_text(
        '{% extends "mail/layout.txt" %}{% block subject %}Nota{% endblock %}', encoding="utf-8"
    )
    (templates / "mail/note.html").write_text('{% extends "mail/layout.html" %}', encoding="utf-8")
    return templates


@pytest.mark.parametrize(
    ("language", "closing"),
    [
        ("es", "¿Alguna pregunta? hola@example.com · +34 600\nEste correo lo ha escrito un programa.\n"),
        ("en", "Questions? hola@example.com · +34 600\nThis mail was written by a program.\n"),
    ],
)
async def test_without_further_settings_mails_lie_in_a_folder(
    store: Engine, clock: FrozenClock, templates: Path, tmp_path: Path, language: Literal["es", "en"], closing: str
) -> None:
    contact = Contact(email="hola@example.com", phone="+34 600")
    settings = Settings(
        shop=Shop(name="Taller", contact=contact),
        server=Server(public_url="https://taller.example.com"),
        data_dir=tmp_path / "var",
    )
    service, relay = built(house(store, clock, [templates, FEATURE / "templates"], settings))
    await placed(store, service, language)
    await relay.drain()
    [file] = (tmp_path / "var" / "mail").iterdir()
    message = read(file.read_bytes())
    assert part(message) == f"-- \nTaller · https://taller.example.com\n{closing}"
    assert message["From"] == "Zoco <tienda@localhost>"


async def test_with_smtp_mails_go_to_the_server(store: Engine, clock: FrozenClock, templates: Path) -> None:
    async with opened(Mailbox()) as mailbox:
        settings = Settings(mail=Mail(transport="smtp", host="127.0.0.1", port=mailbox.port, security="none"))
        service, relay = built(house(store, clock, [templates, FEATURE / "templates"], settings))
        await placed(store, service, "es")
        await relay.drain()
    assert [arrived["Subject"] for arrived in mailbox.mails] == ["Nota"]


async def test_an_extension_fills_the_transport_before_or_after(
    store: Engine, clock: FrozenClock, templates: Path, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "var", mail=Mail(notify="dueña@example.com", sender="tienda@example.com"))
    before = house(store, clock, [templates, FEATURE / "templates"], settings)
    hand = Hand()
    hand.sender = "tienda@example.com"
    before.providers[MailTransport].append(hand)
    service, relay = built(before)
    async with store.write() as tx:
        await service.notify(tx, "note", key="1")
    await relay.drain()
    assert [(sent.to, sent.language) for sent in hand.mails] == [("dueña@example.com", "es")]
    assert not (tmp_path / "var" / "mail").exists()
