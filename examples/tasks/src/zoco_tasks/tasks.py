"""What projects and tasks do when accounts change."""

from __future__ import annotations

from zoco.features.accounts.events import UserRemoved
from zoco.kit.events import on
from zoco.kit.store import Tx
from zoco_tasks.service import TaskService


@on(UserRemoved)
async def forget(tx: Tx, event: UserRemoved, tasks: TaskService) -> None:
    await tasks.forget(tx, event.user)
