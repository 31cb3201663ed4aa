"""How the server is set: shown without secrets, and what is wrong about it found."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.browsing import browsing, enter, hidden, text

from zoco.app import Shop, build_shop, installed
from zoco.features.configuration import service
from zoco.features.configuration.models import LABELS, Finding, Surroundings, Visit, Weight, findings
from zoco.features.configuration.providers import ThisMachine
from zoco.features.mail.models import Fault, Verdict
from zoco.kit.errors import Forbidden, Unauthenticated, Unavailable
from zoco.kit.permissions import GUEST, SYSTEM, Role
from zoco.settings import Settings
from zoco.settings.tree import Contact, Payment, keys
from zoco.testing.people import account, person

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOUND = Surroundings(
    now=NOW,
    writable=True,
    free=50_000_000_000,
    newest=NOW,
    database=timedelta(milliseconds=2),
    engine="SQLite 3.51.3",
)
HERE = Visit(host="tienda.example.org", peer="127.0.0.1")


def changed(tree: Any, **changes: Any) -> Any:
    """The settings with other values: `changed(settings, mail={"notify": "a@example.com"})`."""
    given = {
        name: changed(getattr(tree, name), **value) if isinstance(value, dict) else value
        for name, value in changes.items()
    }
    return msgspec.structs.replace(tree, **given)


GOOD: Settings = changed(
    Settings(),
    environment="production",
    server={"public_url": "https://tienda.example.org"},
    mail={"transport": "smtp", "sender": "Zoco <hola@tienda.org>", "notify": "ana@tienda.org"},
    shop={"contact": Contact(email="hola@tienda.org"), "payment": Payment(es="Al recoger.")},
)


def wrong(settings: Settings, around: Surroundings = SOUND, visit: Visit = HERE) -> dict[str, Finding]:
    return {found.about: found for found in findings(settings, around, visit) if found.weight is not Weight.GOOD}


def test_a_well_set_shop_has_nothing_to_mend() -> None:
    assert wrong(GOOD) == {}
    assert {found.about for found in findings(GOOD, SOUND, HERE)} == {
        "server.public_url", "data_dir", "database.url", "clock"
    }  # fmt: skip


def test_five_wrong_settings_are_found_each_with_what_to_do() -> None:
    bad = changed(
        GOOD,
        server={"public_url": "http://tienda.example.org"},
        mail={"sender": "Zoco <tienda@localhost>", "security": "none", "host": "mail.tienda.org", "notify": ""},
        ratelimit={"enabled": False},
    )
    found = wrong(bad)
    assert set(found) == {"server.public_url", "mail.sender", "mail.security", "mail.notify", "ratelimit.enabled"}
    assert all(finding.advice for finding in found.values())
    assert [finding.weight for finding in findings(bad, SOUND, HERE)][:4] == [Weight.BAD] * 4


def cases() -> Iterator[Any]:
    yield changed(GOOD, server={"public_url": ""}), SOUND, HERE, "server.public_url", Weight.BAD
    yield (
        changed(GOOD, server={"public_url": ""}, environment="development"),
        SOUND,
        Visit(host="localhost:8000"),
        ("server.public_url"),
        Weight.NOTE,
    )
    yield GOOD, SOUND, Visit(host="10.1.2.3:8000"), "server.public_url", Weight.NOTE
    yield changed(GOOD, environment="development"), SOUND, HERE, "environment", Weight.BAD
    yield changed(GOOD, log={"level": "debug"}), SOUND, HERE, "log.level", Weight.NOTE
    yield GOOD, SOUND, changed(HERE, forwarded=True, peer="10.0.0.9"), "server.trusted_proxies", Weight.BAD
    yield changed(GOOD, server={"trusted_proxies": ("0.0.0.0/0",)}), SOUND, HERE, "server.trusted_proxies", Weight.BAD
    yield changed(GOOD, server={"public_url": "https://localhost:8000"}), SOUND, HERE, "server.public_url", Weight.BAD
    yield changed(GOOD, mail={"port": 465}), SOUND, HERE, "mail.port", Weight.BAD
    yield changed(GOOD, mail={"user": "ana"}), SOUND, HERE, "mail.password", Weight.BAD
    nobody = Verdict(fault=Fault.REFUSED, params={"host": "mail.tienda.org", "port": "587"})
    yield GOOD, changed(SOUND, mail=nobody), HERE, "mail.host", Weight.BAD
    yield changed(GOOD, mail={"transport": "folder"}), SOUND, HERE, "mail.transport", Weight.BAD
    yield changed(GOOD, shop={"contact": Contact()}), SOUND, HERE, "shop.contact", Weight.NOTE
    yield changed(GOOD, shop={"payment": Payment(en="Cash.")}), SOUND, HERE, "shop.payment", Weight.NOTE
    yield GOOD, changed(SOUND, writable=False, fault="Read-only file system"), HERE, "data_dir", Weight.BAD
    yield GOOD, changed(SOUND, free=500_000_000), HERE, "data_dir", Weight.NOTE
    yield GOOD, changed(SOUND, free=5_000_000), HERE, "data_dir", Weight.BAD
    yield GOOD, changed(SOUND, key_open=True), HERE, "secret.key", Weight.BAD
    yield GOOD, changed(SOUND, database=None), HERE, "database.url", Weight.BAD
    yield GOOD, changed(SOUND, database=timedelta(seconds=1)), HERE, "database.url", Weight.NOTE
    yield GOOD, changed(SOUND, engine="SQLite 3.40.1"), HERE, "database.url", Weight.NOTE
    yield GOOD, changed(SOUND, newest=NOW + timedelta(hours=1)), HERE, "clock", Weight.BAD
    yield GOOD, changed(SOUND, now=datetime(1970, 1, 1, tzinfo=UTC), newest=None), HERE, "clock", Weight.BAD


@pytest.mark.parametrize(("settings", "around", "visit", "about", "weight"), list(cases()))
def test_one_thing_is_wrong(settings: Settings, around: Surroundings, visit: Visit, about: str, weight: Weight) -> None:
    found = wrong(settings, around, visit)
    assert {name: finding.weight for name, finding in found.items()} == {about: weight}
    assert found[about].advice


def test_amounts_are_said_as_people_write_them(shop: Shop) -> None:
    around = changed(SOUND, free=71_178_000_000, database=timedelta(microseconds=340))
    found = findings(GOOD, around, HERE)
    said = [shop.languages.gettext("es", one.message, **one.params) for one in found]
    assert [one for one in said if "71.178 MB" in one]
    assert [one for one in said if "0,3 ms" in one]


@pytest.mark.parametrize("peer", ["10.0.0.9", "", "not an address"])
def test_a_proxy_that_is_trusted_is_no_finding(peer: str) -> None:
    settings = changed(GOOD, server={"trusted_proxies": ("10.0.0.0/8",)})
    assert wrong(settings, SOUND, changed(HERE, forwarded=True, peer=peer)) == {}


def test_every_setting_says_what_it_is_about() -> None:
    assert list(LABELS) == keys()


def test_no_sentence_is_taken_for_markup() -> None:
    for settings, around, visit, *_ in (case if isinstance(case, tuple) else case.values for case in cases()):
        for finding in findings(settings, around, visit):
            assert "<" not in finding.message + finding.advice


@pytest.fixture
def place() -> Iterator[socket.socket]:
    """Where nobody listens, and nobody else can begin to."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        yield place


