"""The `zoco` command."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import typer
import uvicorn
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from uvicorn.supervisors import ChangeReload, Multiprocess

from zoco import __version__
from zoco.app import Shop, build_shop, create_app
from zoco.kit.errors import Declined, FieldError, Invalid
from zoco.kit.permissions import SYSTEM, Actor, Role
from zoco.settings import Settings, SettingsError, elsewhere, load, origins
from zoco.storage.engine import DatabaseUnusable
from zoco.storage.engines import is_there
from zoco.storage.moving import movable
from zoco.storage.moving import move as move_shop
from zoco.web.logs import configure

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they hold passwords
    help="A shop and marketplace that you own.",
)
users, imports = typer.Typer(no_args_is_help=True), typer.Typer(no_args_is_help=True)
cli.add_typer(users, name="user", help="People: make an account by hand.")
cli.add_typer(imports, name="import", help="Bring in what another shop exported.")
out, err = Console(), Console(stderr=True)

Environment = Annotated[
    Literal["development", "production"] | None, typer.Option("--env", help="Which section of the settings holds.")
]
ConfigFile = Annotated[Path | None, typer.Option("--config", help="The settings file; zoco.toml where left out.")]


class Refused(Exception):  # noqa: N818 - told as it stands
    """What a command was asked for cannot be done; the sentence says why."""


def main() -> None:
    """Run a command; a refusal is one sentence on standard error and exit code 1."""
    try:
        cli()
    except (Refused, SettingsError, DatabaseUnusable) as error:
        _give_up(str(error))
    except BrokenPipeError:  # whoever read our output has seen enough
        os._exit(1)
    except OSError as error:  # a full disk, a folder that may not be written
        _give_up(f"{error.filename}: {error.strerror}" if error.filename else str(error))


@cli.callback(invoke_without_command=True)
def version(
    *, show: Annotated[bool, typer.Option("--version", help="Show the version and end.", is_eager=True)] = False
) -> None:
    if show:
        out.print(f"zoco {__version__}")
        raise typer.Exit


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
        options: dict[str, Any] = {
            "ws": "websockets-sansio",
            "ws_max_size": 65_536,
            "ws_per_message_deflate": False,  # 40 kB for each socket, to pack messages of 50 bytes
            "log_level": "warning",
            "access_log": False,
            "server_header": False,
            "timeout_graceful_shutdown": 10,
        }
        if reload or settings.server.workers > 1:
            asyncio.run(_prepare(shop, demo=demo, close=True))
            _serve_elsewhere(settings, config, listener, options, reload=reload)
            return
        server = uvicorn.Server(uvicorn.Config(create_app(shop), **options))

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
            await _seed(shop)
        await _welcome(shop)
    finally:
        if close:
            await shop.store.close()


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
        options |= {"reload_dirs": [str(Path(__file__).parent)], "reload_includes": ["*.py", "*.po"]}
    settled = uvicorn.Config("zoco.cli:application", factory=True, reload=reload, workers=server.workers, **options)
    if reload:
        ChangeReload(settled, target=uvicorn.Server(settled).run, sockets=[listener]).run()
    else:
        Multiprocess(settled, sockets=[listener]).run()


def application() -> Any:
    """The application that ZOCO_ENV and ZOCO_CONFIG ask for, for a server that makes it itself: `uvicorn --factory`."""
    settings = load()
    configure(settings.log.level, settings.log.format)
    return create_app(build_shop(settings))


@cli.command()
def seed(environment: Environment = None, config: ConfigFile = None) -> None:
    """Fill the shop with demo data: products with pictures, two sellers, a customer."""
    _with_shop(load(config, environment), _seed)


@imports.command("products")
def import_products(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="A product CSV of Shopify or WooCommerce."),
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
    seller: Annotated[str | None, typer.Option(help="E-mail of the seller; the shop itself where left out.")] = None,
    environment: Environment = None,
    config: ConfigFile = None,
) -> None:
    """Import products, row by row; doing it twice changes nothing.

    Tells what became of every row. Exit code 1 where one was refused, or where the file cannot be read at all.
    """

    async def work(shop: Shop) -> bool:
        actor = await _seller(shop, seller)
        with _progress("Importing") as advance:
            report = await shop.services["imports"].run(actor, file, dry_run=dry_run, progress=advance)
        table = Table("line", "outcome", "product", "remarks", box=SIMPLE_HEAD)
        for row in report.rows:
            remarks = "\n".join(_said(shop, reason) for reason in row.reasons)
            table.add_row(str(row.line), row.outcome.value, escape(row.title or row.key), escape(remarks))
        out.print(table)
        counts = ", ".join(f"{count} {outcome}" for outcome, count in report.counts.items())
        _say(f"{report.format}: {counts}{'; a dry run, so nothing was changed' if dry_run else ''}")
        return bool(report.clean)

    _with_shop(load(config, environment), work, made=True)


@users.command("create")
def create_user(
    *,
    email: Annotated[str, typer.Option(help="The address to sign in with.")],
    name: Annotated[str, typer.Option(help="Full name.")],
    role: Annotated[Role, typer.Option(help="What the user is to the shop.")] = Role.CUSTOMER,
    phone: Annotated[str, typer.Option(help="Telephone number.")] = "",
    environment: Environment = None,
    config: ConfigFile = None,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    settings = load(config, environment)
    password = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\r\n")
    )

    async def work(shop: Shop) -> bool:
        user = await shop.services["accounts"].create(
            SYSTEM, name=name, email=email, phone=phone, password=password, role=role
        )
        _say(f"{user.role.value} {user.email} was created.")
        return True

    _with_shop(settings, work)


@cli.command()
def check(environment: Environment = None, config: ConfigFile = None) -> None:
    """Ask whether everything in the shop still adds up; exit code 1 and a list where it does not."""

    async def work(shop: Shop) -> bool:
        table, sound = Table("", "what must hold", "found", box=SIMPLE_HEAD), True
        for invariant, question, broken in await shop.check():
            sound = sound and not broken
            table.add_row(invariant, question, escape("\n".join(broken)) or "[green]holds[/green]")
        out.print(table)
        return sound

    _with_shop(load(config, environment), work, made=True)


@cli.command()
def move(
    to: Annotated[str, typer.Option("--to", help="database.url of the new place, empty or not there yet.")],
    environment: Environment = None,
    config: ConfigFile = None,
) -> None:
    """Copy the whole shop into another database, on any engine; stop the shop first.

    Accounts, products, carts, orders with their numbers, mails and the outbox; the pictures stay in the data folder.
    Afterwards everything is counted, compared and checked. People sign in again.
    """
    settings = load(config, environment)
    there = elsewhere(settings, to)
    if there.database.url == settings.database.url:
        raise Refused("the shop is there already: name another database with --to.")

    async def work(shop: Shop) -> bool:
        async with _open(there) as target:
            with _steps() as step:
                counts = await move_shop(shop.store, target.store, movable(shop.modules), step)
            broken = [fault for _, _, found in await target.check() for fault in found]
        for fault in broken:
            err.print(escape(fault))
        _say(", ".join(f"{count:,} {name}" for name, count in counts.items()))
        _say(
            f"The shop is in {there.place} now: set database.url to it, in zoco.toml or DATABASE_URL, and serve again."
        )
        return not broken

    _with_shop(settings, work, made=True)


@cli.command("config")
def show_config(environment: Environment = None, config: ConfigFile = None) -> None:
    """Show every setting, where it came from, secrets masked."""
    settings = load(config, environment)
    table = Table("setting", "value", "from", box=SIMPLE_HEAD)
    for origin in origins(settings):
        value = ", ".join(map(str, origin.value)) if isinstance(origin.value, tuple) else str(origin.value)
        table.add_row(origin.key, escape(value), escape(origin.source))
    out.print(table)
    _say(f"environment {settings.environment}, data in {settings.data_dir}")


async def _seller(shop: Shop, email: str | None) -> Actor:
    """The account with that address, else the shop itself."""
    if email is None:
        return msgspec.structs.replace(SYSTEM, name=shop.settings.shop.name)
    seller: Actor = (await shop.services["accounts"].find_by_email(SYSTEM, email)).actor
    return seller


async def _seed(shop: Shop) -> bool:
    with _progress("Filling the shop") as advance:
        filled = await shop.services["demo"].fill(progress=advance)
    _say(f"{filled.products} products. Sign in as {', '.join(filled.people)} with the password {filled.password}")
    return True


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
    _say(f"{settings.shop.name} ({settings.environment}) · {address} · data in {settings.data_dir}")
    if token := await shop.services["accounts"].setup_token():
        _say(f"There is no administrator yet. Make one, once, at {address}/setup/{token}")


def _say(line: str) -> None:
    """A line that stays one, so that an address in it can be clicked or copied."""
    out.print(line, soft_wrap=True, highlight=False, markup=False)


def _with_shop(settings: Settings, work: Callable[[Shop], Awaitable[bool]], *, made: bool = False) -> None:
    """Do the work in an open shop; exit code 1 where it answers False, Refused in the shop's language.

    With `made` only in one that is there, which a wrong folder would otherwise make.
    """
    if made and not is_there(settings.database.url):
        raise Refused(
            f"there is no shop in {settings.place} yet: make one with `zoco serve` or `zoco seed`, "
            "or name the right place in ZOCO_DATA_DIR or database.url."
        )
    configure("error", settings.log.format)

    async def run() -> bool:
        async with _open(settings) as shop:
            try:
                return await work(shop)
            except Invalid as refusal:
                errors = (f"{error.field}: {_said(shop, error)}" for error in refusal.errors)
                raise Refused(" ".join(errors)) from refusal
            except Declined as refusal:
                raise Refused(_said(shop, refusal)) from refusal

    if not asyncio.run(run()):
        raise typer.Exit(1)


@contextlib.asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Shop]:
    shop = build_shop(settings)
    try:
        await shop.store.start()
        yield shop
    finally:
        await shop.store.close()


@contextlib.contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how many of how many are done; it shows once something is."""
    with _steps() as tell:
        yield lambda done, total: tell(title, done, total)


@contextlib.contextmanager
def _steps() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each step that is begun."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step)
            bar.update(tasks[step], completed=done, total=total)

        yield tell


def _said(shop: Shop, reason: FieldError | Declined) -> str:
    """A remark or a refusal in the shop's own language."""
    return shop.languages.gettext(shop.settings.shop.default_language, reason.message, **reason.params)


def _give_up(message: str) -> None:
    err.print(f"[red]zoco:[/red] {escape(message)}", highlight=False, soft_wrap=True)
    raise SystemExit(1)
