"""A sentence for the next page, shown once: after a form was handled and the browser sent on."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from litestar.datastructures import Cookie

from zoco.web.cookies import FLASH, Cookies
from zoco.web.i18n import code_of

_SECONDS = 60


class Flash(msgspec.Struct, frozen=True, array_like=True):
    """Which sentence, and what its places are filled with. The cookie can't say anything that our catalogues don't."""

    code: str
    params: dict[str, str | int] = {}


def flash(cookies: Cookies, message: str, **params: str | int) -> Cookie:
    """The cookie that has the next page say `message`, a sentence marked `N_` that has a translation."""
    said = msgspec.json.encode(Flash(code_of(message), params))
    return cookies.put(FLASH, urlsafe_b64encode(said).rstrip(b"=").decode(), _SECONDS)


def read_flash(value: str | None) -> Flash | None:
    """What the cookie asks for, None where it is none of ours."""
    if value is None:
        return None
    try:
        return _DECODER.decode(urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except (binascii.Error, ValueError):
        return None


_DECODER = msgspec.json.Decoder(Flash)