async def test_a_mail_server_that_is_not_there_is_found_without_a_word_to_it(
    settings: Settings, place: socket.socket
) -> None:
    port = place.getsockname()[1]
    alone = changed(settings, mail={"transport": "smtp", "host": "127.0.0.1", "port": port})
    shop = build_shop(alone, modules=installed())
    try:
        async with asyncio.timeout(5):
            shown = await shop.services["configuration"].show(SYSTEM, Visit())
        (found,) = [finding for finding in shown.findings if finding.about == "mail.host"]
        assert (found.message, found.params["port"]) == (Verdict(fault=Fault.REFUSED).message, str(port))
        left = asyncio.Event()

        async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()
            await writer.wait_closed()
            left.set()

        async with await asyncio.start_server(listen, sock=place):
            shown = await shop.services["configuration"].show(SYSTEM, Visit())
            await left.wait()
        assert not [finding for finding in shown.findings if finding.about == "mail.host"]
    finally:
        await shop.store.close()


async def refused(_: object) -> str:
    raise Unavailable


async def silent(_: object) -> str:
    await asyncio.Event().wait()
    return "too late"


@pytest.mark.parametrize("version", [refused, silent])
async def test_a_database_that_does_not_answer_is_found_and_nobody_waits_for_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, version: Any
) -> None:
    monkeypatch.setattr(service, "_DATABASE_SECONDS", 0.01)
    monkeypatch.setattr(type(shop.store), "version", version)
    async with asyncio.timeout(5):
        shown = await shop.services["configuration"].show(SYSTEM, HERE)
    (found,) = [finding for finding in shown.findings if finding.about == "database.url"]
    assert (found.weight, found.message) == (Weight.BAD, "The database does not answer.")


