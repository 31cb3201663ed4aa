"""The manifest of configuration."""

from __future__ import annotations

from pathlib import Path

from zoco.features.configuration.office import ConfigurationOffice
from zoco.features.configuration.providers import Machine, ThisMachine
from zoco.features.configuration.service import SEE, ConfigurationService
from zoco.kit.module import House, Module
from zoco.kit.office import Desk
from zoco.kit.text import N_


def build(house: House) -> ConfigurationService:
    machine = next(iter(house.providers[Machine]), None) or ThisMachine()
    mail = house.services["mail"]
    return ConfigurationService(house.store, house.clock, mail, machine, settings=house.settings)


MODULE = Module(
    name="configuration",
    folder=Path(__file__).parent,
    requires=("mail",),
    build=build,
    controllers=(ConfigurationOffice,),
    permissions=(SEE,),
    office=(Desk("/panel/config", N_("Configuration"), "settings", SEE, order=90),),
)
