"""The hostile corpus as a fixture."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coding import importers
from coding.errors import ImportRejected
from coding.importers import projects

HERE = Path(__file__).parent
collect_ignore = ["documents.py", "generate.py", "makers.py", "projects.py"]  # scripts that import each other by name


@pytest.fixture(scope="session")
def hostile():
    """The corpus generator: ``hostile.corpus()``, ``hostile.Hostile``, and the makers of valid files."""
    sys.path.insert(0, str(HERE))
    for name in collect_ignore:  # modules of the same name lie in other folders
        sys.modules.pop(name.removesuffix(".py"), None)
    try:
        import generate
    finally:
        sys.path.remove(str(HERE))
    return generate


def take(file, folder):
    """Return (status, error, text of the first document, changes) of one file."""
    try:
        if file.door == "document":
            result = importers.read(file.data, name=file.name)
            changes = [*result.changes, *(c for d in result.documents for c in d.changes)]
            text = result.documents[0].text if result.documents else ""
        else:
            path = folder / file.safe_name
            path.write_bytes(file.data)
            changes, text = _take_refi(path)
    except ImportRejected as error:
        return "rejected", error, "", []
    return ("imported_with_changes" if changes else "imported"), None, text, changes


def _take_refi(path):
    if path.suffix == ".qdc":
        _, report = projects.read_codebook(path)
        return [*report.changes, *report.left_out], ""
    snapshot, report = projects.read_project(path)
    replaced = [note for d in snapshot.documents for note in d.notes if "line ends" not in note]
    return [*report.changes, *report.left_out, *replaced], next(iter(snapshot.texts.values()), "")


@pytest.fixture(scope="session")
def outcomes(hostile, tmp_path_factory):
    """Each file of the corpus with what came of it: (file, status, error, text, changes)."""
    folder = tmp_path_factory.mktemp("corpus")
    return [(file, *take(file, folder)) for file in hostile.corpus()]
