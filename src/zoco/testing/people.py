"""People for tests: actors without an account, and accounts that sign in."""

from __future__ import annotations

from itertools import count

import httpx

from zoco.app import Shop
from zoco.kit.ids import UserId, ordered_id
from zoco.kit.permissions import SYSTEM, Actor, Role

PASSWORD = "una clave larga y buena"  # noqa: S105 - of people who do not exist
_number = count(1)


def person(role: Role = Role.CUSTOMER, name: str = "") -> Actor:
    """Somebody signed in, as services see them."""
    number = next(_number)
    name = name or f"Persona {number}"
    return Actor(id=UserId(ordered_id()), name=name, email=f"persona{number}@example.com", role=role)


async def account(shop: Shop, role: Role = Role.CUSTOMER, name: str = "") -> Actor:
    """Somebody with an account and `PASSWORD`."""
    actor = person(role, name)
    made = await shop.services["accounts"].create(
        SYSTEM, name=actor.name, email=actor.email, phone="+34 600 000 000", password=PASSWORD, role=role
    )
    return Actor(id=made.id, name=made.name, email=made.email, role=made.role)


async def signed_in(client: httpx.AsyncClient, actor: Actor) -> dict[str, str]:
    """The headers of an API call by somebody with an account."""
    answer = await client.post("/api/auth/login", json={"email": actor.email, "password": PASSWORD})
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
