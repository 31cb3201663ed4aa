"""Conversations on SQL engines."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, delete, func, null, or_, select, update

from zoco.features.chat.models import (
    GENERAL,
    Conversation,
    ConversationState,
    InboxQuery,
    Message,
    MessageType,
    folded,
)
from zoco.features.chat.sql.tables import conversations, messages
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import ConversationId, UserId
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.storage.sql import Instant, Row, SqlTx, Statement, any_of, constant, insert_new, to_json
from zoco.storage.sql_moving import Rising

_c, _m = conversations.c, messages.c
_CONVERSATION = tuple(column for column in _c if column.name != "folded")

_one = _c.id == bindparam("row_id")
_GET = Statement(select(*_CONVERSATION).where(_one))
_ENSURE = Statement(insert_new(conversations))
_NEXT_SEQ = Statement(
    update(conversations).where(_one).values(last_seq=_c.last_seq + constant(1)).returning(_c.last_seq)
)
_shown: dict[str, Any] = {
    "last_at": bindparam("now"),
    "last_type": bindparam("kind"),
    "preview": bindparam("shown"),
}
_NOTE = {
    MessageType.USUARIO: Statement(
        update(conversations)
        .where(_one)
        .values(**_shown, state=constant("open"), staff_unread=_c.staff_unread + constant(1))
    ),
    MessageType.SISTEMA: Statement(
        update(conversations)
        .where(_one)
        .values(
            **_shown,
            customer_unread=_c.customer_unread + constant(1),
            mail_due=func.coalesce(_c.mail_due, bindparam("due", type_=Instant())),
        )
    ),
}
_OWN = Statement(
    update(conversations)
    .where(_one)
    .values(
        user_id=bindparam("owner"), name=bindparam("called"), language=bindparam("spoken"), folded=bindparam("said")
    )
)


def _left(kind: MessageType, seen: Any) -> Any:
    """How many messages beyond a marker there are to read."""
    theirs = and_(_m.conversation == _c.id, _m.type == constant(kind.value), _m.removed.is_(False))
    return select(func.count()).where(theirs, _m.seq > seen).correlate(conversations).scalar_subquery()


# A marker first, and the count by a statement of its own: it sees what was stored while the first waited for the row.
_READ = {
    staff: Statement(update(conversations).where(_one, seen < bindparam("place")).values({seen: bindparam("place")}))
    for staff, seen in ((True, _c.staff_seen), (False, _c.customer_seen))
}
_COUNT = {
    True: Statement(update(conversations).where(_one).values(staff_unread=_left(MessageType.USUARIO, _c.staff_seen))),
    False: Statement(
        update(conversations).where(_one).values(customer_unread=_left(MessageType.SISTEMA, _c.customer_seen))
    ),
}
_NO_MAIL = Statement(update(conversations).where(_one, _c.customer_unread == constant(0)).values(mail_due=null()))
_SETTLE = Statement(update(conversations).where(_one).values(state=bindparam("wanted")))
_MUTE = Statement(update(conversations).where(_one).values(blocked=bindparam("wanted")))
_BLANK = Statement(
    update(conversations)
    .where(_one)
    .values(preview=case((_c.last_seq == bindparam("place"), constant("")), else_=_c.preview))
)
_SEEN_HERE = Statement(update(conversations).where(any_of(_c.id, "ids")).values(here_at=bindparam("now")))
_CLAIM_MAIL = Statement(update(conversations).where(_one, _c.mail_due <= bindparam("now")).values(mail_due=null()))
_MAILED = Statement(update(conversations).where(_one).values(mailed_seq=bindparam("seen")))
_HOLD = Statement(select(_c.id).where(_one), held=True)
_REMOVE = Statement(delete(conversations).where(_one))
_REMOVE_MESSAGES = Statement(delete(messages).where(_m.conversation == bindparam("row_id")))
_LAST_SEQS = Statement(select(_c.id, _c.last_seq).where(any_of(_c.id, "ids")))
_spoken = and_(_c.last_seq > constant(0), _c.id != constant(GENERAL))
_WAITING = Statement(select(func.count()).where(_spoken, _c.staff_unread > constant(0), _c.state == constant("open")))
_MAIL_DUE = Statement(
    select(*_CONVERSATION).where(_c.mail_due <= bindparam("now")).order_by(_c.mail_due, _c.id).limit(bindparam("most"))
)
_OF_USER = Statement(select(*_CONVERSATION).where(_c.user_id == bindparam("owner")).order_by(_c.id))
_CONVERSATIONS = Rising(select(*_CONVERSATION), _c.id)


@functools.cache
def _page(*, text: bool, state: bool, unread: bool, further: bool) -> Statement:
    where = [_spoken]
    if text:
        said = select(_m.conversation).where(_m.folded.like(bindparam("text")))
        where.append(or_(_c.folded.like(bindparam("text")), _c.id.in_(said)))
    if state:
        where.append(_c.state == bindparam("wanted"))
    if unread:
        where.append(_c.staff_unread > constant(0))
    if further:
        beyond = or_(
            _c.last_at < bindparam("last"), and_(_c.last_at == bindparam("last"), _c.id < bindparam("last_id"))
        )
        where += [_c.last_at <= bindparam("last"), beyond]
    return Statement(
        select(*_CONVERSATION).where(*where).order_by(_c.last_at.desc(), _c.id.desc()).limit(bindparam("most"))
    )


class SqlConversations:
    """Fills the port Conversations."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def get(self, conversation: ConversationId) -> Conversation | None:
        row = await self._tx.one(_GET, row_id=conversation)
        return _conversation(row) if row else None

    async def ensure(self, conversation: Conversation) -> None:
        await self._tx.run(_ENSURE, **_conversation_row(conversation))

    async def next_seq(self, conversation: ConversationId) -> int:
        counted = await self._tx.one(_NEXT_SEQ, row_id=conversation)
        if counted is None:  # removed just now
            raise StaleWrite
        return int(counted[0])

    async def note(self, message: Message, preview: str, mail_due: datetime | None) -> None:
        due = {"due": mail_due} if message.type is MessageType.SISTEMA else {}
        await self._tx.run(
            _NOTE[message.type],
            row_id=message.conversation,
            now=message.sent_at,
            kind=message.type.value,
            shown=preview,
            **due,
        )

    async def own(self, conversation: ConversationId, user: UserId | None, name: str, language: str) -> None:
        said = folded(f"{conversation} {name}")
        await self._tx.run(_OWN, row_id=conversation, owner=user, called=name, spoken=language, said=said)

    async def read(self, conversation: ConversationId, seq: int, *, staff: bool) -> bool:
        if not await self._tx.run(_READ[staff], row_id=conversation, place=seq):
            return False
        await self._count(conversation, staff=staff)
        return True

    async def settle(self, conversation: ConversationId, state: ConversationState) -> None:
        await self._tx.run(_SETTLE, row_id=conversation, wanted=state.value)

    async def mute(self, conversation: ConversationId, *, blocked: bool) -> None:
        await self._tx.run(_MUTE, row_id=conversation, wanted=blocked)

    async def blank(self, conversation: ConversationId, seq: int) -> None:
        await self._tx.run(_BLANK, row_id=conversation, place=seq)
        for staff in (True, False):
            await self._count(conversation, staff=staff)

    async def seen_here(self, conversations: Iterable[ConversationId], now: datetime) -> None:
        await self._tx.run(_SEEN_HERE, ids=to_json(list(conversations)), now=now)

    async def page(self, query: InboxQuery) -> Page[Conversation]:
        values: dict[str, Any] = {"most": query.limit + 1}
        if query.text:
            values["text"] = f"%{folded(query.text)}%"
        if query.state:
            values["wanted"] = query.state.value
        if query.after:
            values["last"], values["last_id"] = after_cursor(query.after, tuple[datetime, str])
        statement = _page(
            text=bool(query.text), state=bool(query.state), unread=query.unread, further=bool(query.after)
        )
        rows = await (self._tx.scan if query.text else self._tx.all)(statement, **values)
        return cut_page([_conversation(row) for row in rows], query.limit, lambda one: (one.last_at, one.id))

    async def last_seqs(self, conversations: Iterable[ConversationId]) -> dict[ConversationId, int]:
        return {row[0]: row[1] for row in await self._tx.all(_LAST_SEQS, ids=to_json(list(conversations)))}

    async def waiting(self) -> int:
        ((count,),) = await self._tx.scan(_WAITING)
        return int(count)

    async def mail_due(self, now: datetime, limit: int) -> list[Conversation]:
        return [_conversation(row) for row in await self._tx.all(_MAIL_DUE, now=now, most=limit)]

    async def claim_mail(self, conversation: ConversationId, now: datetime) -> bool:
        return bool(await self._tx.run(_CLAIM_MAIL, row_id=conversation, now=now))

    async def mailed(self, conversation: ConversationId, seq: int) -> None:
        await self._tx.run(_MAILED, row_id=conversation, seen=seq)

    async def of_user(self, user: UserId) -> list[Conversation]:
        return [_conversation(row) for row in await self._tx.all(_OF_USER, owner=user)]

    async def remove(self, conversation: ConversationId) -> None:
        if await self._tx.one(_HOLD, row_id=conversation):  # from here on nobody adds a message
            await self._tx.run(_REMOVE_MESSAGES, row_id=conversation)
            await self._tx.run(_REMOVE, row_id=conversation)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Conversation]]:
        return [(row[-1], _conversation(row)) for row in await _CONVERSATIONS.page(self._tx, after, limit)]

    async def restore(self, record: Conversation) -> None:
        await self.ensure(record)

    async def _count(self, conversation: ConversationId, *, staff: bool) -> None:
        await self._tx.run(_COUNT[staff], row_id=conversation)
        if not staff:
            await self._tx.run(_NO_MAIL, row_id=conversation)


def _conversation_row(conversation: Conversation) -> dict[str, Any]:
    row = msgspec.structs.asdict(conversation)
    row["user_id"] = row.pop("user")
    return row | {
        "state": conversation.state.value,
        "last_type": conversation.last_type and conversation.last_type.value,
        "folded": folded(f"{conversation.id} {conversation.name}"),
    }


def _conversation(row: Row) -> Conversation:
    return Conversation(
        id=row[0],
        email=row[1],
        name=row[2],
        user=row[3],
        language=row[4],
        state=ConversationState(row[5]),
        last_seq=row[6],
        last_at=row[7],
        last_type=MessageType(row[8]) if row[8] else None,
        preview=row[9],
        staff_seen=row[10],
        staff_unread=row[11],
        customer_seen=row[12],
        customer_unread=row[13],
        blocked=bool(row[14]),
        here_at=row[15],
        mail_due=row[16],
        mailed_seq=row[17],
    )
