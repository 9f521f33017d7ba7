"""What is no file and still cannot be trusted: names, spans, values, paths, projects; refused with a sentence, or kept as it is."""

from __future__ import annotations

import datetime as dt
import math
import shutil
import sqlite3

import numpy as np
import pandas as pd
import pytest

from coding import open_project
from coding.errors import CodingError
from coding.importers.projects import read_project
from coding.model import Code, Value, Variable, new_uid
from coding.project.intake import take_files

TEXT = "😀 The county ranked us every month.\n第二段 text 👩‍👩‍👧‍👦 end."
GOOD = {
    "slashes": "a/b\\c", "traversal": "../../etc/passwd", "right to left": "\u202egnp", "zero width": "a\u200bb", "arabic": "ضغط",
    "emoji": "👩‍👩‍👧‍👦", "script": "<script>alert(1)</script>", "formula": "=1+2", "dde": "=cmd|' /C calc'!A0", "zalgo": "Z" + "\u0301\u0300" * 50,
    "sql": "'); DROP TABLE code; --", "template": "{{7*7}} ${x} %s {0}", "reserved": "CON", "dot": "name.", "composed": "é",
    "like a path": "A > B", "like a label": "Include: x", "quotes": "“a” \"b\" 'c'",
}  # fmt: skip
BAD = {"empty": "", "spaces": "  ", "a megabyte": "n" * 1_000_000, "nul": "a\x00b", "half a character": "a\ud800"}


@pytest.fixture
def project(tmp_path):
    with open_project(tmp_path / "a.coding", coder="amira", create=True) as project:
        project.documents.add("P1", TEXT)
        project.codebook.add("Pressure")
        project.cases.add("Ms Lin")
        yield project


def dump(project):
    with sqlite3.connect(f"file:{project.store.path}?mode=ro", uri=True) as connection:
        return list(connection.iterdump())


def refused(project, act):
    """Do something that must be refused with a sentence and change nothing."""
    before = dump(project)
    with pytest.raises(CodingError, match=r"\w") as error:
        act()
    assert str(error.value).strip().endswith((".", ")", "…", "?")), error.value
    assert dump(project) == before


def adders(project, name):
    yield "code", lambda: project.codebook.add(name)
    yield "coder", lambda: project.coders.add(name)
    yield "document", lambda: project.documents.add(name, f"text of {name[:9]!r}")
    yield "case", lambda: project.cases.add(name)
    yield "variable", lambda: project.variables.add(name)


@pytest.mark.parametrize("name", GOOD.values(), ids=GOOD.keys())
def test_a_hostile_name_is_a_name_everywhere_and_comes_back_from_refi(project, tmp_path, name):
    for _, add in adders(project, name):
        assert add().name == name
    project.memos.add("=1+1", title=name)
    project.export(tmp_path / "a.qdpx", profile="nvivo")
    back, report = read_project(tmp_path / "a.qdpx")
    assert not report.left_out
    for things in (back.codes, back.coders, back.documents, back.cases, back.variables):
        assert name in {x.name for x in things}
    assert [m.title for m in back.memos] == [name]


@pytest.mark.parametrize("name", BAD.values(), ids=BAD.keys())
def test_what_is_no_name_is_refused_and_nothing_kept(project, name):
    for _, add in adders(project, name):
        refused(project, add)


@pytest.mark.parametrize(
    ("start", "end"),
    [(-1, 5), (5, 5), (9, 3), (0, len(TEXT) + 1), (0, 2**63), (0, 2**64), (1.0, 3.0), (True, 3), (math.nan, 3), ("3", "5"), (None, 3)],
)  # fmt: skip
def test_a_span_that_cannot_be_is_refused(project, start, end):
    refused(project, lambda: project.codings.add("P1", start=start, end=end, code="Pressure"))


def test_spans_of_numpy_and_inside_a_joined_emoji_are_exact(project):
    inside = TEXT.index("👩") + 1
    for start, end in ((np.int64(0), np.int64(3)), (inside, inside + 2)):
        coding = project.codings.add("P1", start=start, end=end, code="Pressure")
        assert (coding.start, coding.end) == (int(start), int(end))


def test_things_that_are_not_there_are_named(project):
    gone = project.codebook.add("Gone")
    project.codebook.retire("Gone")
    for document, code in (
        ("nope", "Pressure"),
        ("P1", gone),
        ("P1", Code(new_uid(), "of another project")),
        ("P1", "nope"),
    ):
        refused(project, lambda d=document, c=code: project.codings.add(d, start=0, end=1, code=c))


def test_the_tree_stays_a_tree(project):
    a = project.codebook.add("A")
    b = project.codebook.add("B", parent=a)
    for act in (
        lambda: project.codebook.move(a, a),
        lambda: project.codebook.move(a, b),
        lambda: project.codebook.merge(a, into=a),
    ):
        refused(project, act)
    for twin in ("pressure", "PRESSURE", " Pressure "):
        refused(project, lambda name=twin: project.codebook.rename(a, name))
    project.codebook.add("é")
    refused(project, lambda: project.codebook.add("e\u0301"))


@pytest.mark.parametrize(
    "query", ["%", "_", '"', '"a', "NEAR(", "*", "AND OR", "'; DROP TABLE x", "x" * 100_000, "\ud800"]
)
def test_a_search_that_cannot_be_is_refused(project, query):
    refused(project, lambda: project.search(query))


