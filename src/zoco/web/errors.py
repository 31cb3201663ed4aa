"""What a refusal or a fault looks like outside; the only file that knows HTTP statuses."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler

from zoco.kit import errors as kit
from zoco.kit.errors import Declined, FieldError, Invalid, Unauthenticated
from zoco.kit.mishaps import Source, Witness, mishap
from zoco.kit.permissions import GUEST, Actor, Permission, Role
from zoco.kit.text import N_
from zoco.web.asgi import Headers, Scope, Send, header, is_api, respond
from zoco.web.body import body_shape
from zoco.web.fields import explain, wrong_fields
from zoco.web.i18n import Language, Languages
from zoco.web.logs import shown_path

log = structlog.get_logger("zoco.errors")

STATUS: dict[type[Declined], int] = {
    kit.BadRequest: 400, kit.Unauthenticated: 401, kit.Forbidden: 403, kit.NotFound: 404, kit.Conflict: 409,
    kit.TooLarge: 413, kit.Unsupported: 415, kit.Invalid: 422, kit.TooMany: 429, kit.Unavailable: 503,
}  # fmt: skip
TITLES = {
    400: ("bad_request", N_("Bad request"), N_("The request cannot be understood.")),
    401: ("auth.required", N_("Not signed in"), N_("Sign in first.")),
    403: ("auth.forbidden", N_("Not allowed"), N_("You may not do this.")),
    404: ("not_found", N_("Not found"), N_("There is nothing at this address.")),
    405: ("method_not_allowed", N_("Method not allowed"), N_("This address does not know that method.")),
    409: ("conflict", N_("Conflict"), N_("This contradicts the present state.")),
    413: ("too_large", N_("Too large"), N_("This is too large.")),
    414: ("address_too_long", N_("Address too long"), N_("The address is too long.")),
    415: ("unsupported", N_("Kind of content not accepted"), N_("This kind of content is not accepted here.")),
    422: ("invalid", N_("Fields are wrong"), N_("Some fields are missing or wrong.")),
    429: ("too_many", N_("Too many requests"), N_("That was too often. Try again later.")),
    431: ("headers_too_large", N_("Headers too large"), N_("The headers of the request are too large.")),
    500: (
        "unexpected",
        N_("Something went wrong"),
        N_("This is our fault. It has been written down under the id below."),
    ),
    503: ("unavailable", N_("Not available just now"), N_("The shop is busy. Try again in a moment.")),
}
"""Of every status: the code and the sentence where the refusal has none of its own, and what the status is called."""

SEE_DETAIL = Permission("errors.see_detail", Role.STAFF)
_GONE = "client disconnected prematurely"


class Problem(msgspec.Struct, omit_defaults=True):
    """An error as RFC 9457 words it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, str]] = []
    id: str | None = None


class ErrorPages(Protocol):
    """Who draws the page that a person sees."""

    def error(self, scope: Scope, problem: Problem, trace: str | None) -> tuple[str, Headers]:
        """The page, and the headers that it needs."""
        ...


