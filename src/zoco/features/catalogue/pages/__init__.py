"""The catalogue in the browser: shelves and products for everybody, offers for their sellers, lists for machines."""

from zoco.features.catalogue.pages.machines import MachinePages
from zoco.features.catalogue.pages.photos import PhotoPages
from zoco.features.catalogue.pages.selling import SellingPages
from zoco.features.catalogue.pages.shelves import ShelfPages

__all__ = ["MachinePages", "PhotoPages", "SellingPages", "ShelfPages"]
