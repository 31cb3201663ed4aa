"""What chat refuses."""

from __future__ import annotations

from zoco.kit.errors import Conflict, Forbidden, NotFound, TooMany
from zoco.kit.text import N_


class ConversationForeign(Forbidden):
    """Somebody else's; said whether it exists or not."""

    code = "chat.foreign"
    message = N_("This conversation belongs to somebody else.")


class EmailUnproven(Forbidden):
    """The account bears an e-mail address that its owner has not confirmed, and others may have written under it."""

    code = "chat.email_unproven"
    message = N_("Confirm your e-mail address first: there are messages under it that only its owner may read.")


class GeneralClosed(NotFound):
    code = "chat.general_closed"
    message = N_("This shop has no general channel. Write to us in your own conversation.")


class KeyTaken(Conflict):
    """The writer has sent other words under this key; these are not stored."""

    code = "chat.key_taken"
    message = N_("Another message was sent with this key. Send this one with a new key.")


class MessageMissing(NotFound):
    code = "chat.message_missing"
    message = N_("This message does not exist.")


class WriterBlocked(Forbidden):
    code = "chat.blocked"
    message = N_("You cannot write here at the moment. Write us an e-mail instead.")


class LinkUnreadable(NotFound):
    """The link in a mail is not ours, too old, or was used."""

    code = "chat.link_over"
    message = N_("This link no longer works. Write your question again, and we send you a new one.")


class TooFast(TooMany):
    """More messages than a person types."""

    code = "chat.too_fast"
    message = N_("That was quite a lot at once. Wait {retry_after} seconds, then send it again; your text is kept.")
