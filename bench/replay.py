"""Sends a day of invoices through a running shop as purchases, and compares the money: `python -m bench.replay`."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar
from urllib.parse import quote

import httpx
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bench.invoices import Article, Day, Sale, read

SELLER = "seller@replay.example"
MARK = "Factura "
"""Before the invoice in the notes of an order's address, by which a second run knows what was bought."""
ATTEMPTS = 5
PAUSE = 1.0
Thing = TypeVar("Thing")
Track = Callable[[str, int], Callable[[], None]]


class RefusedError(Exception):
    """The shop said no; its code, or its status where it gave none."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code


class Outcome(NamedTuple):
    """Orders by sale number with their totals, from this run and from earlier ones; refusals counted by reason."""

    made: dict[str, int]
    earlier: dict[str, int]
    refused: Counter[str]

    @property
    def total(self) -> int:
        return sum(self.made.values()) + sum(self.earlier.values())


class Shop:
    """The shop's API; what broke on the way or was put off is sent again, with the same key."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def ask(self, method: str, path: str, data: Any = None, *, token: str = "", key: str = "") -> Any:
        """The answer's JSON; raises RefusedError."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["Idempotency-Key"] = key
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = await self._http.request(method, path, json=data, headers=headers)
            except httpx.TransportError:
                if attempt == ATTEMPTS or not (key or method in {"GET", "PUT"}):
                    raise
                await asyncio.sleep(PAUSE)
                continue
            if "Retry-After" not in answer.headers or attempt == ATTEMPTS:
                break
            await asyncio.sleep(float(answer.headers["Retry-After"]))
        body = answer.json()
        if answer.is_error:
            raise RefusedError(answer.status_code, body.get("code", str(answer.status_code)), body.get("detail", ""))
        return body

    async def sign_in(self, email: str, password: str) -> str:
        said = await self.ask("POST", "/api/auth/login", {"email": email, "password": password})
        return str(said["access_token"])

    async def everything(self, path: str, token: str) -> AsyncIterator[Any]:
        """All items of a list, page by page."""
        after = ""
        while True:
            page = await self.ask("GET", f"{path}{'&' if '?' in path else '?'}limit=100{after}", token=token)
            for item in page["items"]:
                yield item
            if not page["next"]:
                return
            after = f"&after={quote(page['next'])}"


class Replay:
    """One run: who sells, what has been bought before, then the purchases."""

    def __init__(self, shop: Shop, day: Day, clients: int, track: Track) -> None:
        self._shop, self._day, self._clients, self._track = shop, day, clients, track
        self._products = dict[Article, str]()
        self._seller = ""

    async def run(self, email: str, password: str) -> Outcome:
        staff = await self._shop.sign_in(email, password)
        earlier = await self._earlier(staff)
        missing = [sale for sale in self._day.sales if sale.number not in earlier]
        await self._stock(missing, password)
        outcome = Outcome({}, earlier, Counter())
        await self._each("purchases", missing, lambda sale: self._record(sale, outcome))
        return outcome

    async def _earlier(self, staff: str) -> dict[str, int]:
        """What runs before this one bought: guests' orders are shown only to staff."""
        me = await self._shop.ask("GET", "/api/auth/me", token=staff)
        if me["role"] not in {"staff", "admin"}:
            raise RefusedError(HTTPStatus.FORBIDDEN, "not_staff", "sign in as staff, who may see all orders")
        wanted, found = {sale.number for sale in self._day.sales}, dict[str, int]()
        async for order in self._shop.everything("/api/orders", staff):
            number = ((order["delivery_address"] or {}).get("notes") or "").removeprefix(MARK)
            if number in wanted:
                found[number] = order["total"]["amount"]
        return found

    async def _stock(self, sales: list[Sale], password: str) -> None:
        """Offer every article in the number of pieces that the sales take."""
        self._seller = await self._sign_in_seller(password)
        me = await self._shop.ask("GET", "/api/auth/me", token=self._seller)
        stock = dict[Article, int]()
        async for product in self._shop.everything(f"/api/products?seller={me['id']}&in_stock=false", self._seller):
            article = Article(product["title"].rpartition("(")[2].rstrip(")"), product["price"]["amount"])
            self._products[article], stock[article] = product["id"], product["stock"]
        needed = Counter[Article]()
        for sale in sales:
            needed.update(sale.items)
        lacking = [(article, count) for article, count in needed.items() if stock.get(article, 0) < count]
        await self._each("products", lacking, lambda item: self._offer(*item))

    async def _sign_in_seller(self, password: str) -> str:
        try:
            return await self._shop.sign_in(SELLER, password)
        except RefusedError as refused:
            if refused.status != HTTPStatus.UNAUTHORIZED:
                raise
        person = {"name": "Replay", "phone": "+44 20 7946 0000", "email": SELLER}
        await self._shop.ask("POST", "/api/users", person | {"password": password, "password_confirm": password})
        return await self._shop.sign_in(SELLER, password)

    async def _offer(self, article: Article, count: int) -> None:
        if product := self._products.get(article):
            await self._shop.ask("PUT", f"/api/products/{product}", {"stock": count}, token=self._seller)
            return
        title = f"{self._day.titles.get(article.code, article.code)} ({article.code})"
        data = {"title": title, "category": "Facturas", "price": {"amount": article.price}, "stock": count}
        made = await self._shop.ask("POST", "/api/products", data, token=self._seller)
        self._products[article] = made["id"]

    async def _record(self, sale: Sale, outcome: Outcome) -> None:
        try:
            outcome.made[sale.number] = await self._buy(sale)
        except RefusedError as refused:
            outcome.refused[refused.code] += 1
        except httpx.TransportError as broken:
            outcome.refused[type(broken).__name__] += 1

    async def _buy(self, sale: Sale) -> int:
        """A guest's cart, filled and bought; the order's total."""
        cart = f"/api/carts/{(await self._shop.ask('POST', '/api/carts'))['id']}"
        items = [{"product_id": self._products[article], "quantity": count} for article, count in sale.items.items()]
        await self._shop.ask("PUT", cart, {"items": items})
        name = f"customer-{sale.customer}" if sale.customer else f"invoice-{sale.number}"
        address = {"recipient": name, "line1": "-", "city": "-", "country": sale.country, "notes": MARK + sale.number}
        data = {"email": f"{name}@replay.example", "delivery_address": address}
        order = await self._shop.ask("POST", f"{cart}/purchase", data, key=sale.number)
        return int(order["total"]["amount"])

    async def _each(self, name: str, things: Iterable[Thing], work: Callable[[Thing], Awaitable[None]]) -> None:
        """Do it for all, as many at a time as there are clients."""
        waiting = list(things)
        left, advance = iter(waiting), self._track(name, len(waiting))

        async def client() -> None:
            for thing in left:
                await work(thing)
                advance()

        await asyncio.gather(*(client() for _ in range(self._clients)))


