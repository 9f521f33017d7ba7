"""Projects that earlier releases wrote open, hold what they held, and can be worked on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from coding.project import open_project
from coding.storage import Store

ARCHIVES = Path(__file__).parents[1] / "archives"
HELD = {"0.1.0": {"documents": 10, "codings": 803, "coders": ["amira", "ben"], "rounds": 3}}


@pytest.mark.parametrize("release", HELD)
def test_a_project_of_a_release_opens(release, tmp_path):
    path = tmp_path / "study.coding"
    shutil.copy(ARCHIVES / f"{release}.coding", path)
    with open_project(path, coder="amira") as project:
        held = HELD[release]
        assert len(project.documents) == held["documents"]
        assert len(project.codings) == held["codings"]
        assert [c.name for c in project.coders] == held["coders"]
        assert len(project.rounds) == held["rounds"]
        report = project.check()
        assert report.ok, str(report)
        project.codebook.add("A new idea")
        assert project.undo()
    with Store.open(path, readonly=True) as store:
        assert store.check().ok


def test_every_archive_is_opened():
    assert {path.stem for path in ARCHIVES.glob("*.coding")} == set(HELD)
