"""How a shop is opened on MongoDB: who is refused with which cure, and what is brought up to date."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient
from tests.storage.alone import standalone

from zoco.storage import mongo_schema
from zoco.storage.documents import TEXT, Collection, Document, Index, collections
from zoco.storage.engine import DatabaseUnusable
from zoco.storage.mongo_schema import MIGRATIONS, made, upgrade

pytestmark = pytest.mark.engines("mongodb")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = mongo_schema.options() | {"serverSelectionTimeoutMS": 300}
    monkeypatch.setattr(mongo_schema, "options", lambda: quick)


@pytest.mark.parametrize("options", ["", "?replicaSet=rs0"])
@pytest.mark.parametrize("ask", [made, upgrade])
def test_a_server_that_stands_alone_is_refused_with_the_cure(
    engine: str, impatient: None, ask: Callable[[str], object], options: str
) -> None:
    with standalone() as url, pytest.raises(DatabaseUnusable, match="mongod --replSet rs0"):
        ask(url + options)


def test_another_replica_set_than_the_address_names_is_told_apart(database: str, impatient: None) -> None:
    elsewhere = urlsplit(database)._replace(query="replicaSet=elsewhere").geturl()
    with pytest.raises(DatabaseUnusable, match="correct `replicaSet`"):
        upgrade(elsewhere)


def test_an_address_that_is_none_is_told_in_words(engine: str) -> None:
    with pytest.raises(DatabaseUnusable, match=r"database\.url"):
        upgrade("mongodb://127.0.0.1:70000/zoco")


def test_new_rules_arrive_without_a_new_version(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of an extension that was installed, or changed, later."""
    monkeypatch.setattr(mongo_schema, "collections", rules := dict(collections))
    monkeypatch.setattr(Collection, "__post_init__", lambda _: None)
    rules["probe"] = Collection("probe", {"_id": TEXT})
    with MongoClient[Document](database) as client:
        place = client.get_default_database()
        try:
            upgrade(database)
            assert set(place["probe"].index_information()) == {"_id_"}
            rules["probe"] = Collection("probe", {"_id": TEXT, "name": TEXT}, indexes=[Index([("name", 1)])])
            upgrade(database)
            assert set(place["probe"].index_information()) == {"_id_", "name_1"}
            assert place["probe"].options()["validator"] == rules["probe"].validator
        finally:
            place.drop_collection("probe")


def test_processes_that_start_together_migrate_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = list[int]()
    monkeypatch.setattr(mongo_schema, "MIGRATIONS", (*MIGRATIONS, lambda _: done.append(1)))
    with ThreadPoolExecutor(4) as processes:
        list(processes.map(upgrade, [database] * 4))
    assert done == [1]


def test_a_step_may_take_longer_than_an_answer_otherwise(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when an index over many documents is built."""
    limits = list[float]()

    def step(place: Any) -> None:
        limits.append(place.client.options.pool_options.socket_timeout)

    monkeypatch.setattr(mongo_schema, "MIGRATIONS", (*MIGRATIONS, step))
    upgrade(database)
    assert limits == [600]


def test_a_process_that_died_while_it_migrated_is_not_waited_for_without_end(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_schema, "_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(mongo_schema, "MIGRATIONS", (*MIGRATIONS, lambda _: None))
    with MongoClient[Document](database) as client, mongo_schema._locked(client.get_default_database()):
        with pytest.raises(DatabaseUnusable, match="locked"):
            upgrade(database)
        monkeypatch.setattr(mongo_schema, "_LOCK_SECONDS", 0)
        client.get_default_database()["esquema"].update_one({}, [{"$set": {"locked_until": "$$NOW"}}])
        upgrade(database)
