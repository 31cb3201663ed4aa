"""What the inbox refuses."""

from __future__ import annotations

from zoco.kit.errors import Conflict, NotFound
from zoco.kit.text import N_


class ReplyMissing(NotFound):
    code = "inbox.reply_missing"
    message = N_("This saved reply is no longer there.")


class RepliesFull(Conflict):
    """More than anybody would look through."""

    code = "inbox.replies_full"
    message = N_("There are {most} saved replies already. Remove one that nobody uses.")
