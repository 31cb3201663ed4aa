"""The rules of saved replies."""

from __future__ import annotations

from typing import Any

import pytest

from zoco.features.inbox.models import SavedReply, in_turn
from zoco.kit.ids import ReplyId
from zoco.testing.clock import FrozenClock


def a_reply(**given: Any) -> SavedReply:
    now = FrozenClock().now()
    usual: dict[str, Any] = {
        "id": ReplyId("1"),
        "title": "Saludo",
        "body": "Hola {nombre}, gracias.",
        "created_at": now,
        "updated_at": now,
    }
    return SavedReply(**usual | given)


@pytest.mark.parametrize(
    ("name", "said"),
    [("Eva María Núñez", "Hola Eva, gracias."), ("", "Hola, gracias."), ("  ", "Hola, gracias.")],
)
def test_the_first_name_stands_in_its_place(name: str, said: str) -> None:
    assert a_reply().said_to(name) == said


def test_a_reply_without_a_place_is_said_as_it_is() -> None:
    assert a_reply(body="De 9 a 18 h. {x}").said_to("Eva") == "De 9 a 18 h. {x}"


def test_they_stand_by_title_whatever_the_case_and_accents() -> None:
    replies = [a_reply(id=ReplyId(str(n)), title=title) for n, title in enumerate(["Zeta", "árbol", "Ámbar", "arbol"])]
    assert [reply.title for reply in in_turn(replies)] == ["Ámbar", "árbol", "arbol", "Zeta"]
