"""Accounts in the browser: the way in, lost passwords, and one's own page."""

from zoco.features.accounts.pages.entrance import AccountPages, local
from zoco.features.accounts.pages.own import OwnPages
from zoco.features.accounts.pages.recovery import InvitationPages, RecoveryPages

__all__ = ["AccountPages", "InvitationPages", "OwnPages", "RecoveryPages", "local"]
