"""Sessions: how people sign in and out, and how the doors learn who somebody is."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

import msgspec

from zoco.features.accounts.errors import (
    SessionMissing,
    TokenInvalid,
    TokenReused,
    TokenRevoked,
    WrongCredentials,
)
from zoco.features.accounts.events import SessionsEnded
from zoco.features.accounts.models import OwnSession, RefreshToken, Session, SessionKind, User, Visit, tidy_password
from zoco.features.accounts.providers import AccessTokens, MailLinks, Notice, PasswordHasher, SignInStep
from zoco.features.accounts.repository import Sessions, Users
from zoco.kit.clock import Clock
from zoco.kit.errors import StaleWrite, Unavailable
from zoco.kit.ids import CartId, SessionId, UserId
from zoco.kit.permissions import Actor
from zoco.kit.ratelimit import RateLimiter, Rule
from zoco.kit.store import Store, Tx, use_case
from zoco.kit.text import email_key

TRIES = Rule(10, 15 * 60)
"""How often a password of one account may be tried."""
_LONGEST_STEP = timedelta(minutes=5)


class Lives(msgspec.Struct, frozen=True):
    """How long a browser's session lasts after its last use, and a program's after its last refresh."""

    browser: timedelta
    api: timedelta


class SignedIn(msgspec.Struct, frozen=True):
    """The browser's new token, shown only now, and what to tell the person."""

    token: str
    user: User
    notices: list[Notice]


