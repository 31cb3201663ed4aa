"""The composition root: modules become a shop, and a shop becomes an ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import structlog
from litestar import Litestar, get
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin

from zoco import __version__
from zoco.kit.clock import Clock, SystemClock
from zoco.kit.ending import end
from zoco.kit.events import Reaction, reactions
from zoco.kit.jobs import Job, jobs
from zoco.kit.mishaps import Witness
from zoco.kit.module import House, Module, ModulesError, in_order
from zoco.kit.outbox import Outbox
from zoco.kit.permissions import Authenticator
from zoco.kit.ratelimit import RateLimiter
from zoco.settings import Settings, secret_key
from zoco.storage.engine import Engine
from zoco.storage.engines import open_engine
from zoco.storage.housekeeping import Housekeeping
from zoco.storage.jobs import Jobs
from zoco.storage.outbox import Relay
from zoco.web.asgi import App
from zoco.web.binding import bound
from zoco.web.body import ShopRequest
from zoco.web.channels import Channels, Station
from zoco.web.cookies import Cookies
from zoco.web.docs import docs_routes, openapi_config, swagger_files
from zoco.web.errors import Errors
from zoco.web.express import Express
from zoco.web.i18n import Languages
from zoco.web.identity import identity_routes
from zoco.web.layers import Layers
from zoco.web.live import Hub
from zoco.web.logo import Logo, read_logo
from zoco.web.logs import AccessLog
from zoco.web.operations import options_of_all
from zoco.web.pages import Contribution, Look, Pages
from zoco.web.resend import hear_the_rest
from zoco.web.sockets import SocketLimits
from zoco.web.static import Source, Static
from zoco.web.style import style_routes
from zoco.web.theme import theme
from zoco.web.visitor import actor_of, behind, client_address
from zoco.web.wholes import plain_wholes

log = structlog.get_logger("zoco")
WEB = Path(__file__).parent / "web"

_AT_ONCE = 4
"""How many of the largest pictures one request may bring."""


@dataclass(frozen=True)
class Shop:
    """Everything of a shop but its doors."""

    settings: Settings
    clock: Clock
    modules: Sequence[Module]
    folders: Mapping[str, Path]
    """Where each module's templates, static files and translations lie."""
    store: Engine
    limiter: RateLimiter
    services: Mapping[str, Any]
    providers: Mapping[type, list[Any]]
    reactions: Sequence[Reaction]
    jobs: Sequence[Job]
    languages: Languages
    cookies: Cookies
    secret: bytes

    async def check(self) -> list[tuple[str, str, list[str]]]:
        """Every invariant: its name, what must hold, and a sentence for everything that does not."""
        results = []
        for module in self.modules:
            for check in module.checks:
                async with self.store.read() as tx:
                    results.append((check.invariant, check.question, await check.find(self.services[module.name], tx)))
        return [*results, ("I6", "the database is sound", await self.store.check())]

    def relay(self) -> Relay:
        relay = Relay(self.store, self.clock, self.reactions, self.providers[Witness])
        self.store.on_commit(lambda _: relay.wake())
        return relay


class Doors(Litestar):
    """Litestar without its plugins for Pydantic and attrs: 8 MB and a tenth of the start, for nothing of ours."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def installed() -> list[Module]:
    """The modules of every installed package, ours and extensions', each after those that it requires.

    Raises ModulesError.
    """
    return in_order([_loaded(point) for point in entry_points(group="zoco.modules")])


def _loaded(point: EntryPoint) -> Module:
    try:
        module: Module = point.load()
    except (ImportError, AttributeError, SyntaxError) as error:  # as of a package that is half installed
        raise ModulesError(f"the module {point.name} cannot be loaded from {point.value}: {error}") from error
    return module


def build_shop(settings: Settings, clock: Clock | None = None, modules: Sequence[Module] | None = None) -> Shop:
    """Build every service on the database, brought to this version's schema; its store is still to be started."""
    clock, modules = clock or SystemClock(), modules if modules is not None else installed()
    secret, cookies = secret_key(settings.data_dir), Cookies(secure=settings.secure_cookies)
    folders = {module.name: module.folder for module in modules if module.folder}
    languages = Languages(
        settings.shop.languages,
        settings.shop.default_language,
        [place / "locale" for place in (WEB.parent / "kit", WEB, *folders.values())],
        zone=settings.shop.time_zone,
        cookies=cookies,
    )
    store = open_engine(settings.database.url, clock, modules, settings.database.pool)
    limiter = RateLimiter(clock, store.tries, enabled=settings.ratelimit.enabled)
    services: dict[str, Any] = {}
    providers: defaultdict[type, list[Any]] = defaultdict(list)
    templates = _templates(folders)
    compiled = _compiled(settings)
    house = House(store, clock, limiter, settings, secret, languages, templates, compiled, services, providers)
    found: list[Reaction] = []
    timed = Housekeeping(store, clock).jobs
    for module in modules:
        if module.build is not None:
            services[module.name] = module.build(house)
        for port, provide in module.provides.items():
            providers[port].append(provide(services.get(module.name)))
        if module.tasks is not None:
            found += reactions(module.name, module.tasks, services)
            timed += jobs(module.name, module.tasks, services)
    store.subscribe(found)
    return Shop(
        settings, clock, modules, folders, store, limiter, services, providers, found, timed, languages, cookies, secret
    )


