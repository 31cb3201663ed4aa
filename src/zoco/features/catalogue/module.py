"""The manifest of the catalogue."""

from __future__ import annotations

from pathlib import Path

from zoco.features.catalogue import live, tasks
from zoco.features.catalogue.api import CategoryApi, ProductApi
from zoco.features.catalogue.mongo import MongoCategories, MongoProducts
from zoco.features.catalogue.pages import MachinePages, SellingPages, ShelfPages
from zoco.features.catalogue.repository import Categories, Products
from zoco.features.catalogue.service import MANAGE, CatalogueService
from zoco.features.catalogue.sql import SqlCategories, SqlProducts
from zoco.kit.module import House, Module


def build(house: House) -> CatalogueService:
    return CatalogueService(
        house.store,
        house.clock,
        house.services["media"],
        selling=house.settings.selling,
        currency=house.settings.shop.currency,
    )


MODULE = Module(
    name="catalogue",
    folder=Path(__file__).parent,
    requires=("accounts", "media"),
    build=build,
    sql={Categories: SqlCategories, Products: SqlProducts},
    mongo={Categories: MongoCategories, Products: MongoProducts},
    controllers=(ProductApi, CategoryApi, ShelfPages, SellingPages, MachinePages),
    tasks=tasks,
    live=live,
    permissions=(MANAGE,),
    ready=dict.fromkeys(
        ("/api/products", "/api/categories", "/productos", "/sitemap.xml", "/sitemap", "/llms.txt"), "catalogue"
    ),
)
