"""JSON bodies: read strictly, refused with every wrong field named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.handlers import BaseRouteHandler
from litestar.types import Empty

from zoco.kit.errors import BadRequest, FieldError, Invalid, TooLarge, Unsupported
from zoco.kit.text import N_, STEERING
from zoco.web.asgi import header
from zoco.web.fields import MOST, wrong_fields
from zoco.web.limits import BODY
from zoco.web.parts import Parts, take_in

DEEPEST = 32
"""How far lists and objects may stand inside each other."""

_FORMS = frozenset({b"application/x-www-form-urlencoded", b"multipart/form-data"})

# A text that never ends is one as well: looked for again from each quote inside it, it would take hours.
_TEXT = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"?(\s*:)?', re.DOTALL)
_BRACKET = re.compile(rb"[\[{\]}]")
_UNKEPT = re.compile(rb"\\u(?:0000|20(?:2[a-eA-E]|6[6-9]))|\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])")
"""What `unkept` looks for, as JSON writes it."""


class Malformed(BadRequest):
    """The body is no JSON."""

    code = "json.malformed"
    message = N_("The body is not valid JSON.")


class TooDeep(BadRequest):
    """Lists and objects stand too far inside each other."""

    code = "json.too_deep"
    message = N_("The JSON in the body is nested too deeply.")


class DuplicateKey(BadRequest):
    """An object names a field twice, which readers of JSON understand differently."""

    code = "json.duplicate_key"
    message = N_("The JSON in the body names a field twice.")


class FormSent(Unsupported):
    """The body is a form, where JSON is read."""

    code = "json.form_sent"
    message = N_("This form is not read here. Send JSON, with the header Content-Type: application/json.")


class ShopRequest(Request[Any, Any, Any]):
    """A request whose JSON is decoded straight into what its handler's `data` asks for."""

    scope: Any
    """As ours is typed (`zoco.web.asgi.Scope`), since our layers add to it."""
    _whole: bytes | None = None

    async def body(self) -> bytes:
        """Read at once: `zoco.web.limits` has seen to it that it is not too large."""
        if self._whole is None:
            parts, more = list[bytes](), True
            while more:
                message: Any = await self.receive()
                if message["type"] == "http.disconnect":  # nobody is left to hear of it
                    raise BadRequest
                parts.append(message.get("body", b""))
                more = message.get("more_body", False)
            self._whole = b"".join(parts)
        return self._whole

    async def form(self) -> FormMultiDict:
        """Of a multipart body texts and files, which the framework closes after the answer; raises as `take_in`."""
        boundary = self.content_type[1].get("boundary")
        if boundary and self._connection_state.form is Empty:
            parts: Parts = {}
            self._connection_state.form = parts
            await take_in(self.stream(), boundary, parts)
        return await super().form()

    async def json(self) -> Any:
        return self.decoded(await self.body(), body_shape(self.route_handler))

    def decoded(self, body: bytes, shape: Any) -> Any:
        """The request's body as a `shape`; raises FormSent where it is a form instead of JSON, and as `read`.

        JSON that calls itself a form, as `curl -d` does, is JSON all the same.
        """
        try:
            return read(body, shape)
        except Malformed:
            kind, _, _ = (header(self.scope, b"content-type") or b"").partition(b";")
            if kind.strip().lower() in _FORMS:
                raise FormSent from None
            raise


def body_shape(handler: BaseRouteHandler) -> Any:
    """The type that a handler's `data` asks for, without Litestar's marker, which takes 80 µs to hash."""
    data = handler.parsed_fn_signature.parameters.get("data")
    return data.annotation if data else Any


def read(body: bytes, shape: Any) -> Any:
    """The body as a `shape`; raises BadRequest where it is no sound JSON, and Invalid with all wrong fields.

    Among these are those that the shape's own `rules` find in the texts that are right so far, if it has any.

    Raises TooLarge beyond what any JSON of ours takes, also at an address where pictures may be larger.
    """
    if len(body) > BODY:
        raise TooLarge
    if body.count(b"[") + body.count(b"{") > DEEPEST and _depth(body) > DEEPEST:
        raise TooDeep
    try:
        value = _decoder(shape).decode(body)
    except msgspec.ValidationError:
        raise _refusal(body, shape) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Malformed from None
    suspect = b"\\u" in body or b"\xe2" in body  # few bodies are, and this is asked quicker
    if suspect and _UNKEPT.search(body) and (wrong := list(islice(unkept(_plain(body)), MOST))):
        raise Invalid(*wrong)
    if _repeats_a_key(body):
        raise DuplicateKey
    return value


def unkept(value: Any, field: str = "") -> Iterator[FieldError]:
    """The texts inside plain data that hold a NUL, which no database keeps, or that could look like other ones.

    But for passwords: nobody reads them, and those that were set before must still do.
    """
    if isinstance(value, str):
        if "\0" in value:
            yield FieldError(field, "pattern", N_("This holds a character that cannot be kept."))
        elif STEERING.search(value) and "password" not in field:
            message = N_("This holds invisible characters that turn the direction of writing. Type it anew.")
            yield FieldError(field, "characters", message)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from unkept(inner, f"{field}.{name}" if field else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from unkept(inner, f"{field}[{place}]")


@lru_cache(1024)
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)


def _plain(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Malformed from None


def _refusal(body: bytes, shape: Any) -> Invalid:
    plain = _plain(body)
    wrong = [*wrong_fields({} if plain is None else plain, shape), *islice(unkept(plain), MOST)]
    return Invalid(*wrong, *_against_rules(plain, shape, {error.field for error in wrong}))


def _against_rules(plain: Any, shape: Any, named: Container[str]) -> list[FieldError]:
    rules: Callable[[Mapping[str, str]], list[FieldError]] | None = getattr(shape, "rules", None)
    if rules is None or not isinstance(plain, dict):
        return []
    return rules({field: text for field, text in plain.items() if isinstance(text, str) and field not in named})


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for bracket in _BRACKET.finditer(_TEXT.sub(b"", body)):
        depth += 1 if bracket[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _repeats_a_key(body: bytes) -> bool:
    """Looks closely only where some key stands twice in the whole body, as in a list of like objects."""
    keys = [key for key, colon in _TEXT.findall(body) if colon]
    if len(set(keys)) == len(keys) and not any(b"\\" in key for key in keys):
        return False
    try:
        json.loads(body, object_pairs_hook=_once)
    except DuplicateKey:
        return True
    return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise DuplicateKey
    return fields
