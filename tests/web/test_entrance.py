"""The entrance: ids, headers, log lines, faults and HEAD."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import pytest

from zoco.kit.errors import NotFound, Unavailable
from zoco.web.asgi import respond
from zoco.web.entrance import Entrance, security_headers
from zoco.web.logs import AccessLog
from zoco.web.visitor import client_address


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await respond(send, 200, [(b"content-length", b"5")], b"hello")


async def test_every_answer_has_an_id_and_the_security_headers(errors: Any, browse: Any) -> None:
    async with browse(Entrance(hello, errors, client_address(), production=True)) as client:
        first, second = await client.get("/"), await client.get("/")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert "script-src 'self';" in first.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" in first.headers


async def test_an_answer_with_a_policy_of_its_own_keeps_it_alone(errors: Any, browse: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, 200, [(b"content-security-policy", b"sandbox"), (b"content-length", b"0")], b"")

    async with browse(Entrance(app, errors, client_address(), production=True)) as client:
        answer = await client.get("/")
    assert answer.headers.get_list("content-security-policy") == ["sandbox"]
    assert "strict-transport-security" in answer.headers


def test_https_is_for_production_only() -> None:
    assert b"strict-transport-security" not in dict(security_headers(production=False, pages=True))


def test_json_is_never_a_page() -> None:
    headers = dict(security_headers(production=True, pages=False))
    assert headers[b"content-security-policy"] == b"default-src 'none'; frame-ancestors 'none'"
    assert headers.keys() >= {b"strict-transport-security", b"x-content-type-options"}


@pytest.mark.parametrize(("given", "kept"), [("abc-1234.x", True), ("short", False), ("bad id with spaces", False)])
async def test_a_sane_id_from_outside_is_kept(errors: Any, browse: Any, given: str, kept: bool) -> None:  # noqa: FBT001
    async with browse(Entrance(hello, errors, client_address())) as client:
        answer = await client.get("/", headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_head_is_get_without_the_body(errors: Any, browse: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await hello(scope, receive, send)

    async with browse(Entrance(app, errors, client_address())) as client:
        answer = await client.head("/")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "5")


async def test_a_refusal_in_any_layer_becomes_an_answer(errors: Any, browse: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise NotFound

    async with browse(Entrance(app, errors, client_address())) as client:
        answer = await client.get("/api/x", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
    assert "x-request-id" in answer.headers


async def test_a_fault_shows_its_id_and_no_detail(errors: Any, browse: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("secret-detail")

    async with browse(Entrance(app, errors, client_address())) as client:
        for path in ("/", "/api/x"):
            answer = await client.get(path)
            assert answer.status_code == 500
            assert answer.headers["x-request-id"] in answer.text
            assert "secret-detail" not in answer.text


async def test_half_an_answer_is_cut_off_and_not_completed(errors: Any, browse: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("half")

    async with browse(Entrance(app, errors, client_address())) as client:
        with pytest.raises(RuntimeError, match="half"):
            await client.get("/")


@pytest.mark.parametrize("form", ["json", "text"])
async def test_each_request_is_one_line_of_the_log(errors: Any, browse: Any, form: Any) -> None:
    out = io.BytesIO()
    access = AccessLog(form, out)
    access.flush()
    entrance = Entrance(hello, errors, client_address(), access=access)
    async with browse(entrance) as client:
        await client.get("/a%0Ab?token=secret")
        answer = await client.post("/c")
    access.flush()
    first, second = out.getvalue().decode().splitlines()
    assert "secret" not in first
    assert answer.headers["x-request-id"] in second
    if form == "json":
        line = json.loads(first)
        assert (line["path"], line["status"], line["method"], line["client"]) == ("/a\nb", 200, "GET", "127.0.0.1")


async def test_the_log_is_written_when_the_process_ends(errors: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    out = io.BytesIO()
    access = AccessLog("json", out)
    entrance: Any = Entrance(app, errors, client_address(), access=access)
    access("id", "::1", "GET", "/", 200, 0.1)
    await entrance({"type": "lifespan"}, None, None)
    assert out.getvalue().count(b"\n") == 1


ACCEPT, REFUSE = {"type": "websocket.accept"}, {"type": "websocket.close", "code": 1008}


@pytest.mark.parametrize(
    ("says", "error", "can_answer", "status"),
    [
        (ACCEPT, None, False, 101),
        (REFUSE, None, False, 403),
        (None, Unavailable(), True, 503),
        (None, Unavailable(), False, 403),
        (None, LookupError(), True, 500),
        (ACCEPT, LookupError(), True, 101),
    ],
)
async def test_a_websocket_leaves_one_line(errors: Any, says: Any, error: Any, can_answer: Any, status: int) -> None:
    sent = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["request_id"]
        if says:
            await send(says)
        if error:
            raise error

    async def send(message: Any) -> None:
        sent.append(message)

    out = io.BytesIO()
    access = AccessLog("json", out)
    entrance: Any = Entrance(app, errors, client_address(), access=access)
    extensions: dict[str, Any] = {"websocket.http.response": {}} if can_answer else {}
    scope = {"type": "websocket", "path": "/live", "headers": [], "client": ("::1", 1), "extensions": extensions}
    with pytest.raises(LookupError) if says and error else contextlib.nullcontext():
        await entrance(scope, None, send)
    access.flush()
    assert sent
    line = json.loads(out.getvalue())
    assert (line["path"], line["status"], line["client"]) == ("/live", status, "::1")
