"""Accounts and sign-ins over REST."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from zoco.app import Shop
from zoco.features.accounts.providers import Notice, SignInStep
from zoco.kit.ids import CartId, UserId
from zoco.kit.permissions import SYSTEM, Actor, Role
from zoco.kit.text import N_
from zoco.testing.clock import FrozenClock
from zoco.testing.people import PASSWORD, account, signed_in

REGISTRATION = {
    "name": "Ana Pérez",
    "phone": "+34 600 000 000",
    "email": "ana@example.com",
    "password": "una clave larga",
    "password_confirm": "una clave larga",
}
LOGIN = {"email": "ana@example.com", "password": "una clave larga"}


@pytest.fixture
async def ana(client: httpx.AsyncClient) -> dict[str, Any]:
    """Somebody who has registered, as the API shows them."""
    answer = await client.post("/api/users", json=REGISTRATION)
    assert answer.status_code == 201
    user: dict[str, Any] = answer.json()
    return user


def fields(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["field"] for error in answer.json()["errors"]]


def bearer(tokens: httpx.Response) -> dict[str, str]:
    assert tokens.status_code == 200
    return {"Authorization": f"Bearer {tokens.json()['access_token']}"}


async def test_registering_answers_the_account_without_its_password(
    client: httpx.AsyncClient, clock: FrozenClock
) -> None:
    answer = await client.post("/api/users", json=REGISTRATION)
    assert answer.status_code == 201
    user = answer.json()
    assert answer.headers["location"] == f"/api/users/{user['id']}"
    assert user == {
        "id": user["id"],
        "name": "Ana Pérez",
        "email": "ana@example.com",
        "phone": "+34 600 000 000",
        "role": "customer",
        "approved": False,
        "verified": False,
        "created_at": "2030-01-02T03:04:05.678000Z",
    }


@pytest.mark.parametrize("field", list(REGISTRATION))
async def test_a_registration_with_a_field_missing_or_wrong_names_it(client: httpx.AsyncClient, field: str) -> None:
    for value in (None, "", 1, ["x"], "x" * 1001):
        assert fields(await client.post("/api/users", json={**REGISTRATION, field: value})) == [field]
    lacking = {name: value for name, value in REGISTRATION.items() if name != field}
    assert fields(await client.post("/api/users", json=lacking)) == [field]


async def test_what_is_no_address_is_called_that(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/users", json=REGISTRATION | {"email": "x@"})
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("email", "email")]


@pytest.mark.parametrize(
    ("address", "body", "said"),
    [
        (
            "/api/users",
            {"email": "nope", "phone": "no digits", "password": "una clave larga", "password_confirm": "otra"},
            {("name", "required"), ("email", "email"), ("phone", "phone"), ("password_confirm", "different")},
        ),
        (
            "/api/users",
            REGISTRATION | {"email": "nope" * 100, "password": "short", "password_confirm": "other"},
            {("email", "too_long"), ("password", "too_short")},
        ),
        ("/api/auth/forgot", {"email": "nope", "mail": "x"}, {("mail", "unknown"), ("email", "email")}),
        (
            "/api/auth/reset",
            {"password": "una clave larga", "password_confirm": "otra"},
            {("token", "required"), ("password_confirm", "different")},
        ),
    ],
)
async def test_what_is_missing_and_what_is_wrong_is_said_at_once(
    client: httpx.AsyncClient, address: str, body: dict[str, str], said: set[tuple[str, str]]
) -> None:
    answer = await client.post(address, json=body)
    assert len(fields(answer)) == len(said)
    assert {(one["field"], one["code"]) for one in answer.json()["errors"]} == said


async def test_an_address_that_is_none_is_called_the_same_whatever_is_missing(client: httpx.AsyncClient) -> None:
    alone, beside = [
        next(one for one in (await client.post("/api/users", json=body)).json()["errors"] if one["field"] == "email")
        for body in ({"email": "nope"}, REGISTRATION | {"email": "nope"})
    ]
    assert alone == beside


async def test_nobody_registers_with_a_role_of_their_choice(client: httpx.AsyncClient) -> None:
    assert fields(await client.post("/api/users", json={**REGISTRATION, "role": "admin"})) == ["role"]


async def test_an_address_that_is_taken_is_a_conflict(client: httpx.AsyncClient, ana: dict[str, Any]) -> None:
    answer = await client.post("/api/users", json={**REGISTRATION, "email": "ANA@example.com"})
    assert (answer.status_code, answer.json()["code"]) == (409, "accounts.email_taken")


async def test_signing_in_answers_tokens_that_nobody_keeps(client: httpx.AsyncClient, ana: dict[str, Any]) -> None:
    answer = await client.post("/api/auth/login", json=LOGIN)
    tokens = answer.json()
    assert answer.status_code == 200
    assert set(tokens) == {"access_token", "token_type", "expires_in", "refresh_token", "notices"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["notices"]) == ("Bearer", 900, [])
    assert answer.headers["cache-control"] == "no-store"
    assert (await client.get("/api/auth/me", headers=bearer(answer))).json() == ana


async def test_wrong_credentials_say_the_same_for_everybody(client: httpx.AsyncClient, ana: dict[str, Any]) -> None:
    wrong = [{**LOGIN, "password": "wrong"}, {**LOGIN, "email": "eva@example.com"}]
    answers = [await client.post("/api/auth/login", json=data, headers={"accept-language": "es"}) for data in wrong]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].status_code, answers[0].json()["code"]) == (401, "accounts.wrong_credentials")
    assert answers[0].json()["detail"] == "El correo electrónico o la contraseña no son correctos."


@pytest.mark.parametrize("data", [{}, {"email": {"$gt": ""}, "password": {"$gt": ""}}])
async def test_a_sign_in_with_fields_missing_or_wrong_names_them(client: httpx.AsyncClient, data: object) -> None:
    assert fields(await client.post("/api/auth/login", json=data)) == ["email", "password"]


async def test_too_many_tries_are_told_when_to_come_again(client: httpx.AsyncClient, ana: dict[str, Any]) -> None:
    for _ in range(10):
        answer = await client.post("/api/auth/login", json={**LOGIN, "password": "wrong"})
    answer = await client.post("/api/auth/login", json=LOGIN)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert 0 < int(answer.headers["retry-after"]) <= 90


async def test_a_guests_cart_joins_and_what_changed_is_told_in_words(
    client: httpx.AsyncClient, shop: Shop, ana: dict[str, Any]
) -> None:
    class Step:
        async def signed_in(self, user: UserId, email: str, guest_cart: CartId | None) -> list[Notice]:
            assert (user, email, guest_cart) == (ana["id"], ana["email"], "c1")
            return [Notice("cart.gone", N_("Sign in first."))]

    shop.providers[SignInStep][:] = [Step()]
    answer = await client.post("/api/auth/login", json={**LOGIN, "cart": "c1"}, headers={"accept-language": "es"})
    assert answer.json()["notices"] == [{"code": "cart.gone", "detail": "Primero inicia sesión."}]


async def test_tokens_are_refreshed_once(client: httpx.AsyncClient, ana: dict[str, Any]) -> None:
    first = await client.post("/api/auth/login", json=LOGIN)
    old = {"refresh_token": first.json()["refresh_token"]}
    second = await client.post("/api/auth/refresh", json=old)
    assert (await client.get("/api/auth/me", headers=bearer(second))).json() == ana
    third = await client.post("/api/auth/refresh", json=old)
    assert (third.status_code, third.json()["code"]) == (401, "accounts.token_reused")
    gone = await client.get("/api/auth/me", headers=bearer(second))
    assert (gone.status_code, gone.json()["code"]) == (401, "accounts.token_revoked")


async def test_signing_out_ends_the_tokens_at_once(client: httpx.AsyncClient, ana: dict[str, Any]) -> None:
    tokens = await client.post("/api/auth/login", json=LOGIN)
    answer = await client.post("/api/auth/logout", headers=bearer(tokens))
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get("/api/auth/me", headers=bearer(tokens))).status_code == 401
    again = await client.post("/api/auth/refresh", json={"refresh_token": tokens.json()["refresh_token"]})
    assert again.status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/auth/me"),
        ("POST", "/api/auth/logout"),
        ("GET", "/api/users"),
        ("GET", "/api/users/x"),
        ("PUT", "/api/users/x"),
        ("DELETE", "/api/users/x"),
    ],
)
async def test_a_guest_is_asked_to_sign_in(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path, json={} if method == "PUT" else None)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.required")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/auth/me", headers={"Authorization": "Bearer x.y.z"})
    assert (answer.status_code, answer.json()["code"]) == (401, "accounts.token_invalid")


async def test_a_customer_sees_and_changes_nobody_else(client: httpx.AsyncClient, shop: Shop, seller: Actor) -> None:
    headers = await signed_in(client, await account(shop))
    path = f"/api/users/{seller.id}"
    for method, body in (("GET", None), ("PUT", {"name": "Eva"}), ("DELETE", None)):
        answer = await client.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "auth.forbidden")
    assert (await client.get("/api/users", headers=headers)).status_code == 403


async def test_one_changes_oneself(client: httpx.AsyncClient, ana: dict[str, Any]) -> None:
    headers = bearer(await client.post("/api/auth/login", json=LOGIN))
    path = f"/api/users/{ana['id']}"
    answer = await client.put(path, json={"name": "Ana Paz", "phone": "1234567"}, headers=headers)
    assert answer.status_code == 200
    assert (
        answer.json()
        == {**ana, "name": "Ana Paz", "phone": "1234567"}
        == (await client.get(path, headers=headers)).json()
    )
    assert fields(await client.put(path, json={"id": "x"}, headers=headers)) == ["id"]
    assert fields(await client.put(path, json={"password": "otra clave"}, headers=headers)) == ["current_password"]
    assert fields(await client.put(path, json={"role": "king"}, headers=headers)) == ["role"]
    assert (await client.put(path, json={"role": "admin"}, headers=headers)).status_code == 403
    changed = {"password": "otra clave", "current_password": LOGIN["password"]}
    assert (await client.put(path, json=changed, headers=headers)).status_code == 200
    assert (await client.post("/api/auth/login", json=LOGIN)).status_code == 401


async def test_one_removes_oneself(client: httpx.AsyncClient, ana: dict[str, Any]) -> None:
    headers = bearer(await client.post("/api/auth/login", json=LOGIN))
    answer = await client.delete(f"/api/users/{ana['id']}", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get("/api/auth/me", headers=headers)).status_code == 401


async def test_staff_page_through_everybody(client: httpx.AsyncClient, shop: Shop, ana: dict[str, Any]) -> None:
    headers = await signed_in(client, await account(shop, Role.STAFF))
    first = (await client.get("/api/users?limit=1", headers=headers)).json()
    second = (await client.get(f"/api/users?limit=1&after={first['next']}", headers=headers)).json()
    assert second["next"] is None
    assert ana in first["items"] + second["items"]
    assert (await client.get(f"/api/users/{ana['id']}", headers=headers)).json() == ana
    assert (await client.get("/api/users/nobody", headers=headers)).json()["code"] == "accounts.user_missing"
    for query in ("limit=0", "limit=101", "limit=x", "after=nonsense"):
        assert fields(await client.get(f"/api/users?{query}", headers=headers)) == [query.partition("=")[0]]


async def test_an_administrator_gives_a_role_which_holds_at_once(
    client: httpx.AsyncClient, shop: Shop, ana: dict[str, Any]
) -> None:
    admin = await signed_in(client, await account(shop, Role.ADMIN))
    headers = bearer(await client.post("/api/auth/login", json=LOGIN))
    answer = await client.put(f"/api/users/{ana['id']}", json={"role": "staff"}, headers=admin)
    assert answer.json()["role"] == "staff"
    assert (await client.get("/api/users", headers=headers)).status_code == 401  # and so are open pages cut
    again = bearer(await client.post("/api/auth/login", json=LOGIN))
    assert (await client.get("/api/users", headers=again)).status_code == 200


async def test_staff_approve_a_seller(client: httpx.AsyncClient, shop: Shop, ana: dict[str, Any]) -> None:
    staff = await signed_in(client, await account(shop, Role.STAFF))
    path = f"/api/users/{ana['id']}"
    answer = await client.put(path, json={"approved": True}, headers=staff)
    assert (answer.status_code, answer.json()) == (200, {**ana, "approved": True})
    assert (await client.put(path, json={"approved": True, "name": "Eva"}, headers=staff)).status_code == 403
    assert fields(await client.put(path, json={"approved": "yes"}, headers=staff)) == ["approved"]
    own = bearer(await client.post("/api/auth/login", json=LOGIN))
    assert (await client.put(path, json={"approved": True}, headers=own)).status_code == 403
    assert (await client.get("/api/auth/me", headers=own)).json()["approved"]


async def test_the_last_administrator_stays(client: httpx.AsyncClient, shop: Shop) -> None:
    admin = await account(shop, Role.ADMIN)
    answer = await client.delete(f"/api/users/{admin.id}", headers=await signed_in(client, admin))
    assert (answer.status_code, answer.json()["code"]) == (409, "accounts.last_admin")


async def test_an_account_made_by_hand_signs_in(client: httpx.AsyncClient, shop: Shop) -> None:
    made = await shop.services["accounts"].create(SYSTEM, name="Eva", email="eva@example.com", password=PASSWORD)
    assert (await client.get("/api/auth/me", headers=await signed_in(client, made.actor))).json()["phone"] == ""


async def test_the_description_of_the_api_names_every_operation(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    operations = {
        operation["operationId"]: operation
        for path, methods in paths.items()
        if path.startswith(("/api/users", "/api/auth"))
        for operation in methods.values()
    }
    assert set(operations) == {
        "signIn", "refreshTokens", "signOut", "showMe", "forgotPassword", "resetPassword",
        "listUsers", "register", "showUser", "changeUser", "removeUser",
    }  # fmt: skip
    assert all(operation["summary"] for operation in operations.values())
