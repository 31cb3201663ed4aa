"""The API's documentation, to be tried in the browser: `/docs`, made from `/openapi.json`, needing no other server."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from zoco.web.body import ShopRequest
from zoco.web.pages import Pages
from zoco.web.static import Source

JSON_ADDRESS = "/openapi.json"
_PROBLEM_DESCRIPTION = "Every refusal and fault (RFC 9457), in the language of the request"


def _texts(*names: str) -> dict[str, Any]:
    return {name: {"type": "string"} for name in names}


_FIELD = {"type": "object", "required": ["field", "code", "detail"], "properties": _texts("field", "code", "detail")}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        **_texts("type", "title", "detail", "code", "id"),
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": _FIELD},
    },
}


def swagger_files() -> Source:
    """Swagger UI out of its package, of which only the files are used: none of its code runs."""
    package = find_spec("swagger_ui")
    if package is None or package.origin is None:
        message = "the package swagger-ui-py is not installed"
        raise ModuleNotFoundError(message)
    only = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "LICENSE"})
    return Source("swagger", Path(package.origin).parent / "static", only)


def openapi_config(title: str, version: str) -> OpenAPIConfig:
    """For Litestar's `openapi_config`: a token may be given by `Authorize`."""
    scheme = SecurityScheme(
        type="http", scheme="bearer", bearer_format="JWT", description="The `access_token` of `/api/auth/login`"
    )
    return OpenAPIConfig(
        title=title,
        version=version,
        path="/docs/schema",
        render_plugins=[JsonRenderPlugin()],
        components=Components(security_schemes={"bearer": scheme}),
        security=[{}, {"bearer": []}],
        use_handler_docstrings=True,
    )


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Litestar's description with our own errors in place of the framework's."""
    for path, operations in schema["paths"].items():
        problem = "Problem" if path.startswith("/api/") else "ProblemOrPage"
        for operation in operations.values():
            operation["responses"].pop("400", None)
            operation["responses"]["default"] = {"$ref": f"#/components/responses/{problem}"}
            for parameter in operation.get("parameters", []):
                _without_null(parameter["schema"])
            _close(operation.get("requestBody"), schema)
    components = schema.setdefault("components", {})
    json, page = {"application/problem+json": {"schema": _PROBLEM}}, {"text/html": {"schema": {"type": "string"}}}
    components["responses"] = {
        "Problem": {"description": _PROBLEM_DESCRIPTION, "content": json},
        "ProblemOrPage": {"description": f"{_PROBLEM_DESCRIPTION}; to people as a page", "content": json | page},
    }
    return schema


def _without_null(schema: dict[str, Any]) -> None:
    """A parameter can be left out, but the text of an address has no null."""
    solid = [kind for kind in schema.get("oneOf", []) if kind != {"type": "null"}]
    if len(solid) == 1:
        del schema["oneOf"]
        schema |= solid[0]


def _close(part: Any, schema: dict[str, Any]) -> None:
    """What is sent to us may have no other fields than those described."""
    if isinstance(part, list):
        for inner in part:
            _close(inner, schema)
    elif isinstance(part, dict):
        for inner in part.values():
            _close(inner, schema)
        if "$ref" in part:
            named = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
            if named.get("type") == "object" and named.setdefault("additionalProperties", False) is False:
                _close(named.get("properties"), schema)


def docs_routes(pages: Pages) -> list[Any]:
    """The handlers of `/docs` and `/openapi.json`."""
    made: list[bytes] = []

    @get("/docs", include_in_schema=False)
    async def docs(request: ShopRequest) -> Response[str]:
        return await pages.render(request, "docs.html", schema=JSON_ADDRESS)

    @get(JSON_ADDRESS, include_in_schema=False, sync_to_thread=False)
    def openapi(request: ShopRequest) -> Response[bytes]:
        if not made:
            made.append(msgspec.json.encode(complete(request.app.openapi_schema.to_schema())))
        return Response(made[0], media_type="application/json")

    return [docs, openapi]
