"""The service of accounts, in four parts: people, what staff do with them, the links in mails, the sessions."""

from zoco.features.accounts.service.accounts import APPROVE, MANAGE, SEE
from zoco.features.accounts.service.recovery import ASKS
from zoco.features.accounts.service.sign_ins import TRIES, Gate, Lives, SignedIn, Tokens
from zoco.features.accounts.service.staff import AccountService, invited

__all__ = [
    "APPROVE",
    "ASKS",
    "MANAGE",
    "SEE",
    "TRIES",
    "AccountService",
    "Gate",
    "Lives",
    "SignedIn",
    "Tokens",
    "invited",
]
