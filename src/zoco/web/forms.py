"""Forms: what a person typed, read into a struct, or kept to be shown again beside what is wrong with it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException

from zoco.kit.errors import BadRequest, Declined, FieldError, Invalid, Unsupported
from zoco.kit.packing import packed, unpacked
from zoco.kit.text import N_
from zoco.web.body import ShopRequest, unkept
from zoco.web.cookies import LONGEST_COOKIE
from zoco.web.fields import MOST, UNKNOWN, wrong_fields
from zoco.web.limits import FIELDS

T = TypeVar("T")
_KEPT: msgspec.json.Decoder[tuple[str, dict[str, str]]] = msgspec.json.Decoder(tuple[str, dict[str, str]])
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_DEEPEST = 3  # structs inside each other
_AGAIN = N_("Choose the files once more: browsers forget them when a form comes back.")


class Form(Generic[T]):
    """`data` is the struct, None where `errors` says why not; `values` is what was typed, by the fields' names.

    `heading` says over all the errors what is the matter.
    `files` has one for each field; where a field may take several, `uploads` has them all.
    """

    def __init__(
        self,
        data: T | None = None,
        values: Mapping[str, str] | None = None,
        files: Mapping[str, UploadFile] | None = None,
        errors: tuple[FieldError, ...] = (),
        uploads: Sequence[tuple[str, UploadFile]] = (),
    ) -> None:
        self.data = data
        self.values = dict(values or {})
        self.uploads = tuple(uploads)
        self.files = dict(files or self.uploads)
        self.errors: dict[str, FieldError] = {}
        self.heading = Invalid.message
        self._add(errors)

    def refused(self, refusal: Declined, *further: FieldError, beside: str = "") -> Form[T]:
        """The same form with what was found wrong, to be shown again.

        A refusal that names no field stands beside the field `beside`, and files are said to be chosen again.
        """
        self.data = None
        own = FieldError(beside, refusal.code, refusal.message, refusal.params)
        self._add(refusal.errors if isinstance(refusal, Invalid) else (own,))
        if isinstance(refusal, Invalid):
            self.heading = refusal.message
        self._add(further)
        self._add(FieldError(field, "again", _AGAIN) for field, file in self.uploads if file.filename)
        return self

    def require(self) -> T:
        """The struct; raises Invalid with the fields that are wrong."""
        if self.data is None:
            raise Invalid(*self.errors.values())
        return self.data

    def only(self, names: Container[str]) -> Form[T]:
        """The same form, refused where there is more in it: a program is told what it misspelt, a file above all."""
        given = dict.fromkeys((*self.values, *(name for name, _ in self.uploads)))
        more = [FieldError(name, "unknown", UNKNOWN) for name in given if name.partition(".")[0] not in names]
        if more:
            self.data = None
            self._add(more[:MOST])
        return self

    async def chosen(self, name: str) -> list[bytes]:
        """What was uploaded in a field; a file that is empty is none."""
        contents = [await file.read() for field, file in self.uploads if field == name]
        return [content for content in contents if content]

    def _add(self, errors: Iterable[FieldError]) -> None:
        for error in errors:
            self.errors.setdefault(error.field, error)


async def read_form(request: ShopRequest, shape: type[T]) -> Form[T]:
    """The request's form, urlencoded or multipart, as a `shape`.

    Texts are trimmed and become the types of the fields; an empty one counts as not given. Names with a dot
    (`delivery_address.city`) lie inside another struct. Names that `shape` lacks are left out, so that nobody sets by
    hand what the page did not offer. No body at all is an empty form.
    """
    pairs, files = await _typed(request)
    values = {name: value.strip() for name, value in pairs}
    plain: dict[str, Any] = {}
    for name, value in values.items():
        if value:
            _put(plain, name.split(".", _DEEPEST), value)
    plain = _known(plain, shape)
    wrong = (*unkept(plain), *wrong_fields(plain, shape, strict=False))
    if wrong:
        return Form(None, values, errors=wrong, uploads=files)
    return Form(msgspec.convert(plain, shape, strict=False), values, uploads=files)


async def read_list(request: ShopRequest, name: str) -> list[str]:
    """What was given under a name that may stand in a form several times, as boxes to tick do."""
    pairs, _ = await _typed(request)
    return [value.strip() for given, value in pairs if given == name and value.strip()]


async def _typed(request: ShopRequest) -> tuple[list[tuple[str, str]], list[tuple[str, UploadFile]]]:
    kind, options = request.content_type
    try:
        if kind == _URLENCODED:  # not by request.form(), which keeps the last bodies, passwords and all, in a cache
            body = (await request.body()).decode()
            return parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=FIELDS), []
        if kind == _MULTIPART and options.get("boundary"):
            parts = list((await request.form()).multi_items())
            files = [(name, part) for name, part in parts if isinstance(part, UploadFile)]
            return [(name, part) for name, part in parts if isinstance(part, str)], files
        if not kind and not await request.body():
            return [], []
    except (ClientException, ValueError) as error:
        if isinstance(error, ClientException) and error.status_code != 400:  # noqa: PLR2004 - 413 stays 413
            raise
        raise BadRequest from None
    raise Unsupported


def kept(form: Form[Any], of: str, names: Sequence[str]) -> str:
    """What was typed in the fields whose names begin so, for a cookie; `of` says where it belongs.

    Of more than a browser keeps, the longest text is left out.
    """
    values = {name: value for name, value in form.values.items() if value and name.startswith(tuple(names))}
    of = of[:100]
    while len(text := packed((of, values))) > LONGEST_COOKIE:
        del values[max(values, key=lambda name: len(values[name].encode()))]
    return text


def typed_before(cookie: str | None, of: str) -> dict[str, str]:
    """What `kept` has kept of the same."""
    try:
        where, values = unpacked(cookie or "", _KEPT)
    except ValueError:
        return {}
    return values if where == of else {}


def _put(plain: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        inner = plain.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        plain = inner
    plain.setdefault(path[-1], value)


def _known(plain: dict[str, Any], shape: Any) -> dict[str, Any]:
    names = {info.encode_name for info in msgspec.structs.fields(shape)}
    return {name: value for name, value in plain.items() if name in names}
