"""The inbox, and somebody of the staff at it."""

from __future__ import annotations

from typing import cast

import httpx
import pytest
from tests.browsing import browsing, enter

from zoco.app import Shop
from zoco.features.chat.service import ChatService
from zoco.features.inbox.service import InboxService
from zoco.kit.permissions import Actor
from zoco.testing.people import account


@pytest.fixture
def inbox(shop: Shop) -> InboxService:
    return cast(InboxService, shop.services["inbox"])


@pytest.fixture
async def eva(shop: Shop) -> Actor:
    """A customer with an account."""
    return await account(shop, name="Eva Compradora")


@pytest.fixture
async def iker(shop: Shop) -> Actor:
    """Another one."""
    return await account(shop, name="Iker Etxea")


@pytest.fixture
def chat(shop: Shop) -> ChatService:
    return cast(ChatService, shop.services["chat"])


@pytest.fixture
async def desk(client: httpx.AsyncClient, nora: Actor) -> httpx.AsyncClient:
    """Nora's browser, signed in, in Spanish."""
    await enter(browsing(client), nora)
    return client
