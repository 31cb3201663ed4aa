"""What somebody of the shop did to which thing, and how such records are looked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from zoco.kit.ids import DeedId, UserId
from zoco.kit.text import N_

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


DONE: Mapping[str, str] = {
    "accounts.approve": N_("Let somebody sell"),
    "accounts.disapprove": N_("Let somebody sell no longer"),
    "accounts.change_user": N_("Changed somebody's account"),
    "accounts.claim_setup": N_("Set up the shop as its first administrator"),
    "accounts.end_sessions": N_("Signed somebody out everywhere"),
    "accounts.give_role": N_("Gave somebody a role"),
    "accounts.invite": N_("Invited somebody to the staff"),
    "accounts.remove_user": N_("Deleted somebody's account"),
    "catalogue.add_category": N_("Added a category"),
    "catalogue.add_product": N_("Added a product"),
    "catalogue.change_many": N_("Changed many products"),
    "catalogue.change_photos": N_("Changed the photos of a product"),
    "catalogue.change_product": N_("Changed a product"),
    "catalogue.merge_categories": N_("Put two categories together"),
    "catalogue.order_categories": N_("Ordered the categories"),
    "catalogue.remove_category": N_("Took away a category"),
    "catalogue.remove_product": N_("Took a product out of the shop"),
    "catalogue.rename_category": N_("Renamed a category"),
    "catalogue.restore_category": N_("Brought a category back"),
    "catalogue.restore_product": N_("Brought a product back"),
    "catalogue.undo_many": N_("Undid a change of many products"),
    "chat.block": N_("Blocked somebody in the chat"),
    "chat.unblock": N_("Let somebody into the chat again"),
    "chat.remove": N_("Deleted a message"),
    "chat.done": N_("Marked a conversation as done"),
    "chat.open": N_("Opened a conversation again"),
    "imports.begin": N_("Began an import"),
    "imports.stop": N_("Stopped an import"),
    "inbox.save_reply": N_("Saved a reply for later"),
    "inbox.change_reply": N_("Changed a saved reply"),
    "inbox.remove_reply": N_("Deleted a saved reply"),
    "mail.hasten": N_("Had a mail tried at once"),
    "mail.send_again": N_("Sent a mail again"),
    "orders.move": N_("Gave an order its status"),
    "orders.note": N_("Wrote a note on an order"),
}
"""Actions as people say them; of an extension's own the code is shown."""
DETAILS: Mapping[str, str] = {
    "status": N_("status"),
    "role": N_("role"),
    "before": N_("before"),
    "after": N_("now"),
    "rows": N_("rows"),
    "taken": N_("rows so far"),
    "change": N_("what changes"),
    "number": N_("number"),
    "category": N_("category"),
    "product": N_("product"),
    "changed": N_("fields"),
    "approved": N_("may sell"),
    "count": N_("how many"),
    "into": N_("into"),
    "place": N_("place"),
    "to": N_("recipient"),
    "template": N_("template"),
    "seq": N_("message number"),
}
"""What the details are called."""
VALUES: Mapping[str, str] = {
    "pagada": N_("paid"),
    "generada": N_("placed"),
    "enviada": N_("sent"),
    "entregada": N_("delivered"),
    "cancelada": N_("cancelled"),
    "customer": N_("customer"),
    "staff": N_("staff"),
    "admin": N_("administrator"),
}
"""Codes among the values of details."""
