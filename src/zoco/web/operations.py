"""OpenAPI operations that say what the framework cannot see: bodies of two kinds, what is needed and what is not."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from litestar import Litestar, Response
from litestar.openapi.spec import Operation
from litestar.routes import HTTPRoute


def either_body(shape: type | None, form: dict[str, Any]) -> type[Operation]:
    """An operation that takes `shape` as JSON (None: a picture as it is), or a multipart form.

    `form` gives the JSON schema of each of its fields.
    """
    plain = (
        {"application/json": {"schema": _inline(shape)}}
        if shape
        else {"image/*": {"schema": {"type": "string", "format": "binary"}}}
    )
    body = {
        "required": True,
        "content": plain | {"multipart/form-data": {"schema": {"type": "object", "properties": form}}},
    }

    class EitherBody(Operation):
        def to_schema(self) -> dict[str, Any]:
            return super().to_schema() | {"requestBody": body}

    return EitherBody


def stated(*needed_headers: str, body_needed: bool) -> type[Operation]:
    """An operation that refuses calls without these headers, and that takes, or not, a call without a body."""

    class Stated(Operation):
        def to_schema(self) -> dict[str, Any]:
            schema = super().to_schema()
            for parameter in schema.get("parameters", []):
                parameter["required"] |= parameter["name"] in needed_headers
            schema["requestBody"]["required"] = body_needed
            return schema

    return Stated


def options_of_all(app: Litestar) -> None:
    """OPTIONS names every method of an address, also where several handlers share it, which Litestar forgets."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            handler, _ = route.route_handler_map["OPTIONS"]
            answer: Any = partial(_options, ", ".join(sorted(route.methods)))
            handler._fn = answer  # noqa: SLF001 - there is no other way in


def _options(allow: str, **_: Any) -> Response[None]:
    return Response(None, status_code=204, headers={"Allow": allow})


def _inline(shape: type) -> Any:
    """The JSON schema of a type with everything it refers to written out."""
    (schema,), components = msgspec.json.schema_components((shape,), ref_template="{name}")
    return _resolved(schema, components)


def _resolved(schema: Any, components: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(inner, components) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(components[schema["$ref"]], components)
    return {name: _resolved(inner, components) for name, inner in schema.items()}
