"""What commands say without a terminal's arts, which a server does without: they are 5 MB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from zoco.app import Shop


def say(line: str) -> None:
    """A line that stays one, so that an address in it can be clicked or copied."""
    typer.echo(line)


def said(shop: Shop, sentence: str, params: Mapping[str, Any]) -> str:
    """A sentence of the kit in the shop's own language."""
    return shop.languages.gettext(shop.settings.shop.default_language, sentence, **params)
