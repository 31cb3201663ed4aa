"""Translations in tests: each file is read once in a run, although every test builds a shop of its own."""

from __future__ import annotations

import os
from typing import IO, Any

from babel.messages.pofile import read_po

from zoco.web import i18n

_seen: dict[Any, Any] = {}


def _remembered(source: IO[bytes], locale: str) -> Any:
    key = (source.name, locale, os.fstat(source.fileno()).st_mtime_ns)
    if key not in _seen:
        _seen[key] = read_po(source, locale=locale)
    return _seen[key]


def read_once() -> None:
    setattr(i18n, "read_po", _remembered)  # noqa: B010 - mypy refuses it
