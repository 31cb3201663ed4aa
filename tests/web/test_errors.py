"""Refusals and faults as answers: problem+json, pages, Litestar's own errors."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Annotated, Any

import msgspec
import pytest
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException, InternalServerException
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from zoco.kit import errors as kit
from zoco.kit.money import Money
from zoco.web.body import ShopRequest
from zoco.web.csrf import CsrfFailed
from zoco.web.errors import Errors, status_of


class OutOfStock(kit.Conflict):
    code = "catalogue.out_of_stock"
    message = "Only {available} left at {price}."


class Order(msgspec.Struct, forbid_unknown_fields=True):
    quantity: Annotated[int, msgspec.Meta(ge=1)]
    city: str


@post("/api/orders")
async def order(data: JSONBody[Order]) -> Order:
    return data


@get("/api/list")
async def listing(limit: Annotated[int, QueryParameter(ge=1, le=100)], page: FromQuery[int] = 1) -> int:
    return limit + page


@get("/api/fault/{kind:str}")
async def fault(kind: FromPath[str]) -> None:
    raise {
        "declined": OutOfStock(available=2, price=Money(900, "USD")),
        "busy": kit.Unavailable(),
        "often": kit.TooMany(7),
        "who": kit.Unauthenticated(),
        "gone": InternalServerException("client disconnected prematurely"),
        "teapot": HTTPException(status_code=418),
        "bad gateway": HTTPException(status_code=502),
        "odd": kit.Declined(),
        "bug": RuntimeError("x"),
    }[kind]


@pytest.fixture
def app(errors: Errors) -> Litestar:
    return Litestar(
        [order, listing, fault],
        request_class=ShopRequest,
        exception_handlers=errors.handlers,
        openapi_config=None,
        logging_config=None,
    )


EN = {"Accept-Language": "en"}


async def test_a_refusal_is_a_problem_in_the_language_of_the_request(app: Litestar, browse: Any) -> None:
    async with browse(app) as client:
        answer = await client.get("/api/fault/declined", headers=EN)
        spanish = await client.get("/api/fault/declined")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "type": "urn:zoco:catalogue.out_of_stock",
        "title": "Conflict",
        "status": 409,
        "detail": "Only 2 left at $9.00.",
        "code": "catalogue.out_of_stock",
    }
    assert spanish.json()["title"] == "Conflicto"


async def test_headers_that_a_status_asks_for(app: Litestar, browse: Any) -> None:
    async with browse(app) as client:
        assert (await client.get("/api/fault/busy")).headers["retry-after"] == "2"
        often = await client.get("/api/fault/often", headers=EN)
        assert (often.status_code, often.headers["retry-after"]) == (429, "7")
        assert "7 seconds" in often.json()["detail"]
        assert (await client.get("/api/fault/who")).headers["www-authenticate"] == "Bearer"
        wrong_method = await client.put("/api/orders")
        assert wrong_method.status_code == 405
        assert "POST" in wrong_method.headers["allow"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("gone", 400, "bad_request"),
        ("teapot", 400, "bad_request"),
        ("bad gateway", 500, "unexpected"),
        ("odd", 400, "declined"),
        ("bug", 500, "unexpected"),
    ],
)
async def test_every_exception_has_a_status(app: Litestar, browse: Any, kind: str, status: int, code: str) -> None:
    async with browse(app) as client:
        answer = await client.get(f"/api/fault/{kind}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("id" in answer.json()) is (status == 500)


async def test_all_wrong_fields_are_named_at_once(app: Litestar, browse: Any) -> None:
    async with browse(app) as client:
        answer = await client.post("/api/orders", json={"quantity": "2", "role": "admin"}, headers=EN)
    assert answer.status_code == 422
    found = {error["field"]: (error["code"], error["detail"]) for error in answer.json()["errors"]}
    assert found == {
        "quantity": ("type", "Give a whole number."),
        "city": ("required", "This is required."),
        "role": ("unknown", "There is no field of this name."),
    }


async def test_a_right_body_arrives(app: Litestar, browse: Any) -> None:
    async with browse(app) as client:
        answer = await client.post("/api/orders", json={"quantity": 2, "city": "Fez"})
    assert (answer.status_code, answer.json()) == (201, {"quantity": 2, "city": "Fez"})


async def test_wrong_parameters_are_named(app: Litestar, browse: Any) -> None:
    async with browse(app) as client:
        missing = await client.get("/api/list", headers=EN)
        wrong = await client.get("/api/list?limit=101&page=x", headers=EN)
        no_body = await client.post("/api/orders", headers=EN)
    assert [(error["field"], error["code"]) for error in missing.json()["errors"]] == [("limit", "required")]
    assert [(error["field"], error["code"]) for error in wrong.json()["errors"]] == [
        ("limit", "too_large"),
        ("page", "type"),
    ]
    assert wrong.status_code == 422
    assert [(error["field"], error["code"]) for error in no_body.json()["errors"]] == [
        ("quantity", "required"),
        ("city", "required"),
    ]


async def test_people_get_a_page(app: Litestar, browse: Any) -> None:
    async with browse(app) as client:
        answer = await client.get("/nada")
        program = await client.get("/nada", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'lang="es"' in answer.text
    assert "No lo encontramos" in answer.text
    assert program.json()["status"] == 404


@pytest.mark.parametrize(
    ("method", "error", "ways"),
    [
        ("GET", kit.NotFound(), ["/productos", "/"]),
        ("POST", kit.NotFound(), ["/productos", "/"]),
        ("GET", kit.Forbidden(), ["/login", "/productos"]),
        ("POST", kit.Unauthenticated(), ["/login", "/productos"]),
        ("GET", kit.TooMany(7), ["/lejos?a=1", "/productos"]),
        ("GET", RuntimeError("x"), ["/lejos?a=1", "/productos"]),
        ("POST", RuntimeError("x"), ["/productos", "/"]),  # a second time may do it twice, and has no form
    ],
)
def test_every_page_of_an_error_has_a_way_on(
    errors: Errors, make_scope: Any, method: str, error: Exception, ways: list[str]
) -> None:
    _, _, page = errors.answer({**make_scope("/lejos", "a=1"), "method": method, "request_id": "test-1"}, error)
    assert "<code>test-1</code>" in page.decode()
    actions = page.decode().partition('<p class="actions">')[2].partition("</p>")[0]
    assert re.findall('href="(.*?)"', actions) == ways


def test_a_page_that_needs_a_person_leads_to_the_sign_in(errors: Errors, make_scope: Any) -> None:
    status, headers, _ = errors.answer(make_scope("/ordenes", "a=1&b=2"), kit.Unauthenticated())
    assert (status, dict(headers)[b"location"]) == (303, b"/login?next=/ordenes%3Fa%3D1%26b%3D2")
    assert dict(errors.answer(make_scope("/ordenes"), kit.Unauthenticated())[1])[b"location"] == b"/login?next=/ordenes"


def test_a_form_whose_session_has_ended_says_how_nothing_is_lost(errors: Errors, make_scope: Any) -> None:
    status, _, page = errors.answer({**make_scope("/vender/nuevo"), "method": "POST"}, kit.Unauthenticated())
    assert status == 401
    assert "lo que habías escrito debería seguir ahí" in page.decode()
    assert '<a class="button" href="/login" target="_blank">' in page.decode()


def test_a_form_from_elsewhere_is_not_told_of_another_account(errors: Errors, make_scope: Any) -> None:
    assert b"Si tienes otra cuenta" in errors.answer(make_scope("/lejos"), kit.Forbidden())[2]
    assert b"Si tienes otra cuenta" not in errors.answer(make_scope("/lejos"), CsrfFailed())[2]


def test_the_full_detail_is_for_staff_and_development(
    languages: Any, pages: Any, make_scope: Any, accounts: Any
) -> None:
    guest, bug = make_scope(), RuntimeError("the <detail>")
    assert b"&lt;detail&gt;" not in Errors(languages, pages).answer(guest, bug)[2]
    assert b"&lt;detail&gt;" in Errors(languages, pages, development=True).answer(guest, bug)[2]


async def test_staff_see_the_detail(errors: Errors, make_scope: Any, accounts: Any) -> None:
    staff = {**make_scope(), "actor": await accounts.by_session("staff")}
    assert (
        b"Traceback" in errors.answer(staff, RuntimeError("x"))[2]
        or b"RuntimeError" in errors.answer(staff, RuntimeError("x"))[2]
    )


def test_wrong_fields_stand_on_the_page(errors: Errors, make_scope: Any) -> None:
    refusal = kit.Invalid(kit.FieldError("city", "required", "This is required."))
    status, _, page = errors.answer(make_scope(), refusal)
    assert status == 422
    assert "<strong>city</strong>: Es un dato obligatorio." in page.decode()


def test_a_page_that_cannot_be_drawn_still_is_an_answer(languages: Any, make_scope: Any) -> None:
    status, headers, body = Errors(languages, SimpleNamespace()).answer(make_scope(), kit.NotFound())
    assert (status, dict(headers)[b"content-type"]) == (404, b"application/problem+json")
    assert b"not_found" in body


def test_each_kind_has_its_status() -> None:
    assert [status_of(kind) for kind in (kit.NotFound, OutOfStock, kit.StaleWrite, kit.Declined)] == [
        404,
        409,
        409,
        400,
    ]
