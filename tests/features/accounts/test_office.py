"""People in the back office: found, looked at, given rights, invited, signed out."""

from __future__ import annotations

import re
from typing import Any, cast

import httpx
import pytest
from tests.browsing import browsing, enter, field, hidden, text

from zoco.app import Shop
from zoco.features.accounts.errors import InvitationTaken, LastAdmin, OwnRole, UserMissing
from zoco.features.accounts.events import PasswordChanged, SessionsEnded
from zoco.features.accounts.models import UserQuery
from zoco.features.accounts.schemas import Register
from zoco.features.accounts.service import AccountService
from zoco.features.audit.models import DeedQuery
from zoco.features.audit.service import AuditService
from zoco.features.mail.models import MailQuery
from zoco.features.mail.service import MailService
from zoco.kit.errors import Forbidden, Invalid, Unauthenticated
from zoco.kit.events import Event
from zoco.kit.ids import MailId, UserId
from zoco.kit.permissions import GUEST, SYSTEM, Actor, Role
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.testing.people import account, person

USERS = "/panel/usuarios"
PASSWORD = "otra clave larga"


@pytest.fixture
def accounts(shop: Shop) -> AccountService:
    """The shop's own, since its mails and pages take part."""
    return cast(AccountService, shop.services["accounts"])


@pytest.fixture
async def olga(shop: Shop) -> Actor:
    return await account(shop, Role.ADMIN, "Olga Jefa")


@pytest.fixture
async def eva(shop: Shop) -> Actor:
    return await account(shop, name="Eva Ñandú <b>")


@pytest.fixture
async def desk(client: httpx.AsyncClient, olga: Actor) -> httpx.AsyncClient:
    """An administrator's browser."""
    await enter(browsing(client), olga)
    return client


async def sent(desk: httpx.AsyncClient, page: str, action: str, **typed: str) -> httpx.Response:
    """The form of a page that goes to an address, sent and followed."""
    answer = await desk.post(action, data=hidden(await desk.get(page), action) | typed)
    return await desk.get(answer.headers["location"]) if answer.status_code == 303 else answer


async def done(shop: Shop, subject: str) -> list[str]:
    """What the audit log says of somebody, latest first."""
    audit: AuditService = shop.services["audit"]
    return [deed.action for deed in (await audit.page(SYSTEM, DeedQuery(subject=subject))).items]


async def link(shop: Shop, relay: Relay) -> str:
    """The address in the last invitation."""
    await relay.drain()
    mail: MailService = shop.services["mail"]
    last = (await mail.page(SYSTEM, MailQuery(template="accounts/invited"))).items[0]
    assert (await mail.show(SYSTEM, MailId(last.id))).text == "", "staff would see the link"
    folder = shop.settings.data_dir
    letters = [file.read_text() for file in folder.rglob("*.eml") if str(last.id) in file.read_text()]
    words = letters[0].replace("=\n", "").replace("=3D", "=")
    found = re.search(r"/invitacion/[\w.-]+", words)
    assert found
    return found[0]


class TestList:
    @pytest.mark.parametrize(
        ("query", "eva_there", "olga_there"),
        [
            ("", True, True),
            ("q=ÑANDÚ", True, False),
            ("q=nandu", False, False),
            ("q=olga", False, True),
            ("q=EXAMPLE.com", True, True),
            ("q=%25", False, False),
            ("role=admin", False, True),
            ("role=emperor", True, True),
            ("role=customer&q=persona", True, False),
        ],
    )
    async def test_it_is_narrowed(
        self, desk: httpx.AsyncClient, eva: Actor, query: str, *, eva_there: bool, olga_there: bool
    ) -> None:
        page = await desk.get(f"{USERS}?{query}")
        assert page.status_code == 200
        main = text(page)
        assert (eva.email in main, "Olga Jefa" in main) == (eva_there, olga_there)

    async def test_what_people_wrote_stays_text(self, desk: httpx.AsyncClient, eva: Actor) -> None:
        for page in (USERS, f"{USERS}/{eva.id}"):
            assert "Ñandú &lt;b&gt;" in (await desk.get(page)).text


async def test_somebodys_page_tells_their_role_and_how_often_they_are_signed_in(
    desk: httpx.AsyncClient, eva: Actor, olga: Actor, accounts: AccountService
) -> None:
    assert "0 dispositivos" in text(await desk.get(f"{USERS}/{eva.id}"))
    await accounts.issue_tokens(eva.email, "una clave larga y buena")
    assert "1 dispositivo" in text(await desk.get(f"{USERS}/{eva.id}"))
    own = await desk.get(f"{USERS}/{olga.id}")
    assert f"{USERS}/{olga.id}/rol" not in own.text
    assert (await desk.get(f"{USERS}/nobody")).status_code == 404


