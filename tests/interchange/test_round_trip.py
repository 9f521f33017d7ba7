"""What we write to REFI-QDA comes back, up to the losses that docs/interchange.md lists."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from coding.errors import ExportFailed
from coding.exporters import losses, refi_check, refi_qda
from coding.exporters.refi_losses import LOSSES
from coding.importers.projects import read_codebook, read_project
from coding.importers.refi_match import match
from coding.model import Code, Coder, Document, ProjectInfo, Snapshot

sys.path.insert(0, str(Path(__file__).parent))
from projects import LOSE, comparable, left_of, snapshots, with_hashes

sys.path.pop(0)

CALM = settings(
    max_examples=int(__import__("os").environ.get("EX", "40")), deadline=None, suppress_health_check=list(HealthCheck)
)


OPTIONS = {
    "profile": st.sampled_from(sorted(refi_qda.PROFILES)),
    "newline": st.sampled_from(["lf", "crlf"]),
    "full_text": st.booleans(),
}


@CALM
@given(snapshot=snapshots(), options=st.fixed_dictionaries(OPTIONS))
def test_a_project_comes_back_but_for_the_losses_that_were_reported(tmp_path_factory, snapshot, options):
    path = tmp_path_factory.mktemp("round") / "one.qdpx"
    report = refi_qda.write_project(snapshot, path, **options)
    back, arrived = read_project(path)
    reported = {loss.what for loss in report.losses}
    assert set(arrived.left_out) <= {x for x in arrived.left_out if "there twice" in x and "codings twice" in reported}
    assert arrived.decided_by == "declared"
    # where the file came from is told anew by whoever reads it
    back = LOSE["origins of documents"](back)
    wanted = with_hashes(left_of(snapshot, reported | {"origins of documents"}))
    found, wanted = comparable(back), comparable(wanted)
    for part in wanted:
        assert found[part] == wanted[part], part


@CALM
@given(snapshot=snapshots(), options=st.fixed_dictionaries(OPTIONS))
def test_a_second_export_is_the_same_bytes_also_of_what_came_back(tmp_path_factory, snapshot, options):
    folder = tmp_path_factory.mktemp("again")
    first, second, third = (folder / name for name in ("1.qdpx", "2.qdpx", "3.qdpx"))
    report = refi_qda.write_project(snapshot, first, **options)
    refi_qda.write_project(snapshot, second, **options)
    assert first.read_bytes() == second.read_bytes()
    if "codings twice" in {loss.what for loss in report.losses}:
        return  # they stand in the file twice and arrive once
    back, _ = read_project(first)
    refi_qda.write_project(back, third, **{**options, "full_text": True})  # its blocks are its text now
    assert first.read_bytes() == third.read_bytes()


def test_the_list_of_losses_is_one_in_code_in_the_documentation_and_in_these_tests():
    page = (Path(__file__).parents[2] / "docs" / "interchange.md").read_text(encoding="utf-8")
    written = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| (yes|no) \|$", page, re.MULTILINE)
    everywhere = ("standard", "nvivo", "atlasti", "maxqda")
    assert [(what, reason, profiles, back) for what, reason, profiles, back in written] == [
        (
            what,
            kind.reason,
            "all" if kind.profiles == everywhere else ", ".join(kind.profiles),
            "yes" if kind.returns else "no",
        )
        for what, kind in LOSSES.items()
    ]
    assert set(LOSE) == {what for what, kind in LOSSES.items() if not kind.returns}


@CALM
@given(snapshot=snapshots())
def test_a_codebook_comes_back(tmp_path_factory, snapshot):
    path = tmp_path_factory.mktemp("book") / "book.qdc"
    assume(any(not c.retired for c in snapshot.codes))
    report = refi_qda.write_codebook(snapshot, path, profile="maxqda")
    reported = {loss.what for loss in report.losses} | {"merged codes", "retired codes", "rounds"}
    wanted = left_of(snapshot, reported)
    back = replace(wanted, codes=tuple(read_codebook(path)[0]))
    assert comparable(back)["codes"] == comparable(wanted)["codes"]


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


def test_codes_without_a_colour_have_the_trees_in_other_programs_and_none_here_again(tmp_path):
    from lxml import etree

    names = ["Pressure", "Learning", "Tournament"]
    codes = tuple(Code(f"22222222-2222-4222-8222-22222222222{i}", n, position=i) for i, n in enumerate(names))
    refi_qda.write_codebook(replace(small(), codes=codes), tmp_path / "a.qdc", profile="nvivo")
    written = [x.get("color") for x in etree.parse(str(tmp_path / "a.qdc")).iter("{*}Code")]
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in written)
    assert len(set(written)) == 3
    assert [c.hue for c in read_codebook(tmp_path / "a.qdc")[0]] == [None] * 3
