"""Files becoming documents: what a copied page offers, near-duplicates, batches that go on."""

from __future__ import annotations

import warnings

import pytest

from coding.errors import ImportRejected, InvalidValue
from coding.project import open_project

PAGE = (
    "Font Size: a A A\n"
    "Posted on:2021-03-05Degree:MasterType:Thesis\n"
    "GTID:42Subject:Sociology\n"
    "Abstract/Summary:PDF Full Text Request\n"
    + "The desk stayed open after dark.People came from the night shift. " * 12
    + "\n"
)


@pytest.fixture
def project(tmp_path):
    with open_project(tmp_path / "s.coding", coder="amira", create=True) as opened:
        yield opened


def test_a_copied_page_is_greyed_and_offers_its_fields(project, tmp_path):
    (tmp_path / "thesis.txt").write_text(PAGE, encoding="utf-8")
    report = project.documents.add_files(tmp_path / "thesis.txt", progress=False)
    document = project.documents["thesis"]
    assert any("paratext" in note for note in report[0].notes)
    assert [p.start for p in document.unused_text()][:1] == [0]
    assert document.offered()["Degree"] == "Master"
    document.take_offered("Degree", "GTID")
    frame = project.documents.to_frame()
    assert frame["Degree"].tolist() == ["Master"]
    assert document.text == PAGE


def test_the_same_text_again_is_left_out_and_a_near_copy_is_reported(project, tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    (tmp_path / "c.txt").write_text("MENU\n" + PAGE, encoding="utf-8")
    report = project.documents.add_files(tmp_path / "*.txt", progress=False)
    notes = " ".join(note for r in report for note in r.notes)
    assert len(project.documents) == 2
    assert "already in the project" in notes
    assert "stands in both" in notes


def test_a_paragraph_that_makes_the_screen_slow_is_said(project, tmp_path):
    (tmp_path / "line.txt").write_text("We went and looked. " * 6_000, encoding="utf-8")
    (tmp_path / "lines.txt").write_text("We went and looked again.\n" * 6_000, encoding="utf-8")
    slow, quick = project.documents.add_files(tmp_path / "*.txt", progress=False)
    assert any("One paragraph has 1" in note for note in slow.notes)
    assert not any("One paragraph" in note for note in quick.notes)


def test_a_folder_with_a_bad_file_goes_on(project, tmp_path):
    (tmp_path / "good.txt").write_text("One text.", encoding="utf-8")
    (tmp_path / "bad.docx").write_bytes(b"PK\x03\x04 broken")
    report = project.documents.add_files(tmp_path / "*.*", progress=False)
    assert [r.file for r in report.rejected] == ["bad.docx"]
    assert "good" in project.documents
    with pytest.raises(ImportRejected, match="no such file"):
        project.documents.add_files(tmp_path / "none*.txt")


def test_titled_pieces_become_documents_of_their_own(project):
    body = "Cadres walk the stairwells in the evening and count the lit windows, and write down what they hear. " * 5
    text = f"Lamps and Stairs: A Panel\n\nFirst Paper on Stairs\n{body}\n\nSecond Paper on Windows\n{body.replace('evening', 'night')}\n"
    document = project.documents.add("panel", text)
    names = [d.name for d in document.split()]
    assert {"First Paper on Stairs", "Second Paper on Windows"} <= set(names)
    with pytest.raises(InvalidValue, match="no titled pieces"):
        project.documents.add("plain", "Just a line.").split()


def test_adding_the_same_text_again_returns_what_is_there(project):
    first = project.documents.add("note", "A pasted note.")
    assert project.documents.add("note", "A pasted note.").uid == first.uid
    assert len(project.documents) == 1


def test_a_table_of_codings_keeps_whose_they_are(project, tmp_path):
    from coding.project.intake import take_files

    project.documents.add("P01", "Nobody ordered it. We looked at Riverside.")
    project.codebook.add("Driving")
    table = tmp_path / "codings.csv"
    table.write_text("document,code,coder,start,end\nP01,Driving,amira,0,18\nP01,Driving,ben,19,42\n", encoding="utf-8")
    [report] = take_files(project, [table], as_="codings", progress=False)
    frame = project.codings.to_frame()
    assert report.codings == 2
    assert dict(zip(frame["coder"], frame["start"], strict=True)) == {"amira": 0, "ben": 19}
    assert set(frame["origin"]) == {"imported"}


def test_a_text_that_is_there_under_another_name_is_said_and_not_added(project):
    first = project.documents.add("P1", "Nobody asked us.")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert project.documents.add("P1", "Nobody asked us.").uid == first.uid  # a cell that is run again
    with pytest.warns(UserWarning, match="“P2” has the very text of “P1”"):
        assert project.documents.add("P2", "Nobody asked us.").uid == first.uid
