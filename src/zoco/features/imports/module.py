"""The manifest of imports."""

from __future__ import annotations

from pathlib import Path

from zoco.features.imports.mongo import MongoImportedRows
from zoco.features.imports.repository import ImportedRows
from zoco.features.imports.service import ImportService
from zoco.features.imports.sql import SqlImportedRows
from zoco.kit.module import House, Module


def build(house: House) -> ImportService:
    return ImportService(house.store, house.services["catalogue"], house.services["media"])


MODULE = Module(
    name="imports",
    folder=Path(__file__).parent,
    requires=("catalogue", "media"),
    build=build,
    sql={ImportedRows: SqlImportedRows},
    mongo={ImportedRows: MongoImportedRows},
)
