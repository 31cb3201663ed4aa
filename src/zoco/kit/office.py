"""Where the back office is worked in: what a feature adds to its navigation."""

from __future__ import annotations

import msgspec

from zoco.kit.permissions import Permission


class Desk(msgspec.Struct, frozen=True):
    """A place of the back office, shown to those who hold `permission`; lower `order` comes first.

    `title` is an English sentence for the translations, `icon` one of `icons.html`.
    """

    address: str
    title: str
    icon: str
    permission: Permission
    order: int
