"""The short way to doors: path, query, headers and JSON in, JSON or a page out, and nothing in between.

Litestar can fill a handler with anything and make an answer of anything, and asks about each at every request, which
costs more than many a use case. It still finds the door, and whatever is not just as the door expects it goes to it,
to be refused with all that is wrong.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args, get_origin
from urllib.parse import unquote_plus

import msgspec
from litestar import Litestar, Response
from litestar.enums import ParamType
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.routes import HTTPRoute
from litestar.types import Empty

from zoco.kit.errors import Invalid
from zoco.web.asgi import Receive, Scope, Send, header, respond
from zoco.web.body import ShopRequest, body_shape
from zoco.web.fields import wrong_fields
from zoco.web.origin import names_host
from zoco.web.wholes import is_whole


@dataclass(frozen=True, slots=True)
class _Door:
    """A handler, and what it is called with besides the path's values.

    `queries` and `headers` lead from names outside to parameters, `texts` has the types of these, `wholes` are those
    that only digits may give. `body` is the shape of the JSON, `bodiless` whether a call without it is one too. `page`
    says that a page is shown.
    """

    call: Callable[..., Awaitable[Any]]
    status: int
    queries: Mapping[bytes, str]
    headers: Mapping[bytes, str]
    texts: type[msgspec.Struct]
    wholes: frozenset[str]
    body: Any
    bodiless: bool
    request: bool
    page: bool

    def asked(self, scope: Scope) -> dict[str, Any] | None:
        """What query and headers say; None where that is not of its type, said twice or hard to read."""
        found: dict[str, Any] = {}
        if self.queries and scope["query_string"]:
            for pair in scope["query_string"].split(b"&"):
                name, _, value = pair.partition(b"=")
                parameter = self.queries.get(name)
                if parameter in found or b"%" in name:
                    return None
                if parameter:
                    found[parameter] = text = unquote_plus(value.decode("latin-1"))
                    if parameter in self.wholes and not (text.isascii() and text.isdigit()):
                        return None
        for name, parameter in self.headers.items():
            if (given := header(scope, name)) is not None:
                found[parameter] = given.decode("latin-1")
        if found:
            try:
                told = msgspec.convert(found, self.texts, strict=False)
            except msgspec.ValidationError:
                return None
            found = {parameter: getattr(told, parameter) for parameter in found}
        return found


_HOOKS = (
    "after_request", "after_response", "background", "before_request", "cache", "cache_control", "dependencies", "dto",
    "etag", "exception_handlers", "guards", "middleware", "parameters", "response_class", "response_cookies",
    "response_headers", "return_dto", "type_decoders", "type_encoders",
)  # fmt: skip
"""By which Litestar's handlers and controllers have a say in a request."""


class Express:
    """Stands before the framework's application."""

    def __init__(self, app: Litestar) -> None:
        self._app: Any = app
        self._route = app.asgi_router.handle_routing
        self._doors = {
            id(handler): door
            for route in app.routes
            if isinstance(route, HTTPRoute)
            for handler, _ in route.route_handler_map.values()
            if (door := _door(handler)) is not None
        }

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        door, values = self._find(scope) if scope["type"] == "http" else (None, {})
        if door is None:
            return cast("Awaitable[None]", self._app(scope, receive, send))
        return _enter(door, values, scope, receive, send)

    def _find(self, scope: Scope) -> tuple[_Door | None, dict[str, Any]]:
        """The door at an address, and what path, query and headers say."""
        path: str = scope["path"]
        if path[-1] == "/" or "//" in path:  # the framework knows where this leads, too
            return None, {}
        try:
            _, handler, _, values, _ = self._route(path, scope["method"])
        except HTTPException:  # there is no such address, or no such method there
            return None, {}
        door = self._doors.get(id(handler))
        if door and door.page and not names_host(scope):  # the framework has a word to say about others
            return None, {}
        asked = door.asked(scope) if door else None
        if asked is None:
            return None, {}
        scope["path_params"], scope["route_handler"] = values, handler
        scope["app"] = scope["litestar_app"] = self._app
        scope.setdefault("state", {})
        return door, values | asked


