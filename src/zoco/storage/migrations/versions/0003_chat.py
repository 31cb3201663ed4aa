"""Conversations and their messages, and when timed jobs are due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from zoco.storage.sql import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("last_type", sa.String(), nullable=True),
        sa.Column("preview", sa.String(), nullable=False),
        sa.Column("staff_seen", sa.BigInteger(), nullable=False),
        sa.Column("staff_unread", sa.Integer(), nullable=False),
        sa.Column("customer_seen", sa.BigInteger(), nullable=False),
        sa.Column("customer_unread", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("here_at", Instant(), nullable=True),
        sa.Column("mail_due", Instant(), nullable=True),
        sa.Column("mailed_seq", sa.BigInteger(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_conversations_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index(op.f("ix_conversations_user_id"), "conversations", ["user_id"])
    op.create_index(op.f("ix_conversations_mail_due"), "conversations", ["mail_due"])
    op.create_index("ix_conversations_last", "conversations", ["last_at", "id"])
    op.create_table(
        "messages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_messages_seq")),
        sa.CheckConstraint("type IN ('usuario', 'sistema')", name=op.f("ck_messages_type")),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name=op.f("fk_messages_conversation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "author", "conversation", "client_id", name=op.f("uq_messages_author_conversation_client_id")
        ),
        sa.UniqueConstraint("conversation", "seq", name=op.f("uq_messages_conversation_seq")),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_asked_at"), "questions", ["asked_at"])
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_jobs")),
    )
