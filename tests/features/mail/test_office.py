"""Mail in the back office: the log, one mail and what became of it, templates with made-up values."""

from __future__ import annotations

import httpx
import pytest
from tests.browsing import browsing, enter, text

from zoco.app import Shop
from zoco.features.mail.models import Fault, Mail, MailLine, MailQuery, Verdict
from zoco.features.mail.providers import Never, NotNow
from zoco.features.mail.service import MailService
from zoco.kit.permissions import SYSTEM, Role
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.testing.people import account

LOG = "/panel/correos"
RESET = "accounts/reset"


class Refusing:
    """A transport that refuses with what stands in `refusals`, then takes everything."""

    def __init__(self) -> None:
        self.refusals: list[Exception] = []
        self.taken: list[str] = []

    async def send(self, mail: Mail, _: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append(mail.message_id)


@pytest.fixture
def mail(services: dict[str, MailService]) -> MailService:
    return services["mail"]


@pytest.fixture
def refusing(mail: MailService) -> Refusing:
    transport = Refusing()
    mail._transports.append(transport)  # type: ignore[attr-defined]
    return transport


@pytest.fixture
async def desk(shop: Shop, client: httpx.AsyncClient, relay: Relay, refusing: Refusing) -> httpx.AsyncClient:
    """A browser of somebody who works here; the mails about it have left."""
    staff = await account(shop, role=Role.STAFF)
    browser = browsing(client)
    await enter(browser, staff)
    await relay.drain()
    refusing.taken.clear()
    return browser


async def queued(shop: Shop, to: str = "ana@example.com", template: str = "accounts/password_changed") -> MailLine:
    mail: MailService = shop.services["mail"]
    async with shop.store.write() as tx:
        given = {"token": "geheim"} if template == RESET else {}
        await mail.queue(tx, template, key=to, to=to, language="es", about="order 7", name="Ana <b>", **given)
    return (await mail.page(SYSTEM, MailQuery(limit=1))).items[0]


async def test_the_log_tells_what_became_of_each_mail(
    shop: Shop, desk: httpx.AsyncClient, relay: Relay, refusing: Refusing, clock: FrozenClock
) -> None:
    refusing.refusals = [
        NotNow(Verdict(fault=Fault.LATER, words="451 later")),
        Never(Verdict(fault=Fault.RECIPIENT, words="550 no")),
    ]
    await queued(shop)
    await relay.drain()
    await queued(shop, "eva@example.com")
    await relay.drain()
    await queued(shop, "ivo@example.com")
    await relay.drain()
    said = text(await desk.get(LOG))
    for words in (
        "En espera 1",
        "Abandonado 1",
        "próximo intento",
        "no acepta correos para eva@example.com",
        "más tarde",
    ):
        assert words in said
    narrowed = text(await desk.get(f"{LOG}?state=failed"))
    assert "eva@example.com" in narrowed
    assert "ivo@example.com" not in narrowed
    assert "ana@example.com" in text(await desk.get(f"{LOG}?q=ANA@"))
    assert "eva@example.com" in text(await desk.get(f"{LOG}?about=order+7&template=accounts/password_changed"))
    assert "Aquí no hay correos." in text(await desk.get(f"{LOG}?q=nobody"))
    assert (await desk.get(f"{LOG}?state=odd&q=%25")).status_code == 200
    assert (await desk.get(f"{LOG}?after=odd")).status_code == 422
    answer = await desk.post(f"{LOG}/ahora")
    assert (answer.status_code, answer.headers["location"]) == (303, LOG)
    await relay.drain()
    assert "Correos que se intentan enviar ahora: 1." in text(await desk.get(LOG))
    assert len(refusing.taken) == 2


async def test_the_log_goes_on_over_pages(shop: Shop, desk: httpx.AsyncClient) -> None:
    for number in range(31):
        await queued(shop, f"p{number}@example.com")
    first = await desk.get(f"{LOG}?state=waiting")
    assert first.text.count("example.com</td>") == 30
    further = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "p0@example.com" in text(await desk.get(further))


async def test_one_mail_is_shown_as_its_reader_sees_it_in_a_frame_where_nothing_runs(
    shop: Shop, desk: httpx.AsyncClient
) -> None:
    line = await queued(shop)
    page = await desk.get(f"{LOG}/{line.id}")
    assert f'<iframe class="mail" sandbox src="{LOG}/{line.id}/html"' in page.text
    assert "Ana &lt;b&gt;" in page.text
    framed = await desk.get(f"{LOG}/{line.id}/html")
    assert "Hola, Ana &lt;b&gt;" in framed.text
    [policy] = framed.headers.get_list("content-security-policy")
    for rule in ("sandbox;", "default-src 'none'", "frame-ancestors 'self'", "form-action 'none'"):
        assert rule in policy
    assert "script" not in policy
    assert framed.headers["cache-control"] == "no-store"


async def test_a_link_that_is_somebodys_own_is_never_shown(shop: Shop, desk: httpx.AsyncClient) -> None:
    line = await queued(shop, template=RESET)
    page = await desk.get(f"{LOG}/{line.id}")
    assert "solo puede usar quien lo recibe" in text(page)
    assert "iframe" not in page.text
    for answer in (page, await desk.get(f"{LOG}/{line.id}/html"), await desk.get(LOG)):
        assert "geheim" not in answer.text


async def test_a_mail_that_was_given_up_is_sent_again(
    shop: Shop, desk: httpx.AsyncClient, relay: Relay, refusing: Refusing
) -> None:
    refusing.refusals = [Never(Verdict(fault=Fault.RECIPIENT, words="550 mailbox full"))]
    line = await queued(shop)
    await relay.drain()
    said = text(await desk.get(f"{LOG}/{line.id}"))
    assert "550 mailbox full" in said
    assert "Comprueba que la dirección existe" in said
    answer = await desk.post(f"{LOG}/{line.id}/enviar")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LOG}/{line.id}")
    assert "El correo vuelve a estar en camino." in text(await desk.get(f"{LOG}/{line.id}"))
    assert (await desk.post(f"{LOG}/{line.id}/enviar")).status_code == 409
    await relay.drain()
    assert len(refusing.taken) == 1


