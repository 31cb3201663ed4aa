"""Tries counted in PostgreSQL, for all processes of a shop; a server that crashes forgets them."""

from __future__ import annotations

from zoco.kit.ratelimit import ROUNDING
from zoco.storage.postgres_pool import Pool

_BEFORE = "CASE WHEN t.until BETWEEN $2 AND $2 + 2 * $4 THEN t.until ELSE $2 END"
_COUNT = f"""
    INSERT INTO tries AS t (key, until) VALUES ($1, $2::float8 + $3)
    ON CONFLICT (key) DO UPDATE SET until = {_BEFORE} + $3 WHERE {_BEFORE} + $3 - $2 <= $4
    RETURNING until
"""  # noqa: S608 - words of ours
_UNTIL = "SELECT until FROM tries WHERE key = $1"
_FORGET = "DELETE FROM tries WHERE key = $1"
_PRUNE = "DELETE FROM tries WHERE until < $1"


class PostgresTries:
    """One row for each key, in one statement that no other process can come between."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def count(self, key: str, now: float, each: float, most: float) -> float:
        until = await self._pool.value(_COUNT, key, now, each, most + ROUNDING)
        if until is not None:
            return float(until) - now - most
        until = await self._pool.value(_UNTIL, key) or now
        return max(max(until, now) + each - now - most, 2 * ROUNDING)

    async def forget(self, key: str) -> None:
        await self._pool.value(_FORGET, key)

    async def prune(self, now: float) -> None:
        await self._pool.value(_PRUNE, now)
