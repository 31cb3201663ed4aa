"""What projects and tasks say and understand on the wire."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from zoco_tasks.models import Description, Name


class AddProject(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    description: Description = ""


class ChangeProject(msgspec.Struct, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET


class AddTask(msgspec.Struct, forbid_unknown_fields=True):
    project_id: str
    name: Name
    done: bool = False


class ChangeTask(msgspec.Struct, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    done: bool | UnsetType = UNSET


class ProjectOut(msgspec.Struct, frozen=True):
    id: str
    name: str
    description: str
    created_at: datetime
    updated_at: datetime


class TaskOut(msgspec.Struct, frozen=True):
    id: str
    project_id: str
    name: str
    done: bool
    created_at: datetime
    updated_at: datetime


class ProjectPage(msgspec.Struct, frozen=True):
    items: list[ProjectOut]
    next: str | None


class TaskPage(msgspec.Struct, frozen=True):
    items: list[TaskOut]
    next: str | None