class TestRights:
    async def test_a_role_is_given_and_ends_the_sessions(
        self, desk: httpx.AsyncClient, eva: Actor, accounts: AccountService, shop: Shop
    ) -> None:
        tokens = await accounts.issue_tokens(eva.email, "una clave larga y buena")
        told = await sent(desk, f"{USERS}/{eva.id}", f"{USERS}/{eva.id}/rol", role="staff")
        assert "tiene su nuevo papel" in told.text
        assert (await accounts.get(SYSTEM, UserId(str(eva.id)))).role is Role.STAFF
        with pytest.raises(Unauthenticated):
            await accounts.by_bearer(tokens.access_token)
        assert await done(shop, eva.email) == ["accounts.give_role"]

    async def test_nobody_changes_their_own_and_one_administrator_stays(
        self, accounts: AccountService, olga: Actor, desk: httpx.AsyncClient, eva: Actor
    ) -> None:
        with pytest.raises(OwnRole):
            await accounts.give_role(olga, cast(UserId, olga.id), Role.STAFF)
        with pytest.raises(LastAdmin):
            await accounts.give_role(SYSTEM, cast(UserId, olga.id), Role.STAFF)
        form = hidden(await desk.get(f"{USERS}/{eva.id}"), f"{USERS}/{eva.id}/rol")
        answer = await desk.post(f"{USERS}/{olga.id}/rol", data=form | {"role": "customer"})
        assert "Nadie cambia su propio papel" in (await desk.get(answer.headers["location"])).text

    async def test_somebody_is_let_sell_and_no_longer(
        self, desk: httpx.AsyncClient, eva: Actor, accounts: AccountService, shop: Shop
    ) -> None:
        page, action = f"{USERS}/{eva.id}", f"{USERS}/{eva.id}/venta"
        assert "Desde ahora puede vender" in (await sent(desk, page, action)).text
        assert (await accounts.get(SYSTEM, cast(UserId, eva.id))).approved
        assert "Ya no puede vender" in (await sent(desk, page, action)).text
        assert await done(shop, eva.email) == ["accounts.disapprove", "accounts.approve"]

    async def test_somebody_is_signed_out_everywhere(
        self, desk: httpx.AsyncClient, eva: Actor, accounts: AccountService, shop: Shop
    ) -> None:
        tokens = await accounts.issue_tokens(eva.email, "una clave larga y buena")
        told = await sent(desk, f"{USERS}/{eva.id}", f"{USERS}/{eva.id}/sesiones")
        assert "cerrado todas sus sesiones" in told.text
        with pytest.raises(Unauthenticated):
            await accounts.by_bearer(tokens.access_token)
        assert await done(shop, eva.email) == ["accounts.end_sessions"]

    async def test_what_somebody_has_already_is_given_without_a_trace(
        self, accounts: AccountService, olga: Actor, eva: Actor, shop: Shop, facts: list[Event]
    ) -> None:
        tokens = await accounts.issue_tokens(eva.email, "una clave larga y buena")
        facts.clear()
        before = await accounts.get(SYSTEM, cast(UserId, eva.id))
        assert await accounts.give_role(olga, before.id, Role.CUSTOMER) == before
        assert await accounts.approve(olga, before.id, approved=False) == before
        assert await accounts.get(SYSTEM, before.id) == before
        assert (await accounts.by_bearer(tokens.access_token)).id == eva.id
        assert (facts, await done(shop, eva.email)) == ([], [])

    async def test_changes_over_the_api_are_noted_too(self, accounts: AccountService, eva: Actor, shop: Shop) -> None:
        await accounts.remove(SYSTEM, cast(UserId, eva.id))
        assert await done(shop, eva.email) == ["accounts.remove_user"]


