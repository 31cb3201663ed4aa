"""The catalogue on SQL engines."""

from zoco.features.catalogue.sql.bulk import SqlBulkNotes
from zoco.features.catalogue.sql.categories import SqlCategories, categories
from zoco.features.catalogue.sql.products import WORDS_DDL, SqlProducts, products

__all__ = ["WORDS_DDL", "SqlBulkNotes", "SqlCategories", "SqlProducts", "categories", "products"]
