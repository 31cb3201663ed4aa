"""What projects and tasks refuse."""

from __future__ import annotations

from zoco.kit.errors import NotFound
from zoco.kit.text import N_


class ProjectMissing(NotFound):
    code = "tasks.project_missing"
    message = N_("This project does not exist.")


class TaskMissing(NotFound):
    code = "tasks.missing"
    message = N_("This task does not exist.")
