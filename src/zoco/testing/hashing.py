"""Passwords in tests: hashed so cheaply that thousands of sign-ins cost nothing."""

from __future__ import annotations

from zoco.features.accounts.providers import PasswordHasher
from zoco.kit.module import Module


class CheapHasher:
    """Keeps passwords readable; only for shops that live as long as a test."""

    async def hash(self, password: str) -> str:
        return f"cheap${password}"

    async def verify(self, password: str, hashed: str) -> tuple[bool, str | None]:
        return hashed == f"cheap${password}", None


CHEAP_HASHING = Module(name="cheap_hashing", provides={PasswordHasher: lambda _: CheapHasher()})
