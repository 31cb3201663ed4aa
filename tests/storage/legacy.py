"""Databases that other programs made, for `zoco introspect`, and ways to make the same ones from code."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import asyncpg
from sqlalchemy import MetaData, create_engine, create_mock_engine

SQLITE = """
    CREATE TABLE "Usuarios" (
        id INTEGER PRIMARY KEY, "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
        email VARCHAR(100) NOT NULL UNIQUE, "año" SMALLINT, class TEXT,
        boss INTEGER REFERENCES "Usuarios" ON DELETE SET NULL, photo BLOB, data JSON, "date" DATE
    );
    CREATE TABLE ordenes (
        "order" INTEGER NOT NULL, shop VARCHAR(3) NOT NULL, buyer INTEGER REFERENCES usuarios (ID) ON UPDATE CASCADE,
        price NUMERIC(10, 2) CHECK (price > 0), twice INTEGER GENERATED ALWAYS AS (price * 2),
        status VARCHAR(20) DEFAULT 'generada' NOT NULL, paid BOOLEAN NOT NULL, at TIME, weight FLOAT,
        PRIMARY KEY (shop, "order"), UNIQUE (buyer, price),
        CONSTRAINT known CHECK (status IN ('generada', 'it''s :paid'))
    );
    CREATE INDEX latest ON ordenes (buyer, price) WHERE status = 'pagada';
    CREATE UNIQUE INDEX one ON ordenes (status, at);
    CREATE TABLE lines (shop VARCHAR(3), "order" INTEGER,
        FOREIGN KEY (shop, "order") REFERENCES ORDENES (SHOP, "ORDER"));
    CREATE TABLE ca (id INTEGER PRIMARY KEY, cb INTEGER REFERENCES cb (id));
    CREATE TABLE cb (id INTEGER PRIMARY KEY, ca INTEGER REFERENCES ca (id));
    CREATE TABLE wordy (
        word TEXT CHECK (word IN ('one rather long word', 'another rather long word', 'a third word that is long')),
        rest TEXT DEFAULT 'a sentence that goes on and on and will not end before the line does, nor just after it'
    );
    CREATE VIEW buyers AS SELECT id, email FROM "Usuarios"
"""
POSTGRESQL = """
    CREATE TYPE mood AS ENUM ('happy', 'so "so"');
    CREATE TABLE "Usuarios" (
        id serial PRIMARY KEY, "createdAt" timestamptz NOT NULL DEFAULT now(), email varchar(100) NOT NULL UNIQUE,
        "año" smallint, class text, boss int REFERENCES "Usuarios" ON DELETE SET NULL, photo bytea,
        data jsonb DEFAULT '{}', "date" date, mood mood DEFAULT 'happy', tags text[]
    );
    CREATE TABLE ordenes (
        "order" bigint, shop uuid, buyer int REFERENCES "Usuarios" ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
        price numeric(10,2) CHECK (price > 0), twice double precision GENERATED ALWAYS AS (price * 2) STORED,
        status varchar(20) NOT NULL DEFAULT 'generada', paid boolean NOT NULL DEFAULT true, at time, seen timestamp,
        lasts interval, PRIMARY KEY (shop, "order"), UNIQUE (buyer, price),
        CONSTRAINT known CHECK (status IN ('generada', 'it''s :paid'))
    );
    CREATE INDEX lower ON ordenes (lower(status), buyer);
    CREATE UNIQUE INDEX one ON ordenes (status, at DESC);
    CREATE TABLE lines (shop uuid, "order" bigint, FOREIGN KEY (shop, "order") REFERENCES ordenes (shop, "order"));
    CREATE TABLE cb (id int PRIMARY KEY, ca int); CREATE TABLE ca (id int PRIMARY KEY, cb int REFERENCES cb);
    ALTER TABLE cb ADD FOREIGN KEY (ca) REFERENCES ca;
    CREATE TYPE size AS ENUM ('one rather long word', 'another rather long word', 'a third one', 'a fourth one');
    CREATE TYPE sizes AS ENUM ('one rather long word', 'another rather long word', 'a third one that is long',
        'a fourth one that is even longer than these');
    CREATE TABLE wordy (size size NOT NULL, perhaps size, sizes sizes NOT NULL, others sizes[]);
    CREATE VIEW buyers AS SELECT id, email FROM "Usuarios"
"""


class Legacy(Protocol):
    """A database of one engine, and an empty one beside it."""

    url: str
    again: str
    tables: str

    def run(self, sql: str) -> None:
        """Change the first."""

    def make(self, metadata: MetaData) -> None:
        """Make these tables in the second."""


class Sqlite:
    tables = SQLITE

    def __init__(self, folder: Path) -> None:
        self._paths = folder / "legacy é.db", folder / "again.db"
        self.url, self.again = (f"sqlite:///{path}" for path in self._paths)

    def run(self, sql: str) -> None:
        with closing(sqlite3.connect(self._paths[0])) as connection:
            connection.executescript(sql)

    def make(self, metadata: MetaData) -> None:
        engine = create_engine(self.again)
        metadata.create_all(engine)
        engine.dispose()


class Postgresql:
    """Two schemas of the tests' database, each the one where its connections look."""

    tables = POSTGRESQL

    def __init__(self, database: str) -> None:
        self._database = f"{database}{'&' if '?' in database else '?'}"
        self.url, self.again = (f"{self._database}search_path={name}" for name in ("legacy", "again"))

    def run(self, sql: str) -> None:
        self._run(self.url, sql)

    def make(self, metadata: MetaData) -> None:
        said = list[str]()

        def say(ddl: Any, *_: Any) -> None:
            said.append(str(ddl.compile(dialect=mock.dialect)))

        mock = create_mock_engine("postgresql+asyncpg://", say)
        metadata.create_all(mock, checkfirst=False)
        self._run(self.again, ";".join(said))

    @staticmethod
    def _run(url: str, sql: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(url)
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        asyncio.run(run())


@contextmanager
def legacy_on(engine: str, database: str, folder: Path) -> Iterator[Legacy]:
    if engine == "sqlite":
        yield Sqlite(folder)
        return
    legacy = Postgresql(database)
    drop = "DROP SCHEMA IF EXISTS legacy, again, other CASCADE"
    legacy.run(f"{drop}; CREATE SCHEMA legacy; CREATE SCHEMA again")
    try:
        yield legacy
    finally:
        legacy.run(drop)
