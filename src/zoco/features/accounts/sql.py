"""Accounts on SQL engines."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    false,
    select,
    tuple_,
    update,
)

from zoco.features.accounts.errors import EmailTaken
from zoco.features.accounts.models import RefreshToken, Session, SessionKind, User, UserQuery, Visit
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import SessionId, UserId
from zoco.kit.paging import Page, after, cut_page
from zoco.kit.permissions import Actor, Role
from zoco.kit.text import email_key
from zoco.storage.sql import Instant, Row, SqlTx, Statement, constant, insert_new, metadata, within
from zoco.storage.sql_counters import count
from zoco.storage.sql_moving import Rising

users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("email_key", String, nullable=False, unique=True),
    Column("phone", String, nullable=False),
    Column("role", String, nullable=False, index=True),
    Column("password_hash", String, nullable=False),
    Column("language", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("approved", Boolean, nullable=False, server_default=false()),
    Column("verified", Boolean, nullable=False, server_default=false()),
    Column("version", Integer, nullable=False),
    Column("words", String, nullable=False, server_default=""),
    CheckConstraint("role IN ('customer', 'staff', 'admin')", name="role"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("token_hash", String, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    CheckConstraint("kind IN ('browser', 'api')", name="kind"),
)
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("session_id", String, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("used_at", Instant),
)
_u, _s, _r = users.c, sessions.c, refresh_tokens.c
Index("ix_users_newest", _u.created_at, _u.id)

_SHOWN = (
    _u.id, _u.name, _u.email, _u.phone, _u.role, _u.language, _u.created_at, _u.approved, _u.verified, _u.version,
)  # fmt: skip
_SAVED = ("name", "email", "email_key", "phone", "role", "language", "approved", "verified", "words")

_GET = Statement(select(*_SHOWN).where(_u.id == bindparam("id")))
_OF_EMAIL = Statement(select(*_SHOWN).where(_u.email_key == bindparam("email_key")))
_HOLD = Statement(select(_u.id).where(_u.id == bindparam("id")), held=True)
_PASSWORD_OF = Statement(select(_u.password_hash).where(_u.id == bindparam("id")))
_OF_ROLE = Statement(
    select(*_SHOWN).where(_u.role == bindparam("role")).order_by(_u.created_at, _u.id).limit(bindparam("most"))
)
_newest = select(*_SHOWN).order_by(_u.created_at.desc(), _u.id.desc()).limit(bindparam("most"))
_FILTERS = {
    "last": tuple_(_u.created_at, _u.id) < tuple_(bindparam("last"), bindparam("last_id")),
    "words": _u.words.like(bindparam("words"), escape="!"),
    "role": _u.role == bindparam("role"),
}
_ADD = Statement(insert_new(users))
_SAVE = Statement(
    update(users)
    .where(_u.id == bindparam("row_id"), _u.version == bindparam("old_version"))
    .values({name: bindparam(f"new_{name}") for name in _SAVED} | {"version": _u.version + constant(1)})
)
_SET_PASSWORD = Statement(update(users).where(_u.id == bindparam("row_id")).values(password_hash=bindparam("new_hash")))
_RECORDS = Rising(select(*_SHOWN, _u.password_hash), _u.id)
_REMOVE = Statement(delete(users).where(_u.id == bindparam("row_id")))

_visits = select(_u.id, _u.name, _u.email, _u.role, _s.id, _u.approved, _s.expires_at).join_from(
    sessions, users, _s.user_id == _u.id
)
_VISIT = Statement(_visits.where(_s.id == bindparam("session")))
_VISIT_OF_TOKEN = Statement(_visits.where(_s.token_hash == bindparam("token_hash")))
_SESSIONS_OF = Statement(
    select(_s.id, _s.user_id, _s.kind, _s.token_hash, _s.created_at, _s.expires_at)
    .where(_s.user_id == bindparam("owner"))
    .order_by(_s.created_at.desc(), _s.id.desc())
)
_ADD_SESSION = Statement(insert_new(sessions))
_EXTEND = Statement(update(sessions).where(_s.id == bindparam("row_id")).values(expires_at=bindparam("until")))
_END = Statement(delete(sessions).where(_s.id == bindparam("row_id")))
_END_OWN = Statement(delete(sessions).where(_s.id == bindparam("row_id"), _s.user_id == bindparam("owner")))
_END_ALL = Statement(delete(sessions).where(_s.user_id == bindparam("owner"), _s.id != bindparam("kept")))
_PURGE = Statement(delete(sessions).where(_s.expires_at <= bindparam("now")))
_PURGE_TOKENS = Statement(delete(refresh_tokens).where(_r.expires_at <= bindparam("now")))
_TOKEN = Statement(
    select(_r.token_hash, _r.session_id, _r.expires_at, _r.used_at).where(_r.token_hash == bindparam("row_id"))
)
_ADD_TOKEN = Statement(insert_new(refresh_tokens))
_USE = Statement(
    update(refresh_tokens)
    .where(_r.token_hash == bindparam("row_id"), _r.used_at.is_(None))
    .values(used_at=bindparam("now"))
)


class SqlUsers:
    """Who is removed leaves nothing behind: their sessions go by the foreign key."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def get(self, user: UserId) -> User | None:
        row = await self._tx.one(_GET, id=user)
        return _user(row) if row else None

    async def of_email(self, email: str) -> User | None:
        row = await self._tx.one(_OF_EMAIL, email_key=email_key(email))
        return _user(row) if row else None

    async def password_of(self, user: UserId) -> str | None:
        row = await self._tx.one(_PASSWORD_OF, id=user)
        return str(row[0]) if row else None

    async def find(self, query: UserQuery) -> Page[User]:
        values: dict[str, Any] = {"role": query.role} if query.role else {}
        if query.words:
            values["words"] = within(query.words)
        narrowed = tuple(values)
        if query.after:
            last, last_id = after(query.after, tuple[datetime, str])
            narrowed, values = (*narrowed, "last"), values | {"last": last, "last_id": last_id}
        ask = self._tx.scan if query.words else self._tx.all
        rows = await ask(_found(narrowed), most=query.limit + 1, **values)
        return cut_page([_user(row) for row in rows], query.limit, lambda user: (user.created_at, user.id))

    async def of_role(self, role: Role, limit: int) -> list[User]:
        return [_user(row) for row in await self._tx.all(_OF_ROLE, role=role.value, most=limit)]

    async def hold(self, user: UserId) -> None:
        await self._tx.one(_HOLD, id=user)

    async def hold_admins(self) -> None:
        await count(self._tx, "administrators")

    async def add(self, user: User, password_hash: str) -> None:
        fixed = {"id": user.id, "created_at": user.created_at, "version": user.version, "password_hash": password_hash}
        if not await self._tx.run(_ADD, **fixed, **user.stored):
            raise EmailTaken

    async def save(self, user: User) -> User:
        holder = await self.of_email(user.email)
        if holder is not None and holder.id != user.id:
            raise EmailTaken
        changed = {f"new_{name}": value for name, value in user.stored.items()}
        if not await self._tx.run(_SAVE, row_id=user.id, old_version=user.version, **changed):
            raise StaleWrite
        return msgspec.structs.replace(user, version=user.version + 1)

    async def set_password(self, user: UserId, password_hash: str) -> None:
        await self._tx.run(_SET_PASSWORD, row_id=user, new_hash=password_hash)

    async def remove(self, user: UserId) -> None:
        await self._tx.run(_REMOVE, row_id=user)

    async def records(self, after_key: str | None, limit: int) -> list[tuple[str, tuple[User, str]]]:
        return [(row[-1], (_user(row), row[-2])) for row in await _RECORDS.page(self._tx, after_key, limit)]

    async def restore(self, record: tuple[User, str]) -> None:
        await self.add(*record)


