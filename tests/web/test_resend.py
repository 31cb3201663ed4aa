"""Forms that come when nobody is signed in any more: the answer gives back what was typed, to its own page alone."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.browsing import browsing, enter, hidden, text

import zoco
from zoco.app import Shop
from zoco.features.catalogue.models import ProductQuery
from zoco.kit.permissions import Actor, Role
from zoco.testing.people import account
from zoco.web.limits import FIELDS
from zoco.web.resend import MOST, Resend, Sent

FORM = {"content-type": "application/x-www-form-urlencoded"}
NEW = "/vender/nuevo"
TYPED = {
    "title": "Jarra azul",
    "category": "Hogar",
    "price": "12,50",
    "stock": "3",
    "description": "Dos\r\nlíneas & <b>",
}
SECRET = "muy secreto, muy largo"
ARROW = "la flecha del navegador"
_INPUT = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
_TEMPLATES = sorted(Path(zoco.__file__).parent.rglob("*.html"))


def kept(page: httpx.Response) -> list[tuple[str, str]]:
    """What the form to send again carries, in its order, but for the token."""
    form = page.text.partition('<form id="again"')[2].partition("</form>")[0]
    pairs = [(html.unescape(name), html.unescape(value)) for name, value in _INPUT.findall(form)]
    return [pair for pair in pairs if pair[0] != "csrf_token"]


@pytest.fixture
def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A person whose session has ended, so that nobody knows them."""
    client.cookies.set("session", "ended", domain="testserver.local")
    return browsing(client)


@pytest.fixture
async def ana(shop: Shop) -> Actor:
    return await account(shop, name="Ana")


class TestGoingOn:
    async def test_a_product_is_not_lost(self, browser: httpx.AsyncClient, ana: Actor, shop: Shop) -> None:
        await enter(browser, ana)
        typed = hidden(await browser.get(NEW, follow_redirects=True), NEW) | TYPED
        await shop.services["accounts"].sign_out_everywhere(ana)
        page = await browser.post(NEW, data=typed)
        assert (page.status_code, page.headers["cache-control"]) == (401, "no-store")
        assert f'<form id="again" action="{NEW}" method="post">' in page.text
        assert page.text.count('<button class="plain" form="again">') == 1
        await enter(browser, ana)
        sold = await browser.post(NEW, data=hidden(page, NEW) | dict(kept(page)))
        assert sold.status_code == 303
        (product,) = (await shop.services["catalogue"].page_own(ana, ProductQuery())).items
        assert (product.title, product.description) == ("Jarra azul", "Dos\nlíneas &amp; <b></b>")

    @pytest.mark.parametrize(
        ("address", "typed"),
        [
            ("/cuenta", {"name": "Ana Ruiz", "phone": "+34 600 000 000", "email": "ana@example.com"}),
            ("/cuenta/direccion", {"delivery_address.city": "León", "delivery_address.notes": "Timbre 2"}),
            ("/chat", {"body": "Hola", "key": "k1"}),
            ("/panel/ordenes/1/notas", {"note": "Ha llamado"}),
            ("/panel/mensajes/respuestas/nueva", {"name": "Plazos", "body": "En tres días."}),
            ("/panel/mensajes/ana@example.com", {"body": "Hola, Ana", "key": "k2"}),
            ("/panel/categorias/hogar?orden=a%26b", {"name": "Casa", "names.en": "Home"}),
            ("/panel/correos/probar", {"to": "ana@example.com"}),
        ],
    )
    async def test_any_form_comes_back_as_often_as_it_is_sent(
        self, browser: httpx.AsyncClient, address: str, typed: dict[str, str]
    ) -> None:
        page = await browser.post(address, data=typed)
        again = await browser.post(address, data=dict(kept(page)))
        for answer in (page, again):
            assert answer.status_code == 401
            assert kept(answer) == list(typed.items())
        action = re.search('<form id="again" action="(.*?)"', page.text)
        assert action
        assert httpx.URL(f"http://x{html.unescape(action[1])}") == httpx.URL(f"http://x{address.replace('@', '%40')}")

    async def test_it_says_in_both_languages_what_to_do(self, browser: httpx.AsyncClient) -> None:
        spanish = await browser.post(NEW, data=TYPED)
        english = await browser.post(NEW, data=TYPED, headers={"accept-language": "en"})
        assert "No se ha perdido nada" in text(spanish)
        assert "Iniciar sesión (en otra pestaña) Enviar otra vez" in text(spanish)
        assert "Nothing is lost" in text(english)
        assert "Sign in (opens a new tab) Send again" in text(english)
        for page in (spanish, english):
            assert '<a class="button" href="/login" target="_blank">' in page.text
            assert ARROW not in page.text
            assert "arrow" not in page.text

    async def test_the_token_is_one_that_counts(self, browser: httpx.AsyncClient, ana: Actor) -> None:
        page = await browser.post("/cuenta", data={"name": "Ana Ruiz"})
        token = hidden(page, "/cuenta")["csrf_token"]
        assert browser.cookies["csrf"] == token
        await enter(browser, ana)
        del browser.headers["sec-fetch-site"]
        typed = {"name": "Ana Ruiz", "phone": "+34 600 000 000", "email": ana.email}
        assert (await browser.post("/cuenta", data=typed)).status_code == 403
        assert (await browser.post("/cuenta", data=typed | {"csrf_token": token})).status_code == 303

    async def test_a_browser_that_says_only_its_origin(self, browser: httpx.AsyncClient) -> None:
        del browser.headers["sec-fetch-site"]
        assert kept(await browser.post(NEW, data=TYPED, headers={"origin": "http://testserver"})) == list(TYPED.items())


