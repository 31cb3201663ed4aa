"""What people, staff and administrators may do with accounts."""

from __future__ import annotations

from typing import Any

import pytest

from zoco.features.accounts.errors import EmailTaken, LastAdmin, SetupOver, UserMissing, WrongCredentials
from zoco.features.accounts.events import (
    AccountEvent,
    EmailChanged,
    PasswordChanged,
    SessionsEnded,
    UserChanged,
    UserCreated,
    UserRegistered,
    UserRemoved,
)
from zoco.features.accounts.models import User, UserQuery
from zoco.features.accounts.providers import Notice
from zoco.features.accounts.schemas import ChangeUser, Register
from zoco.features.accounts.service import AccountService
from zoco.kit.errors import Forbidden, Invalid, TooMany, Unauthenticated
from zoco.kit.ids import UserId
from zoco.kit.permissions import GUEST, SYSTEM, Role
from zoco.kit.text import N_
from zoco.storage.engine import Engine
from zoco.testing.clock import FrozenClock
from zoco.testing.people import person

PASSWORD, OTHER = "una clave larga", "otra clave larga"


def registration(**given: str) -> Register:
    usual = {
        "name": "Ana Pérez",
        "phone": "+34 600 000 000",
        "email": "ana@example.com",
        "password": PASSWORD,
        "password_confirm": PASSWORD,
    }
    return Register(**usual | given)


async def made(accounts: AccountService, role: Role = Role.CUSTOMER, email: str = "ana@example.com") -> User:
    return await accounts.create(SYSTEM, name="Ana", email=email, password=PASSWORD, phone="1234567", role=role)


@pytest.fixture
def facts(store: Engine) -> list[AccountEvent]:
    """What was committed about accounts, without the ids of the facts."""
    seen: list[AccountEvent] = []
    store.on_commit(lambda events: seen.extend(event for event in events if isinstance(event, AccountEvent)))
    return seen


def said(facts: list[AccountEvent]) -> list[tuple[type, dict[str, Any]]]:
    return [(type(f), {name: getattr(f, name) for name in f.__struct_fields__ if name != "id"}) for f in facts]


async def test_who_registers_is_a_customer_with_tidy_details(
    accounts: AccountService, clock: FrozenClock, facts: list[AccountEvent]
) -> None:
    user = await accounts.register(registration(name=" Ana  Pérez ", email=" ana@example.com "), "en")
    assert (user.name, user.email, user.role, user.language) == ("Ana Pérez", "ana@example.com", Role.CUSTOMER, "en")
    assert user.created_at == clock.now()
    assert await accounts.get(user.actor, user.id) == user
    told = {"user": user.id, "name": "Ana Pérez", "email": "ana@example.com", "language": "en"}
    assert said(facts) == [(UserRegistered, told)]


async def test_all_that_is_wrong_with_a_registration_is_said_at_once(
    accounts: AccountService, facts: list[AccountEvent]
) -> None:
    wrong = registration(name=" ", phone="      ", email="ana", password="corta", password_confirm="otra")
    with pytest.raises(Invalid) as refusal:
        await accounts.register(wrong, "es")
    assert [e.field for e in refusal.value.errors] == ["name", "email", "phone", "password", "password_confirm"]
    assert not facts


async def test_an_address_is_registered_once(accounts: AccountService, facts: list[AccountEvent]) -> None:
    await accounts.register(registration(), "es")
    with pytest.raises(EmailTaken):
        await accounts.register(registration(email="ANA@example.com"), "es")
    assert len(facts) == 1


async def test_an_account_made_by_hand_has_its_role_and_needs_no_phone(
    accounts: AccountService, facts: list[AccountEvent]
) -> None:
    user = await accounts.create(SYSTEM, name="Eva", email="eva@example.com", password=PASSWORD, role=Role.STAFF)
    assert (user.role, user.phone, user.language) == (Role.STAFF, "", "es")
    assert said(facts) == [(UserCreated, {"user": user.id})]
    with pytest.raises(Invalid):
        await accounts.create(SYSTEM, name="Luz", email="luz@example.com", password=PASSWORD, phone="x")


