"""Projects and tasks on SQL engines."""

from __future__ import annotations

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from zoco.kit.errors import StaleWrite
from zoco.kit.ids import UserId
from zoco.storage.sql import Instant, Row, SqlTx, Statement, metadata
from zoco.storage.sql_moving import Rising
from zoco_tasks.models import Project, ProjectId, Task, TaskId

projects = Table(
    "projects",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("name", String, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_projects_owner", "owner", "id"),
)
tasks = Table(
    "tasks",
    metadata,
    Column("id", String, primary_key=True),
    Column("project_id", String, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("owner", String, nullable=False),
    Column("name", String, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_tasks_owner", "owner", "id"),
    Index("ix_tasks_project_id", "project_id", "id"),
)
_p, _t = projects.c, tasks.c
_own_project = _p.id == bindparam("row"), _p.owner == bindparam("whose")
_own_task = _t.id == bindparam("row"), _t.owner == bindparam("whose")

_PROJECT = Statement(select(*_p).where(*_own_project), held=True)
_PROJECTS = Statement(
    select(*_p)
    .where(_p.owner == bindparam("whose"), _p.id > bindparam("last"))
    .order_by(_p.id)
    .limit(bindparam("most"))
)
_ADD_PROJECT = Statement(insert(projects))
_SAVE_PROJECT = Statement(
    update(projects)
    .where(*_own_project)
    .values(name=bindparam("called"), description=bindparam("told"), updated_at=bindparam("now"))
)
_REMOVE_PROJECT = Statement(delete(projects).where(*_own_project))
_FORGET = Statement(delete(projects).where(_p.owner == bindparam("whose")))
_PROJECT_RECORDS = Rising(select(*_p), _p.id)

_TASK = Statement(select(*_t).where(*_own_task), held=True)
_page = (
    select(*_t)
    .where(_t.owner == bindparam("whose"), _t.id > bindparam("last"))
    .order_by(_t.id)
    .limit(bindparam("most"))
)
_TASKS, _TASKS_OF = Statement(_page), Statement(_page.where(_t.project_id == bindparam("project")))
_ADD_TASK = Statement(insert(tasks))
_SAVE_TASK = Statement(
    update(tasks)
    .where(*_own_task)
    .values(name=bindparam("called"), done=bindparam("finished"), updated_at=bindparam("now"))
)
_REMOVE_TASK = Statement(delete(tasks).where(*_own_task))
_TASK_RECORDS = Rising(select(*_t), _t.id)


class SqlProjects:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def get(self, project: ProjectId, owner: UserId) -> Project | None:
        row = await self._tx.one(_PROJECT, row=project, whose=owner)
        return _project(row) if row else None

    async def page(self, owner: UserId, after: str, limit: int) -> list[Project]:
        return [_project(row) for row in await self._tx.all(_PROJECTS, whose=owner, last=after, most=limit)]

    async def add(self, project: Project) -> None:
        await self._tx.run(_ADD_PROJECT, **msgspec.structs.asdict(project))

    async def save(self, project: Project) -> None:
        if not await self._tx.run(
            _SAVE_PROJECT,
            row=project.id,
            whose=project.owner,
            called=project.name,
            told=project.description,
            now=project.updated_at,
        ):
            raise StaleWrite

    async def remove(self, project: ProjectId, owner: UserId) -> bool:
        return bool(await self._tx.run(_REMOVE_PROJECT, row=project, whose=owner))

    async def forget(self, owner: UserId) -> None:
        await self._tx.run(_FORGET, whose=owner)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Project]]:
        return [(row[-1], _project(row)) for row in await _PROJECT_RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Project) -> None:
        await self.add(record)


class SqlTasks:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def get(self, task: TaskId, owner: UserId) -> Task | None:
        row = await self._tx.one(_TASK, row=task, whose=owner)
        return _task(row) if row else None

    async def page(self, owner: UserId, project: ProjectId | None, after: str, limit: int) -> list[Task]:
        asked = {"whose": owner, "last": after, "most": limit}
        if project is None:
            return [_task(row) for row in await self._tx.all(_TASKS, **asked)]
        return [_task(row) for row in await self._tx.all(_TASKS_OF, project=project, **asked)]

    async def add(self, task: Task) -> None:
        await self._tx.run(_ADD_TASK, **msgspec.structs.asdict(task))

    async def save(self, task: Task) -> None:
        if not await self._tx.run(
            _SAVE_TASK, row=task.id, whose=task.owner, called=task.name, finished=task.done, now=task.updated_at
        ):
            raise StaleWrite

    async def remove(self, task: TaskId, owner: UserId) -> bool:
        return bool(await self._tx.run(_REMOVE_TASK, row=task, whose=owner))

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Task]]:
        return [(row[-1], _task(row)) for row in await _TASK_RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Task) -> None:
        await self.add(record)


def _project(row: Row) -> Project:
    return Project(**dict(zip(_p.keys(), row, strict=False)))


def _task(row: Row) -> Task:
    return Task(**dict(zip(_t.keys(), row, strict=False)))
