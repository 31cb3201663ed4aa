"""The documentation page, the description of the API and the set-up of the log."""

from __future__ import annotations

import json
from typing import Any

import pytest
import structlog
from litestar import Litestar, get
from litestar.params import FromQuery

from zoco.web import docs
from zoco.web.body import ShopRequest
from zoco.web.logs import configure
from zoco.web.pages import Look, Pages
from zoco.web.static import Source, Static


@get("/api/products")
async def products(limit: FromQuery[int] = 20) -> list[int]:
    """Products with stock."""
    return [limit]


@pytest.fixture
def documented(look: Look, layers: Any) -> Any:
    static = Static([Source("web", look.templates[0].parent / "static"), docs.swagger_files()], {"theme/shop.css": b""})
    pages = Pages(Look(look.languages, look.templates, static, look.cookies, look.shop))
    routes = [products, *docs.docs_routes(pages)]
    app = Litestar(
        routes, openapi_config=docs.openapi_config("Zoco", "1.0"), logging_config=None, request_class=ShopRequest
    )
    return layers(static=static).around(app)


async def test_the_page_brings_all_it_needs(documented: Any, browse: Any) -> None:
    async with browse(documented) as client:
        page = await client.get("/docs")
        assert page.status_code == 200
        for part in page.text.split('"'):
            if part.startswith("/static/"):
                assert (await client.get(part)).status_code == 200
    assert page.text.count("<script ") == page.text.count("<script src=") >= 2
    assert 'data-schema="/openapi.json"' in page.text


async def test_the_description_has_our_errors_and_the_token(documented: Any, browse: Any) -> None:
    async with browse(documented) as client:
        answer = await client.get("/openapi.json")
        assert (await client.get("/openapi.json")).content == answer.content
    schema = answer.json()
    assert list(schema["paths"]) == ["/api/products"]
    responses = schema["paths"]["/api/products"]["get"]["responses"]
    assert responses["default"] == {"$ref": "#/components/responses/Problem"}
    assert "400" not in responses
    assert "application/problem+json" in schema["components"]["responses"]["Problem"]["content"]
    assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert schema["info"]["title"] == "Zoco"


def test_without_the_package_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "find_spec", lambda _name: None)
    with pytest.raises(ModuleNotFoundError, match="swagger-ui-py"):
        docs.swagger_files()


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_log(form: Any, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        configure("info", form)
        log = structlog.get_logger()
        log.debug("hidden")
        log.info("seen", number=1, thing=object)
        try:
            raise RuntimeError("bug")  # noqa: TRY301 - the log is what is looked at
        except RuntimeError as error:
            log.error("unexpected", exc_info=error)  # noqa: TRY400 - as the errors do it
    finally:
        structlog.reset_defaults()
    said = capsys.readouterr().out
    assert " hidden" not in said
    assert "RuntimeError: bug" in said
    if form == "json":
        assert json.loads(said.splitlines()[0])["number"] == 1