async def _run(day: Day, url: str, sign_in: tuple[str, str], clients: int, console: Console) -> Outcome:
    columns = TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    with Progress(*columns, console=console) as progress:

        def track(name: str, count: int) -> Callable[[], None]:
            task = progress.add_task(name, total=count)
            return lambda: progress.advance(task)

        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as http:
            return await Replay(Shop(http), day, clients, track).run(*sign_in)


def summary(day: Day, outcome: Outcome) -> Table:
    """Counts, reasons, and the money on both sides."""
    table = Table("", "", box=SIMPLE, show_header=False)
    table.columns[1].justify = "right"
    rows = {"invoices in the file": day.invoices, **day.notes, "orders wanted": len(day.sales)}
    rows |= {"orders made": len(outcome.made), "orders found from an earlier run": len(outcome.earlier)}
    rows |= {f"orders refused: {reason}": count for reason, count in outcome.refused.items()}
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    expected = sum(sale.total for sale in day.sales)
    table.add_row("total of the invoices", f"{expected / 100:,.2f}")
    table.add_row("total of the orders", f"{outcome.total / 100:,.2f}")
    return table


def differing(day: Day, outcome: Outcome) -> list[str]:
    """The numbers of sales whose order is missing or costs something else."""
    totals = outcome.earlier | outcome.made
    return [sale.number for sale in day.sales if totals.get(sale.number) != sale.total]


def replay(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Invoices as CSV.")],
    *,
    email: Annotated[str, typer.Option(help="Somebody of the staff, who may see all orders.")],
    url: Annotated[str, typer.Option(help="The running shop.")] = "http://127.0.0.1:8000",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from there.")] = False,
    clients: Annotated[int, typer.Option(min=1, max=256, help="How many buy at a time.")] = 8,
) -> None:
    """Buy every invoice of the file once, however often this is run; exit 1 where the money differs."""
    console = Console()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else typer.prompt("Password", hide_input=True)
    day = read(file)
    try:
        outcome = asyncio.run(_run(day, url, (email, password), clients, console))
    except (RefusedError, httpx.HTTPError) as error:
        console.print(f"{url}: {type(error).__name__}: {error}", style="red", markup=False)
        raise typer.Exit(1) from error
    console.print(summary(day, outcome))
    if wrong := differing(day, outcome):
        console.print(f"Not as in the file: {', '.join(wrong)}", style="red")
        raise typer.Exit(1)
    console.print("Every invoice is one order, to the cent.", style="green")


if __name__ == "__main__":
    typer.run(replay)
