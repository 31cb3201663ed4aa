"""What commands say without a terminal's arts, which a server does without: they are 5 MB."""

from __future__ import annotations

import typer

from zoco.app import Shop
from zoco.kit.errors import Declined, FieldError


def say(line: str) -> None:
    """A line that stays one, so that an address in it can be clicked or copied."""
    typer.echo(line)


def said(shop: Shop, reason: FieldError | Declined) -> str:
    """A remark or a refusal in the shop's own language."""
    return shop.languages.gettext(shop.settings.shop.default_language, reason.message, **reason.params)
