"""Projects and tasks over REST."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from zoco.kit.paging import LARGEST_LIMIT, LIMIT
from zoco.kit.permissions import Actor
from zoco_tasks.models import Project, ProjectId, Task, TaskId
from zoco_tasks.schemas import (
    AddProject,
    AddTask,
    ChangeProject,
    ChangeTask,
    ProjectOut,
    ProjectPage,
    TaskOut,
    TaskPage,
)
from zoco_tasks.service import TaskService

After = Annotated[str | None, QueryParameter(max_length=300, description="`next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT)]


class ProjectApi(Controller):
    """One's own projects."""

    path = "/api/projects"
    tags = ("projects",)

    @get("/", summary="List projects", operation_id="listProjects")
    async def list(
        self,
        tasks: NamedDependency[TaskService],
        actor: NamedDependency[Actor],
        after: After = None,
        limit: Limit = LIMIT,
    ) -> ProjectPage:
        """Oldest first."""
        page = await tasks.projects(actor, after, limit)
        return ProjectPage([_project(one) for one in page.items], page.next)

    @post("/", summary="Add a project", operation_id="addProject")
    async def add(
        self, data: JSONBody[AddProject], tasks: NamedDependency[TaskService], actor: NamedDependency[Actor]
    ) -> Response[ProjectOut]:
        added = await tasks.add_project(actor, data)
        return Response(_project(added), headers={"Location": f"/api/projects/{added.id}"})

    @get("/{project:str}", summary="Show a project", operation_id="showProject")
    async def show(
        self, project: FromPath[str], tasks: NamedDependency[TaskService], actor: NamedDependency[Actor]
    ) -> ProjectOut:
        return _project(await tasks.project(actor, ProjectId(project)))

    @put("/{project:str}", summary="Change a project", operation_id="changeProject")
    async def change(
        self,
        project: FromPath[str],
        data: JSONBody[ChangeProject],
        tasks: NamedDependency[TaskService],
        actor: NamedDependency[Actor],
    ) -> ProjectOut:
        """Only what is given changes."""
        return _project(await tasks.change_project(actor, ProjectId(project), data))

    @delete("/{project:str}", summary="Remove a project", operation_id="removeProject")
    async def remove(
        self, project: FromPath[str], tasks: NamedDependency[TaskService], actor: NamedDependency[Actor]
    ) -> None:
        """With its tasks."""
        await tasks.remove_project(actor, ProjectId(project))

    @get("/{project:str}/tasks", summary="List the tasks of a project", operation_id="listTasksOfProject")
    async def tasks_of(
        self,
        project: FromPath[str],
        tasks: NamedDependency[TaskService],
        actor: NamedDependency[Actor],
        after: After = None,
        limit: Limit = LIMIT,
    ) -> TaskPage:
        """Oldest first."""
        page = await tasks.tasks(actor, ProjectId(project), after, limit)
        return TaskPage([_task(one) for one in page.items], page.next)


class TaskApi(Controller):
    """The tasks of one's own projects."""

    path = "/api/tasks"
    tags = ("tasks",)

    @get("/", summary="List tasks", operation_id="listTasks")
    async def list(
        self,
        tasks: NamedDependency[TaskService],
        actor: NamedDependency[Actor],
        after: After = None,
        limit: Limit = LIMIT,
    ) -> TaskPage:
        """Of all projects, oldest first."""
        page = await tasks.tasks(actor, None, after, limit)
        return TaskPage([_task(one) for one in page.items], page.next)

    @post("/", summary="Add a task to a project", operation_id="addTask")
    async def add(
        self, data: JSONBody[AddTask], tasks: NamedDependency[TaskService], actor: NamedDependency[Actor]
    ) -> Response[TaskOut]:
        added = await tasks.add_task(actor, data)
        return Response(_task(added), headers={"Location": f"/api/tasks/{added.id}"})

    @get("/{task:str}", summary="Show a task", operation_id="showTask")
    async def show(
        self, task: FromPath[str], tasks: NamedDependency[TaskService], actor: NamedDependency[Actor]
    ) -> TaskOut:
        return _task(await tasks.task(actor, TaskId(task)))

    @put("/{task:str}", summary="Change a task", operation_id="changeTask")
    async def change(
        self,
        task: FromPath[str],
        data: JSONBody[ChangeTask],
        tasks: NamedDependency[TaskService],
        actor: NamedDependency[Actor],
    ) -> TaskOut:
        """Only what is given changes."""
        return _task(await tasks.change_task(actor, TaskId(task), data))

    @delete("/{task:str}", summary="Remove a task", operation_id="removeTask")
    async def remove(
        self, task: FromPath[str], tasks: NamedDependency[TaskService], actor: NamedDependency[Actor]
    ) -> None:
        await tasks.remove_task(actor, TaskId(task))


def _project(project: Project) -> ProjectOut:
    return msgspec.convert(project, ProjectOut, from_attributes=True)


def _task(task: Task) -> TaskOut:
    return msgspec.convert(task, TaskOut, from_attributes=True)
