"""An engine is opened only for modules that can keep everything on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoco.kit.module import Module
from zoco.storage.engine import DatabaseUnusable
from zoco.storage.engines import open_engine
from zoco.testing.clock import FrozenClock


class Visits:
    """A port."""


class Guests:
    """Another one."""


@pytest.mark.parametrize(
    ("url", "module", "refusal"),
    [
        ("sqlite:///{}/a.db", Module("visits", mongo={Visits: object}), "module visits .* on SQLite, .* for Visits:"),
        ("postgresql://localhost:1/a", Module("own", mongo={Guests: object}), "own .* on PostgreSQL, .* for Guests:"),
        ("mongodb://localhost:1/a", Module("own", sql={Visits: object, Guests: object}), "MongoDB.* Visits, Guests:"),
        ("mongodb+srv://none.invalid/a", Module("own", sql={Visits: object}), "own .* on MongoDB, .* for Visits:"),
    ],
)
def test_a_module_without_an_adapter_for_it_is_named(tmp_path: Path, url: str, module: Module, refusal: str) -> None:
    with pytest.raises(DatabaseUnusable, match=refusal):
        open_engine(url.format(tmp_path), FrozenClock(), [module])
    assert not list(tmp_path.iterdir())


async def test_another_module_may_bring_the_adapter(tmp_path: Path) -> None:
    modules = [Module("visits", mongo={Visits: object}), Module("visits-sql", sql={Visits: object})]
    await open_engine(f"sqlite:///{tmp_path}/a.db", FrozenClock(), modules).close()
