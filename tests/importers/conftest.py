"""Makers of small valid files, shared with the hostile corpus."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def makers():
    """The module that writes valid files by hand: ``makers.docx(body)``, ``makers.pdf(pages)`` …"""
    path = Path(__file__).parent.parent / "hostile" / "makers.py"
    spec = importlib.util.spec_from_file_location("hostile_makers", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
