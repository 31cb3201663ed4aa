"""The audit log: what gets into it, and who reads it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from tests.browsing import browsing, enter, text

import zoco.features
from zoco.app import Shop
from zoco.features.audit.models import DETAILS, DONE, DeedQuery
from zoco.features.audit.service import AuditService
from zoco.features.chat.models import ConversationState
from zoco.kit.errors import Forbidden, Unauthenticated
from zoco.kit.permissions import GUEST, SYSTEM, Actor, Role
from zoco.testing.clock import FrozenClock
from zoco.testing.people import account, person

LOG = "/panel/auditoria"
SAID = ("Dio su estado a una orden", "Orden 12", "estado: pagada", "Bloqueó a alguien en el chat")
NOTED = re.compile(r'(?:note|noted)\(\s*tx, \w+(?:\.\w+)?, (?:\w+, )?"([a-z]+\.[a-z_]+)"')


@pytest.fixture
def audit(shop: Shop) -> AuditService:
    return cast(AuditService, shop.services["audit"])


async def noted(shop: Shop, audit: AuditService, actor: Actor, action: str, **details: Any) -> None:
    async with shop.store.write() as tx:
        await audit.note(tx, actor, action, **details)


async def test_details_become_plain_and_are_cut(shop: Shop, audit: AuditService) -> None:
    await noted(shop, audit, SYSTEM, "x.do", subject="s" * 600, role=Role.STAFF, count=2, on=True, text="x" * 600)
    (deed,) = (await audit.page(SYSTEM, DeedQuery())).items
    assert deed.details == {"role": "staff", "count": 2, "on": True, "text": "x" * 499 + "…"}
    assert len(deed.subject) == 500


async def test_what_is_undone_was_not_done(shop: Shop, audit: AuditService) -> None:
    with pytest.raises(RuntimeError):
        async with shop.store.write() as tx:
            await audit.note(tx, SYSTEM, "x.do")
            raise RuntimeError
    assert (await audit.page(SYSTEM, DeedQuery())).items == []


async def test_what_was_done_to_one_thing_is_found_there(shop: Shop, audit: AuditService) -> None:
    for place in range(51):
        await noted(shop, audit, SYSTEM, f"x.do{place}", subject="order 1")
        await noted(shop, audit, SYSTEM, "x.other", subject=f"order 1{place}")
    found = await audit.page(SYSTEM, DeedQuery(subject="order 1"))
    assert (await audit.page(SYSTEM, DeedQuery(subject="order"))).items == []
    assert [deed.action for deed in found.items] == [f"x.do{place}" for place in range(50, 0, -1)]


async def test_only_administrators_read_it(audit: AuditService) -> None:
    for actor, refusal in ((GUEST, Unauthenticated), (person(), Forbidden), (person(Role.STAFF), Forbidden)):
        with pytest.raises(refusal):
            await audit.page(actor, DeedQuery())
        with pytest.raises(refusal):
            await audit.actions(actor)


async def test_the_page_shows_and_narrows_it(
    shop: Shop, audit: AuditService, client: httpx.AsyncClient, clock: FrozenClock
) -> None:
    admin = await account(shop, Role.ADMIN, "Olga")
    await noted(shop, audit, person(Role.STAFF, "Nora <b>"), "orders.move", subject="order 12", status="pagada")
    day = clock.now().date().isoformat()
    clock.move(days=2)
    await noted(shop, audit, admin, "chat.block", subject="x")
    await enter(browsing(client), admin)
    whole = await client.get(LOG)
    assert "Nora &lt;b&gt;" in whole.text
    assert all(words in text(whole) for words in SAID)
    for query, seen, unseen in (
        ("action=orders.move", "Orden 12", "Olga</a>"),
        (f"person={admin.email.upper()}", "Olga</a>", "Orden 12"),
        (f"since={day}&until={day}", "Orden 12", "Olga</a>"),
        ("since=otherwise&until=9999-12-31", "Orden 12", "nada así"),
        ("subject=nothing", "nada así", "Orden 12"),
    ):
        narrowed = await client.get(f"{LOG}?{query}")
        assert seen in narrowed.text, query
        assert unseen not in narrowed.text, query


async def test_details_that_somebody_typed_are_only_text(
    shop: Shop, audit: AuditService, client: httpx.AsyncClient
) -> None:
    admin = await account(shop, Role.ADMIN)
    await noted(shop, audit, admin, "catalogue.merge_categories", subject="x", into="<i>100%d</i>", rows=3, changed="é")
    await noted(shop, audit, admin, "mail.send_again", subject="y", to="50%s@example.com", on=True, off=None)
    await enter(browsing(client), admin)
    page = await client.get(LOG)
    assert "&lt;i&gt;100%d&lt;/i&gt;" in page.text
    assert "50%s@example.com" in page.text


async def test_it_turns_pages(shop: Shop, audit: AuditService, client: httpx.AsyncClient) -> None:
    admin = await account(shop, Role.ADMIN)
    for place in range(51):
        await noted(shop, audit, admin, "x.do", subject=f"thing {place}.")
    await enter(browsing(client), admin)
    first = await client.get(LOG)
    assert "thing 50." in first.text
    assert "thing 0." not in first.text
    link = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "thing 0." in (await client.get(link)).text


def test_what_is_noted_has_words_of_its_own() -> None:
    features = Path(zoco.features.__file__).parent
    code = [file.read_text() for file in features.rglob("*.py") if file.parent.name != "audit"]
    codes = {found for text in code for found in NOTED.findall(text)}
    assert len(codes) > 25
    assert not codes - set(DONE)
    named = {f"chat.{state.value}" for state in ConversationState}
    assert not [done for done in set(DONE) - named if not any(f'"{done}"' in text for text in code)]
    assert details(code) >= {"status", "count", "place"}
    assert not details(code) - set(DETAILS)


def details(code: list[str]) -> set[str]:
    """What is told beside the subject, where it stands in the code by its name."""
    calls = [node for text in code for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    notes = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in {"note", "_noted"}]
    return {word.arg for call in notes for word in call.keywords if word.arg} - {"subject"}
