"""QualCoder's database, Taguette's codebook and NVivo's comparison come in."""

from __future__ import annotations

import hashlib
import sqlite3

import pytest

from coding import exporters, open_project
from coding.errors import ImportRejected, LimitExceeded
from coding.importers import limits, nvivo_comparison, taguette
from coding.importers.projects import read_project, read_qualcoder

TEXT = "The 😀 county ranked us.\n排名𠮷压力很大。"


@pytest.fixture
def data_qda(tmp_path):
    folder = tmp_path / "study.qda"
    folder.mkdir()
    path = folder / "data.qda"
    start = TEXT.index("排名")
    with sqlite3.connect(path) as db:
        db.executescript(
            "CREATE TABLE project(memo text, date text);"
            "CREATE TABLE source(id integer primary key, name text, fulltext text, memo text, date text);"
            "CREATE TABLE code_cat(catid integer primary key, name text, memo text, supercatid integer);"
            "CREATE TABLE code_name(cid integer primary key, name text, memo text, catid integer, color text);"
            "CREATE TABLE code_text(ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer,"
            " pos1 integer, owner text, memo text, date text);"
            "CREATE TABLE cases(caseid integer primary key, name text, memo text);"
            "CREATE TABLE case_text(caseid integer, fid integer, pos0 integer, pos1 integer);"
            "CREATE TABLE attribute_type(name text, valuetype text);"
            "CREATE TABLE attribute(name text, attr_type text, value text, id integer);"
            "INSERT INTO project VALUES('about', '2024-01-02');"
            "INSERT INTO code_cat VALUES(1,'Driving','',NULL);"
            "INSERT INTO code_name VALUES(1,'Pressure','being ranked',1,'#ff0000');"
            "INSERT INTO cases VALUES(1,'Ms Lin','');"
            "INSERT INTO attribute_type VALUES('Age','numeric');"
            "INSERT INTO attribute VALUES('Age','case','41',1);"
        )
        db.execute("INSERT INTO source VALUES(1,'P01',?,'','2024-01-02 10:00:00')", (TEXT,))
        db.execute("INSERT INTO source VALUES(2,'photo.jpg',NULL,'','')")
        rows = [(1, 1, 1, "排名𠮷压力很大。", start, len(TEXT)), (2, 1, 1, "x", 0, 999), (3, 9, 1, "x", 0, 3)]
        for row in rows:
            db.execute("INSERT INTO code_text VALUES(?,?,?,?,?,?,'amira','note','2024-01-02 10:00:00')", row)
        db.execute("INSERT INTO case_text VALUES(1,1,0,?)", (len(TEXT),))
    return folder


def test_a_qualcoder_project_comes_in_and_is_not_touched(data_qda):
    before = hashlib.sha256((data_qda / "data.qda").read_bytes()).hexdigest()
    snapshot, report = read_qualcoder(data_qda)
    (coding,) = snapshot.iter_codings()
    assert snapshot.text_of(coding.document, coding.start, coding.end) == "排名𠮷压力很大。"
    assert [(c.name, c.codable) for c in snapshot.codes] == [("Driving", False), ("Pressure", True)]
    assert snapshot.codes[1].parent == snapshot.codes[0].uid
    assert snapshot.memos[0].about == (coding.uid,)
    assert [v.value for v in snapshot.values] == [41.0]
    assert (snapshot.case_links[0].start, snapshot.cases[0].name) == (None, "Ms Lin")
    assert len(report.left_out) == 3
    assert hashlib.sha256((data_qda / "data.qda").read_bytes()).hexdigest() == before
    assert [p.name for p in data_qda.iterdir()] == ["data.qda"]


def test_a_qualcoder_project_that_is_open_elsewhere_comes_in(data_qda):
    with sqlite3.connect(data_qda / "data.qda") as db:
        db.execute("PRAGMA journal_mode=WAL")
    db.close()
    snapshot, _ = read_qualcoder(data_qda)
    assert (snapshot.project.name, len(snapshot.codings)) == ("study", 1)


