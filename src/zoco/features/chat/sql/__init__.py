"""Chat on SQL engines: its tables, and the adapters of its ports."""

from zoco.features.chat.sql.conversations import SqlConversations
from zoco.features.chat.sql.messages import SqlMessages, SqlQuestions

__all__ = ["SqlConversations", "SqlMessages", "SqlQuestions"]
