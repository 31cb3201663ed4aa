"""Chat's service, and people who talk."""

from __future__ import annotations

from typing import cast

import pytest

from zoco.app import Shop
from zoco.features.chat.service import ChatService
from zoco.kit.permissions import SYSTEM, Actor, Role
from zoco.testing.people import account


@pytest.fixture
def chat(shop: Shop) -> ChatService:
    return cast(ChatService, shop.services["chat"])


@pytest.fixture
async def eva(shop: Shop) -> Actor:
    return await account(shop, name="Eva Pérez")


@pytest.fixture
async def luis(shop: Shop) -> Actor:
    return await account(shop, name="Luis")


@pytest.fixture
async def sara(shop: Shop) -> Actor:
    """Of the shop."""
    return await account(shop, Role.STAFF, name="Sara")


@pytest.fixture
async def verify(shop: Shop) -> object:
    """Have somebody show that their address is theirs."""

    async def verify(actor: Actor) -> None:
        accounts = shop.services["accounts"]
        await accounts.verify(accounts.verify_token(actor.id, (await accounts.get(SYSTEM, actor.id)).email))

    return verify
