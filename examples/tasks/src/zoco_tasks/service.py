"""What people do with their projects and tasks."""

from __future__ import annotations

from typing import Any

import msgspec

from zoco.kit.clock import Clock
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import UserId
from zoco.kit.paging import Page, after, cut_page
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store, Tx, use_case
from zoco.kit.text import N_
from zoco_tasks.errors import ProjectMissing, TaskMissing
from zoco_tasks.models import Project, ProjectId, Task, TaskId
from zoco_tasks.repository import Projects, Tasks
from zoco_tasks.schemas import AddProject, AddTask, ChangeProject, ChangeTask

KEEP = Permission("tasks.keep", Role.CUSTOMER)
"""Keep projects and tasks of one's own."""
_ALL = 2**31 - 1


class TaskService:
    """Everybody sees and changes their own; of somebody else's is said that it does not exist."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def projects(self, actor: Actor, cursor: str | None, limit: int) -> Page[Project]:
        """Oldest first."""
        owner = actor.require(KEEP)
        async with self._store.read() as tx:
            return cut_page(await tx[Projects].page(owner, _place(cursor), limit + 1), limit, _by_id)

    async def project(self, actor: Actor, project: ProjectId) -> Project:
        owner = actor.require(KEEP)
        async with self._store.read() as tx:
            return await _project(tx, project, owner)

    @use_case
    async def add_project(self, actor: Actor, data: AddProject) -> Project:
        owner, now = actor.require(KEEP), self._clock.now()
        project = Project(
            id=ProjectId(self._store.new_id()),
            owner=owner,
            name=data.name,
            description=data.description,
            created_at=now,
            updated_at=now,
        )
        async with self._store.write() as tx:
            await tx[Projects].add(project)
        return project

    @use_case
    async def change_project(self, actor: Actor, project: ProjectId, data: ChangeProject) -> Project:
        """Only what is given changes."""
        owner = actor.require(KEEP)
        async with self._store.write() as tx:
            found = await _project(tx, project, owner)
            return await self._save(tx, found, **msgspec.to_builtins(data))

    @use_case
    async def remove_project(self, actor: Actor, project: ProjectId) -> None:
        """With its tasks."""
        owner = actor.require(KEEP)
        async with self._store.write() as tx:
            if not await tx[Projects].remove(project, owner):
                raise ProjectMissing

    async def tasks(self, actor: Actor, project: ProjectId | None, cursor: str | None, limit: int) -> Page[Task]:
        """Oldest first, of one project or of all; raises ProjectMissing."""
        owner = actor.require(KEEP)
        async with self._store.read() as tx:
            if project is not None:
                await _project(tx, project, owner)
            return cut_page(await tx[Tasks].page(owner, project, _place(cursor), limit + 1), limit, _by_id)

    async def task(self, actor: Actor, task: TaskId) -> Task:
        owner = actor.require(KEEP)
        async with self._store.read() as tx:
            return await _task(tx, task, owner)

    @use_case
    async def add_task(self, actor: Actor, data: AddTask) -> Task:
        """Raises Invalid for a project that the actor does not have."""
        owner, now = actor.require(KEEP), self._clock.now()
        task = Task(
            id=TaskId(self._store.new_id()),
            project_id=ProjectId(data.project_id),
            owner=owner,
            name=data.name,
            done=data.done,
            created_at=now,
            updated_at=now,
        )
        async with self._store.write() as tx:
            project = await tx[Projects].get(task.project_id, owner)
            if project is None:
                raise Invalid(FieldError("project_id", "missing", N_("You have no project with this id.")))
            await self._save(tx, project)  # whoever removes it meanwhile comes before us or after, never between
            await tx[Tasks].add(task)
        return task

    @use_case
    async def change_task(self, actor: Actor, task: TaskId, data: ChangeTask) -> Task:
        """Only what is given changes."""
        owner = actor.require(KEEP)
        async with self._store.write() as tx:
            found = await _task(tx, task, owner)
            changed = msgspec.structs.replace(found, **msgspec.to_builtins(data), updated_at=self._clock.now())
            await tx[Tasks].save(changed)
        return changed

    @use_case
    async def remove_task(self, actor: Actor, task: TaskId) -> None:
        owner = actor.require(KEEP)
        async with self._store.write() as tx:
            if not await tx[Tasks].remove(task, owner):
                raise TaskMissing

    async def own_data(self, tx: Tx, user: UserId) -> dict[str, Any]:
        """What the person's copy of their own data has of ours."""
        return {
            "projects": await tx[Projects].page(user, "", _ALL),
            "tasks": await tx[Tasks].page(user, None, "", _ALL),
        }

    async def forget(self, tx: Tx, user: UserId) -> None:
        """Somebody has left."""
        await tx[Projects].forget(user)

    async def _save(self, tx: Tx, project: Project, **changes: str) -> Project:
        changed = msgspec.structs.replace(project, **changes, updated_at=self._clock.now())
        await tx[Projects].save(changed)
        return changed


async def _project(tx: Tx, project: ProjectId, owner: UserId) -> Project:
    found = await tx[Projects].get(project, owner)
    if found is None:
        raise ProjectMissing
    return found


async def _task(tx: Tx, task: TaskId, owner: UserId) -> Task:
    found = await tx[Tasks].get(task, owner)
    if found is None:
        raise TaskMissing
    return found


def _place(cursor: str | None) -> str:
    """The id after which a page begins."""
    return after(cursor, tuple[str])[0] if cursor else ""


def _by_id(row: Project | Task) -> tuple[str]:
    return (row.id,)
