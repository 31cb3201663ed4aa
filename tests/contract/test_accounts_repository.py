"""What every engine must do with users and their sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from zoco.features.accounts.errors import EmailTaken
from zoco.features.accounts.models import RefreshToken, Session, SessionKind, User, UserQuery
from zoco.features.accounts.repository import Sessions, Users
from zoco.kit.errors import Invalid, StaleWrite
from zoco.kit.ids import SessionId, UserId
from zoco.kit.permissions import Actor, Role
from zoco.kit.store import Store

NOW = datetime(2030, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_user(store: Store, **given: Any) -> User:
    fresh = UserId(store.new_id())
    usual: dict[str, Any] = {
        "id": fresh,
        "name": "Ana Pérez",
        "email": f"{fresh}@example.com",
        "phone": "+34 600 000 000",
        "role": Role.CUSTOMER,
        "language": "es",
        "created_at": NOW,
    }
    return User(**usual | given)


async def added(store: Store, **given: Any) -> User:
    user = a_user(store, **given)
    async with store.write() as tx:
        await tx[Users].add(user, f"hash of {user.id}")
    return user


async def begun(store: Store, user: User, **given: Any) -> Session:
    fresh = SessionId(store.new_id())
    usual: dict[str, Any] = {
        "id": fresh,
        "user": user.id,
        "kind": SessionKind.BROWSER,
        "token_hash": f"hash of {fresh}",
        "created_at": NOW,
        "expires_at": NOW + HOUR,
    }
    session = Session(**usual | given)
    async with store.write() as tx:
        await tx[Sessions].add(session)
    return session


async def given_token(store: Store, session: Session, **given: Any) -> RefreshToken:
    usual: dict[str, Any] = {"token_hash": store.new_id(), "session": session.id, "expires_at": NOW + HOUR}
    token = RefreshToken(**usual | given)
    async with store.write() as tx:
        await tx[Sessions].add_refresh_token(token)
    return token


async def test_a_user_is_read_as_written(store: Store) -> None:
    user = await added(store, name="Ñandú <b>", role=Role.ADMIN, phone="", approved=True, verified=True)
    async with store.read() as tx:
        assert await tx[Users].get(user.id) == user
        assert await tx[Users].password_of(user.id) == f"hash of {user.id}"


async def test_nobody_is_found_under_an_unknown_id(store: Store) -> None:
    async with store.read() as tx:
        assert await tx[Users].get(UserId("nobody")) is None
        assert await tx[Users].password_of(UserId("nobody")) is None
        assert await tx[Users].of_email("nobody@example.com") is None


async def test_an_email_address_is_found_however_it_is_typed(store: Store) -> None:
    user = await added(store, email="Ana@Example.com")
    async with store.read() as tx:
        assert await tx[Users].of_email(" ANA@example.COM ") == user


async def test_an_email_address_belongs_to_one_user(store: Store) -> None:
    first = await added(store, email="ana@example.com")
    with pytest.raises(EmailTaken):
        await added(store, email="ANA@example.com")
    async with store.read() as tx:
        assert (await tx[Users].find(UserQuery())).items == [first]


async def test_a_saved_user_has_the_next_version(store: Store) -> None:
    user = await added(store)
    wanted = msgspec.structs.replace(
        user, name="Eva", email="eva@example.com", phone="1234567", role=Role.STAFF, approved=True, verified=True
    )
    async with store.write() as tx:
        saved = await tx[Users].save(wanted)
    assert saved == msgspec.structs.replace(wanted, version=2)
    async with store.read() as tx:
        assert await tx[Users].get(user.id) == await tx[Users].of_email("EVA@example.com") == saved


async def test_a_user_may_write_their_own_address_differently(store: Store) -> None:
    user = await added(store, email="ana@example.com")
    async with store.write() as tx:
        saved = await tx[Users].save(msgspec.structs.replace(user, email="Ana@example.com"))
    assert saved.email == "Ana@example.com"


async def test_an_address_of_somebody_else_cannot_be_taken_over(store: Store) -> None:
    await added(store, email="ana@example.com")
    eva = await added(store, email="eva@example.com")
    with pytest.raises(EmailTaken):
        async with store.write() as tx:
            await tx[Users].save(msgspec.structs.replace(eva, email="ANA@example.com"))
    async with store.read() as tx:
        assert await tx[Users].get(eva.id) == eva


async def test_a_user_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    user = await added(store)
    async with store.write() as tx:
        await tx[Users].save(msgspec.structs.replace(user, name="Eva"))
    with pytest.raises(StaleWrite):
        async with store.write() as tx:
            await tx[Users].save(msgspec.structs.replace(user, name="Luz"))


async def test_who_is_held_stays_as_they_are(store: Store) -> None:
    user = await added(store)
    async with store.write() as tx:
        for held in (user.id, user.id, UserId(store.new_id())):
            await tx[Users].hold(held)
    async with store.read() as tx:
        assert (await tx[Users].find(UserQuery())).items == [user]


async def test_saving_leaves_the_password_alone_and_the_other_way_round(store: Store) -> None:
    user, other = await added(store), await added(store)
    async with store.write() as tx:
        await tx[Users].save(msgspec.structs.replace(user, name="Eva"))
        assert await tx[Users].password_of(user.id) == f"hash of {user.id}"
        await tx[Users].set_password(user.id, "another")
    async with store.read() as tx:
        assert await tx[Users].password_of(user.id) == "another"
        assert await tx[Users].password_of(other.id) == f"hash of {other.id}"


async def test_pages_are_newest_first_and_ties_go_by_id_downwards(store: Store) -> None:
    old = await added(store, created_at=NOW - HOUR)
    twins = [await added(store), await added(store), await added(store)]
    wanted = [*sorted(twins, key=lambda user: user.id, reverse=True), old]
    async with store.read() as tx:
        first = await tx[Users].find(UserQuery(limit=2))
        second = await tx[Users].find(UserQuery(after=first.next, limit=2))
    assert first.items + second.items == wanted
    assert second.next is None


async def test_a_page_after_something_that_is_no_cursor_is_refused(store: Store) -> None:
    with pytest.raises(Invalid):
        async with store.read() as tx:
            await tx[Users].find(UserQuery(after="nonsense"))


async def looked_for(store: Store, limit: int = 30, **asked: Any) -> list[User]:
    """Of all pages, one after another."""
    found, after = list[User](), None
    while True:
        async with store.read() as tx:
            page = await tx[Users].find(UserQuery(after=after, limit=limit, **asked))
        found += page.items
        if (after := page.next) is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 30])
async def test_people_are_looked_for_by_words_and_role(store: Store, limit: int) -> None:
    ana = await added(store, name="Ana Pérez", email="x100%_@example.com")
    bea = await added(store, name="Bea Ñandú", role=Role.STAFF, created_at=NOW - HOUR)
    eva = await added(store, name="Eva Pérez", role=Role.STAFF, phone="+34 911 222 333", created_at=NOW + HOUR)
    assert await looked_for(store, limit) == [eva, ana, bea]
    assert await looked_for(store, limit, words="perez") == [eva, ana]
    assert await looked_for(store, limit, words="perez", role=Role.STAFF) == [eva]
    assert await looked_for(store, limit, words="nandu") == []
    assert await looked_for(store, limit, words="ñandu") == [bea]
    assert await looked_for(store, limit, words="911 222") == [eva]
    assert await looked_for(store, limit, words="00%_@") == [ana]
    assert await looked_for(store, limit, words="a_a") == []
    assert await looked_for(store, limit, role=Role.STAFF) == [eva, bea]
    async with store.write() as tx:
        await tx[Users].save(msgspec.structs.replace(bea, name="Bea Emú"))
    assert [user.name for user in await looked_for(store, limit, words="emu")] == ["Bea Emú"]


async def test_users_of_a_role_come_oldest_first(store: Store) -> None:
    young, old = await added(store, role=Role.ADMIN), await added(store, role=Role.ADMIN, created_at=NOW - HOUR)
    await added(store, role=Role.STAFF, created_at=NOW - HOUR)
    async with store.read() as tx:
        assert await tx[Users].of_role(Role.ADMIN, 5) == [old, young]
        assert await tx[Users].of_role(Role.ADMIN, 1) == [old]
        assert await tx[Users].of_role(Role.CUSTOMER, 5) == []


async def test_a_removed_user_is_gone_with_their_sessions_and_the_address_is_free(store: Store) -> None:
    user, other = await added(store, email="ana@example.com"), await added(store)
    session, kept = await begun(store, user), await begun(store, other)
    token = await given_token(store, session)
    async with store.write() as tx:
        await tx[Users].remove(user.id)
    async with store.read() as tx:
        assert await tx[Users].get(user.id) is None
        assert await tx[Sessions].get(session.id) is None
        assert await tx[Sessions].refresh_token(token.token_hash) is None
        assert await tx[Sessions].get(kept.id) is not None
    await added(store, email="ana@example.com")


async def test_a_session_is_found_by_id_and_by_token_with_its_person(store: Store) -> None:
    user = await added(store, role=Role.STAFF, approved=True)
    session = await begun(store, user)
    async with store.read() as tx:
        visit = await tx[Sessions].of_token(f"hash of {session.id}")
        assert visit == await tx[Sessions].get(session.id)
    assert visit is not None
    assert visit.actor == Actor(
        id=user.id, name=user.name, email=user.email, role=Role.STAFF, session=session.id, approved=True
    )
    assert visit.expires_at == NOW + HOUR


async def test_unknown_sessions_and_tokens_are_not_found(store: Store) -> None:
    await begun(store, await added(store), kind=SessionKind.API, token_hash=None)
    async with store.read() as tx:
        assert await tx[Sessions].get(SessionId("none")) is None
        assert await tx[Sessions].of_token("none") is None
        assert await tx[Sessions].of_token("") is None
        assert await tx[Sessions].refresh_token("none") is None


async def test_the_sessions_of_a_user_come_latest_first_and_ties_go_by_id_downwards(store: Store) -> None:
    user = await added(store)
    old = await begun(store, user, created_at=NOW - HOUR, expires_at=NOW)
    twins = [await begun(store, user), await begun(store, user, kind=SessionKind.API, token_hash=None)]
    await begun(store, await added(store))
    async with store.read() as tx:
        assert await tx[Sessions].of(user.id) == [*sorted(twins, key=lambda session: session.id, reverse=True), old]
        assert await tx[Sessions].of(UserId("nobody")) == []


async def test_a_session_ends_for_its_own_user_only(store: Store) -> None:
    user, other = await added(store), await added(store)
    session, kept = await begun(store, user), await begun(store, user)
    token = await given_token(store, session)
    async with store.write() as tx:
        assert not await tx[Sessions].end_own(other.id, session.id)
        assert await tx[Sessions].get(session.id) is not None
        assert await tx[Sessions].end_own(user.id, session.id)
        assert not await tx[Sessions].end_own(user.id, session.id)
    async with store.read() as tx:
        assert await tx[Sessions].get(session.id) is None
        assert await tx[Sessions].refresh_token(token.token_hash) is None
        assert await tx[Sessions].get(kept.id) is not None


async def test_many_sessions_may_be_without_a_token(store: Store) -> None:
    user = await added(store)
    sessions = [await begun(store, user, kind=SessionKind.API, token_hash=None) for _ in range(2)]
    async with store.read() as tx:
        assert all([await tx[Sessions].get(session.id) for session in sessions])


async def test_a_session_can_be_extended_while_it_is_there(store: Store) -> None:
    session = await begun(store, await added(store))
    async with store.write() as tx:
        await tx[Sessions].extend(session.id, NOW + 2 * HOUR)
        await tx[Sessions].extend(SessionId("none"), NOW)
        visit = await tx[Sessions].get(session.id)
    assert visit is not None
    assert visit.expires_at == NOW + 2 * HOUR


async def test_an_ended_session_takes_its_refresh_tokens_with_it(store: Store) -> None:
    user = await added(store)
    ended, kept = await begun(store, user), await begun(store, user)
    token, kept_token = await given_token(store, ended), await given_token(store, kept)
    async with store.write() as tx:
        await tx[Sessions].end(ended.id)
    async with store.read() as tx:
        assert await tx[Sessions].get(ended.id) is None
        assert await tx[Sessions].refresh_token(token.token_hash) is None
        assert await tx[Sessions].get(kept.id) is not None
        assert await tx[Sessions].refresh_token(kept_token.token_hash) == kept_token


@pytest.mark.parametrize("spared", [True, False])
async def test_all_sessions_of_one_user_end_but_the_one_that_is_spared(store: Store, *, spared: bool) -> None:
    user = await added(store)
    first, second, foreign = await begun(store, user), await begun(store, user), await begun(store, await added(store))
    async with store.write() as tx:
        await tx[Sessions].end_all(user.id, but=first.id if spared else None)
    async with store.read() as tx:
        assert (await tx[Sessions].get(first.id) is not None) is spared
        assert await tx[Sessions].get(second.id) is None
        assert await tx[Sessions].get(foreign.id) is not None


async def test_what_is_over_is_found_until_it_is_purged(store: Store) -> None:
    user = await added(store)
    over, lasting = await begun(store, user, expires_at=NOW), await begun(store, user)
    old, new = await given_token(store, lasting, expires_at=NOW), await given_token(store, lasting)
    async with store.write() as tx:
        assert await tx[Sessions].get(over.id) is not None
        await tx[Sessions].purge(NOW)
        assert await tx[Sessions].get(over.id) is None
        assert await tx[Sessions].get(lasting.id) is not None
        assert await tx[Sessions].refresh_token(old.token_hash) is None
        assert await tx[Sessions].refresh_token(new.token_hash) == new


async def test_a_refresh_token_is_used_once(store: Store) -> None:
    token = await given_token(store, await begun(store, await added(store)))
    async with store.write() as tx:
        assert await tx[Sessions].use(token.token_hash, NOW)
        assert not await tx[Sessions].use(token.token_hash, NOW + HOUR)
        assert not await tx[Sessions].use("none", NOW)
        assert await tx[Sessions].refresh_token(token.token_hash) == msgspec.structs.replace(token, used_at=NOW)
