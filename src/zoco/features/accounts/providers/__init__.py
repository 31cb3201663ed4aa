"""What others may fill: hashing of passwords, their part in a sign-in and in a copy of data; and proofs of access."""

from zoco.features.accounts.providers.hashing import PasswordHasher, PwdlibHasher
from zoco.features.accounts.providers.links import Link, MailLinks, Purpose
from zoco.features.accounts.providers.own_data import OwnData
from zoco.features.accounts.providers.sign_in import Notice, SignInStep
from zoco.features.accounts.providers.signed import Signed
from zoco.features.accounts.providers.tokens import AccessTokens

__all__ = [
    "AccessTokens",
    "Link",
    "MailLinks",
    "Notice",
    "OwnData",
    "PasswordHasher",
    "Purpose",
    "PwdlibHasher",
    "SignInStep",
    "Signed",
]
