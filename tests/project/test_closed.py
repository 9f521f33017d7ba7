"""A project that was closed says so, instead of reading and writing on behind one's back."""

from __future__ import annotations

import pytest

import coding as qc
from coding.errors import ProjectError


def test_a_closed_project_neither_reads_nor_writes(tmp_path):
    project = qc.open_project(tmp_path / "a.coding", coder="amira", create=True)
    project.documents.add("L1", "Hello there.")
    project.codebook.add("X")
    project.close()
    before = (tmp_path / "a.coding").read_bytes()
    for work in (
        lambda: list(project.documents), lambda: project.codebook.add("Y"), lambda: project.codings.to_frame(),
        project.undo, project.check, lambda: project.export(tmp_path / "a.qdpx"), lambda: qc.TextCoder(project),
    ):  # fmt: skip
        with pytest.raises(ProjectError, match=r"a\.coding was closed\. Open it again"):
            work()
    assert "closed" in repr(project)
    assert "closed" in project._repr_html_()
    project.close()
    assert (tmp_path / "a.coding").read_bytes() == before
    with qc.open_project(tmp_path / "a.coding", coder="amira") as again:
        assert again.documents["L1"].text == "Hello there."


def test_rounds_as_a_table_hold_what_a_reader_wants_and_no_ids(tmp_path):
    with qc.build_sample(tmp_path / "s.coding") as project:
        frame = project.rounds.to_frame().drop(columns="uid")
    assert frame.loc[1, ["round", "unit", "measure", "threshold", "documents"]].tolist() == [
        "Reliability", "sentence", "krippendorff_alpha", 0.8, 5,
    ]  # fmt: skip
    ids = [u for value in frame.to_numpy().ravel().tolist() for u in [str(value)] if u.count("-") == 4]
    assert ids == []
