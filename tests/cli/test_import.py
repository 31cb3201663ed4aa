"""`zoco import products`: the report, and what a script learns from the exit code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.conftest import Zoco

HEADER = "Handle,Title,Type,Variant Price,Variant Inventory Qty,Image Src"


@pytest.fixture
def file(place: Path, shop_there: Path) -> Path:
    """A good row and one with a remark."""
    path = place / "products.csv"
    rows = (HEADER, "taza,Taza [/red] [bold],Tazas,12.50,10,", "cuenco,Cuenco,Cuencos,8.00,3,not-an-address")
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def told(out: str) -> list[tuple[str, str]]:
    return re.findall(r"^\s+(\d+)\s+(created|updated|skipped|refused)\b", out, re.MULTILINE)


def test_a_dry_run_and_a_real_one_report_the_same(zoco: Zoco, file: Path) -> None:
    dry, real, again = (zoco("import", "products", str(file), *more) for more in (("--dry-run",), (), ()))
    assert (dry.code, real.code, again.code) == (0, 0, 0)
    assert told(dry.out) == told(real.out) == [("2", "created"), ("3", "created")]
    assert dry.out.replace("; a dry run, so nothing was changed", "") == real.out
    assert real.out.splitlines()[-1] == "Shopify: 2 created, 0 updated, 0 skipped, 0 refused"
    assert told(again.out) == [("2", "skipped"), ("3", "skipped")]
    assert "2/2" in real.err


def test_titles_stand_as_they_are_and_lines_fit_a_terminal(zoco: Zoco, file: Path) -> None:
    out = zoco("import", "products", str(file), "--dry-run").out
    assert "Taza [/red] [bold]" in out
    assert max(map(len, out.splitlines()[:-1])) <= 80
    assert "no es la dirección web de una imagen" in " ".join(out.split())


def test_a_refused_row_is_told_and_the_others_come_in(zoco: Zoco, file: Path) -> None:
    with file.open("a", encoding="utf-8") as rows:
        rows.write("\nplato,Plato,Platos,caro,1,\n")
    code, out, _ = zoco("import", "products", str(file))
    assert code == 1
    assert told(out) == [("2", "created"), ("3", "created"), ("4", "refused")]
    assert "«caro» no es un precio." in " ".join(out.split())
    assert out.splitlines()[-1] == "Shopify: 2 created, 0 updated, 0 skipped, 1 refused"


@pytest.mark.parametrize("name", ["nofile.csv", "."])
def test_a_file_that_cannot_be_read_is_one_sentence(zoco: Zoco, shop_there: Path, place: Path, name: str) -> None:
    code, out, err = zoco("import", "products", str(place / name))
    assert (code, out) == (1, "")
    assert f"{place / name} cannot be read" in " ".join(err.split())


def test_a_file_of_another_kind_is_one_sentence(zoco: Zoco, file: Path) -> None:
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    code, out, err = zoco("import", "products", str(file))
    assert (code, out) == (1, "")
    assert err.strip().startswith("zoco: Este archivo tiene las columnas a, b.")
    assert len(err.strip().splitlines()) == 1


def test_as_somebodys_products(zoco: Zoco, file: Path) -> None:
    zoco("user", "create", "--name", "Ana", "--email", "ana@example.com", typed="una clave larga y buena\n")
    assert zoco("import", "products", str(file), "--seller", "ana@example.com").code == 0
    code, _, err = zoco("import", "products", str(file), "--seller", "nobody@example.com")
    assert code == 1
    assert err.strip().startswith("zoco: ")
