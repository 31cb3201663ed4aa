"""Sentences for the next page, shown once: after a form was handled and the browser sent on."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import msgspec
from litestar.datastructures import Cookie

from zoco.web.cookies import FLASH, Cookies
from zoco.web.i18n import code_of

_SECONDS = 60
_MOST = 5
_LONGEST = 3_800
"""Browsers drop a cookie of more than 4096 bytes, its name counted."""


class Flash(msgspec.Struct, frozen=True, array_like=True):
    """Which sentence, and what its places are filled with. The cookie can't say anything that our catalogues don't."""

    code: str
    params: Mapping[str, str | int] = {}


def flash(cookies: Cookies, message: str, **params: str | int) -> Cookie:
    """The cookie that has the next page say `message`, a sentence marked `N_` that has a translation."""
    return flash_all(cookies, [(message, params)])


def flash_all(cookies: Cookies, sentences: Iterable[tuple[str, Mapping[str, str | int]]]) -> Cookie:
    """The same for several with their params: the first five, or as many as a browser keeps."""
    said = [Flash(code_of(message), params) for message, params in sentences][:_MOST]
    while len(value := _encoded(said)) > _LONGEST:
        said.pop()
    return cookies.put(FLASH, value, _SECONDS)


def read_flash(value: str | None) -> Sequence[Flash]:
    """What the cookie asks for, nothing where it is none of ours."""
    if value is None:
        return ()
    try:
        return _DECODER.decode(urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except (binascii.Error, ValueError):
        return ()


def _encoded(said: list[Flash]) -> str:
    return urlsafe_b64encode(msgspec.json.encode(said)).rstrip(b"=").decode()


_Said = Annotated[list[Flash], msgspec.Meta(max_length=_MOST)]
_DECODER: msgspec.json.Decoder[_Said] = msgspec.json.Decoder(_Said)