class TestNobodyElsesWords:
    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "none"},
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("session", [True, False])
    async def test_what_is_not_from_our_own_page_stays_out(
        self, browser: httpx.AsyncClient, headers: dict[str, str], *, session: bool
    ) -> None:
        del browser.headers["sec-fetch-site"]
        if not session:  # no cookie rides along, so that the form reaches the page
            browser.cookies.clear()
        page = await browser.post("/cuenta", data={"email": "mallory@example.com"}, headers=headers)
        assert page.status_code in (401, 403)
        assert "mallory" not in page.text
        assert "again" not in page.text
        assert (ARROW in page.text) is (page.status_code == 401)

    async def test_markup_stays_text(self, browser: httpx.AsyncClient) -> None:
        typed = {'"><script>1</script>': "x", "note": "\"'></form><script>alert(1)</script>&amp;\n\tend"}
        for files in (None, {"image": ('"><img src=x onerror=1>.png', b"x")}):
            page = await browser.post(NEW, data=typed, files=files)
            assert "<script>1" not in page.text
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
            assert kept(page)[-1] == list(typed.items())[-1]
        assert ("note", typed["note"]) in kept(page)

    async def test_an_address_leads_nowhere_else(self, browser: httpx.AsyncClient) -> None:
        page = await browser.post("http://testserver//evil.example/../cuenta", data=TYPED)
        assert 'action="//' not in page.text

    async def test_who_is_signed_in_or_a_program_is_not_listened_to(
        self, make_scope: Any, accounts: Any, echo: Any
    ) -> None:
        async def listened(path: str, method: str = "POST", **more: Any) -> bool:
            scope = make_scope(path, content_type=FORM["content-type"], sec_fetch_site="same-origin")
            scope = {**scope, "method": method, **more}
            found: list[bool] = []

            async def app(scope: Any, _receive: Any, _send: Any) -> None:
                found.append("zoco.sent" in scope)

            await Resend(app)(scope, echo, echo)
            return found[0]

        assert await listened("/cuenta")
        assert not await listened("/cuenta", actor=await accounts.by_session("good"))
        assert not await listened("/cuenta", method="GET")
        assert not await listened("/api/products")
        for secret in ("/clave/x", "/setup/x", "/verificar/x", "/invitacion/x", "/chat-enlace/x"):
            assert not await listened(secret)


class TestWhatIsNotKept:
    def test_every_password_is_known_by_its_name(self) -> None:
        """By their names alone the page knows them, so no template may have one of another name."""
        source = "".join(path.read_text() for path in _TEMPLATES)
        named = re.findall(r'field\(\w+, "(\w+)"[^}]*?type="password"', source)
        assert {"password", "password_confirm", "current_password"} <= set(named)
        assert len(named) == source.count('type="password"')
        assert all("password" in name for name in named)

    @pytest.mark.parametrize("as_files", [True, False])
    async def test_passwords_and_tokens(self, browser: httpx.AsyncClient, *, as_files: bool) -> None:
        names = ("current_password", "password", "password_confirm", "Token", "client_secret", "csrf_token")
        files = {"image": ("a.png", b"x")} if as_files else None
        page = await browser.post("/cuenta/clave", data=dict.fromkeys(names, SECRET) | {"note": "queda"}, files=files)
        assert page.status_code == 401
        assert SECRET not in page.text
        assert kept(page) == [("note", "queda")]
        assert "Solo las contraseñas no se guardan" in text(page)

    async def test_where_there_was_no_password_none_is_spoken_of(self, browser: httpx.AsyncClient) -> None:
        page = await browser.post("/cuenta", data={"name": "Ana", "csrf_token": "x"})
        assert "contraseña" not in text(page)

    async def test_files_are_chosen_once_more(self, browser: httpx.AsyncClient) -> None:
        image = b"\x89PNG" + b"no es para nadie" * 20_000
        chosen = [("image", ("a<b.png", image)), ("image", ("b.png", image)), ("file", ("c.csv", image))]
        page = await browser.post(NEW, data={"title": ["uno", "dos"]}, files=chosen)
        assert kept(page) == [("title", "uno"), ("title", "dos")]
        assert "no es para nadie" not in page.text
        assert 'method="post" enctype="multipart/form-data"' in page.text
        again = re.findall(r'<input id="\S+" name="(\w+)"[^>]*?( multiple="")? type="file">', page.text)
        assert again == [("image", ' multiple=""'), ("file", "")]
        assert (
            "elegir estos archivos (opcional) a<b.png, b.png Vuelve a elegir estos archivos (opcional) c.csv"
            in text(page)
        )

    async def test_names_that_come_again_keep_their_order(self, browser: httpx.AsyncClient) -> None:
        body = "chosen=b&chosen=a&empty=&chosen=b&x+y=%2B"
        page = await browser.post("/panel/productos/cambiar", content=body, headers=FORM)
        assert kept(page) == [("chosen", "b"), ("chosen", "a"), ("empty", ""), ("chosen", "b"), ("x y", "+")]


