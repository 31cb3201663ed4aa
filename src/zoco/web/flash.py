"""Sentences for the next page, shown once: after a form was handled and the browser sent on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import msgspec
from litestar.datastructures import Cookie

from zoco.kit.packing import packed, unpacked
from zoco.kit.text import Told
from zoco.web.cookies import FLASH, LONGEST_COOKIE, Cookies
from zoco.web.i18n import code_of

_SECONDS = 60
_MOST = 5


class Undo(msgspec.Struct, frozen=True, array_like=True):
    """The form behind the button “Undo”: where it is sent to, which ends with `/deshacer`, and its hidden fields."""

    address: Annotated[str, msgspec.Meta(pattern=r"^(/[A-Za-z0-9_-]+)+/deshacer\Z", max_length=200)]
    fields: Mapping[str, str] = {}


class Flash(msgspec.Struct, frozen=True, array_like=True):
    """Which sentence, and what its places are filled with. The cookie can't say anything that our catalogues don't."""

    code: str
    params: Mapping[str, str | int | Mapping[str, str]] = {}
    undo: Undo | None = None

    @classmethod
    def of(cls, message: str, params: Mapping[str, str | int], undo: Undo | None = None) -> Flash:
        """With whatever is told in several languages in all of them: the next page may be read in another one."""
        kept = {
            name: {"": str(text), **text.others} if isinstance(text, Told) else text for name, text in params.items()
        }
        return cls(code_of(message), kept, undo)

    def filled(self) -> dict[str, str | int]:
        """The params as they were given."""
        return {
            name: Told(text.get("", ""), text) if isinstance(text, Mapping) else text
            for name, text in self.params.items()
        }


def flash(cookies: Cookies, message: str, *, undo: Undo | None = None, **params: str | int) -> Cookie:
    """The cookie that has the next page say `message`, a sentence marked `N_` that has a translation.

    What was done can be taken back by `undo`; without that button where no browser would keep so much.
    """
    value = packed([Flash.of(message, params, undo)])
    if undo is None or len(value) > LONGEST_COOKIE:
        return flash_all(cookies, [(message, params)])
    return cookies.put(FLASH, value, _SECONDS)


def flash_all(cookies: Cookies, sentences: Iterable[tuple[str, Mapping[str, str | int]]]) -> Cookie:
    """The same for several with their params: the first five, or as many as a browser keeps."""
    said = [Flash.of(message, params) for message, params in sentences][:_MOST]
    while len(value := packed(said)) > LONGEST_COOKIE:
        said.pop()
    return cookies.put(FLASH, value, _SECONDS)


def read_flash(value: str | None) -> Sequence[Flash]:
    """What the cookie asks for, nothing where it is none of ours."""
    if value is None:
        return ()
    try:
        return unpacked(value, _DECODER)
    except ValueError:
        return ()


_Said = Annotated[list[Flash], msgspec.Meta(max_length=_MOST)]
_DECODER: msgspec.json.Decoder[_Said] = msgspec.json.Decoder(_Said)