class TestInvitations:
    async def invite(self, desk: httpx.AsyncClient, **typed: str) -> httpx.Response:
        given = {"name": "Nora Tendera", "email": "nora@example.com", "role": "staff"}
        return await sent(desk, f"{USERS}/invitar", f"{USERS}/invitar", **given | typed)

    async def test_who_is_invited_chooses_a_password_once_and_is_in(
        self, desk: httpx.AsyncClient, shop: Shop, relay: Relay, accounts: AccountService
    ) -> None:
        told = await self.invite(desk)
        assert "nora@example.com" in told.text
        assert "sin confirmar" in text(told)
        assert await done(shop, "nora@example.com") == ["accounts.invite"]
        address = await link(shop, relay)
        desk.cookies.clear()
        assert "Nora Tendera" in text(await desk.get(address))
        wrong = await sent(desk, address, address, password=PASSWORD, password_confirm="x")
        assert wrong.status_code == 422
        assert "no son iguales" in text(wrong)
        told = await sent(desk, address, address, password=PASSWORD, password_confirm=PASSWORD)
        assert "Tu contraseña está guardada" in told.text
        user = await accounts.find_by_email(SYSTEM, "nora@example.com")
        assert (user.role, user.verified) == (Role.STAFF, True)
        await accounts.issue_tokens("nora@example.com", PASSWORD)
        assert (await desk.get(address)).status_code == 404
        with pytest.raises(InvitationTaken):
            await accounts.invite_again(SYSTEM, user.id)

    async def test_whoever_is_signed_in_with_an_older_password_is_cut_off(
        self, desk: httpx.AsyncClient, shop: Shop, relay: Relay, accounts: AccountService, facts: list[Event]
    ) -> None:
        worker = await accounts.create(SYSTEM, name="Iris", email="i@example.com", password=PASSWORD, role=Role.STAFF)
        await accounts.invite_again(SYSTEM, worker.id)
        address = await link(shop, relay)
        facts.clear()
        desk.cookies.clear()
        await sent(desk, address, address, password=PASSWORD, password_confirm=PASSWORD)
        assert [fact.user for fact in facts if isinstance(fact, SessionsEnded)] == [worker.id]
        assert not [fact for fact in facts if isinstance(fact, PasswordChanged)]

    async def test_the_link_is_over_after_a_week_and_can_be_sent_again(
        self, desk: httpx.AsyncClient, shop: Shop, relay: Relay, accounts: AccountService, clock: FrozenClock,
        olga: Actor,
    ) -> None:  # fmt: skip
        await self.invite(desk)
        address = await link(shop, relay)
        clock.move(days=8)
        assert (await desk.get(address)).status_code == 404
        await enter(desk, olga)
        user = await accounts.find_by_email(SYSTEM, "nora@example.com")
        await sent(desk, f"{USERS}/{user.id}", f"{USERS}/{user.id}/invitar")
        fresh = await link(shop, relay)
        assert fresh != address
        assert (await desk.get(fresh)).status_code == 200

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"email": "nora"}, "Escribe un correo"),
            ({"name": " "}, "Nombre: Es un dato obligatorio."),
            ({"name": " "}, "Correo"),
            ({"role": "emperor"}, "Papel"),
        ],
    )
    async def test_what_is_wrong_is_named_and_nothing_typed_is_lost(
        self, desk: httpx.AsyncClient, typed: dict[str, str], said: str
    ) -> None:
        refused = await self.invite(desk, **typed)
        assert refused.status_code == 422
        assert said in text(refused)
        given = {"name": "Nora Tendera", "email": "nora@example.com"} | typed
        assert (field(refused, "name"), field(refused, "email")) == (given["name"].strip(), given["email"])

    async def test_who_made_their_account_themselves_was_not_invited(self, accounts: AccountService) -> None:
        password = "una clave larga y buena"
        told = {"name": "Olga", "phone": "600 000 000", "email": "olga@example.com"}
        data = Register(**told, password=password, password_confirm=password)
        admin = await accounts.claim_setup(await accounts.setup_token() or "", data, "es")
        with pytest.raises(InvitationTaken):
            await accounts.invite_again(SYSTEM, admin.id)

    async def test_who_is_known_needs_no_invitation(self, desk: httpx.AsyncClient, eva: Actor) -> None:
        refused = await self.invite(desk, email=eva.email.upper())
        assert refused.status_code == 422
        assert "Ya existe una cuenta con este correo electrónico" in text(refused)


async def test_staff_see_and_approve_but_rights_are_given_by_administrators(
    accounts: AccountService, eva: Actor
) -> None:
    staff, user = person(Role.STAFF), cast(UserId, eva.id)
    await accounts.find(staff, UserQuery())
    await accounts.approve(staff, user, approved=True)
    calls: list[tuple[Any, type[Exception]]] = [
        (accounts.give_role(staff, user, Role.ADMIN), Forbidden),
        (accounts.end_sessions(staff, user), Forbidden),
        (accounts.invite(staff, name="X", email="x@example.com", role=Role.ADMIN, language="es"), Forbidden),
        (accounts.invite_again(staff, user), Forbidden),
        (accounts.find(person(), UserQuery()), Forbidden),
        (accounts.with_sessions(person(), user), Forbidden),
        (accounts.approve(person(), user, approved=True), Forbidden),
        (accounts.find(GUEST, UserQuery()), Unauthenticated),
        (accounts.give_role(SYSTEM, UserId("nobody"), Role.STAFF), UserMissing),
        (accounts.invite(SYSTEM, name="", email="x", role=Role.STAFF, language="es"), Invalid),
    ]
    for call, refusal in calls:
        with pytest.raises(refusal):
            await call
