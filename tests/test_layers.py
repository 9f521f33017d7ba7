"""Imports only go down, and what is heavy is loaded by those who use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ["alembic", "altair", "anywidget", "ipywidgets", "lxml", "pandas", "rjieba", "scipy", "spacy", "sqlalchemy"]


def test_layers_hold():
    """The contract stands in pyproject.toml; the same command runs in `run.py check`."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def loaded():
    code = "import coding, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("name", HEAVY)
def test_importing_the_package_loads_nothing_heavy(loaded, name):
    assert name not in loaded
