"""Use cases of chat: what everybody does, what visitors without an account do, and what staff and the clock do."""

from zoco.features.chat.service.staff import ChatService
from zoco.features.chat.service.talk import ANSWER, Rules

__all__ = ["ANSWER", "ChatService", "Rules"]
