"""The engine for shops that live on MongoDB: a replica set, with a transaction for each use case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from bson.objectid import ObjectId
from pymongo import AsyncMongoClient, ReturnDocument
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from zoco.kit.clock import Clock
from zoco.kit.errors import Unavailable
from zoco.kit.events import Event, Reaction
from zoco.kit.idempotency import IdempotencyRecords
from zoco.kit.ids import secret_id
from zoco.kit.jobs import Timetable
from zoco.kit.module import Module
from zoco.kit.outbox import Outbox
from zoco.storage.documents import Collection, Document, Keys, collections
from zoco.storage.engine import Adapters, Commits, DatabaseUnusable, Hook
from zoco.storage.mongo_bus import Bus
from zoco.storage.mongo_errors import in_words, meant
from zoco.storage.mongo_idempotency import MongoIdempotencyRecords
from zoco.storage.mongo_lives import Lives
from zoco.storage.mongo_outbox import MongoOutbox
from zoco.storage.mongo_schema import database_of, made, options, upgrade
from zoco.storage.mongo_timetable import MongoTimetable
from zoco.storage.mongo_tries import MongoTries
from zoco.storage.mongo_turns import Turn, Turns

Port = TypeVar("Port")

_COMMITS = 5  # attempts where nobody knows whether it was heard
_SNAPSHOT, _MAJORITY = ReadConcern("snapshot"), WriteConcern("majority", wtimeout=10_000)


def open_store(url: str, clock: Clock, modules: Sequence[Module]) -> MongoStore:
    upgrade(url)
    adapters: Adapters = {Outbox: MongoOutbox, IdempotencyRecords: MongoIdempotencyRecords, Timetable: MongoTimetable}
    for module in modules:
        adapters.update(module.mongo)
    return MongoStore(url, clock, adapters)


def is_there(url: str) -> bool:
    return made(url)


class MongoTransaction:
    """One transaction; the first fault ends it on the server, so that it can only be run again."""

    __slots__ = ("_adapters", "_database", "_session", "events")

    def __init__(self, database: Any, session: Any, adapters: Adapters) -> None:
        self._database, self._session, self._adapters = database, session, adapters
        self.events: list[Event] = []

    def __getitem__(self, port: type[Port]) -> Port:
        adapter: Port = self._adapters[port](self)
        return adapter

    def emit(self, event: Event) -> None:
        self.events.append(event)

    @property
    def over(self) -> bool:
        return self._session is None

    def close(self) -> None:
        """Whoever kept it can do nothing more: its session is another's now."""
        self._session = None

    async def one(self, collection: Collection, where: Document) -> Document | None:
        with meant():
            found: Document | None = await self._in(collection).find_one(where, session=self._session)
        return found

    async def all(
        self, collection: Collection, where: Document, sort: Keys = (), limit: int = 0, fields: Sequence[str] = ()
    ) -> list[Document]:
        with meant():
            cursor = self._in(collection).find(where, list(fields) or None, session=self._session)
            if sort:
                cursor = cursor.sort(list(sort))
            found: list[Document] = await cursor.limit(limit).to_list()
        return found

    async def grouped(self, collection: Collection, pipeline: Sequence[Document]) -> list[Document]:
        with meant():
            cursor = await self._in(collection).aggregate(list(pipeline), session=self._session)
            found: list[Document] = await cursor.to_list()
        return found

    async def insert(self, collection: Collection, documents: Sequence[Document]) -> None:
        if documents:
            with meant():
                await self._in(collection).insert_many(list(documents), session=self._session)

    async def update(self, collection: Collection, where: Document, change: Document) -> bool:
        with meant():
            done = await self._in(collection).update_one(where, change, session=self._session)
        return bool(done.matched_count)

    async def update_all(self, collection: Collection, where: Document, change: Document) -> int:
        with meant():
            done = await self._in(collection).update_many(where, change, session=self._session)
        return int(done.matched_count)

    async def put(self, collection: Collection, where: Document, change: Document) -> Document:
        with meant():
            found: Document = await self._in(collection).find_one_and_update(
                where, change, upsert=True, return_document=ReturnDocument.AFTER, session=self._session
            )
        return found

    async def delete(self, collection: Collection, where: Document) -> int:
        with meant():
            done = await self._in(collection).delete_many(where, session=self._session)
        return int(done.deleted_count)

    def _in(self, collection: Collection) -> Any:
        if self.over:
            message = "a transaction was used after its end"
            raise RuntimeError(message)
        return self._database[collection.name]


