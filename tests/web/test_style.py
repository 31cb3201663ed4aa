"""The page that shows what pages are made of."""

from __future__ import annotations

import httpx
import pytest

from zoco.app import Shop
from zoco.kit.permissions import Role
from zoco.testing.people import PASSWORD, account


@pytest.mark.parametrize(("role", "status"), [(None, 303), (Role.CUSTOMER, 403), (Role.STAFF, 200)])
async def test_staff_see_every_component(client: httpx.AsyncClient, shop: Shop, role: Role | None, status: int) -> None:
    if role is not None:
        person = await account(shop, role=role)
        signed_in = await client.post("/login", data={"email": person.email, "password": PASSWORD})
        assert signed_in.status_code == 303
    page = await client.get("/panel/estilo", headers={"accept": "text/html"})
    assert page.status_code == status
    assert (".product-card" in page.text) == (status == 200)
