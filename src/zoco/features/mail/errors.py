"""What mail declines."""

from __future__ import annotations

from zoco.kit.errors import Conflict, NotFound
from zoco.kit.text import N_


class MailMissing(NotFound):
    code = "mail.missing"
    message = N_("There is no such mail.")


class MailWaiting(Conflict):
    code = "mail.waiting"
    message = N_("This mail is still on its way.")


class TemplateMissing(NotFound):
    code = "mail.template_missing"
    message = N_("There is no such template.")
