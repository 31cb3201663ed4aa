"""`zoco mail test`: a mail leaves, or it is said in words why it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Zoco
from tests.serving import reserved_port


@pytest.fixture
def port() -> Iterator[int]:
    """Where nobody listens."""
    with reserved_port() as number:
        yield number


def test_without_a_server_the_mail_lies_in_the_folder(zoco: Zoco, shop_there: Path) -> None:
    code, out, err = zoco("mail", "test", "ana@example.com")
    assert (code, err) == (0, "")
    assert f"written into {shop_there.parent / 'mail'}" in out
    [file] = (shop_there.parent / "mail").iterdir()
    assert b"To: ana@example.com" in file.read_bytes()


def test_what_is_wrong_is_said_in_the_shops_language(
    zoco: Zoco, shop_there: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOCO_MAIL__TRANSPORT", "smtp")
    monkeypatch.setenv("ZOCO_MAIL__HOST", "127.0.0.1")
    monkeypatch.setenv("ZOCO_MAIL__PORT", str(port))
    monkeypatch.setenv("ZOCO_MAIL__PASSWORD", "geheim")
    code, out, err = zoco("mail", "test", "ana@example.com")
    assert (code, out) == (1, "")
    said = err.splitlines()
    assert said[0] == f"Nadie recibe correos en el puerto {port} de 127.0.0.1: se rechazó la conexión."
    assert said[1].startswith("Comprueba que mail.port")
    assert said[2].startswith("“Error connecting to 127.0.0.1")
    assert "geheim" not in err


def test_an_address_that_is_none(zoco: Zoco, shop_there: Path) -> None:
    code, _, err = zoco("mail", "test", "ana@example.com\r\nBcc: all@example.com")
    assert code == 1
    assert "is not an e-mail address" in err


def test_what_is_wrong_with_the_settings_is_said_with_what_to_do(
    zoco: Zoco, shop_there: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOCO_MAIL__TRANSPORT", "smtp")
    monkeypatch.setenv("ZOCO_MAIL__HOST", "127.0.0.1")
    monkeypatch.setenv("ZOCO_MAIL__PORT", str(port))
    monkeypatch.setenv("ZOCO_MAIL__PASSWORD", "geheim")
    code, out, err = zoco("config", "--check", "--env", "production")
    assert (code, err) == (1, "")
    said = " ".join(out.split())
    for key in ("server.public_url", "mail.sender", "mail.host", "mail.notify", "database.url"):
        assert key in said
    assert "geheim" not in out


def test_a_database_that_is_not_there_hides_nothing_else_that_is_wrong(
    zoco: Zoco, shop_there: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://eva:geheim@127.0.0.1:{port}/zoco")
    monkeypatch.setenv("ZOCO_RATELIMIT__ENABLED", "false")
    code, out, err = zoco("config", "--check", "--env", "production")
    assert (code, err) == (1, "")
    said = " ".join(out.split())
    for word in ("database.url", "PostgreSQL", "start it", "server.public_url", "mail.transport", "ratelimit.enabled"):
        assert word in said
    assert "geheim" not in out
    assert "SQLite" not in out
