"""The command as a person runs it, in this process: what it was told, what it says, and how it ends."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image
from structlog.testing import capture_logs

from zoco import cli
from zoco.testing.engines import fresh_sqlite


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Zoco = Callable[..., Answer]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, whose shop will lie in `var`."""
    for name in ("ZOCO_ENV", "ZOCO_CONFIG", "DATABASE_URL", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZOCO_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("ZOCO_AUTH__PASSWORD_SCHEME", "argon2id")  # ten times quicker than bcrypt
    return tmp_path


@pytest.fixture
def zoco(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Zoco:
    for module in ("serving", "shops"):  # the log of the process belongs to other tests too
        monkeypatch.setattr(f"zoco.cli.{module}.configure", lambda *_: None)

    def run(*words: str, typed: str = "") -> Answer:
        monkeypatch.setattr(sys, "argv", ["zoco", *words])
        monkeypatch.setattr(sys, "stdin", StringIO(typed))
        capsys.readouterr()
        with capture_logs(), pytest.raises(SystemExit) as ended:
            cli.main()
        gc.enable()  # a server that does not come into being leaves it off
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Answer(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def shop_there(place: Path, _template: Path) -> Path:
    """A shop in which nothing ever happened."""
    path = place / "var" / "zoco.db"
    fresh_sqlite(path, _template)
    return path


@pytest.fixture(scope="session")
def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(file, "PNG")
    return file.getvalue()
