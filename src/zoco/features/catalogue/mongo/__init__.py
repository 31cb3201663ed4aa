"""The catalogue on MongoDB."""

from zoco.features.catalogue.mongo.bulk import MongoBulkNotes
from zoco.features.catalogue.mongo.categories import CATEGORIES, MongoCategories
from zoco.features.catalogue.mongo.products import PRODUCTS, MongoProducts

__all__ = ["CATEGORIES", "PRODUCTS", "MongoBulkNotes", "MongoCategories", "MongoProducts"]
