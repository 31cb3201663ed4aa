"""Imports brings products from other shops' files into the catalogue, and reports on every row."""
