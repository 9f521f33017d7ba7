"""Random projects for round trips."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent
collect_ignore = ["dialects.py", "projects.py"]  # makers of files, loaded by the fixtures below


def load(name):
    spec = importlib.util.spec_from_file_location(f"interchange_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def dialects():
    return load("dialects")


@pytest.fixture(scope="session")
def projects():
    return load("projects")
