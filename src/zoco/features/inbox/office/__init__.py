"""The inbox in the back office: conversations, and the replies that staff keep for them."""

from zoco.features.inbox.office.conversations import InboxOffice
from zoco.features.inbox.office.navigation import waiting_in_navigation
from zoco.features.inbox.office.replies import ReplyOffice

__all__ = ["InboxOffice", "ReplyOffice", "waiting_in_navigation"]
