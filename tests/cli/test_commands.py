"""Commands that look at a shop or fill it: what they say, one sentence where they refuse, and how they end."""

from __future__ import annotations

import socket
import sqlite3
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest
import uvicorn
from tests.cli.conftest import Zoco

from zoco import __version__
from zoco.app import installed
from zoco.features.demo import service
from zoco.kit.module import Module, in_order
from zoco.storage.lock import FileLock

HEADER = "Handle,Title,Type,Variant Price,Variant Inventory Qty"


def test_version(zoco: Zoco) -> None:
    assert zoco("--version") == (0, f"zoco {__version__}\n", "")


def test_without_a_word_it_says_what_it_can_do(zoco: Zoco) -> None:
    said = zoco()
    for command in ("serve", "seed", "import", "user", "check", "config"):
        assert f" {command} " in said.out + said.err


def test_config_shows_every_value_and_its_place(zoco: Zoco, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "zoco.toml").write_text('[default.shop]\nname = "La [bold]Tienda"\n', encoding="utf-8")
    monkeypatch.setenv("ZOCO_MAIL__PASSWORD", "secreto")
    code, out, err = zoco("config", "--env", "production")
    assert (code, err) == (0, "")
    assert "La [bold]Tienda" in out
    assert "zoco.toml [default]" in " ".join(out.split())
    assert "es, en" in out
    assert "secreto" not in out
    assert "environment production" in out