def test_two_qualcoder_projects_are_not_taken_for_one(data_qda, tmp_path):
    """Their rows have the same numbers, and their databases the same name."""
    first, _ = read_qualcoder(data_qda)
    data_qda.rename(tmp_path / "other.qda")
    second, _ = read_qualcoder(tmp_path / "other.qda")
    assert not {d.uid for d in first.documents} & {d.uid for d in second.documents}


def test_a_project_that_takes_too_much_memory_is_refused_and_the_reader_reads_on(study, tmp_path):
    exporters.write(study, tmp_path / "good.qdpx")
    users = "".join(f'<User guid="{i:08x}-0000-0000-0000-000000000000" name="a{i}"/>' for i in range(1_000_000))
    xml = f'<Project xmlns="urn:QDA-XML:project:1.0" name="x"><Users>{users}</Users></Project>'
    (tmp_path / "bad.qde").write_text(xml)
    with limits.using(memory_bytes=700_000_000):
        with pytest.raises(LimitExceeded, match="memory_bytes"):
            read_project(tmp_path / "bad.qde")
        snapshot, _ = read_project(tmp_path / "good.qdpx")
    assert len(snapshot.codings) == len(study.codings)


def test_another_database_is_rejected(tmp_path):
    path = tmp_path / "other.qda"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE a(b)")
    with pytest.raises(ImportRejected, match="no table project"):
        read_qualcoder(path)
    path.write_bytes(b"no database")
    with pytest.raises(ImportRejected, match="no SQLite database"):
        read_qualcoder(path)


def test_a_view_in_the_place_of_a_table_is_not_run(tmp_path):
    path = tmp_path / "view.qda"
    with sqlite3.connect(path) as db:
        db.executescript("CREATE TABLE project(memo); CREATE TABLE source(id); CREATE TABLE code_name(cid);")
        db.execute("CREATE VIEW code_text AS SELECT 1 AS ctid")
    with pytest.raises(ImportRejected, match="no table code_text"):
        read_qualcoder(path)


def test_a_codebook_goes_to_taguette_and_back(study, tmp_path):
    exporters.write(study, tmp_path / "codes.csv", format="taguette")
    book = taguette.read_codebook(tmp_path / "codes.csv")
    assert [book.path(c) for c in book] == [
        "Driving", "Driving > Pressure", "Driving > Learning", "机会结构", "机会结构 > Tournament", "Old",
    ]  # fmt: skip
    assert book.find("Pressure").name_zh == "压力"


def test_a_table_without_names_of_codes_is_rejected(tmp_path):
    (tmp_path / "a.csv").write_text("colour,number\nred,1\n")
    with pytest.raises(ImportRejected, match="none of the columns tag, name"):
        taguette.read_codebook(tmp_path / "a.csv")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_our_comparison_beside_itself_differs_nowhere(study, tmp_path, suffix):
    exporters.write(study, tmp_path / "nv", format="nvivo")
    rows = nvivo_comparison.read_comparison(tmp_path / "nv" / f"coding_comparison.{suffix}")
    found = nvivo_comparison.beside(rows, rows)
    assert found
    assert {b.apart for b in found} == {0.0}


def test_a_comparison_with_decimal_commas_and_older_headings(tmp_path):
    path = tmp_path / "nvivo.txt"
    path.write_text("Node\tSource\tKappa\tAgreement (%)\nDriving\\Pressure\tP01\t0,5\t97,5%\n", encoding="utf-16")
    (row,) = nvivo_comparison.read_comparison(path)
    assert (row.code, row.file, row.figures) == ("Pressure", "P01", {"kappa": 0.5, "agreement": 97.5})


def test_a_table_that_is_no_comparison_is_rejected_with_its_headings(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(ImportRejected, match="no column for the code; its headings are x, y"):
        nvivo_comparison.read_comparison(tmp_path / "a.csv")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_project_takes_taguettes_codebook_as_one_of_its_own(tmp_path, mark):
    (tmp_path / "tags.csv").write_bytes(mark + b"tag,description,number of highlights\nDriving.Pressure,Ranked,3\n")
    with open_project(tmp_path / "a.coding", coder="amira", create=True) as project:
        project.codebook.read(tmp_path / "tags.csv")
        assert [project.codebook.path(code) for code in project.codebook] == ["Driving", "Driving > Pressure"]
