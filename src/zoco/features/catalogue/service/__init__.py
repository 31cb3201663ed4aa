"""The service of the catalogue, in parts: looking, lists of everything, selling, and what cart and orders ask of it."""

from zoco.features.catalogue.service.catalogue import CatalogueService
from zoco.features.catalogue.service.rules import MANAGE, as_typed, clean
from zoco.features.catalogue.service.sitemap import LISTED

__all__ = ["LISTED", "MANAGE", "CatalogueService", "as_typed", "clean"]
