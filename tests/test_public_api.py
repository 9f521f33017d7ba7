"""The public names fit on one screen, all load, and none leaks."""

from __future__ import annotations

import subprocess
import sys

import coding as qc


def test_public_names():
    assert dir(qc) == sorted(qc.__all__)
    assert len(qc.__all__) <= 24
    for name in qc.__all__:
        assert getattr(qc, name) is not None


def test_importing_the_package_loads_no_heavy_library():
    heavy = ["pandas", "altair", "spacy", "sqlalchemy", "lxml", "alembic", "numpy"]
    check = f"import sys, coding; print([m for m in {heavy!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True).stdout.strip() == "[]"
