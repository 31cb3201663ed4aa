"""Projects and tasks on MongoDB."""

from __future__ import annotations

import msgspec

from zoco.kit.errors import StaleWrite
from zoco.kit.ids import UserId
from zoco.storage.documents import FLAG, ID, MOMENT, TEXT, Collection, Document, Index, MongoTx, above, key
from zoco.storage.mongo_moving import rising
from zoco_tasks.models import Project, ProjectId, Task, TaskId

PROJECTS = Collection(
    "proyectos",
    {"_id": ID, "owner": ID, "name": TEXT, "description": TEXT, "created_at": MOMENT, "updated_at": MOMENT},
    indexes=[Index([("owner", 1), ("_id", 1)])],
)
TASKS = Collection(
    "tareas_de_proyectos",
    {
        "_id": ID,
        "project_id": ID,
        "owner": ID,
        "name": TEXT,
        "done": FLAG,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    },
    indexes=[Index([("owner", 1), ("_id", 1)]), Index([("project_id", 1), ("_id", 1)])],
)
_BY_ID = [("_id", 1)]


class MongoProjects:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, project: ProjectId, owner: UserId) -> Project | None:
        row = await self._tx.one(PROJECTS, _own(project, owner))
        return _project(row) if row else None

    async def page(self, owner: UserId, after: str, limit: int) -> list[Project]:
        where = {"owner": key(owner)} | _beyond(after)
        return [_project(row) for row in await self._tx.all(PROJECTS, where, sort=_BY_ID, limit=limit)]

    async def add(self, project: Project) -> None:
        await self._tx.insert(PROJECTS, [_document(project)])

    async def save(self, project: Project) -> None:
        if not await self._tx.update(PROJECTS, _own(project.id, project.owner), {"$set": _document(project)}):
            raise StaleWrite

    async def remove(self, project: ProjectId, owner: UserId) -> bool:
        await self._tx.delete(TASKS, {"project_id": key(project), "owner": key(owner)})
        return bool(await self._tx.delete(PROJECTS, _own(project, owner)))

    async def forget(self, owner: UserId) -> None:
        await self._tx.delete(TASKS, {"owner": key(owner)})
        await self._tx.delete(PROJECTS, {"owner": key(owner)})

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Project]]:
        return [(str(row["_id"]), _project(row)) for row in await rising(self._tx, PROJECTS, after, limit)]

    async def restore(self, record: Project) -> None:
        await self.add(record)


class MongoTasks:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, task: TaskId, owner: UserId) -> Task | None:
        row = await self._tx.one(TASKS, _own(task, owner))
        return _task(row) if row else None

    async def page(self, owner: UserId, project: ProjectId | None, after: str, limit: int) -> list[Task]:
        where = {"owner": key(owner)} | _beyond(after) | ({"project_id": key(project)} if project is not None else {})
        return [_task(row) for row in await self._tx.all(TASKS, where, sort=_BY_ID, limit=limit)]

    async def add(self, task: Task) -> None:
        await self._tx.insert(TASKS, [_document(task)])

    async def save(self, task: Task) -> None:
        if not await self._tx.update(TASKS, _own(task.id, task.owner), {"$set": _document(task)}):
            raise StaleWrite

    async def remove(self, task: TaskId, owner: UserId) -> bool:
        return bool(await self._tx.delete(TASKS, _own(task, owner)))

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Task]]:
        return [(str(row["_id"]), _task(row)) for row in await rising(self._tx, TASKS, after, limit)]

    async def restore(self, record: Task) -> None:
        await self.add(record)


def _own(identifier: str, owner: UserId) -> Document:
    return {"_id": key(identifier), "owner": key(owner)}


def _beyond(after: str) -> Document:
    return {"_id": above(after)} if after else {}


def _document(thing: Project | Task) -> Document:
    fields = msgspec.structs.asdict(thing)
    keys = {name: key(fields[name]) for name in ("owner", "project_id") if name in fields}
    return {"_id": key(fields.pop("id"))} | fields | keys


def _project(row: Document) -> Project:
    return msgspec.convert(_plain(row), Project)


def _task(row: Document) -> Task:
    return msgspec.convert(_plain(row), Task)


def _plain(row: Document) -> Document:
    keys = {name: str(row[name]) for name in ("owner", "project_id") if name in row}
    return row | keys | {"id": str(row["_id"])}
