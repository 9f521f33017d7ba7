"""The folder for NVivo holds every file its documentation lists, in the form NVivo takes."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import openpyxl
import pytest

from coding import exporters
from coding.importers.projects import read_project
from coding.model import Case, Variable

EVERY = {
    "project_nvivo.qdpx", "codebook.qdc", "export_report.md", "export_report.json",
    *(f"{t}.{s}" for t in ("cases_Person", "files_Document") for s in ("csv", "txt", "xlsx")),
    *(f"{t}.{s}" for t in ("coded_references", "codebook", "coding_comparison", "code_matrix", "code_matrix_files",
                           "summary_by_code", "summary_by_file") for s in ("csv", "xlsx")),
}  # fmt: skip


@pytest.fixture
def folder(study, tmp_path):
    exporters.write(study, tmp_path / "nv", format="nvivo")
    return tmp_path / "nv"


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_every_file_is_there_and_named_in_the_report(folder):
    assert {p.name for p in folder.iterdir()} == EVERY
    assert set(json.loads((folder / "export_report.json").read_text(encoding="utf-8"))["files"]) == EVERY


def test_a_classification_sheet_has_its_name_in_a1_and_a_tab_in_the_text_form(folder):
    assert table(folder / "cases_Person.csv") == [
        ["Person", "Level", "Years"],
        ["Ms Lin", "county", "7"],
        ["李主任", "township", ""],
    ]
    assert openpyxl.load_workbook(folder / "cases_Person.xlsx").active["A1"].value == "Person"
    text = (folder / "cases_Person.txt").read_bytes()
    assert text.startswith("\ufeffPerson\tLevel\tYears\r\n".encode())


def test_references_have_the_text_last_and_the_right_words(folder, study):
    head, *rows = table(folder / "coded_references.csv")
    assert head[0] == "Reference ID"
    assert head[-1] == "Text"
    by_name = {d.name: study.texts[d.uid] for d in study.documents}
    assert all(by_name[r[1]][int(r[6]) : int(r[7])] == r[-1] for r in rows)
    assert rows[0][4] == "Codes\\\\Driving\\Pressure"
    assert len(rows) == 8


def test_csv_and_workbook_say_the_same(folder):
    for path in folder.glob("*.csv"):
        cells = openpyxl.load_workbook(path.with_suffix(".xlsx")).active.iter_rows(values_only=True)
        sheet = [["" if c is None else str(c) for c in row] for row in cells]
        for ours, theirs in zip(table(path), sheet, strict=True):
            for a, b in zip(ours, theirs, strict=True):
                assert a == b or float(a) == pytest.approx(float(b))


def test_the_comparison_shows_nvivos_kappa(folder):
    head, *rows = table(folder / "coding_comparison.csv")
    found = {(r[0], r[1]): dict(zip(head, r, strict=True)) for r in rows}
    row = found["Driving > Pressure", "P01"]
    # 82 characters; A has 21, B 17 of them
    expected = (21 * 17 + 61 * 65) / 82
    assert float(row["Kappa"]) == pytest.approx((78 - expected) / (82 - expected))
    assert found["Driving", "P01"]["Kappa"] == "1.0"  # nobody coded: NVivo shows complete agreement
    assert float(found["Driving > Pressure", "A01"]["Kappa"]) == 0.0  # one coder alone


def test_names_that_nvivo_cannot_hold_are_changed_listed_and_come_back(study, tmp_path):
    snapshot = replace(
        study,
        codes=tuple(replace(c, name="Fear/hope: 50%?") if c.uid in ("c2", "c3") else c for c in study.codes),
        cases=(Case("s1", "A|B"), Case("s2", "a~b")),
        variables=(Variable("v1", "Level*"), *study.variables[1:]),
    )
    report = exporters.write(snapshot, tmp_path / "nv", format="nvivo")
    written = {r.written for r in report.renamed}
    assert {"Fear~hope~ 50%~", "Fear~hope~ 50%~ (2)", "a~b (2)", "Level~"} <= written
    head, first, second = table(tmp_path / "nv" / "cases_Person.csv")
    assert (head[1], first[0], second[0]) == ("Level~", "A~B", "a~b (2)")
    back, _ = read_project(tmp_path / "nv" / "project_nvivo.qdpx")
    assert [c.name for c in back.codes if c.name.startswith("Fear")] == ["Fear/hope: 50%?"] * 2


def test_one_coder_alone_has_no_comparison_and_the_report_says_so(study, tmp_path):
    alone = study.with_codings(c for c in study.iter_codings() if c.coder == "u1")
    report = exporters.write(alone, tmp_path / "nv", format="nvivo")
    assert not (tmp_path / "nv" / "coding_comparison.csv").exists()
    assert any("fewer than two coders" in note for note in report.notes)


def test_survey_answers_are_one_row_a_respondent(study, tmp_path):
    surveys = tuple(replace(d, kind="survey", folder="What was hard?") for d in study.documents if d.uid == "d2")
    snapshot = replace(study, documents=(*surveys, *(d for d in study.documents if d.uid != "d2")))
    snapshot = snapshot.with_codings([])
    exporters.write(snapshot, tmp_path / "nv", format="nvivo")
    head, row = table(tmp_path / "nv" / "responses.csv")
    assert head == ["Respondent", "Level", "Years", "What was hard~"]
    assert (row[0], row[3]) == ("李主任", study.texts["d2"].replace("\n", " "))
