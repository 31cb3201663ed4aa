"""Accounts on MongoDB: people, and their sessions with the refresh tokens inside."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from zoco.features.accounts.errors import EmailTaken
from zoco.features.accounts.models import RefreshToken, Session, SessionKind, User, UserQuery, Visit
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import SessionId, UserId
from zoco.kit.paging import Page, after, cut_page
from zoco.kit.permissions import Actor, Role
from zoco.kit.text import email_key
from zoco.storage.documents import (
    COUNT,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    WHOLE,
    Collection,
    Document,
    Index,
    MongoTx,
    below,
    key,
    list_of,
    made_of,
    maybe,
    one_of,
)
from zoco.storage.mongo_counters import COUNTERS
from zoco.storage.mongo_moving import rising

USERS = Collection(
    "usuarios",
    {
        "_id": ID,
        "name": TEXT,
        "email": TEXT,
        "email_key": TEXT,
        "phone": TEXT,
        "role": one_of("customer", "staff", "admin"),
        "password_hash": TEXT,
        "language": TEXT,
        "created_at": MOMENT,
        "approved": FLAG,
        "verified": FLAG,
        "version": WHOLE,
    },
    loose={"words": TEXT, "holds": COUNT},
    indexes=[
        Index([("email_key", 1)], unique=True),
        Index([("role", 1), ("created_at", 1), ("_id", 1)]),
        Index([("created_at", 1), ("_id", 1)]),
    ],
)
_TOKEN = made_of({"token_hash": TEXT, "expires_at": MOMENT, "used_at": maybe(MOMENT)})
SESSIONS = Collection(
    "sesiones",
    {
        "_id": ID,
        "user_id": ID,
        "kind": one_of("browser", "api"),
        "created_at": MOMENT,
        "expires_at": MOMENT,
        "refresh_tokens": list_of(_TOKEN),
    },
    loose={"token_hash": TEXT},
    indexes=[
        Index([("token_hash", 1)], unique=True, only="token_hash"),
        Index([("user_id", 1), ("created_at", 1), ("_id", 1)]),
        Index([("refresh_tokens.token_hash", 1)]),
        Index([("expires_at", 1)]),
    ],
)


class MongoUsers:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, user: UserId) -> User | None:
        return _user(await self._tx.one(USERS, {"_id": key(user)}))

    async def of_email(self, email: str) -> User | None:
        return _user(await self._tx.one(USERS, {"email_key": email_key(email)}))

    async def password_of(self, user: UserId) -> str | None:
        found = await self._tx.one(USERS, {"_id": key(user)})
        return str(found["password_hash"]) if found else None

    async def find(self, query: UserQuery) -> Page[User]:
        where: Document = {"role": query.role.value} if query.role else {}
        both: list[Document] = []
        if query.words:  # accounts of the shop's first version have no words
            held = {"$regex": re.escape(query.words)}
            both.append({"$or": [{"words": held}, {"email_key": held}]})
        if query.after:
            last, last_id = after(query.after, tuple[datetime, str])
            beyond = [{"created_at": {"$lt": last}}, {"created_at": last, "_id": below(last_id)}]
            both += [{"created_at": {"$lte": last}}, {"$or": beyond}]  # the first is where the index begins to read
        if both:
            where["$and"] = both
        newest = [("created_at", -1), ("_id", -1)]
        found = await self._tx.all(USERS, where, sort=newest, limit=query.limit + 1)
        return cut_page([_filled(row) for row in found], query.limit, lambda user: (user.created_at, user.id))

    async def of_role(self, role: Role, limit: int) -> list[User]:
        oldest = [("created_at", 1), ("_id", 1)]
        return [_filled(row) for row in await self._tx.all(USERS, {"role": role.value}, sort=oldest, limit=limit)]

    async def hold(self, user: UserId) -> None:
        """Whoever else writes to it collides, and comes again."""
        await self._tx.update(USERS, {"_id": key(user)}, {"$inc": {"holds": 1}})

    async def hold_admins(self) -> None:
        await self._tx.put(COUNTERS, {"_id": "administrators"}, {"$inc": {"value": 1}})

    async def add(self, user: User, password_hash: str) -> None:
        if await self._tx.one(USERS, {"$or": [{"email_key": email_key(user.email)}, {"_id": key(user.id)}]}):
            raise EmailTaken
        fixed = {"_id": key(user.id), "created_at": user.created_at, "version": user.version}
        await self._tx.insert(USERS, [fixed | {"password_hash": password_hash, **user.stored}])

    async def save(self, user: User) -> User:
        holder = await self.of_email(user.email)
        if holder is not None and holder.id != user.id:
            raise EmailTaken
        stored = {"_id": key(user.id), "version": user.version}
        if not await self._tx.update(USERS, stored, {"$set": user.stored, "$inc": {"version": 1}}):
            raise StaleWrite
        return msgspec.structs.replace(user, version=user.version + 1)

    async def set_password(self, user: UserId, password_hash: str) -> None:
        await self._tx.update(USERS, {"_id": key(user)}, {"$set": {"password_hash": password_hash}})

    async def remove(self, user: UserId) -> None:
        await self._tx.delete(SESSIONS, {"user_id": key(user)})
        await self._tx.delete(USERS, {"_id": key(user)})

    async def records(self, after_key: str | None, limit: int) -> list[tuple[str, tuple[User, str]]]:
        found = await rising(self._tx, USERS, after_key, limit)
        return [(str(row["_id"]), (_filled(row), row["password_hash"])) for row in found]

    async def restore(self, record: tuple[User, str]) -> None:
        await self.add(*record)


class MongoSessions:
    """Refresh tokens lie in their session, and go with it."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, session: SessionId) -> Visit | None:
        return await self._visit(await self._tx.one(SESSIONS, {"_id": key(session)}))

    async def of_token(self, token_hash: str) -> Visit | None:
        return await self._visit(await self._tx.one(SESSIONS, {"token_hash": token_hash}))

    async def of(self, user: UserId) -> list[Session]:
        latest = [("created_at", -1), ("_id", -1)]
        return [_session(row) for row in await self._tx.all(SESSIONS, {"user_id": key(user)}, sort=latest)]

    async def add(self, session: Session) -> None:
        token = {} if session.token_hash is None else {"token_hash": session.token_hash}
        same = [{"_id": key(session.id)}, *([token] if token else [])]
        if await self._tx.one(SESSIONS, {"$or": same}):
            return
        document = {
            "_id": key(session.id),
            "user_id": key(session.user),
            "kind": session.kind.value,
            "created_at": session.created_at,
            "expires_at": session.expires_at,
            "refresh_tokens": [],
        }
        await self._tx.insert(SESSIONS, [document | token])

    async def extend(self, session: SessionId, until: datetime) -> None:
        await self._tx.update(SESSIONS, {"_id": key(session)}, {"$set": {"expires_at": until}})

    async def end(self, session: SessionId) -> None:
        await self._tx.delete(SESSIONS, {"_id": key(session)})

    async def end_own(self, user: UserId, session: SessionId) -> bool:
        return await self._tx.delete(SESSIONS, {"_id": key(session), "user_id": key(user)}) == 1

    async def end_all(self, user: UserId, *, but: SessionId | None = None) -> None:
        kept = {} if but is None else {"_id": {"$ne": key(but)}}
        await self._tx.delete(SESSIONS, {"user_id": key(user), **kept})

    async def purge(self, now: datetime) -> None:
        await self._tx.delete(SESSIONS, {"expires_at": {"$lte": now}})
        over = {"$pull": {"refresh_tokens": {"expires_at": {"$lte": now}}}}
        await self._tx.update_all(SESSIONS, {"refresh_tokens.expires_at": {"$lte": now}}, over)

    async def refresh_token(self, token_hash: str) -> RefreshToken | None:
        found = await self._tx.one(SESSIONS, {"refresh_tokens.token_hash": token_hash})
        for token in found["refresh_tokens"] if found else ():
            if found and token["token_hash"] == token_hash:
                session = SessionId(str(found["_id"]))
                return RefreshToken(
                    token_hash=token_hash, session=session, expires_at=token["expires_at"], used_at=token["used_at"]
                )
        return None

    async def add_refresh_token(self, token: RefreshToken) -> None:
        if await self._tx.one(SESSIONS, {"refresh_tokens.token_hash": token.token_hash}):
            return
        kept = {"token_hash": token.token_hash, "expires_at": token.expires_at, "used_at": token.used_at}
        await self._tx.update(SESSIONS, {"_id": key(token.session)}, {"$push": {"refresh_tokens": kept}})

    async def use(self, token_hash: str, now: datetime) -> bool:
        unused = {"refresh_tokens": {"$elemMatch": {"token_hash": token_hash, "used_at": None}}}
        return await self._tx.update(SESSIONS, unused, {"$set": {"refresh_tokens.$.used_at": now}})

    async def _visit(self, session: Document | None) -> Visit | None:
        user = await self._tx.one(USERS, {"_id": session["user_id"]}) if session else None
        if session is None or user is None:
            return None
        actor = Actor(
            id=UserId(str(user["_id"])),
            name=user["name"],
            email=user["email"],
            role=Role(user["role"]),
            session=SessionId(str(session["_id"])),
            approved=user["approved"],
        )
        return Visit(actor, session["expires_at"])


def _user(row: Document | None) -> User | None:
    return _filled(row) if row else None


def _filled(row: Document) -> User:
    return User(
        id=UserId(str(row["_id"])),
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        role=Role(row["role"]),
        language=row["language"],
        created_at=row["created_at"],
        approved=row["approved"],
        verified=row["verified"],
        version=row["version"],
    )


def _session(row: Document) -> Session:
    return Session(
        id=SessionId(str(row["_id"])),
        user=UserId(str(row["user_id"])),
        kind=SessionKind(row["kind"]),
        token_hash=row.get("token_hash"),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
