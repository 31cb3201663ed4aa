"""The catalogue in the back office: everybody's products, changes for many, and categories."""

from zoco.features.catalogue.office.bulk import BulkOffice
from zoco.features.catalogue.office.categories import CategoryOffice
from zoco.features.catalogue.office.products import ProductOffice
from zoco.features.catalogue.service import MANAGE
from zoco.kit.office import Desk
from zoco.kit.text import N_

OFFICES = (ProductOffice, BulkOffice, CategoryOffice)
DESKS = (
    Desk("/panel/productos", N_("Products"), "shop", MANAGE, order=20),
    Desk("/panel/categorias", N_("Categories"), "folder", MANAGE, order=30),
)

__all__ = ["DESKS", "OFFICES"]
