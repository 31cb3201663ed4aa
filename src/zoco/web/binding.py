"""Gives doors what they ask for by name, once when the shop is built instead of at every request.

Litestar resolves two or more named dependencies in a task group, which costs more than the rest of a request together;
ours are constants but for two, and those are a look into the scope.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Controller, Request
from litestar.handlers import BaseRouteHandler

OfScope = Callable[[Any], Any]


def bound(controller: type[Controller], given: Mapping[str, Any], asked: Mapping[str, OfScope]) -> type[Controller]:
    """The controller with its handlers' parameters of the names in `given` and `asked` filled in.

    A value of `given` is the same for all requests; one of `asked` is worked out from the request's scope.
    """

    class Bound(controller):  # type: ignore[misc,valid-type]
        def get_route_handlers(self) -> Sequence[BaseRouteHandler]:
            handlers: list[BaseRouteHandler] = super().get_route_handlers()
            for handler in handlers:
                handler._fn = _filled(handler._fn, given, asked)  # noqa: SLF001 - as Litestar's own controllers do
            return handlers

    Bound.__name__, Bound.__qualname__ = controller.__name__, controller.__qualname__
    return Bound


def _filled(method: Callable[..., Any], given: Mapping[str, Any], asked: Mapping[str, OfScope]) -> Callable[..., Any]:
    signature = inspect.signature(method)
    constants = {name: given[name] for name in signature.parameters if name in given}
    readings = {name: asked[name] for name in signature.parameters if name in asked}
    if not readings:
        wrapped: Callable[..., Any] = functools.partial(method, **constants)

    else:
        own_request = "request" in signature.parameters

        def wrapped(**values: Any) -> Any:
            request = values["request"] if own_request else values.pop("request")
            for name, read in readings.items():
                values[name] = read(request.scope)
            return method(**values, **constants)

    async def handler(**values: Any) -> Any:
        return await wrapped(**values)

    functools.update_wrapper(handler, method)
    kept = [p for name, p in signature.parameters.items() if name not in constants and name not in readings]
    if readings and "request" not in signature.parameters:
        kept.insert(0, inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request[Any, Any, Any]))
    handler.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in kept]
    )
    handler.__annotations__ = {p.name: p.annotation for p in kept} | {"return": signature.return_annotation}
    return handler
