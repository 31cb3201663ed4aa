"""Reads the tables of a database that is there already and writes them as a feature has them; never changes it."""