class Errors:
    """Answers for refusals and faults: JSON to programs, a page to people, in their language."""

    def __init__(
        self,
        languages: Languages,
        pages: ErrorPages,
        *,
        development: bool = False,
        witnesses: Sequence[Witness] = (),
    ) -> None:
        """`witnesses` are told of every fault."""
        self._languages = languages
        self._pages = pages
        self._development = development
        self._witnesses = witnesses

    @property
    def handlers(self) -> dict[type[Exception] | int, Callable[[Request[Any, Any, Any], Exception], Response[bytes]]]:
        """For Litestar's `exception_handlers`."""
        return {Exception: self._handle, HTTPException: self._handle}

    def _handle(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        status, headers, body = self.answer(request.scope, error)  # type: ignore[arg-type]
        shown = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        return Response(body, status_code=status, headers=shown, media_type=shown["content-type"])

    async def send(self, scope: Scope, send: Send, error: Exception) -> None:
        """Answer outside of Litestar, for the layers around it."""
        await respond(send, *self.answer(scope, error))

    def answer(self, scope: Scope, error: Exception) -> tuple[int, Headers, bytes]:
        """Status, headers and body for any exception; one that is no refusal is logged with its id."""
        problem = self._problem(scope, error, self._languages.of(scope))
        headers = _headers(scope, error, problem.status)
        if _wants_json(scope):
            return _sized(problem.status, headers, b"application/problem+json", msgspec.json.encode(problem))
        if isinstance(error, Unauthenticated) and scope["method"] == "GET":
            return _sized(303, [*headers, (b"location", self._sign_in_address(scope))], b"text/html", b"")
        try:
            page, further = self._pages.error(scope, problem, self._trace(scope, error) if problem.id else None)
        except Exception:
            log.exception("the error page cannot be drawn", id=scope.get("request_id"))
            return _sized(problem.status, headers, b"application/problem+json", msgspec.json.encode(problem))
        return _sized(problem.status, [*headers, *further], b"text/html; charset=utf-8", page.encode())

    def _problem(self, scope: Scope, error: Exception, language: Language) -> Problem:
        if isinstance(error, ValidationException):
            fields = _fields(scope, error)
            error = Invalid(*fields) if fields else kit.BadRequest()
        if isinstance(error, Declined):
            status, code, detail = status_of(type(error)), error.code, language.say(error.message, error.params)
            title = error.title or TITLES[status][1]
        else:
            status = getattr(error, "status_code", 500) if isinstance(error, HTTPException) else 500
            if getattr(error, "detail", "") == _GONE:
                status = 400
            status = status if status in TITLES else 500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400
            code, title, said = TITLES[status]
            detail = language.gettext(said)
        problem = Problem(f"urn:zoco:{code}", language.gettext(title), status, detail, code)
        if isinstance(error, Invalid):
            problem.errors = [_wrong(field, language) for field in error.errors]
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            problem.id = scope.get("request_id", "-")
            self.note(scope, error)
        return problem

    def note(self, scope: Scope, error: BaseException) -> None:
        """Write down what nobody foresaw, under the request's id; a WebSocket has no method."""
        identifier, method, path = scope.get("request_id", "-"), scope.get("method", "WS"), shown_path(scope["path"])
        log.error("unexpected", id=identifier, method=method, path=path, exc_info=error)
        actor: Actor = scope.get("actor", GUEST)
        for witness in self._witnesses:
            witness.saw(mishap(identifier, Source.REQUEST, f"{method} {path}", error, actor.id))

    def _trace(self, scope: Scope, error: Exception) -> str | None:
        actor: Actor = scope.get("actor", GUEST)
        return "".join(traceback.format_exception(error)) if self._development or actor.may(SEE_DETAIL) else None

    def _sign_in_address(self, scope: Scope) -> bytes:
        query = scope["query_string"].decode("latin-1")
        return f"/login?next={quote(scope['path'] + (f'?{query}' if query else ''), safe='/')}".encode()


def status_of(kind: type[Declined]) -> int:
    """The status of a refusal: its own kind's, or of the kind it is derived from; 400 for one of no kind."""
    return next((STATUS[parent] for parent in kind.__mro__ if parent in STATUS), 400)


def _fields(scope: Scope, error: ValidationException) -> list[FieldError]:
    handler: BaseRouteHandler = scope["route_handler"]
    shapes = {name: parameter.annotation for name, parameter in handler.parsed_fn_signature.parameters.items()}
    fields = explain(error, shapes)
    if any(field.field == "data" for field in fields):  # no body at all: say what should have been in it
        return wrong_fields({}, body_shape(handler))
    return fields


def _wants_json(scope: Scope) -> bool:
    return is_api(scope) or b"json" in (header(scope, b"accept") or b"")


def _wrong(field: FieldError, language: Language) -> dict[str, str]:
    return {"field": field.field, "code": field.code, "detail": language.say(field.message, field.params)}


def _headers(scope: Scope, error: Exception, status: int) -> Headers:
    headers: Headers = [(b"cache-control", b"no-store")]
    if (seconds := getattr(error, "retry_after", None)) is not None:
        headers.append((b"retry-after", b"%d" % seconds))
    if status == HTTPStatus.UNAUTHORIZED and is_api(scope):
        headers.append((b"www-authenticate", b"Bearer"))
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        given = getattr(error, "headers", None) or {}
        headers += [(b"allow", value.encode()) for name, value in given.items() if name.lower() == "allow"]
    return headers


def _sized(status: int, headers: Headers, media_type: bytes, body: bytes) -> tuple[int, Headers, bytes]:
    return status, [(b"content-type", media_type), (b"content-length", b"%d" % len(body)), *headers], body
