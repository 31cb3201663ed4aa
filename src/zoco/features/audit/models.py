"""What somebody of the shop did to which thing, and how such records are looked for."""

from __future__ import annotations

from datetime import datetime

import msgspec

from zoco.kit.ids import DeedId, UserId

Detail = str | int | bool | None
LIMIT = 50


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """`action` is a feature and a verb (`orders.move`), `subject` what it was done to (`order 12`)."""

    id: DeedId
    at: datetime
    actor: UserId
    name: str
    email: str
    action: str
    subject: str = ""
    details: dict[str, Detail] = {}


class DeedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is left empty narrows nothing. `person` is an id or the exact e-mail address; `until` is not within."""

    person: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    limit: int = LIMIT