async def _enter(door: _Door, values: dict[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
    if door.request or door.body is not None:
        request = ShopRequest(scope, receive, send)  # type: ignore[arg-type]
        if door.request:
            values["request"] = request
        if door.body is not None:
            if body := await request.body():
                values["data"] = request.decoded(body, door.body)
            elif not door.bodiless:
                raise Invalid(*wrong_fields({}, door.body))
    made = await door.call(**values)
    if door.page:
        await _show(made, door, scope, receive, send)
        return
    status, headers = door.status, []
    if isinstance(made, Response):
        status = made.status_code or status
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in made.headers.items()]
        headers += [cookie.to_encoded_header() for cookie in made.cookies]
        made = made.content
    if made is None:
        await respond(send, status, headers)
        return
    answer = msgspec.json.encode(made)
    headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await respond(send, status, headers, answer)


async def _show(made: Response[Any], door: _Door, scope: Scope, receive: Receive, send: Send) -> None:
    """A page as `Pages` make it is sent at once; the framework knows about everything else."""
    if type(made) is Response and isinstance(made.content, str) and made.media_type == "text/html":
        body = made.content.encode()
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in made.headers.items()]
        headers += [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        headers += [cookie.to_encoded_header() for cookie in made.cookies]
        await respond(send, made.status_code or door.status, headers, body)
    else:
        request = ShopRequest(scope, receive, send)  # type: ignore[arg-type]
        answer: Any = made.to_asgi_response(app=None, request=request, status_code=door.status)
        await answer(scope, receive, send)


def _door(handler: HTTPRouteHandler) -> _Door | None:
    """None for a handler that answers something else, that may read the body itself, or that is watched by a hook."""
    signature = handler.parsed_fn_signature
    parameters, returned = signature.parameters, signature.return_type.annotation
    page = False
    if get_origin(returned) is Response:
        (returned,) = get_args(returned)
        plain = not handler.has_sync_callable and not handler.media_type
        page = plain and returned in (str, Any) and handler.http_methods == {"GET"}
    answers_json = isinstance(returned, type) and issubclass(returned, (msgspec.Struct, type(None)))
    wants_request = "request" in parameters and parameters["request"].annotation is ShopRequest
    reads_itself = wants_request and "data" not in parameters and handler.http_methods != {"GET"}
    if not (answers_json or page) or reads_itself or _watched(handler):
        return None
    fields = {field.name: field for field in msgspec.structs.fields(handler.signature_model)}
    queries, headers, texts = dict[bytes, str](), dict[bytes, str](), []
    for name, parameter in parameters.items():
        known = parameter.kwarg_definition
        if isinstance(known, ParameterKwarg) and known.param_type is not ParamType.PATH:
            if not parameter.has_default:  # the framework says so where it is not given
                return None
            if known.param_type is ParamType.QUERY:
                queries[(known.name or name).encode()] = name
            else:
                headers[(known.name or name).lower().encode()] = name
            texts.append((name, fields[name].type, None))
        elif page and known is None and name != "request":  # only the framework knows what this is
            return None
    data = parameters.get("data")
    return _Door(
        call=handler.fn,
        status=handler.status_code,
        queries=queries,
        headers=headers,
        texts=msgspec.defstruct("Texts", texts),
        wholes=frozenset(name for name in queries.values() if is_whole(parameters[name])),
        body=body_shape(handler) if data else None,
        bodiless=bool(data and data.has_default),
        request="request" in parameters,
        page=page,
    )


def _watched(handler: HTTPRouteHandler) -> bool:
    """Whether the handler or its controller has a hook; those of the whole application stand in our own layers."""
    _, *layers = handler.ownership_layers
    hooks = (getattr(layer, name, None) for layer in layers for name in _HOOKS)
    return any(hook and hook is not Empty for hook in hooks)
