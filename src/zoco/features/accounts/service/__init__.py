"""The service of accounts, in two halves: the accounts themselves, and the sessions of their owners."""

from zoco.features.accounts.service.accounts import APPROVE, MANAGE, SEE, AccountService
from zoco.features.accounts.service.sign_ins import TRIES, Gate, Lives, SignedIn, Tokens

__all__ = ["APPROVE", "MANAGE", "SEE", "TRIES", "AccountService", "Gate", "Lives", "SignedIn", "Tokens"]
