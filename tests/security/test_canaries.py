"""Case 20: what is secret stands in no log and on no error page, also where everything goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import structlog
from tests.browsing import browsing
from tests.security.conftest import BODIES, Person

from zoco.app import Shop, create_app
from zoco.web import errors
from zoco.web.logs import configure

CANARY = "kanarienvogel"
SECRET = f"{CANARY} 4111 1111 1111 1111"
FORMS: dict[str, dict[str, str]] = {
    "/login": {"email": "eva@example.com", "password": SECRET},
    "/register": BODIES["register"] | {"password": SECRET, "password_confirm": SECRET},
    "/setup/x": BODIES["register"] | {"password": SECRET, "password_confirm": f"{SECRET}!"},
    "/clave/x": {"password": SECRET, "password_confirm": f"{SECRET}!"},
    "/invitacion/x": {"password": SECRET, "password_confirm": f"{SECRET}!"},
    "/cuenta/borrar": {"current_password": SECRET},
    "/cuenta/correo": {"current_password": SECRET},
    "/cuenta/clave": {"current_password": SECRET, "password": SECRET, "password_confirm": SECRET},
}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "POST /api/auth/login": ("signIn", {"password": SECRET}),
    "POST /api/auth/refresh": ("refreshTokens", {"refresh_token": SECRET}),
    "POST /api/auth/reset": ("resetPassword", {"token": SECRET, "password": SECRET, "password_confirm": SECRET}),
    "POST /api/users": ("register", {"password": SECRET, "password_confirm": SECRET}),
    "PUT /api/users/{uid}": ("changeUser", {"password": SECRET, "current_password": SECRET}),
}


@pytest.fixture(params=["json", "text"])
async def loud(
    request: pytest.FixtureRequest,
    shop: Shop,
    ana: Person,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[httpx.AsyncClient]:
    """Ana's client of a shop that writes down all it does; what it has written holds no canary in the end."""
    log = msgspec.structs.replace(shop.settings.log, level="debug", format=request.param)
    object.__setattr__(shop, "settings", msgspec.structs.replace(shop.settings, log=log))
    configure("debug", request.param)
    monkeypatch.setattr(errors, "log", structlog.get_logger())  # the one there may have been set up by another test
    transport = httpx.ASGITransport(create_app(shop), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
    structlog.reset_defaults()
    said = capsys.readouterr()
    assert "RuntimeError" in said.out
    assert CANARY not in said.out + said.err


def break_down(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on accounts fail at everything, with the secrets in their variables."""

    def fail(*args: Any, **named: Any) -> Any:
        raise RuntimeError("accounts are broken")

    for name in (
        "sign_in", "issue_tokens", "refresh", "register", "change", "check_setup", "claim_setup",
        "check_reset", "reset", "check_verify", "verify", "leave",
    ):  # fmt: skip
        monkeypatch.setattr(shop.services["accounts"], name, fail)


async def test_calls(loud: httpx.AsyncClient, shop: Shop, ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for broken in (False, True):
        if broken:
            break_down(shop, monkeypatch)
        for call, (operation, secrets) in CALLS.items():
            method, path = call.split()
            body = BODIES[operation] | secrets
            for wrong in (body, body | {"email": 1}, body | {"password": [SECRET]}):
                answer = await loud.request(method, ana.at(path), json=wrong, headers=ana.headers)
                assert answer.status_code >= (500 if broken and wrong is body else 200)
                assert CANARY not in answer.text


async def test_forms(loud: httpx.AsyncClient, shop: Shop, ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    browsing(loud)
    for broken in (False, True):
        if broken:
            break_down(shop, monkeypatch)
        for path, form in FORMS.items():
            for wrong in (form, form | {"email": ""}):
                answer = await loud.post(path, data=wrong)
                assert CANARY not in answer.text


async def test_headers_and_addresses(
    loud: httpx.AsyncClient, shop: Shop, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_down(shop, monkeypatch)
    headers = {"Cookie": f"session={CANARY}; cart={CANARY}", "Sec-Fetch-Site": "same-origin"}
    assert (await loud.get(f"/productos?token={CANARY}", headers=headers)).status_code == 200
    page = await loud.post("/login", headers=headers, data=FORMS["/login"])
    bearer = await loud.post("/api/auth/login", headers={"Authorization": f"Bearer {CANARY}"}, json=BODIES["signIn"])
    broken = await loud.post("/api/auth/login", headers={"Idempotency-Key": CANARY}, json=BODIES["signIn"])
    assert [page.status_code, bearer.status_code, broken.status_code] == [500, 401, 500]
    assert CANARY not in page.text + bearer.text + broken.text


@pytest.mark.parametrize("place", ["/clave", "/verificar", "/setup"])
async def test_links_of_mails(
    loud: httpx.AsyncClient, shop: Shop, ana: Person, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Who reads the log must not be able to follow them."""
    browsing(loud)
    for broken in (False, True):
        if broken:
            break_down(shop, monkeypatch)
        for method in ("GET", "POST"):
            answer = await loud.request(method, f"{place}/{CANARY}")
            if (place, method) == ("/setup", "POST"):
                assert answer.status_code == 422  # an empty form, whatever the link
            else:
                assert answer.status_code == (500 if broken else 404)
    assert (await loud.post("/login", data=FORMS["/login"])).status_code == 500
