"""What the workbench exported does not come in again as documents when a folder is imported."""

from __future__ import annotations

import pytest

from coding import exporters, importers, open_project
from coding.errors import ImportRejected
from coding.exporters import FORMATS
from coding.project.intake import take_files

TARGETS = {"refi-qda": ["a.qdpx"], "qdc": ["a.qdc"], "nvivo": ["nv"], "matrix": ["a.csv", "a.xlsx"], "quotes": ["a.csv", "a.xlsx"],
           "axial": ["a.csv", "a.xlsx"], "packet": ["pk"], "taguette": ["a.csv"]}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_no_exported_file_is_taken_for_material(study, tmp_path, name):
    for target in TARGETS.get(name, ["a" + s for s in FORMATS[name].suffixes[:1]]):
        exporters.write(study, tmp_path / target, format=name)
    written = sorted(p for p in tmp_path.rglob("*") if p.is_file())
    assert written
    for path in written:
        with pytest.raises(ImportRejected, check=lambda error: bool(error.remedy)):
            importers.read(path)


@pytest.mark.parametrize("unit", ["sentence", "paragraph", "turn", "document"])
def test_a_matrix_of_any_unit_is_known(study, tmp_path, unit):
    exporters.write(study, tmp_path / "a.csv", format="matrix", unit=unit)
    with pytest.raises(ImportRejected, match="a matrix of codes as the workbench exports it"):
        importers.read(tmp_path / "a.csv")


def test_a_folder_with_exports_in_it_brings_its_interviews_and_says_what_it_skipped(study, tmp_path):
    exporters.write(study, tmp_path / "out", format="nvivo")
    exporters.write(study, tmp_path / "codings.csv")
    exporters.write(study, tmp_path / "report.html")
    (tmp_path / "P31.txt").write_text("Interviewer: Who asked for it?\nP31: Nobody did.", encoding="utf-8")
    (tmp_path / "table.csv").write_text(f"name,text\nA,{'The county ranked us every month. ' * 3}\n", encoding="utf-8")
    with open_project(tmp_path / "study.coding", coder="amira", create=True) as project:
        reports = {r.file: r for r in take_files(project, [tmp_path]) if not r.file.endswith((".qdpx", ".qdc"))}
        assert {d.name for d in project.documents} >= {"P31", "A"}
        assert len([d for d in project.documents if d.name not in ("P01", "P02 李主任", "A01")]) == 2
    skipped = {name: r.reason for name, r in reports.items() if r.status == "rejected"}
    assert set(reports) - set(skipped) == {"P31.txt", "table.csv"}
    assert "--as codings" in skipped["codings.csv"]
    assert "export_report.json beside it lists it" in skipped["cases_Person.csv"]


def test_a_classification_sheet_of_ours_comes_in_as_cases_when_that_is_said(study, tmp_path):
    exporters.write(study, tmp_path / "nv", format="nvivo")
    result = importers.read(tmp_path / "nv" / "cases_Person.csv", as_="cases")
    assert [c.name for c in result.cases] == ["Ms Lin", "李主任"]


@pytest.mark.parametrize("head", ["document,text", "code,text", "name,description,text", "tag,text", "file,code,text"])
def test_tables_of_others_with_like_headings_come_in(tmp_path, head):
    words = "The county ranked us every month and nobody slept."
    (tmp_path / "a.csv").write_text(f"{head}\n{'x,' * head.count(',')}{words}\n", encoding="utf-8")
    assert importers.read(tmp_path / "a.csv").documents[0].text == words
