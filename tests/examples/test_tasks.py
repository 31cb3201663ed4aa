"""The example of an extension: its own tests pass in a shop that has found it by its entry point."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/tasks"
FOUND = "from zoco.app import installed; print(*(module.name for module in installed()))"
OF_OTHERS = {"PYTHONPATH", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "ZOCO_TEST_REQUIRE"}
"""What this run was told, not that one."""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A process to which the package is installed: what an installer would leave behind, in a folder of its own."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    left = tmp_path / f"zoco_tasks-{project['version']}.dist-info"
    left.mkdir()
    (left / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [f"{name} = {place}" for name, place in project["entry-points"]["zoco.modules"].items()]
    (left / "entry_points.txt").write_text("\n".join(["[zoco.modules]", *lines, ""]))
    kept = {name: value for name, value in os.environ.items() if name not in OF_OTHERS}
    return kept | {"PYTHONPATH": os.pathsep.join([str(EXAMPLE / "src"), str(tmp_path)])}


def test_a_package_that_is_installed_is_found(environ: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", FOUND], env=environ, capture_output=True, text=True, check=True)
    assert "tasks" in done.stdout.split()


@pytest.mark.slow
def test_its_own_tests_pass(engine: str, environ: dict[str, str]) -> None:
    """In a process of their own, so that no other test meets its tables."""
    config = ["-c", str(EXAMPLE / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *config, "--engine", engine, str(EXAMPLE / "tests")]
    done = subprocess.run(command, env=environ, cwd=EXAMPLE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
