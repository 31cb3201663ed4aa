"""A shop that was made by an older version keeps what it has."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from pymongo import MongoClient

from zoco.storage import mongo_schema
from zoco.storage.documents import Document
from zoco.storage.migrate import FOLDER
from zoco.storage.migrations.__main__ import migrate

WHEN = "2030-01-02 03:04:05.678000+00:00"
OLD = """
INSERT INTO products VALUES (?, ?, ?, 'Taza', 'taza', '', 'tazas', 1, 'USD', ?, 1, 'ana', 'Ana', ?, 'active', ?, ?, 1)
"""
MAIL = """
INSERT INTO mails (id, key, recipient, language, template, subject, text, html, message_id, created_at)
VALUES ('m', 'k', 'Ana@example.com', 'es', 'orders/placed', 'Tu orden 1', '', '', '<m>', ?)
"""


def test_the_one_picture_of_a_product_is_the_first_of_its_pictures(tmp_path: Path) -> None:
    before, path = tmp_path / "before", tmp_path / "zoco.db"
    (before / "versions").mkdir(parents=True)
    for file in (FOLDER / "versions").glob("000[1-4]_*.py"):
        shutil.copy(file, before / "versions")
    migrate(str(path), (str(before), "alembic_version"))
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("INSERT INTO categories (id, slug, name) VALUES ('c', 'tazas', 'Tazas')")
        connection.execute("INSERT INTO pictures (owner, hash, width, height) VALUES ('one', 'abc', 1600, 900)")
        connection.execute(MAIL, (WHEN,))
        connection.execute(OLD, (1, "one", "taza-1", 1, "abc", WHEN, WHEN))
        connection.execute(OLD, (2, "two", "taza-2", 0, None, WHEN, WHEN))
    migrate(str(path), (str(FOLDER), "alembic_version"))
    pictures, translations = zip(
        *connection.execute("SELECT pictures, translations FROM products ORDER BY number"), strict=True
    )
    named = connection.execute("SELECT slug, name, translations FROM categories").fetchall()
    found = connection.execute("SELECT words FROM mails").fetchall()
    sold_out = connection.execute("SELECT sold_out FROM products ORDER BY number").fetchall()
    connection.close()
    assert found == [("ana@example.com tu orden 1",)]
    assert sold_out == [(0,), (1,)]
    assert named == [("tazas", "Tazas", None)]
    assert json.loads(pictures[0]) == [{"hash": "abc", "width": 1600, "height": 900, "alt": ""}]
    assert (pictures[1], translations) == (None, (None, None))


@pytest.mark.engines("mongodb")
def test_the_same_on_mongodb(database: str) -> None:
    with MongoClient[Document](database) as client:
        place = client.get_default_database()
        products = place.get_collection("productos")
        try:
            place.command("collMod", "productos", validationLevel="off")
            products.insert_many([{"_id": "one", "picture": "abc"}, {"_id": "two", "picture": None}])
            place["imagenes"].insert_one({"_id": "one", "hash": "abc", "width": 1600, "height": 900})
            mongo_schema._pictures(place)
            found = {row["_id"]: row for row in products.find({"_id": {"$in": ["one", "two"]}})}
        finally:
            products.delete_many({"_id": {"$in": ["one", "two"]}})
            place["imagenes"].delete_one({"_id": "one"})
            place.command("collMod", "productos", validationLevel="strict")
    first = {"hash": "abc", "width": 1600, "height": 900, "alt": ""}
    assert found["one"] == {"_id": "one", "pictures": [first]}
    assert found["two"] == {"_id": "two", "picture": None}
