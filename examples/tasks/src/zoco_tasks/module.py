"""The manifest of projects and tasks."""

from __future__ import annotations

from pathlib import Path

from zoco.features.accounts.providers import OwnData
from zoco.kit.module import House, Module
from zoco_tasks import tasks
from zoco_tasks.api import ProjectApi, TaskApi
from zoco_tasks.mongo import MongoProjects, MongoTasks
from zoco_tasks.repository import Projects, Tasks
from zoco_tasks.service import KEEP, TaskService
from zoco_tasks.sql import SqlProjects, SqlTasks


def build(house: House) -> TaskService:
    return TaskService(house.store, house.clock)


MODULE = Module(
    name="tasks",
    folder=Path(__file__).parent,
    requires=("accounts",),
    build=build,
    sql={Projects: SqlProjects, Tasks: SqlTasks},
    mongo={Projects: MongoProjects, Tasks: MongoTasks},
    provides={OwnData: lambda tasks: tasks},
    controllers=(ProjectApi, TaskApi),
    tasks=tasks,
    permissions=(KEEP,),
)
