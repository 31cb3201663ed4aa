"""How a figure is taken: from the shop and a bare server in turn, with the same requests and the same answer."""

from __future__ import annotations

import base64
import json
import os
import shlex
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.client import Answer, BenchError, Client
from bench.figures import FIGURES, Figure, Scene, purchase
from bench.load import CONNECTIONS, NUMBER, Load, drive, write_requests
from bench.report import WORST_TAIL, Row
from bench.server import Server, serving
from bench.shop import full_carts, multiply, seed

ROOT = Path(__file__).parent.parent
MEGABYTE = 1_000_000
SETTLING = 1.5
FACTOR = 100
MOST_COST, MOST_MEMORY, MOST_SECONDS = 1.3, 90, 1.0


class Plan(NamedTuple):
    """How long and how much."""

    command: str
    database: str
    folder: Path
    seconds: int
    products: int
    carts: int
    starts: int

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @contextmanager
    def shop(self) -> Iterator[Server]:
        """The shop as users start it, on its own data, without rate limits; no other setting reaches it."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("ZOCO_")}
        mine.pop("PORT", None)
        mine |= {"ZOCO_DATA_DIR": str(self.folder), "ZOCO_RATELIMIT__ENABLED": "false", "DATABASE_URL": self.database}
        with serving(shlex.split(self.command), self.log, cwd=self.folder, env=mine) as server:
            yield server


class Pair(NamedTuple):
    """The shop's load, and the rate of the bare server beside it."""

    shop: Load
    bare: float

    @property
    def ratio(self) -> float:
        return self.shop.rate / self.bare


def prepare(plan: Plan) -> list[str]:
    """Products in an empty shop; their ids."""
    with plan.shop() as server:
        return seed(Client(server.port), plan.products)


def figure(plan: Plan, name: str, products: list[str]) -> Row:
    """One line of the table."""
    wanted = FIGURES[name]
    with plan.shop() as server:
        pair = compare(plan, wanted, Scene(Client(server.port), products, plan.carts), server.port)
    good = pair.ratio >= wanted.aim and pair.shop.p99 <= WORST_TAIL * pair.shop.p50
    aim = f"≥ {wanted.aim:.2f}"
    return Row(wanted.title, pair.shop.rate, "/s", aim, good, pair.bare, pair.ratio, pair.shop.p50, pair.shop.p99)


def compare(plan: Plan, wanted: Figure, scene: Scene, port: int, connections: int = CONNECTIONS) -> Pair:
    """Shop and bare server in turn, a second each, and the median of these pairs: no machine is always as fast.

    What can be asked only once is taken in one go, between the bare server before and after.
    """
    first, *others = wanted.requests(scene)
    sample = scene.client.send(first._replace(path=first.path.replace(NUMBER, "0")), wanted.status)
    file = write_requests(others or [first], plan.folder / "requests.bin")
    with _bare(plan, sample) as bare:
        if wanted.once:
            before = drive(bare.port, file, plan.seconds)
            shop = _bought(scene, port, file, plan.seconds)
            after = drive(bare.port, file, plan.seconds)
            return Pair(shop, (before.rate + after.rate) / 2)
        pairs = [
            Pair(drive(port, file, 1, connections=connections), drive(bare.port, file, 1, connections=connections).rate)
            for _ in range(2 * plan.seconds + 1)
        ]
    return sorted(pairs, key=lambda pair: pair.ratio)[plan.seconds]


def many(plan: Plan, products: list[str]) -> Row:
    """What a list costs among 100 times as many products, by its ratio to the bare server at both sizes."""
    few = _changed_list(plan, products)
    multiply(plan.folder, FACTOR)
    lots = _changed_list(plan, products)
    cost = few.ratio / lots.ratio
    name = f"list among {len(products) * FACTOR:,} ÷ among {len(products):,}"
    aim = f"≤ {MOST_COST:.2f}"
    return Row(name, lots.shop.rate, "/s", aim, cost <= MOST_COST, lots.bare, cost, lots.shop.p50, lots.shop.p99)


def idle(plan: Plan) -> list[Row]:
    """Memory at rest and the time to the first answer; the median of some starts."""
    memory, started = list[float](), list[float]()
    for _ in range(plan.starts):
        with plan.shop() as server:
            time.sleep(SETTLING)
            memory.append(server.memory() / MEGABYTE)
            started.append(server.started)
    weight, seconds = statistics.median(memory), statistics.median(started)
    return [
        Row("memory, idle", weight, "MB", f"≤ {MOST_MEMORY} MB", weight <= MOST_MEMORY),
        Row("first answer after start", seconds, "s", f"≤ {MOST_SECONDS:.2f} s", seconds <= MOST_SECONDS),
    ]


def _changed_list(plan: Plan, products: list[str]) -> Pair:
    """Over one connection: those who ask in the same round of the loop share what SQLite reads."""
    with plan.shop() as server:
        scene = Scene(Client(server.port), products, plan.carts)
        return compare(plan, FIGURES["list-changed"], scene, server.port, connections=1)


def _bought(scene: Scene, port: int, file: Path, seconds: int) -> Load:
    """Drive purchases, and hold against wrk's count what the gapless order numbers say."""
    before = _next_number(scene)
    load = drive(port, file, seconds, once=True)
    made = _next_number(scene) - before - 1
    if not load.requests <= made <= load.requests + CONNECTIONS:  # the last ones were under way when wrk stopped
        raise BenchError(f"{load.requests} purchases were answered, {made} orders were made")
    return load


def _next_number(scene: Scene) -> int:
    (cart,) = full_carts(scene.client, scene.products, 1)
    return int(scene.client.send(purchase(cart), 201).json()["number"])


@contextmanager
def _bare(plan: Plan, sample: Answer) -> Iterator[Server]:
    file = plan.folder / "answer.json"
    answer = {"status": sample.status, "headers": sample.headers, "body": base64.b64encode(sample.body).decode()}
    file.write_text(json.dumps(answer))
    command = [sys.executable, "-m", "bench.bare", "{port}", str(file)]
    with serving(command, plan.folder / "bare.log", cwd=ROOT, status=sample.status) as server:
        yield server
