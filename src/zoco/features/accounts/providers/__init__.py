"""What others may fill: how passwords are hashed, what happens at a sign-in; and how access is proved to the API."""

from zoco.features.accounts.providers.hashing import PasswordHasher, PwdlibHasher
from zoco.features.accounts.providers.sign_in import Notice, SignInStep
from zoco.features.accounts.providers.tokens import AccessTokens

__all__ = ["AccessTokens", "Notice", "PasswordHasher", "PwdlibHasher", "SignInStep"]