@pytest.mark.parametrize(
    ("role", "refusal"), [(None, Unauthenticated), (Role.CUSTOMER, Forbidden), (Role.STAFF, Forbidden)]
)
async def test_only_administrators_make_accounts_by_hand(
    accounts: AccountService, role: Role | None, refusal: type[Exception]
) -> None:
    actor = person(role) if role else GUEST
    with pytest.raises(refusal):
        await accounts.create(actor, name="Eva", email="eva@example.com", password=PASSWORD)


async def test_the_setup_link_works_until_there_is_an_administrator(
    accounts: AccountService, facts: list[AccountEvent]
) -> None:
    await made(accounts, Role.STAFF, "eva@example.com")
    token = await accounts.setup_token()
    assert token is not None
    await accounts.check_setup(token)
    admin = await accounts.claim_setup(token, registration(), "en")
    assert (admin.role, admin.language) == (Role.ADMIN, "en")
    assert said(facts)[1:] == [(UserCreated, {"user": admin.id})]
    assert await accounts.setup_token() is None
    with pytest.raises(SetupOver):
        await accounts.check_setup(token)
    with pytest.raises(SetupOver):
        await accounts.claim_setup(token, registration(email="luz@example.com"), "es")


@pytest.mark.parametrize("token", ["", "x", "ñ"])
async def test_another_setup_link_does_not_work(accounts: AccountService, token: str) -> None:
    with pytest.raises(SetupOver):
        await accounts.claim_setup(token, registration(), "es")
    assert await accounts.setup_token() is not None


async def test_two_who_use_the_setup_link_at_once_make_one_administrator(
    accounts: AccountService, hashers: list[Any]
) -> None:
    token = await accounts.setup_token() or ""

    class Slow:
        async def hash(self, password: str) -> str:
            hashers.pop()
            await accounts.claim_setup(token, registration(email="eva@example.com"), "es")
            return password

    hashers.append(Slow())
    with pytest.raises(SetupOver):
        await accounts.claim_setup(token, registration(), "es")
    assert [user.email for user in (await accounts.find(SYSTEM, UserQuery())).items] == ["eva@example.com"]


async def test_one_sees_oneself_and_staff_see_everybody(accounts: AccountService) -> None:
    ana = await made(accounts)
    assert await accounts.get(ana.actor, ana.id) == ana
    assert await accounts.get(person(Role.STAFF), ana.id) == ana
    assert await accounts.find_by_email(person(Role.STAFF), "ANA@example.com") == ana
    assert (await accounts.find(person(Role.STAFF), UserQuery())).items == [ana]


async def test_nobody_else_sees_anybody(accounts: AccountService) -> None:
    ana = await made(accounts)
    for actor, refusal in ((GUEST, Unauthenticated), (person(), Forbidden)):
        with pytest.raises(refusal):
            await accounts.get(actor, ana.id)
        with pytest.raises(refusal):
            await accounts.find(actor, UserQuery())
        with pytest.raises(refusal):
            await accounts.find_by_email(actor, ana.email)


async def test_who_does_not_exist_is_missing(accounts: AccountService) -> None:
    with pytest.raises(UserMissing):
        await accounts.get(SYSTEM, UserId("nobody"))
    with pytest.raises(UserMissing):
        await accounts.find_by_email(SYSTEM, "nobody@example.com")
    with pytest.raises(UserMissing):
        await accounts.change(SYSTEM, UserId("nobody"), ChangeUser(name="Eva"))
    with pytest.raises(UserMissing):
        await accounts.remove(SYSTEM, UserId("nobody"))
    with pytest.raises(UserMissing):
        await accounts.leave(person(), PASSWORD)
    with pytest.raises(UserMissing):
        await accounts.export(person())


async def test_one_changes_what_one_gives(accounts: AccountService, facts: list[AccountEvent]) -> None:
    ana = await made(accounts)
    data = ChangeUser(name="Ana Paz", email="paz@example.com", current_password=PASSWORD)
    changed = await accounts.change(ana.actor, ana.id, data)
    assert (changed.name, changed.email, changed.phone) == ("Ana Paz", "paz@example.com", ana.phone)
    assert await accounts.get(ana.actor, ana.id) == changed
    changes: list[tuple[type, dict[str, Any]]] = [
        (UserChanged, {"user": ana.id, "name": "Ana Paz"}),
        (EmailChanged, {"user": ana.id, "old": ana.email}),
    ]
    assert said(facts)[1:] == changes


