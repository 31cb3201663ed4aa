"""What the driver says, as the shop means it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bson.errors import BSONError
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)

from zoco.kit.errors import Invalid, Unavailable
from zoco.kit.store import Collision

_CONFLICTS = {112, 246, 251, 11_000}  # write conflict, snapshot no longer there, transaction unknown, duplicate key
# Timeouts, hosts and networks that do not answer, no majority, no primary, shutting down, killed.
_PASSING = {6, 7, 24, 50, 64, 89, 91, 133, 134, 189, 202, 262, 290, 9_001, 11_600, 11_601, 11_602}


@contextmanager
def meant() -> Iterator[None]:
    """Collision for what a rerun cures, Unavailable for what passes, Invalid for a number that BSON cannot hold."""
    try:
        yield
    except (ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError) as error:
        raise Unavailable from error
    except OperationFailure as error:
        if _codes(error) & _CONFLICTS or error.has_error_label("TransientTransactionError"):
            raise Collision from error
        if error.code in _PASSING:
            raise Unavailable from error
        raise
    except (OverflowError, BSONError):
        raise Invalid from None


def _codes(error: OperationFailure) -> set[int | None]:
    """Of the command, and of each document where it had several."""
    return {error.code, *(one.get("code") for one in (error.details or {}).get("writeErrors", ()))}


def in_words(error: PyMongoError | ValueError) -> str:
    """Why a database cannot be used, and what to do."""
    if isinstance(error, (ConfigurationError, ValueError)):
        return f"database.url is no address that MongoDB's driver takes ({error})"
    if isinstance(error, ConnectionFailure):
        return "the MongoDB server does not answer: start it, or correct database.url"
    if isinstance(error, OperationFailure) and error.code in {13, 18}:
        return "the MongoDB server refuses the user or the password: correct them in database.url"
    return f"the MongoDB server refuses ({error})"
