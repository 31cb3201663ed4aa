"""Serving the shop: in this process, or in several."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import socket
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any

import msgspec
import typer
import uvicorn
from uvicorn.supervisors import ChangeReload, Multiprocess

import zoco
from zoco.app import Shop, build_shop, create_app
from zoco.cli.root import ConfigFile, Environment, Refused, cli
from zoco.cli.saying import say
from zoco.cli.shops import claim_of
from zoco.settings import Settings, load
from zoco.storage.lock import FileLock
from zoco.web.logs import configure


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes; one with SQLite.")] = None,
    environment: Environment = None,
    config: ConfigFile = None,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty shop with demo data first.")] = False,
    reload: Annotated[bool, typer.Option("--reload", help="Start again when the code changes (development).")] = False,
) -> None:
    """Serve the shop."""
    settings = _listening(load(config, environment), host, port, workers)
    configure(settings.log.level, settings.log.format)
    with _listener(settings.server.host, settings.server.port) as listener:  # before anything is made or shown
        shop = build_shop(settings)
        _claim = _claimed(settings)  # held until the process ends
        options: dict[str, Any] = {
            "ws": "websockets-sansio",
            "ws_max_size": 65_536,
            "ws_per_message_deflate": False,  # 40 kB for each socket, to pack messages of 50 bytes
            "log_level": "warning",
            "access_log": False,
            "server_header": False,
            "proxy_headers": False,  # server.trusted_proxies says whom to believe, which uvicorn does not know
            "timeout_graceful_shutdown": 10,
        }
        if reload or settings.server.workers > 1:
            _loaded()
            asyncio.run(_prepare(shop, demo=demo, close=True))
            _serve_elsewhere(settings, config, listener, options, reload=reload)
            return
        server = uvicorn.Server(uvicorn.Config(create_app(shop), **options))
        _loaded()

        async def prepare_and_serve() -> None:  # in one loop, as connections belong to theirs
            await _prepare(shop, demo=demo)
            await server.serve(sockets=[listener])

        with (
            contextlib.suppress(KeyboardInterrupt),  # the usual end
            asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner,
        ):
            runner.run(prepare_and_serve())
    if not server.started:
        raise typer.Exit(1)


async def _prepare(shop: Shop, *, demo: bool, close: bool = False) -> None:
    """What is done before anybody is served."""
    await shop.store.start()
    try:
        if demo and await shop.services["demo"].is_wanted():  # it has no product and no user
            await resolve_name("zoco.cli.demo:fill")(shop)  # a server draws no other bar
        await _welcome(shop)
    finally:
        if close:
            await shop.store.close()


def _claimed(settings: Settings) -> FileLock | None:
    """What says to the next server that a SQLite file has one already; where it does so to us, it is told."""
    lock = claim_of(settings)
    if lock is not None and not lock.try_take():
        say(f"Careful: another process serves the shop in {settings.place} already; with SQLite only one should.")
    return lock


def _listener(host: str, port: int) -> socket.socket:
    """Where requests wait from now on; raises Refused where nobody can listen there."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(place, family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} of {host} is in use: end what listens there, or choose another with --port."
        else:
            message = f"nothing can listen on port {port} of {host} ({os.strerror(error.errno or 0)})."
            if isinstance(error, socket.gaierror):
                message = f"there is no address called {host}: correct --host or server.host."
        raise Refused(message) from error


def _serve_elsewhere(
    settings: Settings, config: Path | None, listener: socket.socket, options: dict[str, Any], *, reload: bool
) -> None:
    """Serve in processes of their own: several, or one that is replaced whenever the code or a translation changes."""
    server = settings.server
    os.environ |= {"ZOCO_ENV": settings.environment, "ZOCO_SERVER__HOST": server.host}  # what those processes read
    os.environ |= {"ZOCO_SERVER__PORT": str(server.port)} | ({"ZOCO_CONFIG": str(config)} if config else {})
    if reload:
        options |= {"reload_dirs": [str(Path(zoco.__file__).parent)], "reload_includes": ["*.py", "*.po"]}
    uvicorn_config = uvicorn.Config(
        "zoco.cli:application", factory=True, reload=reload, workers=server.workers, **options
    )
    if reload:
        ChangeReload(uvicorn_config, target=uvicorn.Server(uvicorn_config).run, sockets=[listener]).run()
    else:
        Multiprocess(uvicorn_config, sockets=[listener]).run()


def application() -> Any:
    """What `zoco.cli:application` promises."""
    settings = load()
    configure(settings.log.level, settings.log.format)
    app = create_app(build_shop(settings))
    _loaded()
    return app


def _loaded() -> None:
    """Garbage is looked for from now on; loading leaves next to none, and looking would take a fifth of the start."""
    gc.freeze()
    gc.enable()


def _listening(settings: Settings, host: str | None, port: int | None, workers: int | None) -> Settings:
    """The settings with what the command line says about where to listen, and with how many processes."""
    server = settings.server
    given = {"host": host or server.host, "port": port or server.port, "workers": workers or server.workers}
    server = msgspec.structs.replace(server, **given)
    if server.workers > 1 and settings.database.url.startswith("sqlite:"):
        raise Refused("with SQLite one process serves: leave --workers out, or name a server in database.url.")
    return msgspec.structs.replace(settings, server=server)


async def _welcome(shop: Shop) -> None:
    settings, address = shop.settings, shop.settings.server.address
    say(f"{settings.shop.name} ({settings.environment}) · {address} · data in {settings.data_dir}")
    if token := await shop.services["accounts"].setup_token():
        say(f"There is no administrator yet. Make one, once, at {address}/setup/{token}")
