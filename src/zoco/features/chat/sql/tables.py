"""The tables of chat."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from zoco.storage.sql import Instant, metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("email", String, nullable=False),
    Column("name", String, nullable=False),
    Column("user_id", String, index=True),
    Column("language", String, nullable=False),
    Column("state", String, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("last_type", String),
    Column("preview", String, nullable=False),
    Column("staff_seen", BigInteger, nullable=False),
    Column("staff_unread", Integer, nullable=False),
    Column("customer_seen", BigInteger, nullable=False),
    Column("customer_unread", Integer, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("here_at", Instant),
    Column("mail_due", Instant, index=True),
    Column("mailed_seq", BigInteger, nullable=False),
    Column("folded", String, nullable=False),
    CheckConstraint("state IN ('open', 'done')", name="state"),
    Index("ix_conversations_last", "last_at", "id"),
)
messages = Table(
    "messages",
    metadata,
    Column("id", String, primary_key=True),
    Column("conversation", String, ForeignKey("conversations.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("email", String, nullable=False),
    Column("name", String, nullable=False),
    Column("type", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("author", String, nullable=False),
    Column("client_id", String, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("folded", Text, nullable=False),
    CheckConstraint("type IN ('usuario', 'sistema')", name="type"),
    CheckConstraint("seq > 0", name="seq"),
    UniqueConstraint("conversation", "seq"),
    UniqueConstraint("author", "conversation", "client_id"),
)
questions = Table(
    "questions",
    metadata,
    Column("id", String, primary_key=True),
    Column("email", String, nullable=False),
    Column("name", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("language", String, nullable=False),
    Column("asked_at", Instant, nullable=False, index=True),
)
