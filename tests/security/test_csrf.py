"""Case 17: what a foreign page makes somebody's browser send changes nothing, at any page of any feature."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from tests.described import operations, pages
from tests.security.conftest import Person

from zoco.web.asgi import SAFE

UNSAFE = sorted({path for method, path in pages() if method not in SAFE})
FOREIGN = {
    "another site, as browsers say it": {"sec-fetch-site": "cross-site"},
    "a neighbour": {"sec-fetch-site": "same-site"},
    "another origin": {"origin": "https://evil.example"},
    "a sandboxed frame": {"origin": "null"},
    "our name as a part of theirs": {"origin": "https://testserver.evil.example"},
    "an old browser without the token": {},
}


@pytest.fixture
def victim(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """Ana's browser, which says nothing by itself of where a request comes from."""
    del browser.headers["sec-fetch-site"]
    browser.headers["accept"] = "application/json"  # so that a refusal names its code
    return browser


def at(path: str, person: Person) -> str:
    ids = person.ids | {"place": person.ids["pid"], "token": "x"}
    return re.sub(r"{(\w+):\w+}", lambda found: ids.get(found[1], "nothing"), path)


def test_there_are_such_pages() -> None:
    assert {"/login", "/logout", "/register", "/cuenta", "/carrito", "/carrito/comprar"} <= set(UNSAFE)


@pytest.mark.parametrize("path", UNSAFE)
async def test_pages(victim: httpx.AsyncClient, ana: Person, path: str) -> None:
    for headers in FOREIGN.values():
        answer = await victim.post(at(path, ana), headers=headers, data={"csrf_token": "guessed"})
        assert answer.status_code == 403, headers
        assert "csrf.failed" in answer.text
    answer = await victim.post(at(path, ana), headers={"sec-fetch-site": "same-origin"}, data={"none": "none"})
    assert "csrf.failed" not in answer.text


async def test_the_token_of_our_own_pages_lets_old_browsers_pass(victim: httpx.AsyncClient) -> None:
    found = re.search(r'name="csrf_token" value="([^"]+)"', (await victim.get("/cuenta")).text)
    assert found
    assert (await victim.post("/logout", data={"csrf_token": found[1]})).status_code == 303


@pytest.mark.parametrize(
    "operation", [one for one in operations() if one.method not in SAFE], ids=lambda operation: str(operation.id)
)
async def test_a_session_cookie_does_not_reach_the_api_from_outside(
    victim: httpx.AsyncClient, ana: Person, operation: Any
) -> None:
    for headers in FOREIGN.values():
        answer = await victim.request(operation.method, ana.at(operation.path), headers=headers, content=b"")
        assert answer.status_code == 403
        assert answer.json()["code"] == "csrf.failed"
