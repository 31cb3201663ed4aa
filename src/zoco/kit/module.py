"""The manifest by which a feature, ours or an extension's, becomes part of a shop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from zoco.kit.clock import Clock
from zoco.kit.office import Desk
from zoco.kit.permissions import Permission
from zoco.kit.ratelimit import RateLimiter
from zoco.kit.store import Store, Tx
from zoco.kit.texts import Texts


@dataclass(frozen=True)
class House:
    """What a feature is built from."""

    store: Store
    clock: Clock
    limiter: RateLimiter
    settings: Any
    secret: bytes
    """The shop's own key: sign with it, never show it."""
    texts: Texts
    templates: Sequence[Path]
    """The folders of page and mail templates, a theme's before a feature's."""
    compiled: Path
    """The folder that keeps what is compiled of them."""
    services: Mapping[str, Any]
    """By feature name, those that `requires` names already built."""
    providers: Mapping[type, list[Any]]
    """What has been given for each strategy port; a list that is asked for now also shows what later features add."""


@dataclass(frozen=True)
class Check:
    """A question about a shop's data, asked by `zoco check`."""

    invariant: str
    question: str
    find: Callable[[Any, Tx], Awaitable[list[str]]]
    """Given the feature's service and a read transaction, answers a sentence for everything broken."""


@dataclass(frozen=True)
class Module:
    """A feature: its service, its repositories for each engine, its doors and its reactions."""

    name: str
    folder: Path | None = None
    """Where its `templates`, `static`, `locale` and `migrations` lie; our own are all in `storage/migrations`."""
    requires: tuple[str, ...] = ()
    build: Callable[[House], Any] | None = None
    sql: Mapping[type, type] = field(default_factory=dict)
    mongo: Mapping[type, type] = field(default_factory=dict)
    provides: Mapping[type, Callable[[Any], Any]] = field(default_factory=dict)
    """For a strategy port what fills it, made from this feature's service."""
    controllers: tuple[type, ...] = ()
    tasks: ModuleType | None = None
    live: ModuleType | None = None
    """What its facts change on open pages."""
    permissions: tuple[Permission, ...] = ()
    checks: tuple[Check, ...] = ()
    office: tuple[Desk, ...] = ()
    """Its places in the back office."""
    ready: Mapping[str, str] = field(default_factory=dict)
    """Address prefixes whose answers to guests are the same for all, with the topic whose facts change them."""
    uploads: tuple[str, ...] = ()
    """Address prefixes where requests may bring files, and be as large."""


class ModulesError(ValueError):
    """Modules that do not go together, as they require what is not installed; the sentence names them."""


def in_order(modules: list[Module]) -> list[Module]:
    """Each module after those that it requires; raises ModulesError."""
    left, done = {module.name: module for module in modules}, list[Module]()
    if twice := [module.name for module in modules if left[module.name] is not module]:
        raise ModulesError(f"two modules are installed by one name, {', '.join(twice)}; remove or rename one")
    while left:
        there = {module.name for module in done}
        free = [module for module in left.values() if there.issuperset(module.requires)]
        if not free:
            stuck = "; ".join(f"{m.name} requires {', '.join(m.requires)}" for m in left.values())
            message = f"these modules cannot be loaded, one that they require is missing or requires them: {stuck}"
            raise ModulesError(message)
        for module in free:
            done.append(left.pop(module.name))
    return done