@pytest.mark.parametrize("hue", ["url(javascript:x)", "#fff", "red", "5", 400, -1, 1.5, True])
def test_a_hue_that_is_none_is_refused(project, hue):
    refused(project, lambda: project.codebook.set("Pressure", hue=hue))


@pytest.mark.parametrize("value", [math.nan, math.inf, None, b"x", [1], {"a": 1}, (1, 2), "\ud800"])
def test_a_value_that_is_none_is_refused(project, value):
    refused(project, lambda: project.cases.set_values("Ms Lin", {"Age": value}))


@pytest.mark.parametrize(
    "value", ["0000-00-00", "10000-01-01", "1e400", "1.234,5", "=1+2", 2**70, -3, np.int64(3), 0.1, True]
)
def test_an_odd_value_is_kept_as_it_is(project, tmp_path, value):
    project.cases.set_values("Ms Lin", {"Age": value})
    project.export(tmp_path / "a.qdpx")
    project.export(tmp_path / "a.parquet")
    back, _ = read_project(tmp_path / "a.qdpx")
    assert [v.value for v in back.values] == [value]
    assert type(back.values[0].value) is type(value) or isinstance(value, np.integer)


@pytest.mark.parametrize(
    ("value", "stored", "kind"),
    [
        (pd.Timestamp("2024-01-02"), "2024-01-02", "Date"), (pd.Timestamp("2024-01-02 10:30"), "2024-01-02T10:30:00", "DateTime"),
        (dt.date(2024, 1, 2), "2024-01-02", "Date"), (np.float64(2.5), 2.5, "Float"), (np.bool_(True), True, "Boolean"),
    ],
)  # fmt: skip
def test_a_cell_of_a_data_frame_is_taken_as_what_it_is(project, value, stored, kind):
    project.cases.set_values("Ms Lin", {"When": value})
    assert [(v.value, type(v.value)) for v in project.store.all(Value)] == [(stored, type(stored))]
    assert [v.type for v in project.store.all(Variable)] == [kind]


@pytest.mark.parametrize("value", [pd.NaT, pd.NA, np.float64("nan")])
def test_an_empty_cell_of_a_data_frame_is_no_value(project, value):
    refused(project, lambda: project.cases.set_values("Ms Lin", {"When": value}))


def test_memos_have_a_limit(project):
    project.memos.add("x" * 1_000_000)
    refused(project, lambda: project.memos.add("x" * 1_000_001))


def test_a_list_that_breaks_off_leaves_nothing(project):
    def rows():
        yield "P1", 0, 3, "Pressure"
        raise RuntimeError("half way")

    before = dump(project)
    with pytest.raises(RuntimeError, match="half way"):
        project.codings.add_many(rows())
    assert dump(project) == before


@pytest.mark.parametrize("name", ["", "a\x00.csv", "n" * 300 + ".csv", "missing/x.csv", "$HOME/x.csv", "."])
def test_a_path_that_leads_nowhere_is_refused_both_ways(project, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    refused(project, lambda: project.export(name, format="csv"))
    if name != ".":
        (report,) = take_files(project, [name], progress=False)
        assert (report.status, project.documents["P1"].text) == ("rejected", TEXT)


def test_an_export_never_replaces_a_project(project, tmp_path):
    refused(project, lambda: project.export(tmp_path / "a.coding", format="csv"))


def test_ten_thousand_codings_on_one_character_go_out_and_come_back(project, tmp_path):
    long = "字" * 200
    project.documents.add("long", long)
    rows = [("long", i, j, "Pressure", "amira") for i in range(100) for j in range(101, 201)]
    assert len(project.codings.add_rows(rows, origin="imported")) == 10_000
    project.export(tmp_path / "a.qdpx", profile="nvivo")
    back, _ = read_project(tmp_path / "a.qdpx")
    assert len(back.codings) == 10_000


# -- project files -----------------------------------------------------------------------------------------------------


def _sql(path, *statements):
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)


FILES = {
    "truncated": lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]),
    "no database": lambda p: p.write_bytes(b"words"),
    "empty": lambda p: p.write_bytes(b""),
    "another program's": lambda p: (p.unlink(), _sql(p, "CREATE TABLE a(b)")),
    "a trigger": lambda p: _sql(p, "CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM codings; END"),
    "a view": lambda p: _sql(p, "CREATE VIEW v AS SELECT 1"),
    "newer": lambda p: _sql(p, "PRAGMA user_version=99999"),
    "a table less": lambda p: _sql(p, "PRAGMA foreign_keys=OFF", "DROP TABLE memos"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_project_file_that_is_not_right_is_rejected_and_neither_file_changes(project, tmp_path, kind):
    other = tmp_path / "other.coding"
    with open_project(other, coder="ben", create=True) as theirs:
        theirs.documents.add("P9", "Another text.")
    FILES[kind](other)
    shutil.rmtree(tmp_path / "backups", ignore_errors=True)
    theirs, ours = other.read_bytes(), dump(project)
    (report,) = take_files(project, [other])
    assert report.status == "rejected", report
    assert "other.coding" in report.reason
    assert dump(project) == ours
    assert other.read_bytes() == theirs
