"""Pages, forms and what they say once."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import jinja2
import msgspec
import pytest
from litestar import Litestar, Response, get, post

from zoco.kit.errors import FieldError, Invalid
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.errors import Errors
from zoco.web.flash import Flash, Undo, flash, flash_all, read_flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Look, Pages
from zoco.web.paging import here, next_page

SAVED = "Sign in first."  # any sentence with a translation


class Address(msgspec.Struct, forbid_unknown_fields=True):
    city: Annotated[str, msgspec.Meta(max_length=10)]
    notes: str = ""


class Buy(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    quantity: Annotated[int, msgspec.Meta(ge=1)]
    gift: bool = False
    address: Address | None = None


PAGE = """{% extends "base.html" %}{% from "forms.html" import field, choice, summary, token with context %}
{% block title %}T{% endblock %}{% block main %}{{ summary(form) }}<form method="post">{{ token(csrf_token()) }}
{{ field(form, "name", _("Register"), autocomplete="name", hint="h") }}{{ field(form, "quantity", "Q", type="number") }}
{{ field(form, "password", "P", type="password", attributes={"minlength": 8}) }}
{{ field(form, "address.notes", "N", type="textarea", required=false, inputmode="text") }}
{{ choice(form, "kind", "K", [("a", "A"), ("b", "B")]) }}</form>{{ word }}{% endblock %}"""


@pytest.fixture
def themed(look: Look, tmp_path: Path) -> Look:
    (tmp_path / "buy.html").write_text(PAGE)
    (tmp_path / "broken.html").write_text("{{ missing }}")
    return replace(look, templates=(tmp_path, *look.templates), compiled=tmp_path)


@pytest.fixture
def shop(themed: Look, errors: Errors, cookies: Cookies) -> Litestar:
    async def cart(request: ShopRequest, jar: Cookies) -> dict[str, Any]:
        assert jar is cookies
        return {"cart_count": 3, "word": "contributed"}

    pages = Pages(themed, [cart])

    @get("/buy")
    async def show(request: ShopRequest) -> Response[str]:
        return await pages.render(request, "buy.html", form=Form[Buy]())

    @post("/buy")
    async def buy(request: ShopRequest) -> Response[Any]:
        form = await read_form(request, Buy)
        if form.data is None:
            return await pages.render(request, "buy.html", status=422, form=form, word="<given>")
        files = {name: (await file.read()).decode() for name, file in form.files.items()}
        said = flash(cookies, SAVED)
        return Response({"data": msgspec.to_builtins(form.require()), "files": files}, cookies=[said])

    return Litestar(
        [show, buy],
        exception_handlers=errors.handlers,
        openapi_config=None,
        logging_config=None,
        request_class=ShopRequest,
    )


async def test_a_page_knows_its_surroundings(shop: Litestar, browse: Any) -> None:
    async with browse(shop) as client:
        page = await client.get("/buy?a=1&lang=es")
    assert '<html lang="es">' in page.text
    assert 'href="/buy?a=1&amp;lang=en"' in page.text
    assert '<span class="count" data-number="3">3<' in page.text
    assert "contributed" in page.text
    assert "El Zoco" in page.text
    assert 'style="' not in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"


async def test_the_language_stays(shop: Litestar, browse: Any) -> None:
    async with browse(shop) as client:
        assert "Iniciar sesión" in (await client.get("/buy")).text
        chosen = await client.get("/buy?lang=en")
        assert "Sign in" in chosen.text
        assert client.cookies["lang"] == "en"
        assert "Sign in" in (await client.get("/buy")).text
        assert "lang" not in (await client.get("/buy?lang=en")).cookies


async def test_the_language_stays_for_each_who_asks_for_it(shop: Litestar, layers: Any, browse: Any) -> None:
    kept = layers(ready={"/buy": "catalogue"}).around(shop)
    async with browse(kept, cookies={"lang": "en"}) as first, browse(kept) as later:
        assert "Sign in" in (await first.get("/buy?lang=en")).text
        assert "Sign in" in (await later.get("/buy?lang=en")).text
        assert "Sign in" in (await later.get("/buy")).text


async def test_the_form_token_and_its_cookie_are_the_same(shop: Litestar, layers: Any, browse: Any) -> None:
    async with browse(layers().around(shop)) as client:
        token = (await client.get("/buy")).cookies["csrf"]
        page = await client.get("/buy")
        assert f'name="csrf_token" value="{token}"' in page.text
        assert "set-cookie" not in page.headers
    async with browse(layers(ready={"/buy": "catalogue"}).around(shop)) as client:
        assert 'name="csrf_token" value=""' in (await client.get("/buy")).text


async def test_a_form_becomes_a_struct(shop: Litestar, browse: Any) -> None:
    typed = {
        "name": " Ana ",
        "quantity": "2",
        "gift": "true",
        "address.city": "Fez",
        "role": "admin",
        "csrf_token": "x",
    }
    expected = {"name": "Ana", "quantity": 2, "gift": True, "address": {"city": "Fez", "notes": ""}}
    async with browse(shop) as client:
        assert (await client.post("/buy", data=typed)).json() == {"data": expected, "files": {}}
        parts = await client.post("/buy", data=typed, files={"image": ("a.txt", b"bytes")})
        assert parts.json() == {"data": expected, "files": {"image": "bytes"}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-7", "punycode", "unicode_escape", "latin-1", "hex", "nonsense"])
async def test_texts_of_parts_are_utf_8_whatever_they_say(shop: Litestar, browse: Any, encoding: str) -> None:
    named = 'Content-Disposition: form-data; name="name"'
    parts = (
        f"--b\r\n{named}\r\nContent-Type: text/plain; charset={encoding}\r\n\r\nÁ-+2AA-\\ud800\r\n"
        '--b\r\nContent-Disposition: form-data; name="quantity"\r\n\r\n1\r\n--b--\r\nwhat stands below is nothing'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    async with browse(shop) as client:
        answer = await client.post("/buy", content=parts.encode(), headers=headers)
    assert answer.json()["data"]["name"] == "Á-+2AA-\\ud800"


async def test_a_wrong_form_is_shown_again_as_typed(shop: Litestar, browse: Any) -> None:
    typed = {"name": "", "quantity": '0"><script>', "password": "secret", "address.notes": "n\0", "kind": "b"}
    async with browse(shop) as client:
        page = await client.post("/buy", data=typed)
    assert page.status_code == 422
    assert 'aria-describedby="f-name-hint f-name-error" aria-invalid="true"' in page.text
    assert "Es un dato obligatorio." in page.text
    assert "0&#34;&gt;&lt;script&gt;" in page.text
    assert "<script>" not in page.text
    assert "secret" not in page.text
    assert 'minlength="8"' in page.text
    assert '<option value="b" selected>' in page.text
    assert "&lt;given&gt;" in page.text
    assert "Indica un número entero." in page.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"name=%ff", "application/x-www-form-urlencoded", 400),
        (b"name=\xff", "application/x-www-form-urlencoded", 400),
        (b"&a" * 300, "application/x-www-form-urlencoded", 400),
        (b"junk", "multipart/form-data; boundary=b", 400),
        (b"", "multipart/form-data; boundary=b", 400),
        (b"--b\r\nX-Name: a\r\n\r\na\r\n--b--", "multipart/form-data; boundary=b", 400),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\na', "multipart/form-data; boundary=b", 400),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--b--',
            "multipart/form-data; boundary=b",
            400,
        ),
        (b"junk", "multipart/form-data", 415),
        (b"{}", "application/json", 415),
        (b"", "application/json", 415),
        (b"name=a", "", 415),
        (b"name=a&name.x=b&address=c&address.city=d", "application/x-www-form-urlencoded", 422),
        (b"name=a&quantity=1&address" + b".a" * 3_000 + b"=b", "application/x-www-form-urlencoded", 422),
        (b"x" * 11_000_000, "multipart/form-data; boundary=b", 413),
    ],
)
async def test_forms_nobody_wrote(shop: Litestar, browse: Any, content: bytes, kind: str, status: int) -> None:
    async with browse(shop) as client:
        answer = await client.post("/buy", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status


async def test_no_body_at_all_is_an_empty_form(shop: Litestar, browse: Any) -> None:
    async with browse(shop) as client:
        page = await client.post("/buy")
    assert page.status_code == 422
    assert 'id="f-name-error"' in page.text
    assert 'id="f-quantity-error"' in page.text


def test_a_service_refuses_what_the_types_allow() -> None:
    form = Form(Buy("a", 1), {"name": "a"}).refused(Invalid(FieldError("name", "taken", "Taken.")))
    assert (form.data, form.errors["name"].code, form.values) == (None, "taken", {"name": "a"})
    with pytest.raises(Invalid):
        form.require()


async def test_a_sentence_is_said_once(shop: Litestar, browse: Any) -> None:
    async with browse(shop) as client:
        await client.post("/buy", data={"name": "Ana", "quantity": "1"})
        assert "Primero inicia sesión." in (await client.get("/buy")).text
        assert "Primero inicia sesión." not in (await client.get("/buy")).text


@pytest.mark.parametrize("value", ["a", "é", "bm9wZQ", "W10", "W1tdXQ", flash(Cookies(secure=False), "You won").value])
async def test_a_cookie_by_hand_says_nothing(shop: Litestar, browse: Any, value: str) -> None:
    async with browse(shop) as client:
        page = await client.get("/buy", headers={"Cookie": f"flash={value}".encode()})
    assert page.status_code == 200
    assert 'role="status"' not in page.text


async def test_a_sentence_whose_places_are_not_filled_is_left_out(
    shop: Litestar, cookies: Cookies, browse: Any
) -> None:
    async with browse(shop) as client:
        value = flash(cookies, "Give {limit} or more.", other=1).value
        assert 'role="status"' not in (await client.get("/buy", headers={"Cookie": f"flash={value}"})).text


async def test_a_script_that_reads_a_page_takes_no_notice_away(shop: Litestar, cookies: Cookies, browse: Any) -> None:
    async with browse(shop) as client:
        headers = {"Cookie": f"flash={flash(cookies, SAVED).value}", "Sec-Fetch-Dest": "empty"}
        read = await client.get("/buy", headers=headers)
        assert 'role="status"' not in read.text
        assert "flash" not in read.headers.get("set-cookie", "")
        shown = await client.get("/buy", headers=headers | {"Sec-Fetch-Dest": "document"})
        assert 'role="status"' in shown.text
        assert "flash" in shown.headers["set-cookie"]


def test_flash_carries_plain_values(cookies: Cookies) -> None:
    cookie = flash(cookies, "Give {limit} or more.", limit=3)
    (said,) = read_flash(cookie.value)
    assert said.params == {"limit": 3}
    assert cookie.max_age == 60


async def test_several_sentences_are_said_in_their_order(pages: Pages, cookies: Cookies, make_scope: Any) -> None:
    cookie = flash_all(cookies, [(SAVED, {}), ("You won", {}), ("Give {limit} or more.", {"limit": 3})])
    request: Any = SimpleNamespace(scope=make_scope(cookie=f"flash={cookie.value}"))
    problem = SimpleNamespace(title="t", detail="d", status=404, errors=[], id=None)
    page = await pages.render(request, "errors/error.html", problem=problem, trace=None, again=True, id="")
    said = page.content.partition('role="status"')[2].partition("</div>")[0]
    assert re.findall("<p>(.*?)</p>", said) == ["Primero inicia sesión.", "Indica 3 o más."]


def test_of_many_sentences_the_first_five_are_said(cookies: Cookies) -> None:
    cookie = flash_all(cookies, [("Give {limit} or more.", {"limit": limit}) for limit in range(9)])
    assert [said.params["limit"] for said in read_flash(cookie.value)] == [0, 1, 2, 3, 4]


def test_sentences_that_no_browser_would_keep_are_left_out(cookies: Cookies) -> None:
    cookie = flash_all(cookies, [("Give {limit} or more.", {"limit": "𝄞" * 200}) for _ in range(5)])
    assert len(read_flash(cookie.value)) == 3
    assert len(cookie.to_header(header="")) < 4096


async def test_what_was_done_can_be_undone(shop: Litestar, cookies: Cookies, browse: Any) -> None:
    value = flash(cookies, SAVED, undo=Undo("/buy/deshacer", {"items": 'a"b'})).value
    async with browse(shop) as client:
        page = (await client.get("/buy", headers={"Cookie": f"flash={value}"})).text
    form = page.partition('action="/buy/deshacer" method="post"')[2].partition("</form>")[0]
    assert 'name="items" value="a&#34;b"' in form
    assert 'name="csrf_token"' in form
    assert "Deshacer" in form


@pytest.mark.parametrize("address", ["//evil.example/deshacer", "https://evil.example/deshacer", "/cuenta/borrar", ""])
def test_a_cookie_by_hand_sends_nobody_elsewhere(cookies: Cookies, address: str) -> None:
    value = base64.urlsafe_b64encode(msgspec.json.encode([Flash("x", {}, Undo(address))])).decode()
    assert list(read_flash(value)) == []


def test_what_no_browser_would_keep_cannot_be_undone(cookies: Cookies) -> None:
    (said,) = read_flash(flash(cookies, SAVED, undo=Undo("/buy/deshacer", {"items": "x" * 4000})).value)
    assert said.undo is None


async def test_a_script_that_shows_notices_gets_them(shop: Litestar, cookies: Cookies, browse: Any) -> None:
    headers = {"Cookie": f"flash={flash(cookies, SAVED).value}", "Sec-Fetch-Dest": "empty", "X-Shows-Notices": "1"}
    async with browse(shop) as client:
        page = await client.get("/buy", headers=headers)
    assert 'role="status"' in page.text
    assert "flash" in page.headers["set-cookie"]


async def test_a_missing_name_in_a_template_is_a_fault(themed: Look, make_scope: Any) -> None:
    request: Any = SimpleNamespace(scope=make_scope())
    with pytest.raises(jinja2.UndefinedError):
        await Pages(themed).render(request, "broken.html")


async def test_a_person_who_is_signed_in_may_sign_out(pages: Pages, make_scope: Any, accounts: Any) -> None:
    request: Any = SimpleNamespace(scope={**make_scope("/ordenes"), "actor": await accounts.by_session("good")})
    problem = SimpleNamespace(title="t", detail="d", status=404, errors=[], id=None)
    page = await pages.render(request, "errors/error.html", problem=problem, trace=None, again=True, id="")
    assert 'action="/logout"' in page.content
    assert 'href="/ordenes" aria-current="page"' in page.content
    assert [cookie.key for cookie in page.cookies] == ["csrf"]


def test_addresses_with_changes(make_scope: Any) -> None:
    scope = make_scope("/productos", "q=caf%C3%A9&after=x")
    assert here(scope, after=None) == "/productos?q=caf%C3%A9"
    assert next_page(scope, "y+") == "/productos?q=caf%C3%A9&after=y%2B"
    assert next_page(scope, None) is None
    assert here(make_scope("/a")) == "/a"
    assert here(make_scope("//evil.test/a"), lang="en") == "/evil.test/a?lang=en"
    assert here(make_scope("/\\evil.test")) == "/%5Cevil.test"


def test_cookies_of_production(make_scope: Any) -> None:
    cookies = Cookies(secure=True)
    header = cookies.put("session", "abc", 60).to_header(header="")
    for part in ("__Host-session=abc", "HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=60"):
        assert part in header
    assert cookies.clear("session").max_age == 0
    scope = make_scope(cookie='session=planted; __Host-session="real"; __Host-session=second; x')
    assert cookies.read(scope, "session") == "real"
    assert Cookies(secure=False).read(scope, "session") == "planted"
    assert cookies.read(make_scope(), "session") is None
