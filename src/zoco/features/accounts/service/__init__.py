"""The service of accounts, in three parts: the accounts themselves, the links in mails, the sessions of the owners."""

from zoco.features.accounts.service.accounts import APPROVE, MANAGE, SEE, AccountService
from zoco.features.accounts.service.recovery import ASKS
from zoco.features.accounts.service.sign_ins import TRIES, Gate, Lives, SignedIn, Tokens

__all__ = ["APPROVE", "ASKS", "MANAGE", "SEE", "TRIES", "AccountService", "Gate", "Lives", "SignedIn", "Tokens"]