def test_config_cuts_no_value_off(zoco: Zoco, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor on 80 columns, which is what a pipe counts as."""
    address = "postgresql://a-host-with-a-name-that-is-longer-than-its-column.databases.example.com/shop"
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("DATABASE_URL", address)
    rows = zoco("config").out.partition("database.url")[2].partition("database.pool")[0].splitlines()
    assert "".join(row.split()[0] for row in rows if row.split()) == address


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ZOCO_SERVER__PORTT", "1", "server.portt in variable ZOCO_SERVER__PORTT is not a setting"),
        ("ZOCO_SERVER__PORT", "many", "server.port in variable ZOCO_SERVER__PORT is a text"),
        ("ZOCO_ENV", "staging", "must be development or production"),
        ("ZOCO_CONFIG", "nowhere.toml", "nowhere.toml (ZOCO_CONFIG) does not exist"),
    ],
)
def test_a_wrong_setting_is_named(
    zoco: Zoco, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    code, out, err = zoco("config")
    assert (code, out) == (1, "")
    assert err.startswith("zoco: ")
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_wrong_setting_is_named_with_its_section(zoco: Zoco, place: Path) -> None:
    (place / "zoco.toml").write_text('[default.shop]\nnmae = "x"\n', encoding="utf-8")
    assert "zoco.toml [default] is not a setting" in zoco("check").err


@pytest.mark.parametrize("words", [("check",), ("import", "products", "products.csv")])
def test_no_shop_is_made_by_looking_for_one(zoco: Zoco, place: Path, words: tuple[str, ...]) -> None:
    (place / "products.csv").write_text(HEADER, encoding="utf-8")
    code, _, err = zoco(*words)
    assert code == 1
    assert err.startswith(f"zoco: there is no shop in {place / 'var/zoco.db'} yet")
    assert not (place / "var" / "zoco.db").exists()


def test_check_of_a_sound_shop(zoco: Zoco, shop_there: Path) -> None:
    code, out, _ = zoco("check")
    assert code == 0
    assert all(f"I{number}" in out for number in range(1, 7))
    assert out.count("holds") == 6
    assert max(map(len, out.splitlines())) <= 80


def test_check_of_a_broken_shop(zoco: Zoco, shop_there: Path) -> None:
    broken = sqlite3.connect(shop_there)
    columns = len(broken.execute("PRAGMA table_info(order_lines)").fetchall())
    broken.execute("PRAGMA foreign_keys = OFF")
    broken.execute("PRAGMA ignore_check_constraints = ON")
    broken.execute(f"INSERT INTO order_lines VALUES ({', '.join('1' * columns)})")  # noqa: S608 - of no order
    broken.commit()
    broken.close()
    code, out, _ = zoco("check")
    assert code == 1
    assert out.count("holds") < 6


def test_a_shop_that_has_moved_is_said_to_be_where_it_is(zoco: Zoco, shop_there: Path, place: Path) -> None:
    code, out, _ = zoco("move", "--to", f"sqlite:///{place}/other.db")
    assert code == 0
    assert f"The shop is in {place}/other.db now" in out
    code, _, err = zoco("move", "--to", f"sqlite:///{shop_there}")
    assert (code, err) == (1, "zoco: the shop is there already: name another database with --to.\n")


def test_a_shop_that_is_being_served_stays(zoco: Zoco, shop_there: Path, place: Path) -> None:
    """What came in after the copy would be lost."""
    serving = FileLock(shop_there.with_name("zoco.db.serving"))
    assert serving.try_take()
    code, _, err = zoco("move", "--to", f"sqlite:///{place}/other.db")
    assert code == 1
    assert err.startswith("zoco: the shop is being served: stop it first")
    assert not (place / "other.db").exists()
    serving.close()
    assert zoco("move", "--to", f"sqlite:///{place}/other.db").code == 0


def test_seed_fills_an_empty_shop_and_no_other(
    zoco: Zoco, shop_there: Path, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "draw", lambda _: png)
    code, out, err = zoco("seed")
    assert code == 0
    assert "14 products. Sign in as rosa@example.com" in out
    assert len(out.splitlines()) == 1
    assert "14/14" in err
    code, out, err = zoco("seed")
    assert (code, out) == (1, "")
    assert "zoco: Los datos de demostración solo entran en una tienda vacía" in err


def test_serve_fills_an_empty_shop_once(
    zoco: Zoco, shop_there: Path, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def end(server: uvicorn.Server, *, sockets: list[socket.socket]) -> None:
        assert len(sockets) == 1
        server.started = True
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "draw", lambda _: png)
    monkeypatch.setattr(uvicorn.Server, "serve", end)
    monkeypatch.setattr("zoco.cli.serving._listener", lambda *_: socket.create_server(("127.0.0.1", 0)))
    first, second = (zoco("serve", "--demo") for _ in range(2))
    assert (first.code, second.code) == (0, 0)
    assert "14 products. Sign in as" in first.out
    assert "14 products" not in second.out
    assert "/setup/" in second.out


def test_serve_that_could_not_start_says_so_by_its_exit_code(
    zoco: Zoco, shop_there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def end(_server: uvicorn.Server, **_: object) -> None:
        """It never starts."""

    monkeypatch.setattr(uvicorn.Server, "serve", end)
    monkeypatch.setattr("zoco.cli.serving._listener", lambda *_: socket.create_server(("127.0.0.1", 0)))
    assert zoco("serve").code == 1


def test_serve_names_the_module_that_cannot_keep_its_things_here(
    zoco: Zoco, shop_there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Visits: ...

    async def serve(*_: object, **__: object) -> None:
        pytest.fail("it serves")

    modules = [*installed(), Module("visits", mongo={Visits: object})]
    monkeypatch.setattr(uvicorn.Server, "serve", serve)
    monkeypatch.setattr("zoco.app.installed", lambda: modules)
    monkeypatch.setattr("zoco.cli.serving._listener", lambda *_: socket.create_server(("127.0.0.1", 0)))
    code, out, err = zoco("serve")
    assert (code, out) == (1, "")
    assert err == (
        "zoco: the module visits cannot be used on SQLite, where it has no adapter for Visits: "
        "remove its package, or name another database.url.\n"
    )


def test_serve_names_the_modules_that_lack_another(
    zoco: Zoco, shop_there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoco.app.installed", lambda: in_order([Module("visits", requires=("nowhere",))]))
    monkeypatch.setattr("zoco.cli.serving._listener", lambda *_: socket.create_server(("127.0.0.1", 0)))
    code, out, err = zoco("serve")
    assert (code, out) == (1, "")
    assert err.startswith("zoco: these modules cannot be loaded")
    assert err.endswith(": visits requires nowhere\n")


def test_user_create_reads_the_password(zoco: Zoco, shop_there: Path) -> None:
    words = ("user", "create", "--role", "admin", "--name", "Jefa", "--email", "jefa@example.com")
    assert zoco(*words, typed="una clave larga y buena\n") == (0, "admin jefa@example.com was created.\n", "")
    code, _, err = zoco(*words, typed="una clave larga y buena\n")
    assert (code, err) == (1, "zoco: Ya existe una cuenta con este correo electrónico.\n")


def test_user_create_refuses_what_registration_refuses(zoco: Zoco, shop_there: Path) -> None:
    code, _, err = zoco("user", "create", "--name", "Jefa", "--email", "jefa@example.com", typed="corta\n")
    assert (code, err) == (1, "zoco: password: Elige una contraseña de al menos 8 caracteres.\n")
    assert zoco("user", "create", "--name", "Jefa", "--email", "jefa@example.com", "--role", "king").code == 2


def test_a_database_of_a_later_version(zoco: Zoco, shop_there: Path) -> None:
    later = sqlite3.connect(shop_there)
    later.execute("UPDATE alembic_version SET version_num = '9000'")
    later.commit()
    later.close()
    code, _, err = zoco("check")
    assert code == 1
    assert "has schema 9000, this version knows up to" in err
    assert len(err.splitlines()) == 1


def test_a_file_that_is_no_database(zoco: Zoco, shop_there: Path) -> None:
    shop_there.write_bytes(b"my diary" * 1000)
    code, _, err = zoco("check")
    assert (code, len(err.splitlines())) == (1, 1)
    assert "cannot be read (file is not a database)" in err


def test_a_folder_that_cannot_be_written(zoco: Zoco, place: Path) -> None:
    (place / "var").write_text("a file in its place", encoding="utf-8")
    code, _, err = zoco("seed")
    assert (code, len(err.splitlines())) == (1, 1)
    assert str(place / "var") in err


def test_a_fault_of_the_system_is_one_sentence(zoco: Zoco, shop_there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "/var/zoco.db")

    monkeypatch.setattr("zoco.cli.shops.build_shop", fail)
    assert zoco("check") == (1, "", "zoco: /var/zoco.db: No space left on device\n")


def test_every_module_is_found_by_its_entry_point() -> None:
    found = {point.name: point.load() for point in entry_points(group="zoco.modules")}
    assert {"mail", "media", "accounts", "catalogue", "cart", "orders", "imports", "demo"} <= set(found)
    assert all(isinstance(module, Module) and module.name == name for name, module in found.items())
    names = [module.name for module in installed()]
    assert all(names.index(needed) < names.index(m.name) for m in found.values() for needed in m.requires)


@pytest.mark.parametrize("value", ["zoco_nowhere:module", "zoco.features.demo:nothing", "zoco.nowhere.deep:module"])
def test_a_module_that_cannot_be_loaded_is_named(
    zoco: Zoco, place: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    broken = EntryPoint(name="broken", value=value, group="zoco.modules")
    monkeypatch.setattr("zoco.app.entry_points", lambda group: [*entry_points(group=group), broken])
    code, out, err = zoco("seed")
    assert (code, out) == (1, "")
    assert err.startswith(f"zoco: the module broken cannot be loaded from {value}: ")
    assert len(err.splitlines()) == 1