async def test_a_change_that_changes_nothing_is_no_fact(accounts: AccountService, facts: list[AccountEvent]) -> None:
    ana = await made(accounts)
    assert await accounts.change(ana.actor, ana.id, ChangeUser(name=" Ana ")) == ana
    assert len(facts) == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (ChangeUser(name=" "), "name"),
        (ChangeUser(phone="no"), "phone"),
        (ChangeUser(email="no"), "email"),
        (ChangeUser(password="corta", current_password=PASSWORD), "password"),
        (ChangeUser(password=OTHER, password_confirm="x", current_password=PASSWORD), "password_confirm"),
        (ChangeUser(password=OTHER), "current_password"),
        (ChangeUser(password=OTHER, current_password="wrong"), "current_password"),
        (ChangeUser(email="paz@example.com"), "current_password"),
        (ChangeUser(email="paz@example.com", current_password="wrong"), "current_password"),
    ],
)
async def test_a_wrong_change_is_refused_by_its_field(accounts: AccountService, data: ChangeUser, field: str) -> None:
    ana = await made(accounts)
    with pytest.raises(Invalid) as refusal:
        await accounts.change(ana.actor, ana.id, data)
    assert [error.field for error in refusal.value.errors] == [field]
    assert (await accounts.sign_in(ana.email, PASSWORD)).user == ana


async def test_an_address_of_somebody_else_is_refused(accounts: AccountService) -> None:
    ana = await made(accounts)
    await made(accounts, email="eva@example.com")
    with pytest.raises(EmailTaken):
        await accounts.change(ana.actor, ana.id, ChangeUser(email="EVA@example.com", current_password=PASSWORD))


async def test_nobody_else_changes_or_removes_an_account(accounts: AccountService) -> None:
    ana = await made(accounts)
    for actor, refusal in ((GUEST, Unauthenticated), (person(), Forbidden), (person(Role.STAFF), Forbidden)):
        with pytest.raises(refusal):
            await accounts.change(actor, ana.id, ChangeUser(name="Eva"))
        with pytest.raises(refusal):
            await accounts.remove(actor, ana.id)


async def test_a_new_password_ends_every_session_but_the_one_that_asked(
    accounts: AccountService, facts: list[AccountEvent]
) -> None:
    ana = await made(accounts)
    here, there = await accounts.sign_in(ana.email, PASSWORD), await accounts.sign_in(ana.email, PASSWORD)
    program = await accounts.issue_tokens(ana.email, PASSWORD)
    actor = await accounts.by_session(here.token)
    assert actor is not None
    await accounts.change(actor, ana.id, ChangeUser(password=OTHER, password_confirm=OTHER, current_password=PASSWORD))
    assert await accounts.by_session(here.token) == actor
    assert await accounts.by_session(there.token) is None
    with pytest.raises(Unauthenticated):
        await accounts.by_bearer(program.access_token)
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(ana.email, PASSWORD)
    await accounts.sign_in(ana.email, OTHER)
    ended = {"user": ana.id, "session": None, "but": actor.session}
    assert said(facts)[1:] == [(SessionsEnded, ended), (PasswordChanged, {"user": ana.id})]


async def test_an_administrator_sets_a_password_without_knowing_it_and_ends_all_sessions(
    accounts: AccountService,
) -> None:
    ana = await made(accounts)
    session = await accounts.sign_in(ana.email, PASSWORD)
    await accounts.change(person(Role.ADMIN), ana.id, ChangeUser(password=OTHER))
    assert await accounts.by_session(session.token) is None
    await accounts.sign_in(ana.email, OTHER)


async def test_the_present_password_may_be_tried_ten_times(accounts: AccountService) -> None:
    ana = await made(accounts)
    for _ in range(10):
        with pytest.raises(Invalid):
            await accounts.change(ana.actor, ana.id, ChangeUser(password=OTHER, current_password="wrong"))
    with pytest.raises(TooMany):
        await accounts.change(ana.actor, ana.id, ChangeUser(password=OTHER, current_password=PASSWORD))


