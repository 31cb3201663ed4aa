"""Messages, and questions that wait, on SQL engines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, insert, select, true, update

from zoco.features.chat.models import Message, MessageType, Question, folded
from zoco.features.chat.sql.tables import messages, questions
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import ConversationId, QuestionId
from zoco.storage.sql import Row, SqlTx, Statement, constant, insert_new
from zoco.storage.sql_moving import Rising

_m, _q = messages.c, questions.c
_MESSAGE = tuple(column for column in _m if column.name != "folded")
_mine = _m.conversation == bindparam("room")
_ADD = Statement(insert_new(messages))
_OF_CLIENT = Statement(
    select(*_MESSAGE).where(_mine, _m.author == bindparam("writer"), _m.client_id == bindparam("client"))
)
_MESSAGE_OF = Statement(select(*_MESSAGE).where(_mine, _m.seq == bindparam("place")))
_AFTER = Statement(
    select(*_MESSAGE).where(_mine, _m.seq > bindparam("place")).order_by(_m.seq).limit(bindparam("most"))
)
_BEFORE = {
    further: Statement(
        select(*_MESSAGE)
        .where(_mine, _m.seq < bindparam("place") if further else true())
        .order_by(_m.seq.desc())
        .limit(bindparam("most"))
    )
    for further in (True, False)
}
_BLANK = Statement(
    update(messages)
    .where(_mine, _m.seq == bindparam("place"))
    .values(body=constant(""), folded=constant(""), removed=true())
)
_FORGET = Statement(
    update(messages).where(_m.author == bindparam("writer")).values(author=_m.id, name=constant(""), email=constant(""))
)
_OF_AUTHOR = {
    further: Statement(
        select(*_MESSAGE)
        .where(_m.author == bindparam("writer"), _m.id > bindparam("last") if further else true())
        .order_by(_m.id)
        .limit(bindparam("most"))
    )
    for further in (True, False)
}
_MESSAGES = Rising(select(*_MESSAGE), _m.id)


class SqlMessages:
    """Fills the port Messages."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, message: Message) -> None:
        row = msgspec.structs.asdict(message) | {"type": message.type.value, "folded": folded(message.body)}
        if not await self._tx.run(_ADD, **row):
            raise StaleWrite

    async def of_client(self, conversation: ConversationId, author: str, client_id: str) -> Message | None:
        return _message(await self._tx.one(_OF_CLIENT, room=conversation, writer=author, client=client_id))

    async def get(self, conversation: ConversationId, seq: int) -> Message | None:
        return _message(await self._tx.one(_MESSAGE_OF, room=conversation, place=seq))

    async def after(self, conversation: ConversationId, seq: int, limit: int) -> list[Message]:
        return _filled(await self._tx.all(_AFTER, room=conversation, place=seq, most=limit))

    async def before(self, conversation: ConversationId, seq: int | None, limit: int) -> list[Message]:
        place = {} if seq is None else {"place": seq}
        return _filled(await self._tx.all(_BEFORE[bool(place)], room=conversation, most=limit, **place))[::-1]

    async def remove(self, conversation: ConversationId, seq: int) -> None:
        await self._tx.run(_BLANK, room=conversation, place=seq)

    async def forget_author(self, author: str) -> None:
        await self._tx.run(_FORGET, writer=author)

    async def of_author(self, author: str, after: str | None, limit: int) -> list[Message]:
        last = {} if after is None else {"last": after}
        return _filled(await self._tx.all(_OF_AUTHOR[bool(last)], writer=author, most=limit, **last))

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Message]]:
        rows = await _MESSAGES.page(self._tx, after, limit)
        return [(row[-1], message) for row, message in zip(rows, _filled(rows), strict=True)]

    async def restore(self, record: Message) -> None:
        await self.add(record)


_ADD_QUESTION = Statement(insert(questions))
_QUESTION = Statement(select(*_q).where(_q.id == bindparam("row_id")))
_DROP = Statement(delete(questions).where(_q.id == bindparam("row_id")))
_PRUNE = Statement(delete(questions).where(_q.asked_at < bindparam("before")))
_QUESTIONS = Rising(select(*_q), _q.id)


class SqlQuestions:
    """Fills the port Questions."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, question: Question) -> None:
        await self._tx.run(_ADD_QUESTION, **msgspec.structs.asdict(question))

    async def get(self, question: QuestionId) -> Question | None:
        row = await self._tx.one(_QUESTION, row_id=question)
        return _question(row) if row else None

    async def remove(self, question: QuestionId) -> bool:
        return await self._tx.run(_DROP, row_id=question) == 1

    async def prune(self, before: datetime) -> None:
        await self._tx.run(_PRUNE, before=before)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Question]]:
        return [(row[-1], _question(row)) for row in await _QUESTIONS.page(self._tx, after, limit)]

    async def restore(self, record: Question) -> None:
        await self.add(record)


def _message(row: Row | None) -> Message | None:
    return _filled([row])[0] if row else None


def _filled(rows: Iterable[Row]) -> list[Message]:
    return [
        Message(
            id=row[0],
            conversation=row[1],
            seq=row[2],
            email=row[3],
            name=row[4],
            type=MessageType(row[5]),
            body=row[6],
            sent_at=row[7],
            author=row[8],
            client_id=row[9],
            removed=bool(row[10]),
        )
        for row in rows
    ]


def _question(row: Row) -> Question:
    return Question(id=row[0], email=row[1], name=row[2], body=row[3], language=row[4], asked_at=row[5])
