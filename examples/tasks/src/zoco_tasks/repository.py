"""The storage ports of projects and tasks."""

from __future__ import annotations

from typing import Protocol

from zoco.kit.ids import UserId
from zoco.kit.moving import Movable
from zoco_tasks.models import Project, ProjectId, Task, TaskId


class Projects(Movable, Protocol):
    """Everybody's own; somebody else's is as if it were not there."""

    async def get(self, project: ProjectId, owner: UserId) -> Project | None: ...

    async def page(self, owner: UserId, after: str, limit: int) -> list[Project]:
        """Oldest first, that is by rising id, those beyond `after`."""

    async def add(self, project: Project) -> None: ...

    async def save(self, project: Project) -> None:
        """Raises StaleWrite where it is no longer there."""

    async def remove(self, project: ProjectId, owner: UserId) -> bool:
        """With its tasks; whether it was there."""

    async def forget(self, owner: UserId) -> None:
        """Remove all of the owner's, with their tasks."""


class Tasks(Movable, Protocol):
    """The same for tasks."""

    async def get(self, task: TaskId, owner: UserId) -> Task | None: ...

    async def page(self, owner: UserId, project: ProjectId | None, after: str, limit: int) -> list[Task]:
        """Oldest first, of one project or of all."""

    async def add(self, task: Task) -> None: ...

    async def save(self, task: Task) -> None:
        """Raises StaleWrite where it is no longer there."""

    async def remove(self, task: TaskId, owner: UserId) -> bool: ...
