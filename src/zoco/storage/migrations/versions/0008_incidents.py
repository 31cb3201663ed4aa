"""Unexpected errors, by id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from zoco.storage.sql import Instant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.Column("solved_at", Instant(), nullable=True),
        sa.Column("solved_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_latest", "incidents", ["last_at", "id"])
    op.create_table(
        "incident_cases",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_cases")),
    )
    op.create_index("ix_incident_cases_latest", "incident_cases", ["at", "id"])
    op.create_index("ix_incident_cases_incident", "incident_cases", ["incident", "at", "id"])
