"""Documents as the rooms `mongo.py` see them: collections with their rules, and the transaction that they work through.

Nothing here loads the driver, so that a shop on another engine does without it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any, Protocol

from zoco.kit.money import Money
from zoco.kit.store import Tx

Document = dict[str, Any]
Keys = Sequence[tuple[str, int]]

_OBJECT_ID = re.compile(r"[0-9a-f]{24}")

ID = {"bsonType": ["objectId", "string"]}
TEXT = {"bsonType": "string"}
FLAG = {"bsonType": "bool"}
WHOLE = {"bsonType": ["int", "long"]}
COUNT = WHOLE | {"minimum": 0}
MOMENT = {"bsonType": "date"}


def maybe(kind: Mapping[str, Any]) -> Document:
    """The same, or null."""
    kinds = kind["bsonType"]
    return {**kind, "bsonType": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}


def one_of(*values: str) -> Document:
    return {"enum": list(values)}


def made_of(fields: Mapping[str, Any], *, loose: Mapping[str, Any] | None = None) -> Document:
    """A document that has all of `fields`, and perhaps those of `loose`."""
    return {"bsonType": "object", "required": list(fields), "properties": {**fields, **(loose or {})}}


def list_of(kind: Mapping[str, Any]) -> Document:
    return {"bsonType": "array", "items": dict(kind)}


MONEY = made_of({"amount": WHOLE, "currency": TEXT})


@dataclass(frozen=True)
class Index:
    """`only` limits it to documents that have this field."""

    keys: Keys
    unique: bool = False
    only: str | None = None
    expires: int | None = None
    """Seconds after the moment in its field when a document is forgotten."""


@dataclass(frozen=True)
class Collection:
    """A collection, what its documents must look like, and its indexes; made when the shop starts."""

    name: str
    fields: Mapping[str, Any]
    loose: Mapping[str, Any] = field(default_factory=dict)
    indexes: Sequence[Index] = ()

    def __post_init__(self) -> None:
        collections[self.name] = self

    @property
    def validator(self) -> Document:
        return {"$jsonSchema": made_of(self.fields, loose=self.loose)}


collections: dict[str, Collection] = {}
"""Every collection of every feature, by its name."""


@functools.cache
def _object_id() -> Any:
    return resolve_name("bson.objectid:ObjectId")


def key(identifier: str) -> Any:
    """An id as it is stored: MongoDB's own kind where it is one, else the text, which came from another engine."""
    return _object_id()(identifier) if _OBJECT_ID.fullmatch(identifier) else identifier


def price(money: Money) -> Document:
    return {"amount": money.amount, "currency": money.currency}


def money(stored: Document) -> Money:
    """From what `price` made; the driver's large numbers are of a kind of their own."""
    return Money(int(stored["amount"]), stored["currency"])


def maybe_key(identifier: str | None) -> Any:
    return None if identifier is None else key(identifier)


def above(identifier: str) -> Document:
    """What sorts after an id. Both kinds may stand in one collection, texts first, and `$gt` sees only its own kind."""
    stored = key(identifier)
    return {"$not": {"$lte": stored}} if isinstance(stored, str) else {"$gt": stored}


def below(identifier: str) -> Document:
    """What sorts before an id, of either kind."""
    stored = key(identifier)
    return {"$lt": stored} if isinstance(stored, str) else {"$not": {"$gte": stored}}


class MongoTx(Tx, Protocol):
    """A transaction on MongoDB; `where` takes plain operators only."""

    async def one(self, collection: Collection, where: Document) -> Document | None:
        """Some document that fits, or None."""

    async def all(
        self, collection: Collection, where: Document, sort: Keys = (), limit: int = 0, fields: Sequence[str] = ()
    ) -> list[Document]:
        """Every document that fits, or the first `limit`; only these `fields`, and the id, where some are named."""

    async def grouped(self, collection: Collection, pipeline: Sequence[Document]) -> list[Document]:
        """What an aggregation gives."""

    async def insert(self, collection: Collection, documents: Sequence[Document]) -> None:
        """Raises StaleWrite where one has a unique value that somebody stored just now: look first."""

    async def update(self, collection: Collection, where: Document, change: Document) -> bool:
        """Whether there was a document to change; at most one is."""

    async def update_all(self, collection: Collection, where: Document, change: Document) -> int:
        """How many were changed."""

    async def put(self, collection: Collection, where: Document, change: Document) -> Document:
        """Change the one document, make it where it is not there, and answer it as it is then."""

    async def delete(self, collection: Collection, where: Document) -> int:
        """How many were there."""