class MongoStore:
    """The store in one database of a replica set."""

    def __init__(self, url: str, clock: Clock, adapters: Adapters) -> None:
        self._adapters = adapters
        self._client: AsyncMongoClient[Document] = AsyncMongoClient(url, **options())
        self._database = database_of(self._client)
        self._commits = Commits(clock)
        name = secret_id()
        self._bus = Bus(self._database, self._commits, name)
        self._lives = Lives(self._client, self._database, name)
        self._writing: Any = None
        self._turns = Turns(self._database)
        self._started = False
        self.tries = MongoTries(self._database)

    def subscribe(self, reactions: Iterable[Reaction]) -> None:
        self._commits.subscribe(reactions)

    def on_commit(self, hook: Hook) -> None:
        self._commits.on_commit(hook)

    async def start(self) -> None:
        if not self._started:
            try:
                await self._lives.start(self._session().session_id)
                await self._turns.start()
                await self._bus.start()
            except PyMongoError as error:
                raise DatabaseUnusable(in_words(error)) from error
            self._started = True

    def new_id(self) -> str:
        return str(ObjectId())

    async def version(self) -> str:
        with meant():
            return f"MongoDB {(await self._client.server_info())['version']}"

    async def revision(self, topic: str) -> int:
        await self._bus.look()
        return self._commits.revision(topic)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[MongoTransaction]:
        async with self._client.start_session() as session, self._begun(session) as tx:
            yield tx
            await _whole(self._commit(session))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[MongoTransaction]:
        async with await self._turns.take() as turn, self._begun(session := self._session()) as tx:
            yield tx
            if tx.events:
                await self._commits.store_facts(tx, tx.events)
            await _whole(self._finish(tx, session, turn))

    async def check(self) -> list[str]:
        """What `validate` finds, and documents that no longer look as they must."""
        broken = []
        for name, collection in sorted(collections.items()):
            with meant():
                found = await self._database.command("validate", name, background=True)
                wrong = await self._database[name].count_documents({"$nor": [collection.validator]})
            if not found.get("valid", True):
                broken.append(f"{name}: {'; '.join(found.get('errors', ())) or 'not valid'}")
            if wrong:
                broken.append(f"{name}: {wrong} documents do not look as they must")
        return broken

    async def close(self) -> None:
        async with await self._turns.take():  # who writes ends first
            await self._bus.close()
            await self._lives.close()
            await self._session().end_session()
        await self._client.close()

    def _session(self) -> Any:
        """The one in which this process writes: a new transaction in it ends what a lost connection left open."""
        if self._writing is None:
            self._writing = self._client.start_session()
        return self._writing

    @asynccontextmanager
    async def _begun(self, session: Any) -> AsyncIterator[MongoTransaction]:
        """A transaction, undone where the block fails."""
        await session.start_transaction(read_concern=_SNAPSHOT, write_concern=_MAJORITY)
        tx = MongoTransaction(self._database, session, self._adapters)
        try:
            yield tx
        except BaseException:
            if not tx.over and session.in_transaction:
                await _whole(session.abort_transaction())
            raise
        finally:
            tx.close()

    async def _finish(self, tx: MongoTransaction, session: Any, turn: Turn) -> None:
        try:
            await self._commit(session)
        except Unavailable:  # perhaps it is committed: who hears of it looks again
            self._bus.tell_later(tx.events)
            self._commits.outdated()
            raise
        tx.close()
        await turn.end()
        if tx.events:
            await self._bus.tell(tx.events)
            self._commits.committed(tx.events)

    async def _commit(self, session: Any) -> None:
        """Ask again where the answer was lost: the server knows whether it has committed."""
        for attempt in range(_COMMITS):
            try:
                await session.commit_transaction()
            except (ConnectionFailure, OperationFailure) as error:
                if attempt + 1 < _COMMITS and error.has_error_label("UnknownTransactionCommitResult"):
                    continue
                with meant():
                    raise
            else:
                return


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Do it to its end, also where who waits for it is cancelled meanwhile, however often."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        raise