async def test_a_mail_that_was_sent_is_sent_again_only_on_purpose(
    shop: Shop, desk: httpx.AsyncClient, relay: Relay, refusing: Refusing
) -> None:
    line = await queued(shop)
    await relay.drain()
    assert f'action="{LOG}/{line.id}/enviar"' not in (await desk.get(f"{LOG}/{line.id}")).text
    asked = await desk.get(f"{LOG}/{line.id}/enviar")
    assert "¿Enviar este correo otra vez?" in text(asked)
    await desk.post(f"{LOG}/{line.id}/enviar")
    await relay.drain()
    assert len(refusing.taken) == 2
    assert len(set(refusing.taken)) == 1


async def test_the_mail_server_is_tested_by_a_button(desk: httpx.AsyncClient) -> None:
    assert "Probar ahora" in text(await desk.get(f"{LOG}/probar"))
    answer = await desk.post(f"{LOG}/probar")
    assert answer.status_code == 200
    assert "El servidor de correo responde como debe." in text(answer)


async def test_what_the_test_finds_wrong_is_said(
    desk: httpx.AsyncClient, mail: MailService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> Verdict:
        return mail._told(Verdict(fault=Fault.PASSWORD, words="535 <b>no</b>"), "")

    monkeypatch.setattr(mail, "probe", refused)
    page = await desk.post(f"{LOG}/probar")
    assert "contraseña de aplicación" in text(page)
    assert "535 &lt;b&gt;no&lt;/b&gt;" in page.text


async def test_every_template_is_shown_with_made_up_values_in_both_languages(
    desk: httpx.AsyncClient, mail: MailService
) -> None:
    names = mail.templates(SYSTEM)
    assert {"orders/placed", "accounts/welcome", RESET, "mail/test"} <= set(names)
    listed = await desk.get(f"{LOG}/plantillas")
    for name in names:
        assert f'href="{LOG}/plantillas/{name}"' in listed.text
        for language in ("es", "en"):
            page = await desk.get(f"{LOG}/plantillas/{name}?idioma={language}")
            assert page.status_code == 200, name
            framed = await desk.get(f"{LOG}/plantillas/{name}/html?idioma={language}")
            assert f'<html lang="{language}"' in framed.text
            assert "sandbox" in framed.headers["content-security-policy"]
    assert (await desk.get(f"{LOG}/plantillas/no/such")).status_code == 404
    assert "Hola" in (await desk.get(f"{LOG}/plantillas/{RESET}?idioma=xx")).text


async def test_what_is_not_there_is_missing(desk: httpx.AsyncClient) -> None:
    for address in (f"{LOG}/nothing", f"{LOG}/nothing/html", f"{LOG}/nothing/enviar"):
        assert (await desk.get(address)).status_code == 404
    assert (await desk.post(f"{LOG}/nothing/enviar")).status_code == 404


async def test_nobody_else_gets_in(shop: Shop, client: httpx.AsyncClient) -> None:
    line = await queued(shop)
    browser = browsing(client)
    addresses = [
        LOG,
        f"{LOG}/{line.id}",
        f"{LOG}/{line.id}/html",
        f"{LOG}/{line.id}/enviar",
        f"{LOG}/plantillas",
        f"{LOG}/probar",
    ]
    addresses += [f"{LOG}/plantillas", f"{LOG}/plantillas/{RESET}", f"{LOG}/plantillas/{RESET}/html"]
    writes = [f"{LOG}/ahora", f"{LOG}/probar", f"{LOG}/{line.id}/enviar"]
    for address in addresses:
        assert (await browser.get(address)).headers["location"].startswith("/login")
    await enter(browser, await account(shop))
    for address in addresses:
        assert (await browser.get(address)).status_code == 403
    for address in writes:
        assert (await browser.post(address)).status_code == 403