def create_app(shop: Shop) -> App:
    """The shop with its doors, as an ASGI application that delivers its outbox while it runs."""
    settings = shop.settings
    development = settings.environment == "development"
    logo = read_logo(settings.shop.logo)
    static = Static(
        [
            Source("web", WEB / "static"),
            swagger_files(),
            *(Source(name, place / "static") for name, place in shop.folders.items() if (place / "static").is_dir()),
        ],
        {"theme/shop.css": theme(settings.shop.colours)} | ({logo.name: logo.body} if logo else {}),
        reload=development,
    )
    pages = Pages(_look(shop, static, logo, reload=development), shop.providers[Contribution])
    errors = Errors(shop.languages, pages, development=development, witnesses=shop.providers[Witness])
    litestar = routes(shop, pages, errors)
    hub = Hub(module.live for module in shop.modules if module.live)
    shop.store.on_commit(hub.heard)
    layers = Layers(
        languages=shop.languages,
        cookies=shop.cookies,
        errors=errors,
        static=static,
        authenticator=shop.providers[Authenticator][0],
        limiter=shop.limiter,
        client=client_address(settings.server.trusted_proxies),
        revision=shop.store.revision,
        ready={prefix: topic for module in shop.modules for prefix, topic in module.ready.items()},
        larger=dict.fromkeys(
            (prefix for module in shop.modules for prefix in module.uploads),
            _AT_ONCE * settings.uploads.max_bytes + 100_000,
        ),
        production=settings.environment == "production",
        hub=hub,
        sockets=SocketLimits() if settings.ratelimit.enabled else SocketLimits(of_person=None, of_address=None),
        access=AccessLog(settings.log.format) if settings.log.level in ("debug", "info") else None,
        channels=_channels(shop),
        origins=settings.server.origins,
    )
    app, proxies = layers.around(litestar), settings.server.trusted_proxies
    return behind(app, proxies) if proxies else app


def _look(shop: Shop, static: Static, logo: Logo | None, *, reload: bool) -> Look:
    return Look(
        shop.languages,
        _templates(shop.folders),
        static,
        shop.cookies,
        shop.settings.shop,
        _compiled(shop.settings),
        reload=reload,
        public_url=shop.settings.server.public_url,
        logo=logo,
        desks=tuple(sorted((desk for module in shop.modules for desk in module.office), key=lambda desk: desk.order)),
    )


def _channels(shop: Shop) -> dict[str, Channels]:
    """By the address where pages connect."""
    channels = {station.address: Channels(station) for station in shop.providers[Station]}
    for each in channels.values():
        shop.store.on_commit(each.heard)
    return channels


def routes(shop: Shop, pages: Pages, errors: Errors) -> App:
    """Every feature's doors, and what opens and closes with them."""
    given = {**shop.services, "pages": pages, "jar": shop.cookies, "shop": shop.settings.shop}
    asked = {"actor": actor_of, "language": lambda scope: shop.languages.of(scope).code}
    app = Doors(
        route_handlers=[
            *(bound(controller, given, asked) for module in shop.modules for controller in module.controllers),
            *docs_routes(pages),
            *style_routes(pages),
            *identity_routes(pages, shop.settings.shop, pages.logo),
            *_health(shop),
        ],
        exception_handlers=errors.handlers,
        after_exception=[hear_the_rest],  # type: ignore[list-item]
        request_class=ShopRequest,
        request_max_body_size=None,  # our own layer knows where pictures may come
        before_request=plain_wholes,
        openapi_config=openapi_config(shop.settings.shop.name, __version__),
        lifespan=[lambda _: running(shop)],
        logging_config=None,
        debug=False,
    )
    options_of_all(app)
    return Express(app)


def _compiled(settings: Settings) -> Path:
    """The folder that keeps what is compiled of templates; the shop does without it where it cannot be made."""
    folder = settings.data_dir / "templates"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _templates(folders: Mapping[str, Path]) -> tuple[Path, ...]:
    """The folders of templates; a module's shadow those of the modules that it requires."""
    return tuple(place / "templates" for place in (*reversed(tuple(folders.values())), WEB))


@contextlib.asynccontextmanager
async def running(shop: Shop) -> AsyncIterator[None]:
    """The shop delivers its outbox and does its timed jobs, until it closes."""
    gc.collect()
    gc.freeze()  # what was built lives as long as the process; looking through it again and again costs half the rate
    gc.set_threshold(50_000, 20, 100)
    await shop.store.start()
    relay = shop.relay()
    witnesses = shop.providers[Witness]
    timed = Jobs(shop.store, shop.clock, shop.jobs, witnesses)
    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(timed.run())]
    try:
        yield
    finally:
        await end(tasks)
        await relay.close()
        for witness in witnesses:
            await witness.leave()
        await shop.store.close()


def _health(shop: Shop) -> list[Any]:
    @get("/healthz", summary="Whether the process runs", tags=["health"], operation_id="healthz", sync_to_thread=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @get("/readyz", summary="Whether the shop can answer", tags=["health"], operation_id="readyz")
    async def readyz() -> dict[str, str]:
        """503 where the database does not answer."""
        async with shop.store.read() as tx:
            await tx[Outbox].next_due()
        return {"status": "ok"}

    return [healthz, readyz]
