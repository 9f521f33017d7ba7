"""What we write to REFI-QDA comes back, up to the losses that docs/interchange.md lists."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.errors import ExportFailed
from coding.exporters import losses, refi_check, refi_qda
from coding.importers.refi import match, read_codebook, read_project
from coding.model import Code, Coder, Document, ProjectInfo, Snapshot

sys.path.insert(0, str(Path(__file__).parent))
from projects import comparable, snapshots

sys.path.pop(0)

CALM = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@CALM
@given(
    snapshot=snapshots(), profile=st.sampled_from(sorted(refi_qda.PROFILES)), newline=st.sampled_from(["lf", "crlf"])
)
def test_a_project_comes_back_and_is_written_the_same_again(tmp_path_factory, snapshot, profile, newline):
    folder = tmp_path_factory.mktemp("round")
    one, two = folder / "one.qdpx", folder / "two.qdpx"
    refi_qda.write_project(snapshot, one, profile=profile, newline=newline)
    back, report = read_project(one)
    assert comparable(back) == comparable(snapshot)
    assert report.decided_by == "declared"
    assert not report.left_out
    refi_qda.write_project(back, two, profile=profile, newline=newline)
    assert one.read_bytes() == two.read_bytes()


@CALM
@given(snapshot=snapshots())
def test_a_codebook_comes_back(tmp_path_factory, snapshot):
    path = tmp_path_factory.mktemp("book") / "book.qdc"
    refi_qda.write_codebook(snapshot, path, profile="maxqda")
    assert tuple(read_codebook(path)) == snapshot.codes


def small(text="排名😀压力", **fields):
    document = Document("11111111-1111-4111-8111-111111111111", "P/01", len(text), "x", **fields)
    code = Code("22222222-2222-4222-8222-222222222222", "Pressure/fear", definition="d")
    coder = Coder("33333333-3333-4333-8333-333333333333", "amira")
    return Snapshot(ProjectInfo("p", "x"), (coder,), (code,), (document,), {document.uid: text})


def test_pyrefiqda_reads_what_we_write(study, tmp_path):
    pyrefiqda = pytest.importorskip("pyrefiqda")
    path = tmp_path / "study.qdpx"
    refi_qda.write_project(study, path)
    project = pyrefiqda.RefiProject.load(path, extract_dir=str(tmp_path / "unpacked"))
    sources = project.sources.text_source
    assert [s.name for s in sources] == ["P01", "P02 李主任", "A01"]
    assert sum(len(s.plain_text_selection) for s in sources) == 8


@pytest.mark.parametrize("profile", sorted(refi_qda.PROFILES))
def test_a_long_name_is_cut_for_maxqda_alone_and_comes_back_whole(tmp_path, profile):
    name = "压力 " * 40
    snapshot = replace(small(), codes=(Code("22222222-2222-4222-8222-222222222222", name.strip()),))
    report = refi_qda.write_project(snapshot, tmp_path / "a.qdpx", profile=profile)
    cut = [r for r in report.renamed if r.kind == "code"]
    assert (len(cut) == 1 and len(cut[0].written) <= 63) if profile == "maxqda" else not cut
    back, _ = read_project(tmp_path / "a.qdpx")
    assert back.codes[0].name == name.strip()


def test_losses_are_named_before_writing(study):
    found = {loss.what: loss for loss in losses(study, "nvivo")}
    assert found["rounds"].names == ("Pilot",)
    assert found["merged codes"].names == ("Worry",)
    assert "origins of codings" in found


def test_what_may_not_be_quoted_is_named_as_standing_in_the_file():
    found = {loss.what: loss for loss in losses(small(quotable="no"))}
    assert found["permissions to quote"].names == ("P/01",)


def test_merged_codes_are_written_where_they_were_merged_into(study, tmp_path):
    refi_qda.write_project(study, tmp_path / "a.qdpx")
    back, _ = read_project(tmp_path / "a.qdpx")
    assert "Worry" not in {c.name for c in back.codes}
    assert [back.codes[c].name for c in back.codings.code].count("Pressure") == 4


def test_a_coding_that_does_not_read_back_the_same_leaves_no_file(study, tmp_path, monkeypatch):
    path = tmp_path / "a.qdpx"
    path.write_bytes(b"the old one")
    right = refi_qda._Offsets.__call__
    monkeypatch.setattr(refi_qda._Offsets, "__call__", lambda self, position: right(self, position) + (position > 20))
    with pytest.raises(ExportFailed, match="did not read back with the same words"):
        refi_qda.write_project(study, path)
    assert path.read_bytes() == b"the old one"
    assert [p.name for p in tmp_path.iterdir()] == ["a.qdpx"]


def test_no_folder_no_half_file(study, tmp_path):
    with pytest.raises(ExportFailed, match="no folder “missing”"):
        refi_qda.write_project(study, tmp_path / "missing" / "a.qdpx")


def test_the_schemas_refuse_an_empty_container(tmp_path):
    from lxml import etree

    xml = b'<Project xmlns="urn:QDA-XML:project:1.0" name="x"><Users/></Project>'
    assert not refi_check.schema("Project").validate(etree.fromstring(xml))


def test_what_is_here_already_is_found_by_guid_path_and_text(study, tmp_path):
    refi_qda.write_project(study, tmp_path / "a.qdpx")
    once, _ = read_project(tmp_path / "a.qdpx")
    again = match(once, once)
    assert set(again.how.values()) == {"guid"}
    foreign = replace(
        once,
        documents=tuple(replace(d, uid=f"x{i}", name="other") for i, d in enumerate(once.documents)),
        codes=tuple(replace(c, uid=c.uid + "x", parent=c.parent and c.parent + "x") for c in once.codes),
        texts={f"x{i}": once.texts[d.uid] for i, d in enumerate(once.documents)},
    )
    found = match(once, foreign)
    assert {found.how["x0"], found.how[once.codes[0].uid + "x"]} == {"text", "path"}
    assert [d.uid for d in found.apply(foreign).documents] == [d.uid for d in once.documents]
