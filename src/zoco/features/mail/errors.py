"""What mail declines."""

from __future__ import annotations

from zoco.kit.errors import NotFound
from zoco.kit.text import N_


class MailMissing(NotFound):
    code = "mail.missing"
    message = N_("There is no such mail.")
