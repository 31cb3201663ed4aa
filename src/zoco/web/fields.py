"""Which fields of an input are missing or wrong: all of them at once, each with a sentence for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from litestar.exceptions import ValidationException
from msgspec.structs import FieldInfo

from zoco.kit.errors import FieldError
from zoco.kit.text import N_

MOST = 100
"""Fields that one refusal names: a megabyte of JSON can have more than half a million that are wrong."""

UNKNOWN = N_("There is no field of this name.")

_LIMITS = {
    ">=": ("too_small", N_("Give {limit} or more.")),
    ">": ("too_small", N_("Give more than {limit}.")),
    "<=": ("too_large", N_("Give {limit} or less.")),
    "<": ("too_large", N_("Give less than {limit}.")),
    "length >=": ("too_short", N_("Give at least {limit} characters.")),
    "length <=": ("too_long", N_("Give at most {limit} characters.")),
    "items >=": ("too_short", N_("Give at least {limit} of these.")),
    "items <=": ("too_long", N_("Give at most {limit} of these.")),
}
_TYPES = {
    "int": N_("Give a whole number."),
    "float": N_("Give a number."),
    "decimal": N_("Give a number."),
    "str": N_("Give a text."),
    "bool": N_("Give yes or no (true or false)."),
    "array": N_("Give a list."),
    "object": N_("Give an object with named fields."),
    "datetime": N_("Give a date and time such as 2030-01-31T12:00:00Z."),
    "date": N_("Give a date such as 2030-01-31."),
}
_MISSING = N_("This is required.")
_OTHER = N_("This value is not accepted here.")
_LIMIT = re.compile(r"Expected `(\w+)` (?:of )?((?:length )?[<>]=?) ([\d.e+-]+)")
_TYPE = re.compile(r"(?:Expected `(\w+)|Invalid (?:RFC3339 encoded )?(\w+))")
_LACKS = re.compile(r"Missing required \w+ parameter '([^']+)'")


def wrong_fields(value: Any, shape: Any, field: str = "", *, strict: bool = True) -> list[FieldError]:
    """What keeps plain data (dicts, lists, texts, numbers) from being a `shape`, at most `MOST`; empty for nothing."""
    try:
        msgspec.convert(value, shape, strict=strict)
    except msgspec.ValidationError as error:
        inside = list(islice(_inside(value, shape, field, strict=strict), MOST))
        return inside or [_wrong(str(error), field, value, shape)]
    return []


def _inside(value: Any, shape: Any, field: str, *, strict: bool) -> Iterator[FieldError]:
    kind = _bare(shape)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict):
        yield from _in_struct(value, kind, field, strict=strict)
    elif get_origin(kind) in {list, tuple} and isinstance(value, list):
        for place, item in enumerate(value):
            yield from wrong_fields(item, get_args(kind)[0], f"{field}[{place}]", strict=strict)
    elif get_origin(kind) is dict and isinstance(value, dict):
        for name, item in value.items():
            yield from wrong_fields(item, get_args(kind)[1], f"{field}.{name}", strict=strict)


def _in_struct(value: dict[str, Any], kind: type[msgspec.Struct], field: str, *, strict: bool) -> Iterator[FieldError]:
    fields = {info.encode_name: info for info in msgspec.structs.fields(kind)}
    for name, info in fields.items():
        here = f"{field}.{name}" if field else name
        if name in value:
            yield from wrong_fields(value[name], info.type, here, strict=strict)
        elif info.required:
            yield from _lacking(info, here)
    if kind.__struct_config__.forbid_unknown_fields:
        for name in value:
            if name not in fields:
                yield FieldError(f"{field}.{name}" if field else name, "unknown", UNKNOWN)


def _lacking(info: FieldInfo, here: str) -> Iterator[FieldError]:
    kind = _bare(info.type)
    if (
        isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and (inner := list(_in_struct({}, kind, here, strict=True)))
    ):
        yield from inner
    else:
        yield FieldError(here, "required", _MISSING)


def _bare(shape: Any) -> Any:
    """A type without its constraints and without its `| None`; a wider union stays as it is."""
    while get_origin(shape) is Annotated:
        shape = get_args(shape)[0]
    if get_origin(shape) in {Union, UnionType}:
        solid = [option for option in get_args(shape) if option not in {type(None), msgspec.UnsetType}]
        return _bare(solid[0]) if len(solid) == 1 else shape
    return shape


def _wrong(said: str, field: str, value: Any, shape: Any) -> FieldError:
    """Msgspec's sentence about one value, as a code and a sentence for people."""
    if value is None or value == "":
        return FieldError(field, "required", _MISSING)
    if limit := _LIMIT.match(said):
        kind, sign, number = limit.groups()
        code, message = _LIMITS[sign.replace("length", "items") if kind in {"array", "object"} else sign]
        return FieldError(field, code, message, {"limit": _number(number)})
    if "matching regex" in said:
        return FieldError(field, "pattern", N_("This does not have the expected form."))
    if said.startswith("Invalid enum value"):
        return FieldError(field, "choice", N_("Choose one of: {choices}."), {"choices": ", ".join(_choices(shape))})
    if kind_of := _TYPE.match(said):
        return FieldError(field, "type", _TYPES.get((kind_of[1] or kind_of[2]).lower(), _OTHER))
    return FieldError(field, "type", _OTHER)


def _number(text: str) -> float:
    """As msgspec writes it, which gives whole ones a decimal, too."""
    number = float(text)
    return int(text.removesuffix(".0")) if number.is_integer() and "e" not in text else number


def _choices(shape: Any) -> list[str]:
    kind = _bare(shape)
    members = getattr(kind, "__members__", None)
    return [str(one.value) for one in members.values()] if members else [str(one) for one in get_args(kind)]


def explain(error: ValidationException, shapes: Mapping[str, Any]) -> list[FieldError]:
    """The fields in Litestar's own refusal of parameters of the query, the path, the headers or a cookie.

    `shapes` has their types.
    """
    if isinstance(error.extra, list):
        return [_parameter(one, shapes) for one in error.extra]
    named = _LACKS.search(error.detail)
    return [FieldError(named[1], "required", _MISSING)] if named else []


def _parameter(one: dict[str, Any], shapes: Mapping[str, Any]) -> FieldError:
    said, name = str(one.get("message", "")), str(one.get("key", ""))
    return _wrong(said, name, said, shapes.get(name, Any))
