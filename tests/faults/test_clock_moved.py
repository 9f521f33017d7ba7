"""The machine's clock goes back and forth: order comes from the counter, times are for display only."""

from __future__ import annotations

import shutil
import time

import pytest

import coding as qc

DAY = 86_400


@pytest.fixture
def clock(monkeypatch):
    """A function that sets the clock so many days off."""
    real, real_ns, off = time.time, time.time_ns, [0]
    monkeypatch.setattr(time, "time", lambda: real() + off[0] * DAY)
    monkeypatch.setattr(time, "time_ns", lambda: real_ns() + off[0] * DAY * 1_000_000_000)
    return lambda days: off.__setitem__(0, days)


def test_undo_history_and_merge_keep_the_order_in_which_things_were_done(tmp_path, clock):
    path = tmp_path / "a.coding"
    with qc.open_project(path, coder="amira", create=True) as project:
        project.documents.add("L1", "Nobody planned it. There is a table of towns.")
        project.codebook.add("First")
        clock(-400)
        project.codebook.rename("First", "Second")
        clock(+400)
        project.codebook.rename("Second", "Third")
        clock(-30_000)  # long before 1970
        project.codings.add("L1", 0, 6, code="Third")
        clock(0)
        assert [h.action for h in project.history(4)] == ["code", "rename code", "rename code", "add code"]
    shutil.copy(path, tmp_path / "b.coding")
    with qc.open_project(tmp_path / "b.coding", coder="ben") as ben:
        clock(-800)
        ben.codings.add("L1", 7, 14, code="Third")
    clock(0)
    with qc.open_project(path, coder="amira") as project:
        project.team.merge(tmp_path / "b.coding")
        assert sorted(c.start for c in project.codings) == [0, 7]
        assert project.check().ok, str(project.check())
        assert [project.undo() for _ in range(3)] == ["code", "rename code", "rename code"]
        assert "First" in project.codebook
        assert [project.redo() for _ in range(3)] == ["rename code", "rename code", "code"]
        assert "Third" in project.codebook
        frame = project.codings.to_frame(text=True)  # times before 1970 are shown, not stumbled over
        assert len(frame) == 2
        report = project.export(tmp_path / "a.qdpx")
        assert report
