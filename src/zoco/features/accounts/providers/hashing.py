"""The port for hashing passwords, with bcrypt and argon2id behind a queue that ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from zoco.features.accounts.models import MOST_PASSWORD_BYTES
from zoco.kit.errors import Unavailable

T = TypeVar("T")
_AT_ONCE = 2  # a quarter of a second of a core each: more would starve the shop
_RETRY_SECONDS = 5


class PasswordHasher(Protocol):
    """How passwords are kept. What is filled in last is used."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, hashed: str) -> tuple[bool, str | None]:
        """Whether it is the password; and if so, a hash to keep instead of one of an older kind, else None."""


class PwdlibHasher:
    """Hashes by `scheme` (`bcrypt` or `argon2id`), verifies both, two at once and at most `most_waiting` in line."""

    def __init__(self, scheme: str, *, bcrypt_rounds: int = 12, most_waiting: int = 40) -> None:
        """Where more are in line already, the next gets Unavailable."""
        known = {"bcrypt": BcryptHasher(bcrypt_rounds), "argon2id": Argon2Hasher()}
        self._passwords = PasswordHash((known.pop(scheme), *known.values()))
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="zoco-password")
        self._most = most_waiting + _AT_ONCE
        self._inside = 0

    async def hash(self, password: str) -> str:
        return await self._in_turn(lambda: self._passwords.hash(password))

    async def verify(self, password: str, hashed: str) -> tuple[bool, str | None]:
        if len(password.encode()) > MOST_PASSWORD_BYTES:
            return False, None
        return await self._in_turn(lambda: self._passwords.verify_and_update(password, hashed))

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._inside >= self._most:
            raise Unavailable(_RETRY_SECONDS)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._inside -= 1