class Tokens(msgspec.Struct, frozen=True):
    """A program's proofs, shown only now, and what to tell the person; `expires_in` is the access token's, seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    notices: list[Notice]


class Gate(msgspec.Struct, frozen=True):
    """What people are recognised by. Of `hashers` the last one is used; both lists may grow until the shop runs."""

    hashers: Sequence[PasswordHasher]
    steps: Sequence[SignInStep]
    tokens: AccessTokens
    links: MailLinks
    limiter: RateLimiter
    lives: Lives


class SignIns:
    """Sessions from their beginning to their end; fills the kit's `Authenticator`."""

    def __init__(self, store: Store, clock: Clock, gate: Gate) -> None:
        self._store, self._clock = store, clock
        self._hashers, self._steps, self._tokens = gate.hashers, gate.steps, gate.tokens
        self._links, self._limiter, self._lives = gate.links, gate.limiter, gate.lives
        self._nobodys_hash: str | None = None

    async def sign_in(self, email: str, password: str, guest_cart: CartId | None = None) -> SignedIn:
        """Open a browser's session. Raises WrongCredentials, TooMany, or Unavailable in a flood of sign-ins."""
        token = token_urlsafe(32)
        user, _ = await self._guarded(email, password, SessionKind.BROWSER, token)
        return SignedIn(token, user, await self._notices(user, guest_cart))

    async def issue_tokens(self, email: str, password: str, guest_cart: CartId | None = None) -> Tokens:
        """Open a program's session; raises as `sign_in`."""
        token = token_urlsafe(32)
        user, session = await self._guarded(email, password, SessionKind.API, token)
        return self._proofs(user.id, session, token, await self._notices(user, guest_cart))

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token, which works once.

        Raises TokenInvalid, TokenExpired, or TokenReused, which ends the session for whoever else holds it as well.
        """
        token = token_urlsafe(32)
        visit = await self._rotate(_hash(refresh_token), _hash(token))
        if visit is None or visit.actor.id is None or visit.actor.session is None:
            raise TokenReused
        return self._proofs(visit.actor.id, visit.actor.session, token, [])

    @use_case
    async def sign_out(self, actor: Actor) -> None:
        """End the session that the person is here by; emits SessionsEnded."""
        user = actor.signed_in()
        if actor.session is None:
            return
        async with self._store.write() as tx:
            await tx[Sessions].end(actor.session)
            tx.emit(SessionsEnded(user=user, session=actor.session))

    @use_case
    async def sign_out_everywhere(self, actor: Actor) -> None:
        """End every session of the person, this one too; emits SessionsEnded."""
        user = actor.signed_in()
        async with self._store.write() as tx:
            await tx[Sessions].end_all(user)
            tx.emit(SessionsEnded(user=user))

    async def sessions(self, actor: Actor) -> list[OwnSession]:
        """The person's own that are not over, the latest first."""
        async with self._store.read() as tx:
            return await self._sessions(tx, actor)

    @use_case
    async def end_session(self, actor: Actor, session: SessionId) -> None:
        """End one of one's own; emits SessionsEnded. Raises SessionMissing."""
        user = actor.signed_in()
        async with self._store.write() as tx:
            if not await tx[Sessions].end_own(user, session):
                raise SessionMissing
            tx.emit(SessionsEnded(user=user, session=session))

    async def by_session(self, token: str) -> Actor | None:
        """Each use prolongs the session, written down at most every few minutes."""
        now = self._clock.now()
        async with self._store.read() as tx:
            visit = await tx[Sessions].of_token(_hash(token))
        if visit is None or visit.over(now):
            return None
        life = self._lives.browser
        if visit.actor.session and visit.expires_at < now + life - min(_LONGEST_STEP, life / 10):
            with contextlib.suppress(Unavailable):  # who only looks may go on while nothing can be written
                await self._prolong(visit.actor.session, now + life)
        return visit.actor

    async def by_bearer(self, token: str) -> Actor:
        """Raises TokenInvalid, TokenExpired, or TokenRevoked once the session was ended."""
        session = self._tokens.session_of(token)
        async with self._store.read() as tx:
            visit = await tx[Sessions].get(session)
        if visit is None or visit.over(self._clock.now()):
            raise TokenRevoked
        return visit.actor

    async def _sessions(self, tx: Tx, actor: Actor) -> list[OwnSession]:
        now = self._clock.now()
        return [
            OwnSession(
                id=session.id,
                kind=session.kind,
                created_at=session.created_at,
                used_at=max(session.created_at, session.expires_at - self._life(session.kind)),
                expires_at=session.expires_at,
                here=session.id == actor.session,
            )
            for session in await tx[Sessions].of(actor.signed_in())
            if session.expires_at > now
        ]

    def _life(self, kind: SessionKind) -> timedelta:
        return self._lives.browser if kind is SessionKind.BROWSER else self._lives.api

    async def _guarded(self, email: str, password: str, kind: SessionKind, secret: str) -> tuple[User, SessionId]:
        key = f"accounts.sign_in {email_key(email)}"
        await self._limiter.check(key, TRIES)
        opened = await self._open(email, password, kind, _hash(secret))
        await self._limiter.forget(key)
        return opened

    @use_case
    async def _open(self, email: str, password: str, kind: SessionKind, secret: str) -> tuple[User, SessionId]:
        """Open a session of whoever the credentials are; `secret` is the hash of what proves or refreshes it."""
        user, hashed, newer = await self._recognised(email, password)
        now, session = self._clock.now(), SessionId(self._store.new_id())
        browser = kind is SessionKind.BROWSER
        until = now + self._life(kind)
        async with self._store.write() as tx:
            await tx[Users].hold(user.id)  # or a session could outlive the password that it was opened by
            if await tx[Users].password_of(user.id) != hashed:
                raise StaleWrite  # changed while it was verified
            if newer is not None:
                await tx[Users].set_password(user.id, newer)
            await tx[Sessions].purge(now)
            await tx[Sessions].add(
                Session(
                    id=session,
                    user=user.id,
                    kind=kind,
                    token_hash=secret if browser else None,
                    created_at=now,
                    expires_at=until,
                )
            )
            if not browser:
                await tx[Sessions].add_refresh_token(RefreshToken(token_hash=secret, session=session, expires_at=until))
        return user, session

    async def _recognised(self, email: str, password: str) -> tuple[User, str, str | None]:
        """The person, the hash that was verified and a newer one to keep; takes as long for a person nobody knows."""
        hasher = self._hashers[-1]
        if self._nobodys_hash is None:
            self._nobodys_hash = await hasher.hash(token_urlsafe(16))
        async with self._store.read() as tx:
            user = await tx[Users].of_email(email)
            hashed = await tx[Users].password_of(user.id) if user else None
        right, newer = await hasher.verify(tidy_password(password), hashed or self._nobodys_hash)
        if user is None or hashed is None or not right:
            raise WrongCredentials
        return user, hashed, newer

    async def _notices(self, user: User, guest_cart: CartId | None) -> list[Notice]:
        return [notice for step in self._steps for notice in await step.signed_in(user.id, user.email, guest_cart)]

    def _proofs(self, user: UserId, session: SessionId, refresh_token: str, notices: list[Notice]) -> Tokens:
        seconds = int(self._tokens.life.total_seconds())
        return Tokens(self._tokens.issue(user, session), seconds, refresh_token, notices)

    @use_case
    async def _rotate(self, old: str, new: str) -> Visit | None:
        """Replace a refresh token by its hash; None, and the session is ended, where it was used before."""
        now = self._clock.now()
        until = now + self._lives.api
        async with self._store.write() as tx:
            sessions = tx[Sessions]
            known = await sessions.refresh_token(old)
            visit = await sessions.get(known.session) if known else None
            if known is None or visit is None:
                raise TokenInvalid
            known.check(now)
            if not await sessions.use(old, now):
                await sessions.end(known.session)
                tx.emit(SessionsEnded(user=visit.actor.signed_in(), session=known.session))
                return None
            await sessions.add_refresh_token(RefreshToken(token_hash=new, session=known.session, expires_at=until))
            await sessions.extend(known.session, until)
        return visit

    @use_case
    async def _prolong(self, session: SessionId, until: datetime) -> None:
        async with self._store.write() as tx:
            await tx[Sessions].extend(session, until)


def _hash(token: str) -> str:
    """How tokens are kept: who reads the database can't use them. They are random, so a fast hash will do."""
    return sha256(token.encode()).hexdigest()
