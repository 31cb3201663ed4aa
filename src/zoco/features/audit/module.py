"""The manifest of audit."""

from __future__ import annotations

from pathlib import Path

from zoco.features.audit.mongo import MongoDeeds
from zoco.features.audit.office import AuditOffice
from zoco.features.audit.repository import Deeds
from zoco.features.audit.service import SEE, AuditService
from zoco.features.audit.sql import SqlDeeds
from zoco.kit.module import House, Module
from zoco.kit.office import Desk
from zoco.kit.text import N_


def build(house: House) -> AuditService:
    return AuditService(house.store, house.clock, house.settings.shop.zone)


MODULE = Module(
    name="audit",
    folder=Path(__file__).parent,
    build=build,
    sql={Deeds: SqlDeeds},
    mongo={Deeds: MongoDeeds},
    controllers=(AuditOffice,),
    permissions=(SEE,),
    office=(Desk("/panel/auditoria", N_("Audit log"), "log", SEE, order=80),),
)
