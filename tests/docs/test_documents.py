"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zoco.cli.commands import cli

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "examples", "bench")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    inside = [link.partition("#")[0] for link in links if not link.startswith(("http", "#", "mailto:"))]
    assert [link for link in inside if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?\bmake ([a-z]+)\b(?=[`\s])(?! )", page.read_text(encoding="utf-8")):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_exist(page: Path) -> None:
    named = re.findall(r"`[^`\n]*\bzoco ((?:import products|user create|[a-z]+))", page.read_text(encoding="utf-8"))
    for words in named:
        result = CliRunner().invoke(cli, [*words.split(), "--help"])
        assert result.exit_code == 0, words


def test_the_tutorials_code_is_the_shops_code() -> None:
    tutorial = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    service = (ROOT / "src/zoco/features/cart/service.py").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", tutorial, re.DOTALL)
    body = [line.strip() for line in block.splitlines() if not line.startswith("async def")]
    assert [line for line in body if line not in service] == []


def test_the_rooms_of_the_tutorial_are_the_features_rooms() -> None:
    tutorial = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    cart = {path.name for path in (ROOT / "src/zoco/features/cart").glob("*.py")} - {"__init__.py"}
    assert {room for room in cart if f"`{room}`" not in tutorial} == set()