class TestTooMuch:
    @pytest.mark.parametrize(
        "sent",
        [
            {"data": {"description": "x" * MOST}},
            {"data": {"description": "x" * MOST}, "files": {"image": ("a.png", b"x")}},
            {
                "data": {"x" * 3_000 + str(number): "" for number in range(MOST // 3_000 + 1)},
                "files": {"a": ("a", b"")},
            },
            {"data": {f"f{number}": "x" for number in range(FIELDS + 1)}},
            {"data": {f"f{number}": "x" for number in range(FIELDS + 1)}, "files": {"image": ("a.png", b"x")}},
            {"content": b"title=%FF", "headers": FORM},
            {"content": b"--x\r\nnothing", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            {"content": b"--x\r\nbad\r\n\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        ],
        ids=["text", "text beside a file", "names", "fields", "fields beside a file", "bytes", "half", "broken"],
    )
    async def test_it_is_said_and_the_arrow_leads_back(self, browser: httpx.AsyncClient, sent: dict[str, Any]) -> None:
        page = await browser.post(NEW, **sent)
        assert page.status_code == 401
        assert kept(page) == []
        assert len(page.text) < 30_000
        assert "demasiado largo" in text(page)
        assert ARROW in text(page)

    @pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", 'multipart/form-data; boundary=""'])
    async def test_what_is_no_form_gets_the_answer_of_always(self, browser: httpx.AsyncClient, kind: str) -> None:
        page = await browser.post(NEW, content=b"a=b", headers={"content-type": kind})
        assert page.status_code == 401
        assert ARROW in text(page)
        assert "demasiado largo" not in text(page)

    async def test_a_body_without_an_end_is_refused_as_ever(self, browser: httpx.AsyncClient) -> None:
        async def endless() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * 100_000

        assert (await browser.post("/cuenta", content=endless(), headers=FORM)).status_code == 413

    async def test_as_long_as_a_form_of_ours_may_be(self, browser: httpx.AsyncClient) -> None:
        typed = {"description": "ñ" * 20_000, "in_language.en.description": "漢" * 20_000}
        assert kept(await browser.post(NEW, data=typed, files={"image": ("a.png", b"x")})) == list(typed.items())

    async def test_it_is_heard_in_any_pieces(self) -> None:
        part = b"--x\r\nContent-Disposition: form-data; name="
        body = part + b'"a"\r\n\r\n\xc3\xb1\r\n' + part + b'"f"; filename="g.png"\r\n\r\n\r\n--y\r\n'
        body += part + b'"none"; filename=""\r\n\r\n\r\n--x--\r\n'
        pieces = [{"body": body[place : place + 1], "more_body": True} for place in range(len(body))]
        coming = iter([{"body": b"", "more_body": True}, *pieces, {"type": "http.request"}])

        async def receive() -> Any:
            return next(coming)

        sent = Sent("multipart/form-data", "x", receive)
        assert not sent.whole
        await sent.rest()
        assert (sent.whole, sent.fields, sent.files) == (True, [("a", "ñ")], {"f": ["g.png"]})


async def test_a_clerk_goes_on_where_the_session_ended(browser: httpx.AsyncClient, shop: Shop) -> None:
    nora = await account(shop, Role.STAFF)
    page = await browser.post("/panel/mensajes/respuestas/nueva", data={"title": "Plazos", "body": "En tres días."})
    await enter(browser, nora)
    address = "/panel/mensajes/respuestas/nueva"
    assert (await browser.post(address, data=hidden(page, address))).status_code == 303
    assert "En tres días." in (await browser.get("/panel/mensajes/respuestas")).text