class SqlSessions:
    """A session's refresh tokens go with it by the foreign key."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def get(self, session: SessionId) -> Visit | None:
        return _visit(await self._tx.one(_VISIT, session=session))

    async def of_token(self, token_hash: str) -> Visit | None:
        return _visit(await self._tx.one(_VISIT_OF_TOKEN, token_hash=token_hash))

    async def add(self, session: Session) -> None:
        await self._tx.run(
            _ADD_SESSION,
            id=session.id,
            user_id=session.user,
            kind=session.kind.value,
            token_hash=session.token_hash,
            created_at=session.created_at,
            expires_at=session.expires_at,
        )

    async def of(self, user: UserId) -> list[Session]:
        return [_session(row) for row in await self._tx.all(_SESSIONS_OF, owner=user)]

    async def extend(self, session: SessionId, until: datetime) -> None:
        await self._tx.run(_EXTEND, row_id=session, until=until)

    async def end(self, session: SessionId) -> None:
        await self._tx.run(_END, row_id=session)

    async def end_own(self, user: UserId, session: SessionId) -> bool:
        return await self._tx.run(_END_OWN, row_id=session, owner=user) == 1

    async def end_all(self, user: UserId, *, but: SessionId | None = None) -> None:
        await self._tx.run(_END_ALL, owner=user, kept=but or "")

    async def purge(self, now: datetime) -> None:
        await self._tx.run(_PURGE, now=now)
        await self._tx.run(_PURGE_TOKENS, now=now)

    async def refresh_token(self, token_hash: str) -> RefreshToken | None:
        row = await self._tx.one(_TOKEN, row_id=token_hash)
        return RefreshToken(token_hash=row[0], session=row[1], expires_at=row[2], used_at=row[3]) if row else None

    async def add_refresh_token(self, token: RefreshToken) -> None:
        await self._tx.run(
            _ADD_TOKEN,
            token_hash=token.token_hash,
            session_id=token.session,
            expires_at=token.expires_at,
            used_at=token.used_at,
        )

    async def use(self, token_hash: str, now: datetime) -> bool:
        return await self._tx.run(_USE, row_id=token_hash, now=now) == 1


@functools.cache
def _found(narrowed: tuple[str, ...]) -> Statement:
    return Statement(_newest.where(*(_FILTERS[name] for name in narrowed)))


def _user(row: Row) -> User:
    """A user from the columns `_SHOWN`."""
    return User(
        id=row[0],
        name=row[1],
        email=row[2],
        phone=row[3],
        role=Role(row[4]),
        language=row[5],
        created_at=row[6],
        approved=row[7],
        verified=row[8],
        version=row[9],
    )


def _session(row: Row) -> Session:
    return Session(
        id=row[0], user=row[1], kind=SessionKind(row[2]), token_hash=row[3], created_at=row[4], expires_at=row[5]
    )


def _visit(row: Row | None) -> Visit | None:
    if row is None:
        return None
    actor = Actor(id=row[0], name=row[1], email=row[2], role=Role(row[3]), session=row[4], approved=row[5])
    return Visit(actor, row[6])
