"""Hands stored facts to their reactions until each is done, or given up with a reason."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from time import perf_counter, thread_time

import msgspec
import structlog

from zoco.kit.clock import Clock
from zoco.kit.ending import end
from zoco.kit.events import Event, Reaction, Undeliverable
from zoco.kit.ids import secret_id
from zoco.kit.mishaps import Source, Witness, mishap, storable
from zoco.kit.outbox import Delivery, Outbox
from zoco.kit.store import Store, use_case

log = structlog.get_logger("zoco.outbox")

LEASE = timedelta(seconds=90)
EFFECT_SECONDS = 60  # shorter than the lease, so that a slow effect ends before another process takes its row
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=30)
GIVE_UP_AFTER = timedelta(days=4)  # as mail servers do
GIVE_UP_TRIES = 14  # more than an hour of them, also where the shop itself was off for days
POLL = timedelta(seconds=2)
AT_ONCE = 32
TURNS = 4  # transactions at once, so that buyers go before a backlog
CLOSING_SECONDS = 5
BUSY_SHARE = 0.5  # of a rest, in which the loop was at work
REST_SECONDS, RESTS = 0.025, 40  # so that however busy the shop is, thirty deliveries a second go on


class Relay:
    """Delivers due facts to their reactions, woken by commits, else by the clock."""

    def __init__(
        self, store: Store, clock: Clock, reactions: Iterable[Reaction], witnesses: Sequence[Witness] = ()
    ) -> None:
        """`witnesses` are told of what was given up."""
        self._witnesses = witnesses
        self._store, self._clock = store, clock
        self._reactions = {reaction.name: reaction for reaction in reactions}
        self._awake = asyncio.Event()
        self._turns = asyncio.Semaphore(TURNS)
        self._tasks = set[asyncio.Task[None]]()

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        """Work until cancelled; effects that hang delay nobody else while there are fewer than `AT_ONCE`."""
        while True:
            self._awake.clear()
            try:
                deliveries = await self._claim(AT_ONCE - len(self._tasks))
                for delivery in deliveries:
                    task = asyncio.create_task(self._deliver(delivery))
                    self._tasks.add(task)
                    task.add_done_callback(self._finished)
                if deliveries:
                    await self._give_way()
                    continue
                wait = POLL.total_seconds() if len(self._tasks) >= AT_ONCE else await self._until_due()
            except Exception:
                log.exception("outbox.pause")
                wait = POLL.total_seconds()
            with contextlib.suppress(TimeoutError):  # `wait_for` of Python 3.11 can miss that it is cancelled
                async with asyncio.timeout(wait):
                    await self._awake.wait()

    async def drain(self) -> int:
        """Deliver what is due now and what that brings about, in the caller's time; how many deliveries were tried."""
        tried = 0
        while deliveries := await self._claim(AT_ONCE):
            for delivery in deliveries:
                await self._deliver(delivery)
            tried += len(deliveries)
        return tried

    async def close(self) -> None:
        """Let running deliveries end; what is cut off after a few seconds is delivered after the next start."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
        await end(self._tasks)

    @staticmethod
    async def _give_way() -> None:
        """Rest, and again while the loop has a lot to answer: a mail may wait a little, a buyer does not."""
        for _ in range(RESTS):
            began, worked = perf_counter(), thread_time()
            await asyncio.sleep(REST_SECONDS)
            if thread_time() - worked <= BUSY_SHARE * (perf_counter() - began):
                return

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("outbox.pause", reason=repr(error))  # its lease ends, then it is tried again
        self.wake()

    async def _until_due(self) -> float:
        async with self._store.read() as tx:
            due = await tx[Outbox].next_due()
        pause = POLL if due is None else min(due - self._clock.now(), POLL)
        return max(pause.total_seconds(), 0.01)

    @use_case
    async def _claim(self, limit: int) -> list[Delivery]:
        now = self._clock.now()
        async with self._store.read() as tx:
            due = await tx[Outbox].next_due()
        if limit <= 0 or due is None or due > now:
            return []
        async with self._store.write() as tx:
            return await tx[Outbox].claim(now, now + LEASE, secret_id(), limit)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            reaction = self._reaction(delivery.reaction)
            event = msgspec.json.decode(delivery.payload, type=reaction.event)
            if reaction.effect:
                async with asyncio.timeout(EFFECT_SECONDS):
                    await reaction.run(event)
                await self._mark(delivery)
            else:
                await self._react(reaction, event, delivery)
        except Undeliverable as verdict:
            await self._bury(delivery, storable(str(verdict)), verdict)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the fact is tried again
            await self._failed(delivery, error)

    def _reaction(self, name: str) -> Reaction:
        """Raises LookupError for one that only a newer version of the program may know, which is just rolled out."""
        found = self._reactions.get(name)
        if found is None:
            raise LookupError(f"nothing is installed that reacts as {name}")
        return found

    @use_case
    async def _react(self, reaction: Reaction, event: Event, delivery: Delivery) -> None:
        async with self._turns, self._store.write() as tx:
            if await tx[Outbox].done(delivery, self._clock.now()):
                await reaction.run(tx, event)

    @use_case
    async def _mark(self, delivery: Delivery) -> None:
        async with self._turns, self._store.write() as tx:
            await tx[Outbox].done(delivery, self._clock.now())

    async def _bury(self, delivery: Delivery, reason: str, error: Exception) -> None:
        log.error("outbox.dead", delivery=delivery.id, reaction=delivery.reaction, reason=reason)
        await self._give_up(delivery, reason)
        for witness in self._witnesses:
            witness.saw(mishap(delivery.id, Source.REACTION, delivery.reaction, error))

    @use_case
    async def _give_up(self, delivery: Delivery, reason: str) -> None:
        async with self._store.write() as tx:
            await tx[Outbox].bury(delivery, reason)

    async def _failed(self, delivery: Delivery, error: Exception) -> None:
        reason = storable(f"{type(error).__name__}: {error}")[:500]
        if self._clock.now() - delivery.created_at > GIVE_UP_AFTER and delivery.attempts >= GIVE_UP_TRIES:
            await self._bury(delivery, reason, error)
            return
        log.warning(
            "outbox.retry", delivery=delivery.id, reaction=delivery.reaction, attempt=delivery.attempts, reason=reason
        )
        pause = min(FIRST_PAUSE * 2 ** min(delivery.attempts - 1, 20), LONGEST_PAUSE)
        await self._postpone(delivery, self._clock.now() + pause * random.uniform(0.8, 1.2), reason)  # noqa: S311

    @use_case
    async def _postpone(self, delivery: Delivery, due: datetime, reason: str) -> None:
        async with self._store.write() as tx:
            await tx[Outbox].postpone(delivery, due, reason)
