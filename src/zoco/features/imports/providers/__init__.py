"""Foreign product files: the port for a dialect, the dialects that we know, and the reader that tells them apart."""

from zoco.features.imports.providers.reader import DIALECTS, Reading, read
from zoco.features.imports.providers.shopify import Shopify
from zoco.features.imports.providers.table import CsvRow, Dialect
from zoco.features.imports.providers.woocommerce import WooCommerce

__all__ = ["DIALECTS", "CsvRow", "Dialect", "Reading", "Shopify", "WooCommerce", "read"]
