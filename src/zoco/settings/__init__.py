"""Settings: one frozen tree from `zoco.toml` and `ZOCO_…` variables, loaded once at the start."""

from zoco.settings.errors import SettingsError
from zoco.settings.loading import Origin, elsewhere, load, origins
from zoco.settings.secret import secret_key
from zoco.settings.tree import ENVIRONMENTS, Settings, expected, keys

__all__ = [
    "ENVIRONMENTS",
    "Origin",
    "Settings",
    "SettingsError",
    "elsewhere",
    "expected",
    "keys",
    "load",
    "origins",
    "secret_key",
]
