"""The manifest of accounts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from zoco.features.accounts import live, tasks
from zoco.features.accounts.api import AuthApi, UserApi
from zoco.features.accounts.mongo import MongoSessions, MongoUsers
from zoco.features.accounts.pages import AccountPages, OwnPages, RecoveryPages
from zoco.features.accounts.providers import AccessTokens, MailLinks, OwnData, PasswordHasher, PwdlibHasher, SignInStep
from zoco.features.accounts.repository import Sessions, Users
from zoco.features.accounts.service import APPROVE, MANAGE, SEE, AccountService, Gate, Lives
from zoco.features.accounts.sql import SqlSessions, SqlUsers
from zoco.kit.module import House, Module
from zoco.kit.permissions import Authenticator


def build(house: House) -> AccountService:
    store, clock, secret, filled = house.store, house.clock, house.secret, house.providers
    settings, auth = house.settings, house.settings.auth
    filled[PasswordHasher].insert(0, PwdlibHasher(auth.password_scheme))
    gate = Gate(
        filled[PasswordHasher],
        filled[SignInStep],
        AccessTokens(secret, clock, timedelta(minutes=auth.access_minutes)),
        MailLinks(secret, clock),
        house.limiter,
        Lives(timedelta(minutes=settings.session.life_minutes), timedelta(days=auth.refresh_days)),
    )
    language, own_data = settings.shop.default_language, filled[OwnData]
    return AccountService(store, clock, gate, language=language, secret=secret, texts=house.texts, own_data=own_data)


MODULE = Module(
    name="accounts",
    folder=Path(__file__).parent,
    requires=("mail",),
    build=build,
    sql={Users: SqlUsers, Sessions: SqlSessions},
    mongo={Users: MongoUsers, Sessions: MongoSessions},
    provides={Authenticator: lambda accounts: accounts},
    controllers=(AuthApi, UserApi, AccountPages, RecoveryPages, OwnPages),
    tasks=tasks,
    live=live,
    permissions=(SEE, APPROVE, MANAGE),
)