def test_this_machine(tmp_path: Path) -> None:
    assert ThisMachine().look(tmp_path).newest is None
    (tmp_path / "zoco.db").touch()
    found = ThisMachine().look(tmp_path)
    assert (found.writable, found.fault) == (True, "")
    assert found.free > 0
    assert found.newest is not None
    (tmp_path / "secret.key").write_text("x")
    for mode, read in ((0o600, False), (0o640, True), (0o604, True)):
        (tmp_path / "secret.key").chmod(mode)
        assert ThisMachine().look(tmp_path).key_open is read
    assert "No such file" in ThisMachine().look(tmp_path / "nothing").fault
    assert "too long" in ThisMachine().look(tmp_path / ("x" * 300)).fault


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]", "[::1]:8000", "x.test"])
def test_whoever_sits_at_the_machine_is_not_outside(host: str) -> None:
    assert "environment" not in wrong(changed(GOOD, environment="development"), visit=Visit(host=host))


async def test_only_staff_see_it(shop: Shop) -> None:
    for actor, refusal in ((GUEST, Unauthenticated), (person(), Forbidden)):
        with pytest.raises(refusal):
            await shop.services["configuration"].show(actor, HERE)
        with pytest.raises(refusal):
            await shop.services["configuration"].probe(actor)


async def test_the_page_masks_secrets_and_asks_the_mail_server(
    shop: Shop, client: httpx.AsyncClient, settings: Settings
) -> None:
    await enter(browsing(client), await account(shop, Role.ADMIN, "Olga"))
    page = await client.get("/panel/config")
    shown = text(page)
    assert "Los correos van a una carpeta" in shown
    assert "tienda@example.com variable ZOCO_MAIL__NOTIFY" in shown
    assert settings.mail.password not in page.text or not settings.mail.password
    asked = await client.post("/panel/config/correo", data=hidden(page, "/panel/config/correo"))
    assert asked.status_code == 200
    assert "El servidor de correo responde" in text(asked)


async def test_secrets_are_not_shown(settings: Settings, tmp_path: Path) -> None:
    secret = changed(settings, mail={"password": "muy-secreta"}, database={"url": f"sqlite:///{tmp_path}/x.db"})
    shop = build_shop(secret, modules=installed())
    try:
        shown = await shop.services["configuration"].show(person(Role.STAFF), HERE)
    finally:
        await shop.store.close()
    assert sorted(line.key for lines in shown.sections.values() for line in lines) == sorted(keys())
    (line,) = [line for line in shown.sections["mail"] if line.key == "mail.password"]
    assert line.value == "********"
