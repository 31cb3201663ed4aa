"""The `zoco` command."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from zoco import __version__
from zoco.app import Shop, build_shop, create_app
from zoco.kit.errors import Declined, FieldError, Invalid
from zoco.kit.permissions import SYSTEM, Actor, Role
from zoco.settings import Settings, SettingsError, load, origins
from zoco.storage.migrate import SchemaNewer
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


def main() -> None:
    """Run a command; a refusal is one sentence on standard error and exit code 1."""
    try:
        cli()
    except SettingsError as error:
        _give_up(str(error))
    except (SchemaNewer, TimeoutError) as error:
        _give_up(str(error))
    except Invalid as refusal:
        _give_up("; ".join(f"{error.field}: {error.message.format(**error.params)}" for error in refusal.errors))
    except Declined as refusal:
        _give_up(str(refusal))


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
    environment: Environment = None,
    config: ConfigFile = None,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty shop with demo data first.")] = False,
    reload: Annotated[bool, typer.Option("--reload", help="Start again when the code changes (development).")] = False,
) -> None:
    """Serve the shop."""
    settings = _listening(load(config, environment), host, port)
    configure(settings.log.level, settings.log.format)
    options: dict[str, Any] = {
        "host": settings.server.host,
        "port": settings.server.port,
        "ws": "websockets-sansio",
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": 10,
    }
    if reload:
        uvicorn.run(
            "zoco.cli:application", factory=True, reload=True, reload_dirs=[str(Path(__file__).parent)], **options
        )
        return
    shop = build_shop(settings)
    if demo:
        _fill_if_empty(shop)
    _welcome(shop)
    uvicorn.run(create_app(shop), **options)


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
    """Import products, row by row; doing it twice changes nothing."""

    async def work(shop: Shop) -> bool:
        actor = await _seller(shop, seller)
        with _progress("Importing") as advance:
            report = await shop.services["imports"].run(actor, file, dry_run=dry_run, progress=advance)
        table = Table("line", "product", "outcome", "why")
        for row in report.rows:
            why = "\n".join(_said(shop, reason) for reason in row.reasons)
            table.add_row(str(row.line), row.title or row.key, row.outcome.value, why)
        out.print(table)
        out.print(f"{report.format}: {', '.join(f'{count} {outcome}' for outcome, count in report.counts.items())}")
        return bool(report.clean)

    _with_shop(load(config, environment), work)


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
        out.print(f"{user.role.value} {user.email} was created.")
        return True

    _with_shop(settings, work)


@cli.command()
def check(environment: Environment = None, config: ConfigFile = None) -> None:
    """Ask whether everything in the shop still adds up; exit code 1 and a list where it does not."""

    async def work(shop: Shop) -> bool:
        table, sound = Table("", "what must hold", "found"), True
        for invariant, question, broken in await shop.check():
            sound = sound and not broken
            table.add_row(invariant, question, "\n".join(broken) or "[green]holds[/green]")
        out.print(table)
        return sound

    _with_shop(load(config, environment), work)


@cli.command("config")
def show_config(environment: Environment = None, config: ConfigFile = None) -> None:
    """Show every setting, where it came from, secrets masked."""
    settings = load(config, environment)
    table = Table("setting", "value", "from")
    for origin in origins(settings):
        table.add_row(origin.key, str(origin.value), origin.source)
    out.print(table)
    out.print(f"environment {settings.environment}, data in {settings.data_dir}")


async def _seller(shop: Shop, email: str | None) -> Actor:
    """The account with that address, else the shop itself."""
    if email is None:
        return msgspec.structs.replace(SYSTEM, name=shop.settings.shop.name)
    user = await shop.services["accounts"].find_by_email(SYSTEM, email)
    return Actor(id=user.id, name=user.name, email=user.email, role=user.role)


async def _seed(shop: Shop) -> bool:
    with _progress("Filling the shop") as advance:
        filled = await shop.services["demo"].fill(progress=advance)
    _say(f"{filled.products} products. Sign in as {', '.join(filled.people)} with the password {filled.password}")
    return True


def _fill_if_empty(shop: Shop) -> None:
    """The demo of `make run`: nothing happens in a shop that has a product or a user."""

    async def work() -> None:
        if await shop.services["demo"].is_wanted():
            await _seed(shop)

    asyncio.run(work())


def _listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with what the command line says about where to listen."""
    server = settings.server
    server = msgspec.structs.replace(server, host=host or server.host, port=port or server.port)
    return msgspec.structs.replace(settings, server=server)


def _welcome(shop: Shop) -> None:
    settings, address = shop.settings, shop.settings.server.address
    _say(f"[bold]{settings.shop.name}[/bold] ({settings.environment}) · {address} · data in {settings.data_dir}")
    if token := asyncio.run(shop.services["accounts"].setup_token()):
        _say(f"There is no administrator yet. Make one, once, at {address}/setup/{token}")


def _say(line: str) -> None:
    """A line that stays one, so that an address in it can be clicked or copied."""
    out.print(line, soft_wrap=True, highlight=False)


def _with_shop(settings: Settings, work: Callable[[Shop], Awaitable[bool]]) -> None:
    """Do the work in an open shop; exit code 1 where it answers False."""
    configure("error", settings.log.format)

    async def run() -> bool:
        async with _open(settings) as shop:
            return await work(shop)

    if not asyncio.run(run()):
        raise typer.Exit(1)


@contextlib.asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Shop]:
    shop = build_shop(settings)
    try:
        yield shop
    finally:
        await shop.store.close()


@contextlib.contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how many of how many are done."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _said(shop: Shop, reason: FieldError) -> str:
    """A remark in the shop's own language."""
    return shop.languages.gettext(shop.settings.shop.default_language, reason.message, **reason.params)


def _give_up(message: str) -> None:
    err.print(f"[red]zoco:[/red] {message}", highlight=False, soft_wrap=True)
    raise SystemExit(1)
