"""Projects and their tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NewType

import msgspec
from msgspec import Meta

from zoco.kit.ids import UserId

ProjectId = NewType("ProjectId", str)
TaskId = NewType("TaskId", str)

Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"\S", description="Not only spaces.")]
Description = Annotated[str, Meta(max_length=2_000)]


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """`updated_at` moves with its tasks, too."""

    id: ProjectId
    owner: UserId
    name: str
    description: str
    created_at: datetime
    updated_at: datetime


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """`owner` is the project's, which never changes: so whose it is stands in every query."""

    id: TaskId
    project_id: ProjectId
    owner: UserId
    name: str
    done: bool
    created_at: datetime
    updated_at: datetime
