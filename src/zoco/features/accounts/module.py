"""The manifest of accounts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from zoco.features.accounts import live, tasks
from zoco.features.accounts.api import AuthApi, UserApi
from zoco.features.accounts.mongo import MongoSessions, MongoUsers
from zoco.features.accounts.office import UserOffice
from zoco.features.accounts.pages import AccountPages, InvitationPages, OwnPages, RecoveryPages
from zoco.features.accounts.providers import AccessTokens, MailLinks, OwnData, PasswordHasher, PwdlibHasher, SignInStep
from zoco.features.accounts.repository import Sessions, Users
from zoco.features.accounts.service import APPROVE, MANAGE, SEE, AccountService, Gate, Lives
from zoco.features.accounts.sql import SqlSessions, SqlUsers
from zoco.kit.module import House, Module
from zoco.kit.office import Desk
from zoco.kit.permissions import Authenticator
from zoco.kit.text import N_


def build(house: House) -> AccountService:
    store, clock, secret, filled = house.store, house.clock, house.secret, house.providers
    settings, auth = house.settings, house.settings.auth
    filled[PasswordHasher].insert(0, PwdlibHasher(auth.password_scheme))
    tokens = AccessTokens(secret, clock, timedelta(minutes=auth.access_minutes))
    lives = Lives(timedelta(minutes=settings.session.life_minutes), timedelta(days=auth.refresh_days))
    gate = Gate(filled[PasswordHasher], filled[SignInStep], tokens, MailLinks(secret, clock), house.limiter, lives)
    language, own_data, texts = settings.shop.default_language, filled[OwnData], house.texts
    audit = house.services["audit"]
    return AccountService(
        store, clock, gate, language=language, secret=secret, texts=texts, own_data=own_data, audit=audit
    )


MODULE = Module(
    name="accounts",
    folder=Path(__file__).parent,
    requires=("audit", "mail"),
    build=build,
    sql={Users: SqlUsers, Sessions: SqlSessions},
    mongo={Users: MongoUsers, Sessions: MongoSessions},
    provides={Authenticator: lambda accounts: accounts},
    controllers=(AuthApi, UserApi, AccountPages, RecoveryPages, InvitationPages, OwnPages, UserOffice),
    tasks=tasks,
    live=live,
    permissions=(SEE, APPROVE, MANAGE),
    office=(Desk("/panel/usuarios", N_("Users"), "people", SEE, order=50),),
)
