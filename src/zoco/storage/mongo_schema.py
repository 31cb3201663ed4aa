"""Collections, validators and indexes, brought to this version when a shop is opened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import structlog
from pymongo import MongoClient, ReturnDocument
from pymongo.errors import CollectionInvalid, DuplicateKeyError, PyMongoError, ServerSelectionTimeoutError
from pymongo.uri_parser import parse_uri

from zoco.storage.documents import MOMENT, TEXT, WHOLE, Collection, Document, Index, collections, maybe
from zoco.storage.engine import DatabaseUnusable, SchemaNewer
from zoco.storage.mongo_errors import in_words

log = structlog.get_logger("zoco.migrate")

SCHEMA = Collection("esquema", {"_id": TEXT}, loose={"version": WHOLE, "rules": TEXT, "locked_until": maybe(MOMENT)})
_PLACE = {"_id": "zoco"}
_LOCK_SECONDS, _WAIT_SECONDS, _PAUSE = 120, 60.0, 0.1
_STEP_SECONDS = 600  # for each answer: an index over many documents takes long to build
_OLDEST = (6, 0)
_NAME = "zoco"
_ALONE = (
    "this MongoDB server stands alone and has no transactions, which a shop needs: start it with "
    "`mongod --replSet rs0`, then run `rs.initiate()` once in mongosh; one node is enough"
)


def _first(_: Any) -> None:
    """Nothing was there before."""


def _pictures(database: Any) -> None:
    """What had one picture has it as the first of its pictures."""
    products, pictures = database["productos"], database["imagenes"]
    for row in products.find({"picture": {"$type": "string"}}, ["_id"]):
        found = pictures.find_one({"_id": row["_id"]}) or {}
        first = [{name: found[name] for name in ("hash", "width", "height")} | {"alt": ""}] if found else []
        products.update_one({"_id": row["_id"]}, {"$set": {"pictures": first}, "$unset": {"picture": ""}})


MIGRATIONS: tuple[Callable[[Any], None], ...] = (_first, _pictures)
"""What changed documents from one version to the next, the first for version 1; validators and indexes follow by
themselves, those of extensions too."""


def options() -> Document:
    """How a client is set: times in UTC, everything on a majority, nothing waited for without end."""
    return {
        "tz_aware": True,
        "tzinfo": UTC,
        "w": "majority",
        "retryWrites": True,
        "readPreference": "primary",  # transactions have no other, and notices must be seen at once
        "serverSelectionTimeoutMS": 5_000,
        "connectTimeoutMS": 5_000,
        "socketTimeoutMS": 30_000,
        "waitQueueTimeoutMS": 5_000,
        "appname": "zoco",
    }


def database_of(client: Any) -> Any:
    """The database that the address names, `zoco` where it names none."""
    return client.get_default_database(_NAME)


def made(url: str) -> bool:
    """Whether a shop was ever made there; raises DatabaseUnusable."""
    with _opened(url) as database:
        return database[SCHEMA.name].find_one(_PLACE) is not None


def upgrade(url: str) -> None:
    """Bring everything to this version; processes that start together take turns. Raises DatabaseUnusable."""
    with _opened(url) as database:
        current = (_version(database), _stored(database).get("rules")) == (len(MIGRATIONS), _rules())
        if not current or set(collections) - set(database.list_collection_names()):
            with _locked(database):
                _migrate(database)


def _stored(database: Any) -> Document:
    return database[SCHEMA.name].find_one(_PLACE) or {}


def _rules() -> str:
    """A digest of every validator and index."""
    every = [(one.name, one.validator, one.indexes) for _, one in sorted(collections.items())]
    return sha256(msgspec.json.encode(every, order="sorted")).hexdigest()


def _version(database: Any) -> int:
    version = int(_stored(database).get("version", 0))
    if version > len(MIGRATIONS):
        raise SchemaNewer(
            f"the database {database.name} has schema {version}, this version knows up to {len(MIGRATIONS)}; "
            "install the version that wrote it"
        )
    return version


def _migrate(database: Any) -> None:
    version = _version(database)
    for number, step in enumerate(MIGRATIONS[version:], version + 1):
        step(database)
        log.info("migrate", schema=number)
    there = set(database.list_collection_names())
    for collection in collections.values():
        if collection.name not in there:
            try:
                database.create_collection(collection.name, validator=collection.validator)
            except CollectionInvalid:
                log.debug("migrate.there", collection=collection.name)
        database.command("collMod", collection.name, validator=collection.validator)
        for index in collection.indexes:
            database[collection.name].create_index(list(index.keys), **_asked(index))
    done = {"version": len(MIGRATIONS), "rules": _rules()}
    database[SCHEMA.name].update_one(_PLACE, {"$set": done}, upsert=True)


def _asked(index: Index) -> Document:
    asked: Document = {"unique": True} if index.unique else {}
    if index.only:
        asked["partialFilterExpression"] = {index.only: {"$exists": True}}
    if index.expires is not None:
        asked["expireAfterSeconds"] = index.expires
    return asked


@contextmanager
def _locked(database: Any) -> Iterator[None]:
    """Whoever holds it and dies is waited for until its time is over."""
    end = time.monotonic() + _WAIT_SECONDS
    places = database[SCHEMA.name]
    while True:
        now = datetime.now(UTC)
        free = _PLACE | {"$or": [{"locked_until": None}, {"locked_until": {"$lt": now}}]}
        until = {"$set": {"locked_until": now + timedelta(seconds=_LOCK_SECONDS)}}
        try:
            places.find_one_and_update(free, until, upsert=True, return_document=ReturnDocument.AFTER)
            break
        except DuplicateKeyError:
            if time.monotonic() > end:
                raise DatabaseUnusable(
                    f"another process keeps the database {database.name} locked; end it and start again"
                ) from None
            time.sleep(_PAUSE)
    try:
        yield
    finally:
        places.update_one(_PLACE, {"$set": {"locked_until": None}})


@contextmanager
def _opened(url: str) -> Iterator[Any]:
    try:
        with _client(url) as client:
            _check(client)
            yield database_of(client)
    except PyMongoError as error:
        raise DatabaseUnusable(_seen_alone(url, error) or in_words(error)) from error


def _client(url: str) -> MongoClient[Document]:
    try:
        return MongoClient(url, **options() | {"socketTimeoutMS": _STEP_SECONDS * 1000})
    except ValueError as error:  # a port that is none
        raise DatabaseUnusable(in_words(error)) from error


def _seen_alone(url: str, error: PyMongoError) -> str:
    """What is wrong with servers that answer, but not as members of the replica set that the address names."""
    if not isinstance(error, ServerSelectionTimeoutError) or url.startswith("mongodb+srv:"):
        return ""
    parsed = parse_uri(url)
    wanted = parsed["options"].get("replicaSet")
    direct = {"directConnection": True, **_secured(parsed["options"]), **options()}
    for host, port in parsed["nodelist"] if wanted else ():
        try:
            with MongoClient[Document](host, port, **direct) as client:
                named = client.admin.command("hello").get("setName")
        except PyMongoError:
            continue
        if named is None:
            return _ALONE
        if named != wanted:
            return f"the replica set at {host} is called {named}: correct `replicaSet` in database.url"
    return ""


def _secured(given: Mapping[str, Any]) -> Document:
    return {name: value for name, value in given.items() if name.lower().startswith(("tls", "ssl"))}


def _check(client: MongoClient[Document]) -> None:
    """Raises DatabaseUnusable for a server without transactions, or too old a one."""
    hello = client.admin.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise DatabaseUnusable(_ALONE)
    version = tuple(client.server_info()["versionArray"][:2])
    if version < _OLDEST:
        raise DatabaseUnusable(f"MongoDB {'.'.join(map(str, version))} is too old: Zoco needs 6.0 or later")
