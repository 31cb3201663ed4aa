"""Projects and tasks by HTTP, in a shop that found them by itself, on every engine that is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from zoco.app import Shop, build_shop, installed
from zoco.kit.clock import SystemClock
from zoco.settings import Settings
from zoco.storage.engines import open_engine
from zoco.storage.moving import movable, move
from zoco.storage.outbox import Relay
from zoco.testing.people import account, signed_in

Headers = dict[str, str]
Json = dict[str, Any]


@pytest.fixture
async def ana(shop: Shop, client: httpx.AsyncClient) -> Headers:
    return await signed_in(client, await account(shop))


@pytest.fixture
async def bruno(shop: Shop, client: httpx.AsyncClient) -> Headers:
    return await signed_in(client, await account(shop))


async def added(client: httpx.AsyncClient, who: Headers, kind: str, **fields: Any) -> Json:
    answer = await client.post(f"/api/{kind}", json=fields, headers=who)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    assert answer.headers["Location"] == f"/api/{kind}/{made['id']}"
    return made


@pytest.fixture
async def project(client: httpx.AsyncClient, ana: Headers) -> Json:
    return await added(client, ana, "projects", name="Mudanza", description="Al local nuevo")


@pytest.fixture
async def task(client: httpx.AsyncClient, ana: Headers, project: Json) -> Json:
    return await added(client, ana, "tasks", project_id=project["id"], name="Pintar")


async def listed(client: httpx.AsyncClient, who: Headers, address: str) -> list[str]:
    """The names in all pages of one row each."""
    names, after = list[str](), ""
    while True:
        answer = await client.get(f"{address}?limit=1{after}", headers=who)
        assert answer.status_code == 200, answer.text
        names += [item["name"] for item in answer.json()["items"]]
        if answer.json()["next"] is None:
            return names
        after = f"&after={answer.json()['next']}"


async def test_a_project_is_added_shown_changed_and_removed(
    client: httpx.AsyncClient, ana: Headers, project: Json
) -> None:
    address = f"/api/projects/{project['id']}"
    assert set(project) == {"id", "name", "description", "created_at", "updated_at"}
    assert (await client.get(address, headers=ana)).json() == project
    changed = await client.put(address, json={"name": "La mudanza"}, headers=ana)
    assert changed.json() == project | {"name": "La mudanza"}
    await added(client, ana, "projects", name="Inventario")
    assert await listed(client, ana, "/api/projects") == ["La mudanza", "Inventario"]
    assert (await client.delete(address, headers=ana)).status_code == 204
    assert (await client.get(address, headers=ana)).status_code == 404
    assert (await client.put(address, json={"name": "Otra vez"}, headers=ana)).status_code == 404
    assert await listed(client, ana, "/api/projects") == ["Inventario"]


async def test_a_task_is_added_shown_changed_and_removed(
    client: httpx.AsyncClient, ana: Headers, project: Json, task: Json
) -> None:
    address = f"/api/tasks/{task['id']}"
    assert (task["project_id"], task["name"], task["done"]) == (project["id"], "Pintar", False)
    assert (await client.get(address, headers=ana)).json() == task
    changed = await client.put(address, json={"done": True}, headers=ana)
    assert changed.json() == task | {"done": True}
    assert (await client.get(address, headers=ana)).json()["done"] is True
    assert (await client.delete(address, headers=ana)).status_code == 204
    assert (await client.delete(address, headers=ana)).status_code == 404
    assert (await client.get(address, headers=ana)).status_code == 404


async def test_a_project_has_many_tasks_which_go_with_it(
    client: httpx.AsyncClient, ana: Headers, project: Json, task: Json
) -> None:
    other = await added(client, ana, "projects", name="Inventario")
    await added(client, ana, "tasks", project_id=other["id"], name="Contar", done=True)
    await added(client, ana, "tasks", project_id=project["id"], name="Embalar")
    assert await listed(client, ana, f"/api/projects/{project['id']}/tasks") == ["Pintar", "Embalar"]
    assert await listed(client, ana, "/api/tasks") == ["Pintar", "Contar", "Embalar"]
    await client.delete(f"/api/projects/{project['id']}", headers=ana)
    assert await listed(client, ana, "/api/tasks") == ["Contar"]
    assert (await client.get(f"/api/projects/{project['id']}/tasks", headers=ana)).status_code == 404


async def test_what_is_anas_does_not_exist_for_bruno(
    client: httpx.AsyncClient, ana: Headers, bruno: Headers, project: Json, task: Json
) -> None:
    assert await listed(client, bruno, "/api/projects") == await listed(client, bruno, "/api/tasks") == []
    for address in (f"/api/projects/{project['id']}", f"/api/tasks/{task['id']}"):
        answers = [
            await client.get(address, headers=bruno),
            await client.put(address, json={"name": "Mío"}, headers=bruno),
            await client.delete(address, headers=bruno),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert (await client.get(address, headers=ana)).status_code == 200
    assert (await client.get(f"/api/projects/{project['id']}/tasks", headers=bruno)).status_code == 404
    mine = {"project_id": project["id"], "name": "Mía"}
    assert (await client.post("/api/tasks", json=mine, headers=bruno)).status_code == 422
    assert await listed(client, ana, "/api/tasks") == ["Pintar"]


async def test_guests_are_asked_to_sign_in(client: httpx.AsyncClient, project: Json, task: Json) -> None:
    places = [
        "projects",
        f"projects/{project['id']}",
        f"projects/{project['id']}/tasks",
        "tasks",
        f"tasks/{task['id']}",
    ]
    answers = [await client.get(f"/api/{place}") for place in places]
    answers += [await client.delete(f"/api/{place}") for place in (places[1], places[4])]
    answers.append(await client.put(f"/api/{places[1]}", json={"name": "x"}))
    answers.append(await client.put(f"/api/{places[4]}", json={"name": "x"}))
    answers.append(await client.post("/api/projects", json={"name": "x"}))
    answers.append(await client.post("/api/tasks", json={"name": "x", "project_id": project["id"]}))
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "auth.required")}


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("projects", {}, {"name": "required"}),
        ("projects", {"name": " "}, {"name": "pattern"}),
        ("projects", {"name": "x" * 121, "description": 1, "owner": "x"},
         {"name": "too_long", "description": "type", "owner": "unknown"}),
        ("tasks", {"done": "sí"}, {"project_id": "required", "name": "required", "done": "type"}),
        ("tasks", {"project_id": "nobody's", "name": "x"}, {"project_id": "missing"}),
    ],
)  # fmt: skip
async def test_wrong_fields_are_named(
    client: httpx.AsyncClient, ana: Headers, kind: str, fields: Json, wrong: dict[str, str]
) -> None:
    answer = await client.post(f"/api/{kind}", json=fields, headers=ana)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert {error["field"]: error["code"] for error in answer.json()["errors"]} == wrong


async def test_refusals_are_told_in_the_language_of_the_request(client: httpx.AsyncClient, ana: Headers) -> None:
    spanish, english = ana | {"Accept-Language": "es"}, ana | {"Accept-Language": "en"}
    for address, said, dicho in (
        ("/api/projects/x", "This project does not exist.", "Este proyecto no existe."),
        ("/api/tasks/x", "This task does not exist.", "Esta tarea no existe."),
    ):
        assert (await client.get(address, headers=english)).json()["detail"] == said
        assert (await client.get(address, headers=spanish)).json()["detail"] == dicho
    answer = await client.post("/api/tasks", json={"project_id": "x", "name": "x"}, headers=spanish)
    assert answer.json()["errors"][0]["detail"] == "No tienes ningún proyecto con este id."


async def test_the_documentation_of_the_api_names_every_route(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    ours = {path: sorted(paths[path]) for path in paths if path.startswith(("/api/projects", "/api/tasks"))}
    assert ours == {
        "/api/projects": ["get", "post"],
        "/api/projects/{project}": ["delete", "get", "put"],
        "/api/projects/{project}/tasks": ["get"],
        "/api/tasks": ["get", "post"],
        "/api/tasks/{task}": ["delete", "get", "put"],
    }


async def test_who_leaves_takes_a_copy_and_leaves_nothing(shop: Shop, client: httpx.AsyncClient, relay: Relay) -> None:
    rosa, bruno = await account(shop), await account(shop)
    for actor in (rosa, bruno):
        headers = await signed_in(client, actor)
        made = await added(client, headers, "projects", name="Mudanza")
        await added(client, headers, "tasks", project_id=made["id"], name="Pintar")
    tasks = shop.services["tasks"]
    async with shop.store.read() as tx:
        copy = await tasks.own_data(tx, rosa.id)
    assert [[one.name for one in copy[part]] for part in ("projects", "tasks")] == [["Mudanza"], ["Pintar"]]
    await shop.services["accounts"].remove(rosa, rosa.id)
    await relay.drain()
    for actor, left in ((rosa, 0), (bruno, 1)):
        assert len((await tasks.projects(actor, None, 10)).items) == left
        assert len((await tasks.tasks(actor, None, None, 10)).items) == left


async def test_a_shop_that_moves_takes_them_along(
    shop: Shop, client: httpx.AsyncClient, task: Json, ana: Headers, tmp_path: Path
) -> None:
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}", SystemClock(), shop.modules)
    await other.start()
    moved = await move(shop.store, other, movable(shop.modules), lambda *_: None)
    await other.close()
    assert (moved["projects"], moved["tasks"]) == (1, 1)


async def test_a_shop_that_is_there_already_gets_the_tables(settings: Settings) -> None:
    """Made without them, then with them, then again."""
    modules = installed()
    for those in ([module for module in modules if module.name != "tasks"], modules, modules):
        opened = build_shop(settings, modules=those)
        await opened.store.start()
        assert await opened.store.check() == []
        await opened.store.close()
    assert "tasks" in opened.services
