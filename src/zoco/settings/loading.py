"""Loading: from the file's sections and the variables to the tree, with the place of each value."""

from __future__ import annotations

import difflib
import ipaddress
import operator
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_origin
from zoneinfo import ZoneInfoNotFoundError

import msgspec
from babel.numbers import is_currency

from zoco.settings.errors import SettingsError
from zoco.settings.tree import (
    ENVIRONMENTS,
    TYPE_NAMES,
    DatabaseUrl,
    Section,
    Settings,
    bare,
    expected,
    is_section,
    keys,
    kinds,
)

MASK = "********"


class Origin(NamedTuple):
    """A setting as people may see it, secrets masked; `source` is `default`, a file with its section, or a variable."""

    key: str
    value: Any
    source: str


class Layer(NamedTuple):
    """The values of one place, as nested tables; text is converted where the place knows nothing else."""

    source: str
    values: Mapping[str, Any]
    textual: bool = False


_OWN_VARIABLES = {"ZOCO_ENV", "ZOCO_CONFIG", "ZOCO_DATA_DIR"}
_PLATFORM_VARIABLES = {"DATABASE_URL": ("database", "url"), "PORT": ("server", "port")}
LARGEST_LOGO = 500_000
_SIGNS = {".svg": b"<svg", ".png": b"\x89PNG\r\n\x1a\n"}
"""What a picture's bytes have at their beginning; an SVG may say other things first."""
_SVG_WITHIN = 4_000
_SHOWN = 200
"""Of a wrong value, as many characters as tell which one it is."""
_SECRETS = {"mail.password"}
_HOLD_SECRETS = {"mail", "database"}  # a wrong value of theirs may be a password in the wrong place
_USERINFO = re.compile(r"(?<=://)\S*@")
_SECRET_QUERY = re.compile(r"(?<=[?&])([^=&]*(?:pass|secret|token|key)[^=&]*)=[^&]*", re.IGNORECASE)


