"""Chat on MongoDB."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from zoco.features.chat.models import (
    GENERAL,
    Conversation,
    ConversationState,
    InboxQuery,
    Message,
    MessageType,
    Question,
    folded,
)
from zoco.kit.ids import ConversationId, MessageId, QuestionId, UserId
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.storage.documents import (
    COUNT,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Collection,
    Document,
    Index,
    MongoTx,
    above,
    key,
    maybe,
    maybe_key,
    one_of,
)
from zoco.storage.mongo_moving import rising

CONVERSATIONS = Collection(
    "conversaciones",
    {
        "_id": TEXT,
        "email": TEXT,
        "name": TEXT,
        "user": maybe(ID),
        "language": TEXT,
        "state": one_of("open", "done"),
        "last_seq": COUNT,
        "last_at": MOMENT,
        "last_type": maybe(TEXT),
        "preview": TEXT,
        "staff_seen": COUNT,
        "staff_unread": COUNT,
        "customer_seen": COUNT,
        "customer_unread": COUNT,
        "blocked": FLAG,
        "here_at": maybe(MOMENT),
        "mail_due": maybe(MOMENT),
        "mailed_seq": COUNT,
        "folded": TEXT,
    },
    indexes=[Index([("last_at", -1), ("_id", -1)]), Index([("user", 1)]), Index([("mail_due", 1)])],
)
MESSAGES = Collection(
    "mensajes",
    {
        "_id": ID,
        "conversation": TEXT,
        "seq": COUNT | {"minimum": 1},
        "email": TEXT,
        "name": TEXT,
        "type": one_of("usuario", "sistema"),
        "body": TEXT,
        "sent_at": MOMENT,
        "author": TEXT,
        "client_id": TEXT,
        "removed": FLAG,
        "folded": TEXT,
    },
    indexes=[
        Index([("conversation", 1), ("seq", 1)], unique=True),
        Index([("author", 1), ("conversation", 1), ("client_id", 1)], unique=True),
    ],
)
QUESTIONS = Collection(
    "preguntas",
    {"_id": ID, "email": TEXT, "name": TEXT, "body": TEXT, "language": TEXT, "asked_at": MOMENT},
    indexes=[Index([("asked_at", 1)])],
)
_SPOKEN: Document = {"_id": {"$ne": GENERAL}, "last_seq": {"$gt": 0}}


class MongoConversations:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, conversation: ConversationId) -> Conversation | None:
        found = await self._tx.one(CONVERSATIONS, {"_id": conversation})
        return _conversation(found) if found else None

    async def ensure(self, conversation: Conversation) -> None:
        if not await self._tx.one(CONVERSATIONS, {"_id": conversation.id}):
            await self._tx.insert(CONVERSATIONS, [_conversation_document(conversation)])

    async def next_seq(self, conversation: ConversationId) -> int:
        return int((await self._tx.put(CONVERSATIONS, {"_id": conversation}, {"$inc": {"last_seq": 1}}))["last_seq"])

    async def note(self, message: Message, preview: str, mail_due: datetime | None) -> None:
        shown: Document = {"last_at": message.sent_at, "last_type": message.type.value, "preview": preview}
        if message.type is MessageType.USUARIO:
            change = {"$set": {**shown, "state": "open"}, "$inc": {"staff_unread": 1}}
        else:
            change = {"$set": shown, "$inc": {"customer_unread": 1}}
        await self._change(message.conversation, change)
        if mail_due:
            none_due = {"_id": message.conversation, "mail_due": None}
            await self._tx.update(CONVERSATIONS, none_due, {"$set": {"mail_due": mail_due}})

    async def own(self, conversation: ConversationId, user: UserId | None, name: str, language: str) -> None:
        said = folded(f"{conversation} {name}")
        await self._set(conversation, user=maybe_key(user), name=name, language=language, folded=said)

    async def read(self, conversation: ConversationId, seq: int, *, staff: bool) -> bool:
        seen = "staff_seen" if staff else "customer_seen"
        earlier = {"_id": conversation, seen: {"$lt": seq}}
        if not await self._tx.update(CONVERSATIONS, earlier, {"$set": {seen: seq}}):
            return False
        await self._count(conversation, staff=staff)
        return True

    async def settle(self, conversation: ConversationId, state: ConversationState) -> None:
        await self._set(conversation, state=state.value)

    async def mute(self, conversation: ConversationId, *, blocked: bool) -> None:
        await self._set(conversation, blocked=blocked)

    async def blank(self, conversation: ConversationId, seq: int) -> None:
        last = {"_id": conversation, "last_seq": seq}
        await self._tx.update(CONVERSATIONS, last, {"$set": {"preview": ""}})
        for staff in (True, False):
            await self._count(conversation, staff=staff)

    async def seen_here(self, conversations: Iterable[ConversationId], now: datetime) -> None:
        these = {"_id": {"$in": list(conversations)}}
        await self._tx.update_all(CONVERSATIONS, these, {"$set": {"here_at": now}})

    async def page(self, query: InboxQuery) -> Page[Conversation]:
        where = [_SPOKEN]
        if query.text:
            said: Document = {"folded": {"$regex": folded(query.text)}}  # words hold no sign that means something
            rooms = await self._tx.grouped(MESSAGES, [{"$match": said}, {"$group": {"_id": "$conversation"}}])
            where.append({"$or": [said, {"_id": {"$in": [row["_id"] for row in rooms]}}]})
        if query.state:
            where.append({"state": query.state.value})
        if query.unread:
            where.append({"staff_unread": {"$gt": 0}})
        if query.after:
            last, last_id = after_cursor(query.after, tuple[datetime, str])
            beyond = [{"last_at": {"$lt": last}}, {"last_at": last, "_id": {"$lt": last_id}}]
            where += [{"last_at": {"$lte": last}}, {"$or": beyond}]
        newest = [("last_at", -1), ("_id", -1)]
        found = await self._tx.all(CONVERSATIONS, {"$and": where}, sort=newest, limit=query.limit + 1)
        return cut_page([_conversation(row) for row in found], query.limit, lambda one: (one.last_at, one.id))

    async def last_seqs(self, conversations: Iterable[ConversationId]) -> dict[ConversationId, int]:
        these = {"_id": {"$in": list(conversations)}}
        found = await self._tx.all(CONVERSATIONS, these, fields=["last_seq"])
        return {row["_id"]: int(row["last_seq"]) for row in found}

    async def waiting(self) -> int:
        where = {**_SPOKEN, "staff_unread": {"$gt": 0}, "state": "open"}
        return len(await self._tx.all(CONVERSATIONS, where, fields=["_id"]))

    async def mail_due(self, now: datetime, limit: int) -> list[Conversation]:
        longest = [("mail_due", 1), ("_id", 1)]
        found = await self._tx.all(CONVERSATIONS, {"mail_due": {"$lte": now}}, sort=longest, limit=limit)
        return [_conversation(row) for row in found]

    async def claim_mail(self, conversation: ConversationId, now: datetime) -> bool:
        due = {"_id": conversation, "mail_due": {"$lte": now}}
        return await self._tx.update(CONVERSATIONS, due, {"$set": {"mail_due": None}})

    async def mailed(self, conversation: ConversationId, seq: int) -> None:
        await self._set(conversation, mailed_seq=seq)

    async def of_user(self, user: UserId) -> list[Conversation]:
        found = await self._tx.all(CONVERSATIONS, {"user": key(user)}, sort=[("_id", 1)])
        return [_conversation(row) for row in found]

    async def remove(self, conversation: ConversationId) -> None:
        await self._tx.delete(MESSAGES, {"conversation": conversation})
        await self._tx.delete(CONVERSATIONS, {"_id": conversation})

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Conversation]]:
        return [(row["_id"], _conversation(row)) for row in await rising(self._tx, CONVERSATIONS, after, limit)]

    async def restore(self, record: Conversation) -> None:
        await self.ensure(record)

    async def _count(self, conversation: ConversationId, *, staff: bool) -> None:
        """What one side has left to read; no mail is due where that is nothing for the customer."""
        found = await self.get(conversation)
        if found is None:
            return
        seen, kind = (found.staff_seen, "usuario") if staff else (found.customer_seen, "sistema")
        left = {"conversation": conversation, "seq": {"$gt": seen}, "type": kind, "removed": False}
        unread = len(await self._tx.all(MESSAGES, left, fields=["_id"]))
        if staff:
            await self._set(conversation, staff_unread=unread)
        else:
            await self._set(conversation, customer_unread=unread, **({} if unread else {"mail_due": None}))

    async def _set(self, conversation: ConversationId, **values: object) -> None:
        await self._change(conversation, {"$set": values})

    async def _change(self, conversation: ConversationId, change: Document) -> None:
        await self._tx.update(CONVERSATIONS, {"_id": conversation}, change)


class MongoMessages:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, message: Message) -> None:
        document = msgspec.structs.asdict(message) | {"type": message.type.value, "folded": folded(message.body)}
        document["_id"] = key(document.pop("id"))
        await self._tx.insert(MESSAGES, [document])

    async def of_client(self, conversation: ConversationId, author: str, client_id: str) -> Message | None:
        same = {"author": author, "conversation": conversation, "client_id": client_id}
        found = await self._tx.one(MESSAGES, same)
        return _message(found) if found else None

    async def get(self, conversation: ConversationId, seq: int) -> Message | None:
        found = await self._tx.one(MESSAGES, {"conversation": conversation, "seq": seq})
        return _message(found) if found else None

    async def after(self, conversation: ConversationId, seq: int, limit: int) -> list[Message]:
        where = {"conversation": conversation, "seq": {"$gt": seq}}
        return [_message(row) for row in await self._tx.all(MESSAGES, where, sort=[("seq", 1)], limit=limit)]

    async def before(self, conversation: ConversationId, seq: int | None, limit: int) -> list[Message]:
        below = {} if seq is None else {"seq": {"$lt": seq}}
        where = {"conversation": conversation, **below}
        return [_message(row) for row in await self._tx.all(MESSAGES, where, sort=[("seq", -1)], limit=limit)][::-1]

    async def remove(self, conversation: ConversationId, seq: int) -> None:
        gone = {"$set": {"body": "", "folded": "", "removed": True}}
        await self._tx.update(MESSAGES, {"conversation": conversation, "seq": seq}, gone)

    async def forget_author(self, author: str) -> None:
        for row in await self._tx.all(MESSAGES, {"author": author}, fields=["_id"]):
            gone = {"$set": {"author": str(row["_id"]), "name": "", "email": ""}}
            await self._tx.update(MESSAGES, {"_id": row["_id"]}, gone)

    async def of_author(self, author: str, after: str | None, limit: int) -> list[Message]:
        where: Document = {"author": author} | ({} if after is None else {"_id": above(after)})
        return [_message(row) for row in await self._tx.all(MESSAGES, where, sort=[("_id", 1)], limit=limit)]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Message]]:
        return [(str(row["_id"]), _message(row)) for row in await rising(self._tx, MESSAGES, after, limit)]

    async def restore(self, record: Message) -> None:
        await self.add(record)


class MongoQuestions:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, question: Question) -> None:
        document = msgspec.structs.asdict(question)
        document["_id"] = key(document.pop("id"))
        await self._tx.insert(QUESTIONS, [document])

    async def get(self, question: QuestionId) -> Question | None:
        found = await self._tx.one(QUESTIONS, {"_id": key(question)})
        return _question(found) if found else None

    async def remove(self, question: QuestionId) -> bool:
        return bool(await self._tx.delete(QUESTIONS, {"_id": key(question)}))

    async def prune(self, before: datetime) -> None:
        await self._tx.delete(QUESTIONS, {"asked_at": {"$lt": before}})

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Question]]:
        return [(str(row["_id"]), _question(row)) for row in await rising(self._tx, QUESTIONS, after, limit)]

    async def restore(self, record: Question) -> None:
        await self.add(record)


def _conversation_document(conversation: Conversation) -> Document:
    document = msgspec.structs.asdict(conversation)
    document["_id"] = document.pop("id")
    return document | {
        "user": maybe_key(conversation.user),
        "state": conversation.state.value,
        "last_type": conversation.last_type and conversation.last_type.value,
        "folded": folded(f"{conversation.id} {conversation.name}"),
    }


def _conversation(row: Document) -> Conversation:
    return Conversation(
        id=ConversationId(row["_id"]),
        email=row["email"],
        name=row["name"],
        user=None if row["user"] is None else UserId(str(row["user"])),
        language=row["language"],
        state=ConversationState(row["state"]),
        last_seq=int(row["last_seq"]),
        last_at=row["last_at"],
        last_type=MessageType(row["last_type"]) if row["last_type"] else None,
        preview=row["preview"],
        staff_seen=int(row["staff_seen"]),
        staff_unread=int(row["staff_unread"]),
        customer_seen=int(row["customer_seen"]),
        customer_unread=int(row["customer_unread"]),
        blocked=row["blocked"],
        here_at=row["here_at"],
        mail_due=row["mail_due"],
        mailed_seq=int(row["mailed_seq"]),
    )


def _message(row: Document) -> Message:
    return Message(
        id=MessageId(str(row["_id"])),
        conversation=ConversationId(row["conversation"]),
        seq=int(row["seq"]),
        email=row["email"],
        name=row["name"],
        type=MessageType(row["type"]),
        body=row["body"],
        sent_at=row["sent_at"],
        author=row["author"],
        client_id=row["client_id"],
        removed=row["removed"],
    )


def _question(row: Document) -> Question:
    return Question(
        id=QuestionId(str(row["_id"])),
        email=row["email"],
        name=row["name"],
        body=row["body"],
        language=row["language"],
        asked_at=row["asked_at"],
    )
