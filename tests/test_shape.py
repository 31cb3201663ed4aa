"""The shape of the house, as far as linters don't hold it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/src/*/__init__.py"))
SOURCES = sorted(path for place in (ROOT / "src", *EXAMPLES) for path in place.rglob("*.py"))
TESTS = sorted(path for place in (ROOT / "tests", *ROOT.glob("examples/*/tests")) for path in place.rglob("*.py"))
FEATURES = sorted(path.parent for path in (ROOT / "src/zoco/features").glob("*/__init__.py")) + EXAMPLES
ROOMS = sorted(path for feature in FEATURES for path in feature.rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=name_of)
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_function_has_at_most_50_lines(path: Path) -> None:
    if "migrations" in path.parts:
        return
    long = [f.name for f in functions(path) if (f.end_lineno or f.lineno) - f.lineno + 1 > 50]
    assert not long


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_opens_with_a_sentence(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FEATURES, ids=name_of)
def test_a_features_init_has_no_code(path: Path) -> None:
    assert len(ast.parse((path / "__init__.py").read_text(encoding="utf-8")).body) == 1


@pytest.mark.parametrize("path", FEATURES, ids=name_of)
def test_a_manifest_is_short(path: Path) -> None:
    assert len((path / "module.py").read_text(encoding="utf-8").splitlines()) <= 50


def writes(function: Function) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "write"
        and not node.args
        for node in ast.walk(function)
    )


@pytest.mark.parametrize("path", ROOMS, ids=name_of)
def test_transactions_are_opened_only_by_use_cases_in_services(path: Path) -> None:
    for function in functions(path):
        if not writes(function):
            continue
        assert "service" in {path.stem, path.parent.name}
        assert any(isinstance(d, ast.Name) and d.id == "use_case" for d in function.decorator_list), function.name


@pytest.mark.parametrize("path", sorted((ROOT / "tests/contract").rglob("*.py")), ids=name_of)
def test_contract_tests_name_no_engine(path: Path) -> None:
    assert not re.search(r"sqlite|postgres|asyncpg|mongo", path.read_text(encoding="utf-8"), re.IGNORECASE)
