"""The manifest of accounts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from zoco.features.accounts import tasks
from zoco.features.accounts.api import AuthApi, UserApi
from zoco.features.accounts.pages import AccountPages
from zoco.features.accounts.providers import AccessTokens, PasswordHasher, PwdlibHasher, SignInStep
from zoco.features.accounts.repository import Sessions, Users
from zoco.features.accounts.service import APPROVE, MANAGE, SEE, AccountService, Gate, Lives
from zoco.features.accounts.sql import SqlSessions, SqlUsers
from zoco.kit.module import House, Module
from zoco.kit.permissions import Authenticator


def build(house: House) -> AccountService:
    settings, auth = house.settings, house.settings.auth
    hashers = house.providers[PasswordHasher]
    hashers.insert(0, PwdlibHasher(auth.password_scheme))
    gate = Gate(
        hashers,
        house.providers[SignInStep],
        AccessTokens(house.secret, house.clock, timedelta(minutes=auth.access_minutes)),
        house.limiter,
        Lives(timedelta(minutes=settings.session.life_minutes), timedelta(days=auth.refresh_days)),
    )
    language = settings.shop.default_language
    return AccountService(house.store, house.clock, gate, language=language, secret=house.secret, texts=house.texts)


MODULE = Module(
    name="accounts",
    folder=Path(__file__).parent,
    requires=("mail",),
    build=build,
    sql={Users: SqlUsers, Sessions: SqlSessions},
    provides={Authenticator: lambda accounts: accounts},
    controllers=(AuthApi, UserApi, AccountPages),
    tasks=tasks,
    permissions=(SEE, APPROVE, MANAGE),
)
