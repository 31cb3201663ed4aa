"""Statements: written once, kept as text."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, select
from tests.storage.shelf import Things, things

from zoco.storage.sql import Instant, Json, Statement, any_of, constant, insert_new, to_json
from zoco.storage.sqlite import SqliteStore

_t = things.c


def test_values_in_the_construct_are_kept_beside_the_text() -> None:
    statement = Statement(select(_t.name).where(_t.count > 3, _t.name == bindparam("name")))
    assert statement.sqlite.args({"name": "a"}) == (3, "a")
    assert "name = ?" in statement.sqlite.text


def test_a_constant_stands_in_the_text() -> None:
    statement = Statement(select(_t.name).where(_t.name == constant("due"), _t.count == constant(7)))
    assert statement.sqlite.args({}) == ()
    assert "'due'" in statement.sqlite.text
    assert "= 7" in statement.sqlite.text


def test_types_are_named_as_their_converters() -> None:
    table = Table("t", MetaData(), Column("at", Instant), Column("what", Json), Column("n", Integer))
    assert [column.type.compile() for column in table.c] == ["INSTANT", "JSON", "INTEGER"]


async def test_a_new_row_is_told_from_one_that_is_there(store: SqliteStore) -> None:
    add = Statement(insert_new(things))
    async with store.write() as tx:
        assert await tx.run(add, name="a", count=1) == 1
        assert await tx.run(add, name="a", count=2) == 0
        assert await tx[Things].count("a") == 1


async def test_one_of_a_list_of_texts(store: SqliteStore) -> None:
    some = Statement(select(_t.name).where(any_of(_t.name, "wanted")).order_by(_t.name))
    add = Statement(insert_new(things))
    async with store.write() as tx:
        await tx.run_many(add, [{"name": name, "count": 1} for name in ("a", "b", "c", "it's")])
        assert await tx.all(some, wanted=to_json(["it's", "a", "z"])) == [("a",), ("it's",)]
        assert await tx.all(some, wanted=to_json([])) == []


async def test_a_value_that_was_forgotten_is_an_error(store: SqliteStore) -> None:
    some = Statement(select(_t.name).where(_t.name == bindparam("name")))
    async with store.read() as tx:
        with pytest.raises(Exception, match="name"):
            await tx.one(some)
