"""MongoDB for tests: the server that `ZOCO_TEST_MONGODB_URL` names, else a `mongod` of this process's own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pymongo import MongoClient, timeout
from pymongo.database import Database
from pymongo.errors import PyMongoError

from zoco.app import installed
from zoco.kit.clock import SystemClock
from zoco.kit.ids import ordered_id
from zoco.storage.engines import open_engine
from zoco.testing.engines import NotHere
from zoco.testing.guarded import Guarded

Document = dict[str, Any]

_TOOL = Path("shared/tools/mongo-server/start.sh")  # beside the project, on machines that have no MongoDB
_PROCESSES = "procesos"  # where each says now and then that it lives, whatever happens in the shop
_SHORT_PATIENCE = 3.0  # seconds until what holds a document counts as dead
_PATIENCE = 30_000  # milliseconds until a server that does not answer counts as broken


class Mongodb:
    """A database that is made once and emptied again and again: making its indexes takes much longer."""

    def __init__(self, root: Path) -> None:
        source = self.source(root)
        self._own: Guarded | None = None
        if isinstance(source, str):
            self._server = source
        elif source.name == "start.sh":
            self._server = subprocess.run([source], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        else:
            self._own, self._server = _started(source)
        self._names: list[str] = []
        self._client: MongoClient[Document] = MongoClient(self._server, serverSelectionTimeoutMS=_PATIENCE)
        self._made: dict[str, list[Document]] | None = None

    @staticmethod
    def source(root: Path) -> Path | str:
        """The address of a server, or the program that starts one."""
        if url := os.environ.get("ZOCO_TEST_MONGODB_URL"):
            return url
        if program := shutil.which("mongod"):
            return Path(program)
        if (tool := root.parent / _TOOL).exists() and os.geteuid() == 0:
            return tool
        raise NotHere("neither ZOCO_TEST_MONGODB_URL nor a mongod on the PATH is there")

    @property
    def url(self) -> str:
        return urlsplit(self._server)._replace(path=f"/{self._names[-1]}").geturl()

    def fresh(self) -> str:
        if self._made is None or not self._emptied(self._made):
            self._names.append(f"zoco_test_{ordered_id().replace('-', '')}")
            open_engine(self.url, SystemClock(), installed())
            database = self._client[self._names[-1]]
            self._made = {name: list(database[name].find()) for name in database.list_collection_names()}
        return self.url

    def _emptied(self, made: dict[str, list[Document]]) -> bool:
        """Not where a killed client's transaction still holds something, as it does for a minute."""
        database = self._client[self._names[-1]]
        try:
            with timeout(_SHORT_PATIENCE):
                for name in _filled(database) | {name for name, rows in made.items() if rows}:
                    database[name].delete_many({})
                    if rows := made.get(name):
                        database[name].insert_many(rows)
        except PyMongoError as error:
            if not error.timeout:
                raise
            return False
        return True

    def kept(self) -> str:
        database = self._client[self._names[-1]]
        names = sorted({*database.list_collection_names()} - {_PROCESSES})
        return "\n".join(f"{name} {document}" for name in names for document in database[name].find().sort("_id"))

    def tamper(self, *statements: Document) -> None:
        """Commands of the database."""
        for statement in statements:
            self._client[self._names[-1]].command(statement)

    def close(self) -> None:
        if not self._own:
            for name in self._names:
                self._client.drop_database(name)
        self._client.close()
        if self._own:
            self._own.close()


def _filled(database: Database[Document]) -> set[str]:
    """The collections with something in them, all looked at in one go."""
    first, *others = database.list_collection_names()
    further = ({"$unionWith": {"coll": name, "pipeline": _some(name)}} for name in others)
    return {found["name"] for found in database[first].aggregate([*_some(first), *further])}


def _some(name: str) -> list[Document]:
    return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}]


def _started(program: Path) -> tuple[Guarded, str]:
    """A replica set of one, because nothing less has transactions."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"127.0.0.1:{port}"
    server = Guarded("mongodb", ends_by="TERM")
    server.prepare(["mkdir", server.folder / "data"])
    server.start(
        [program, "--replSet", "rs0", "--dbpath", server.folder / "data", "--bind_ip", "127.0.0.1", "--port", str(port)]
    )
    try:
        with MongoClient[Document](address, directConnection=True, serverSelectionTimeoutMS=_PATIENCE) as client:
            members = [{"_id": 0, "host": address}]
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
    except PyMongoError:
        server.close()
        raise
    return server, f"mongodb://{address}/?replicaSet=rs0"
