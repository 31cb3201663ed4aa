"""OpenAPI operations whose body may come as JSON or as a form with a file."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.openapi.spec import Operation


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
