"""The manifest of the demo."""

from __future__ import annotations

from pathlib import Path

from zoco.features.demo.service import DemoService
from zoco.kit.module import House, Module


def build(house: House) -> DemoService:
    return DemoService(house.services["accounts"], house.services["catalogue"])


MODULE = Module(name="demo", folder=Path(__file__).parent, requires=("accounts", "catalogue"), build=build)
