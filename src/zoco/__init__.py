"""Zoco: a shop and marketplace that you own, in one process."""

__version__ = "0.1.0"