async def test_an_administrator_gives_roles_and_nobody_takes_one(
    accounts: AccountService, facts: list[AccountEvent]
) -> None:
    ana = await made(accounts)
    with pytest.raises(Forbidden):
        await accounts.change(ana.actor, ana.id, ChangeUser(role=Role.ADMIN))
    changed = await accounts.change(person(Role.ADMIN), ana.id, ChangeUser(role=Role.STAFF))
    assert changed.role is Role.STAFF
    assert (SessionsEnded, {"user": ana.id, "session": None, "but": None}) in said(facts)


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMIN])
async def test_staff_approve_a_seller_and_take_it_back(
    accounts: AccountService, facts: list[AccountEvent], role: Role
) -> None:
    ana = await made(accounts)
    assert not ana.approved
    approved = await accounts.change(person(role), ana.id, ChangeUser(approved=True))
    assert (approved.approved, approved.actor.approved) == (True, True)
    assert await accounts.get(ana.actor, ana.id) == approved
    assert not (await accounts.change(person(role), ana.id, ChangeUser(approved=False))).approved
    assert said(facts)[1:] == [(UserChanged, {"user": ana.id, "name": "Ana"})] * 2


async def test_staff_change_nothing_else_of_others_and_nobody_approves_themselves(accounts: AccountService) -> None:
    ana, eva = await made(accounts), await made(accounts, Role.STAFF, "eva@example.com")
    for actor, user, data in (
        (eva.actor, ana.id, ChangeUser(approved=True, name="Luz")),
        (eva.actor, ana.id, ChangeUser(approved=True, role=Role.STAFF)),
        (eva.actor, ana.id, ChangeUser()),
        (eva.actor, eva.id, ChangeUser(approved=True)),
        (ana.actor, ana.id, ChangeUser(approved=True)),
        (ana.actor, eva.id, ChangeUser(approved=True)),
    ):
        with pytest.raises(Forbidden):
            await accounts.change(actor, user, data)
    with pytest.raises(Unauthenticated):
        await accounts.change(GUEST, ana.id, ChangeUser(approved=True))
    admin = await made(accounts, Role.ADMIN, "luz@example.com")
    assert (await accounts.change(admin.actor, admin.id, ChangeUser(approved=True))).approved


async def test_who_is_approved_is_so_in_every_session(accounts: AccountService) -> None:
    ana = await made(accounts)
    session, program = await accounts.sign_in(ana.email, PASSWORD), await accounts.issue_tokens(ana.email, PASSWORD)
    await accounts.change(SYSTEM, ana.id, ChangeUser(approved=True))
    visitor = await accounts.by_session(session.token)
    assert visitor
    assert visitor.approved
    assert (await accounts.by_bearer(program.access_token)).approved


async def test_the_last_administrator_neither_goes_nor_steps_down(accounts: AccountService) -> None:
    ana = await made(accounts, Role.ADMIN)
    for data in (ChangeUser(role=Role.STAFF), ChangeUser(role=Role.CUSTOMER, name="Eva")):
        with pytest.raises(LastAdmin):
            await accounts.change(ana.actor, ana.id, data)
    with pytest.raises(LastAdmin):
        await accounts.remove(ana.actor, ana.id)
    eva = await made(accounts, Role.ADMIN, "eva@example.com")
    await accounts.change(ana.actor, ana.id, ChangeUser(role=Role.STAFF))
    with pytest.raises(LastAdmin):
        await accounts.remove(eva.actor, eva.id)
    await accounts.change(eva.actor, eva.id, ChangeUser(name="Eva Paz", role=Role.ADMIN))


async def test_a_removed_account_is_gone_with_its_sessions(accounts: AccountService, facts: list[AccountEvent]) -> None:
    ana = await made(accounts)
    session = await accounts.sign_in(ana.email, PASSWORD)
    await accounts.remove(ana.actor, ana.id)
    assert await accounts.by_session(session.token) is None
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(ana.email, PASSWORD)
    assert said(facts)[1:] == [(UserRemoved, {"user": ana.id})]


async def test_an_administrator_removes_others(accounts: AccountService) -> None:
    ana, admin = await made(accounts), await made(accounts, Role.ADMIN, "eva@example.com")
    await accounts.remove(admin.actor, ana.id)
    luz = await made(accounts, Role.ADMIN, "luz@example.com")
    await accounts.remove(admin.actor, admin.id)
    assert (await accounts.find(luz.actor, UserQuery())).items == [luz]


def test_a_notice_is_said_in_the_language_of_the_reader(accounts: AccountService) -> None:
    notice = Notice("x", N_("There is an account with this e-mail address already."))
    assert accounts.say("es", notice) == "Ya existe una cuenta con este correo electrónico."
    assert accounts.say("en", notice) == notice.message
