"""Templates in tests: each is compiled once in a run, although every test builds a shop of its own."""

from __future__ import annotations

from types import CodeType
from typing import Any

import jinja2

from zoco.web.templating import Environment

_compile = jinja2.Environment.compile
_seen: dict[Any, str | CodeType] = {}


def _remembered(  # noqa: PLR0917 - Jinja's own signature
    self: jinja2.Environment,
    source: str,
    name: str | None = None,
    filename: str | None = None,
    raw: bool = False,  # noqa: FBT001, FBT002 - the same
    defer_init: bool = False,  # noqa: FBT001, FBT002 - the same
) -> str | CodeType:
    escapes = self.autoescape(name) if callable(self.autoescape) else self.autoescape
    key = (source, name, filename, raw, defer_init, escapes, *sorted(self.extensions), self.trim_blocks)
    if isinstance(self, Environment):
        key += (self.language.wording,)
    if key not in _seen:
        _seen[key] = _compile(self, source, name, filename, raw, defer_init)  # type: ignore[call-overload]
    return _seen[key]


def compile_once() -> None:
    setattr(jinja2.Environment, "compile", _remembered)  # noqa: B010 - mypy refuses it
