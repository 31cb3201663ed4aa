"""The manifest of incidents."""

from __future__ import annotations

from pathlib import Path

from zoco.features.incidents.mongo import MongoCases, MongoIncidents
from zoco.features.incidents.office import IncidentOffice
from zoco.features.incidents.repository import Cases, Incidents
from zoco.features.incidents.service import SEE, SOLVE, IncidentService
from zoco.features.incidents.sql import SqlCases, SqlIncidents
from zoco.kit.mishaps import Witness
from zoco.kit.module import House, Module
from zoco.kit.office import Desk
from zoco.kit.text import N_


def build(house: House) -> IncidentService:
    return IncidentService(house.store, house.clock)


MODULE = Module(
    name="incidents",
    folder=Path(__file__).parent,
    build=build,
    sql={Incidents: SqlIncidents, Cases: SqlCases},
    mongo={Incidents: MongoIncidents, Cases: MongoCases},
    provides={Witness: lambda incidents: incidents},
    controllers=(IncidentOffice,),
    permissions=(SEE, SOLVE),
    office=(Desk("/panel/errores", N_("Errors"), "warning", SEE, order=70),),
)
