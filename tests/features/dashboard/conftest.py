"""Orders, for the overview to count."""

from tests.features.orders.conftest import buy, fill

__all__ = ["buy", "fill"]
