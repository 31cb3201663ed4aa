"""What incidents refuse."""

from __future__ import annotations

from zoco.kit.errors import NotFound
from zoco.kit.text import N_


class IncidentMissing(NotFound):
    code = "incidents.missing"
    message = N_("There is no error with this id. Only the latest ones are kept.")
