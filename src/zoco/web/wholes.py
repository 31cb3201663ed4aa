"""Whole numbers in a query: digits and nothing else, where msgspec would take `9.00`, `1e3` and ` 9` as well."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from litestar import Request
from litestar.enums import ParamType
from litestar.handlers import BaseRouteHandler
from litestar.params import ParameterKwarg
from litestar.typing import FieldDefinition

from zoco.kit.errors import FieldError, Invalid
from zoco.kit.text import N_

_READABLE = re.compile(r"-?[0-9]*")  # what is empty or below zero has a refusal of its own


async def plain_wholes(request: Request[Any, Any, Any]) -> None:
    """For Litestar's `before_request`: raises Invalid with every whole number that is written in another way."""
    if request.scope["query_string"] and (names := _names(request.route_handler)):
        asked = request.query_params.multi_items()
        wrong = [name for name, text in asked if name in names and not _READABLE.fullmatch(text)]
        if wrong:
            raise Invalid(*(FieldError(name, "type", N_("Give a whole number.")) for name in dict.fromkeys(wrong)))


def is_whole(parameter: FieldDefinition) -> bool:
    """Whether the parameter is a number, or one or nothing."""
    return int in {parameter.annotation, *(inner.annotation for inner in parameter.inner_types)}


@lru_cache(1024)
def _names(handler: BaseRouteHandler) -> frozenset[str]:
    """The whole numbers among the handler's queries, as they are called outside."""
    return frozenset(
        known.name or name
        for name, parameter in handler.parsed_fn_signature.parameters.items()
        if isinstance(known := parameter.kwarg_definition, ParameterKwarg)
        and known.param_type is ParamType.QUERY
        and is_whole(parameter)
    )
