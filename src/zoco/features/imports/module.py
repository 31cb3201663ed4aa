"""The manifest of imports."""

from __future__ import annotations

from pathlib import Path

from zoco.features.imports import live, tasks
from zoco.features.imports.mongo import MongoImportedRows, MongoImportJobs
from zoco.features.imports.office import ImportOffice
from zoco.features.imports.repository import ImportedRows, ImportJobs
from zoco.features.imports.service import ImportService
from zoco.features.imports.sql import SqlImportedRows, SqlImportJobs
from zoco.kit.module import House, Module


def build(house: House) -> ImportService:
    return ImportService(
        house.store,
        house.clock,
        house.services["catalogue"],
        house.services["media"],
        house.services["audit"],
    )


MODULE = Module(
    name="imports",
    folder=Path(__file__).parent,
    requires=("audit", "catalogue", "media"),
    build=build,
    controllers=(ImportOffice,),
    uploads=("/panel/productos/importar",),
    tasks=tasks,
    live=live,
    sql={ImportedRows: SqlImportedRows, ImportJobs: SqlImportJobs},
    mongo={ImportedRows: MongoImportedRows, ImportJobs: MongoImportJobs},
)