def load(
    config: Path | None = None, environment: str | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """The settings of `environment` (else `ZOCO_ENV`, else development).

    `config` is the file (else `ZOCO_CONFIG`, else `./zoco.toml` where there is one). Later wins: defaults, `[default]`,
    the environment's section, `DATABASE_URL` and `PORT`, `ZOCO_…`. Lists are replaced, not joined.
    """
    chosen = environment or environ.get("ZOCO_ENV") or "development"
    if chosen not in ENVIRONMENTS:
        raise SettingsError(
            f"the environment (--env or ZOCO_ENV) is {chosen!r}, but must be development or production: "
            f"choose one of these{_perhaps(difflib.get_close_matches(chosen, ENVIRONMENTS))}."
        )
    tree: dict[str, Any] = {}
    sources: dict[str, str] = {}
    file = _config_file(config, environ)
    for layer in (*_file_layers(file, chosen), *_variable_layers(environ)):
        for path, value in _leaves(Settings, layer.values, layer):
            _place(tree, path, value)
            sources[".".join(path)] = layer.source
    data_dir = Path(environ.get("ZOCO_DATA_DIR") or "var").absolute()
    settings = msgspec.convert(tree | {"environment": chosen, "data_dir": data_dir, "sources": sources}, Settings)
    _refuse_contradictions(settings)
    url = _absolute(settings.database.url, data_dir)
    logo = _logo(settings, file.parent if file else Path())
    return msgspec.structs.replace(
        settings,
        database=msgspec.structs.replace(settings.database, url=url),
        shop=msgspec.structs.replace(settings.shop, logo=logo),
    )


def elsewhere(settings: Settings, url: str) -> Settings:
    """The same settings with another database; raises SettingsError for an address that is none."""
    try:
        checked = msgspec.convert(url, DatabaseUrl)
    except msgspec.ValidationError:
        raise SettingsError(f"{_masked('database.url', url)} must be {expected(DatabaseUrl)}.") from None
    database = msgspec.structs.replace(settings.database, url=_absolute(checked, settings.data_dir))
    return msgspec.structs.replace(settings, database=database)


def origins(settings: Settings) -> list[Origin]:
    """Every setting with the place it came from, in the order of the tree."""
    return [
        Origin(key, _masked(key, operator.attrgetter(key)(settings)), settings.sources.get(key, "default"))
        for key in keys()
    ]


def _config_file(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file to read; one that was asked for by name must be there, the one in the working directory need not."""
    named = config or (Path(environ["ZOCO_CONFIG"]) if environ.get("ZOCO_CONFIG") else None)
    if named and not named.is_file():
        origin = "--config" if config else "ZOCO_CONFIG"
        raise SettingsError(f"the settings file {named} ({origin}) does not exist: correct its name.")
    usual = Path("zoco.toml")
    return named or (usual if usual.is_file() else None)


def _file_layers(path: Path | None, environment: str) -> Iterator[Layer]:
    """`[default]`, then the environment's section; a section that nobody would read is refused."""
    if not path:
        return
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as TOML ({error}): correct it there.") from error
    known = ("default", *ENVIRONMENTS)
    for name, table in sections.items():
        if name not in known or not isinstance(table, dict):
            raise SettingsError(
                f"{name} in {path} is not one of the sections [default], [development] and [production]: "
                f"put its keys below one of these{_perhaps(difflib.get_close_matches(name, known))}."
            )
    for name in ("default", environment):
        yield Layer(f"{path} [{name}]", sections.get(name, {}))


def _variable_layers(environ: Mapping[str, str]) -> Iterator[Layer]:
    """One layer for each variable, those that platforms set first."""
    for name, path in _PLATFORM_VARIABLES.items():
        if environ.get(name):
            yield Layer(f"variable {name}", _nested(path, environ[name]), textual=True)
    for name in sorted(environ):
        if name.startswith("ZOCO_") and name not in _OWN_VARIABLES and not name.startswith("ZOCO_TEST_"):
            keys_below = tuple(name.removeprefix("ZOCO_").lower().split("__"))
            yield Layer(f"variable {name}", _nested(keys_below, environ[name]), textual=True)


def _nested(path: tuple[str, ...], value: str) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    _place(tree, path, value)
    return tree


def _place(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = value


def _leaves(
    section: type[Section], values: Mapping[str, Any], layer: Layer, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value with its path, checked against the type that the tree gives it."""
    known = kinds(section)
    for name, value in values.items():
        path, kind = (*above, name), known.get(name)
        key = ".".join(path)
        if kind is None:
            raise _unknown(key, layer)
        if not is_section(kind):
            yield path, _leaf(kind, value, layer, key)
        elif isinstance(value, Mapping):
            yield from _leaves(kind, value, layer, path)
        else:
            raise _wrong(key, value, layer.source, "a table of settings")


def _leaf(kind: Any, value: Any, layer: Layer, key: str) -> Any:
    given = value
    if layer.textual and get_origin(bare(kind)) is tuple:
        if value.lstrip().startswith("["):
            raise _wrong(key, value, layer.source, f"{expected(kind)}; in a variable with commas between, no brackets")
        given = [part.strip() for part in value.split(",") if part.strip()]
    try:
        return msgspec.convert(given, kind, strict=not layer.textual)
    except msgspec.ValidationError as error:
        raise _wrong(key, value, layer.source, expected(kind)) from error


def _refuse_contradictions(settings: Settings) -> None:
    """What only the whole tree, or another library, can tell."""

    def refuse(key: str, value: Any, must_be: str) -> None:
        raise _wrong(key, value, settings.sources.get(key), must_be)

    shop, server = settings.shop, settings.server
    if not is_currency(shop.currency):
        refuse("shop.currency", shop.currency, "an ISO 4217 code such as USD")
    if len(set(shop.languages)) < len(shop.languages):
        refuse("shop.languages", list(shop.languages), "a list without doubles")
    if shop.default_language not in shop.languages:
        refuse("shop.default_language", shop.default_language, f"one of shop.languages ({', '.join(shop.languages)})")
    try:
        _ = shop.zone
    except (ZoneInfoNotFoundError, OSError, ValueError):
        refuse("shop.time_zone", shop.time_zone, expected(kinds(type(shop))["time_zone"]))
    if server.workers > 1 and settings.database.url.startswith("sqlite:"):
        refuse("server.workers", server.workers, "1 with SQLite, which serves from one process")
    for proxy in server.trusted_proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            refuse("server.trusted_proxies", proxy, "a list, each an address or a network such as 10.0.0.0/8")


def _logo(settings: Settings, beside: Path) -> str:
    """The whole path of the file; refused where it is not there, or is no picture of the kind that its name says."""
    name = settings.shop.logo
    if not name:
        return ""
    for place in (settings.data_dir, beside.absolute()):
        path = place / name
        if path.is_file():
            body = path.read_bytes()
            sign = _SIGNS[path.suffix]
            if len(body) <= LARGEST_LOGO and sign in body[: max(len(sign), _SVG_WITHIN if sign == b"<svg" else 0)]:
                return str(path)
    raise _wrong("shop.logo", name, settings.sources.get("shop.logo"), expected(kinds(type(settings.shop))["logo"]))


def _unknown(key: str, layer: Layer) -> SettingsError:
    name = key.rpartition(".")[2]
    near = [known for known in keys() if known.endswith(f".{name}")] or difflib.get_close_matches(key, keys())
    if layer.textual:
        near = ["ZOCO_" + known.upper().replace(".", "__") for known in near]
    return SettingsError(f"{key} in {layer.source} is not a setting: correct or remove it there{_perhaps(near)}.")


def _wrong(key: str, value: Any, source: str | None, must_be: str) -> SettingsError:
    place, cure = (f"in {source}", "correct it there") if source else ("by default", "set it")
    told = repr(value)
    told = told if len(told) <= _SHOWN else f"{told[:_SHOWN]}…"
    shown = "" if key.partition(".")[0] in _HOLD_SECRETS else f" ({told})"
    kind = TYPE_NAMES.get(type(value).__name__, f"a {type(value).__name__}")
    return SettingsError(f"{key} {place} is {kind}{shown}, but must be {must_be}: {cure}.")


def _perhaps(near: list[str]) -> str:
    return f", perhaps to {near[0]}" if near else ""


def _masked(key: str, value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    if key in _SECRETS:
        return MASK
    return _SECRET_QUERY.sub(rf"\1={MASK}", _USERINFO.sub(f"{MASK}@", value))


def _absolute(url: str, data_dir: Path) -> str:
    """A SQLite file stands below the data directory unless absolute; PostgreSQL gets the name that drivers want."""
    if url.startswith("sqlite:///"):
        return f"sqlite:///{data_dir / url.removeprefix('sqlite:///')}"
    return re.sub(r"^postgres://", "postgresql://", url)
