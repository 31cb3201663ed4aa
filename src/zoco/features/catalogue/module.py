"""The manifest of the catalogue."""

from __future__ import annotations

from pathlib import Path

from zoco.features.accounts.providers import OwnData
from zoco.features.catalogue import live, tasks
from zoco.features.catalogue.api import CategoryApi, ImagesApi, ProductApi
from zoco.features.catalogue.mongo import MongoBulkNotes, MongoCategories, MongoProducts
from zoco.features.catalogue.office import DESKS, OFFICES
from zoco.features.catalogue.pages import MachinePages, PhotoPages, SellingPages, ShelfPages
from zoco.features.catalogue.repository import BulkNotes, Categories, Products
from zoco.features.catalogue.service import MANAGE, CatalogueService
from zoco.features.catalogue.sql import SqlBulkNotes, SqlCategories, SqlProducts
from zoco.features.media.providers import Owners
from zoco.kit.module import House, Module


def build(house: House) -> CatalogueService:
    return CatalogueService(
        house.store,
        house.clock,
        house.services["media"],
        house.services["audit"],
        selling=house.settings.selling,
        currency=house.settings.shop.currency,
        languages=house.settings.shop.languages,
    )


MODULE = Module(
    name="catalogue",
    folder=Path(__file__).parent,
    requires=("accounts", "audit", "media"),
    build=build,
    sql={BulkNotes: SqlBulkNotes, Categories: SqlCategories, Products: SqlProducts},
    mongo={BulkNotes: MongoBulkNotes, Categories: MongoCategories, Products: MongoProducts},
    provides={OwnData: lambda catalogue: catalogue, Owners: lambda catalogue: catalogue},
    controllers=(ProductApi, ImagesApi, CategoryApi, ShelfPages, SellingPages, PhotoPages, MachinePages, *OFFICES),
    tasks=tasks,
    live=live,
    permissions=(MANAGE,),
    office=DESKS,
    ready=dict.fromkeys(
        ("/api/products", "/api/categories", "/productos", "/sitemap.xml", "/sitemap", "/llms.txt"), "catalogue"
    ),
    uploads=("/api/products", "/vender", "/panel/productos"),
)
