"""Words that may not be quoted stand in no file of any export; words that may are not withheld either."""

from __future__ import annotations

import io
import re
import zipfile

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding import exporters
from coding.exporters import FORMATS
from coding.importers.projects import read_project
from coding.model import (
    Case,
    CaseLink,
    Code,
    Coder,
    Coding,
    Document,
    Outline,
    Paragraph,
    ProjectInfo,
    Snapshot,
    Speaker,
    Turn,
)

CALM = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
TARGETS = {"refi-qda": "a.qdpx", "qdc": "a.qdc", "nvivo": "nv", "matrix": "a.csv", "quotes": "a.xlsx", "axial": "a.csv",
           "packet": "pk", "taguette": "a.csv"}  # fmt: skip
WITH_WORDS = ("csv", "xlsx", "parquet", "jsonl", "html", "quotes", "axial", "web-annotation", "nvivo", "refi-qda")
QUOTABLE = st.sampled_from(["verbatim", "verbatim", "verbatim", "paraphrase", "no"])


@st.composite
def projects(draw):
    """Talks in which every word stands once, with closed documents, cases and passages of every kind."""
    cases = tuple(Case(f"s{i}", f"Person {i}", quotable=draw(QUOTABLE)) for i in range(3))
    documents, texts, outlines, ties, speakers, rows = [], {}, {}, [], [], []
    for d in range(draw(st.integers(1, 3))):
        name, lines, turns, at = f"d{d}", [], [], 0
        for line in range(4):
            who = draw(st.sampled_from(["A", "B", "Q"]))
            lines.append(f"{who}: " + " ".join(f"w{d}{line}{n}x" for n in range(3)))
            turns.append(Turn(at, at + len(lines[-1]), at + 3, who, "interviewer" if who == "Q" else "respondent"))
            at += len(lines[-1]) + 1
        text = "\n".join(lines)
        original = draw(st.sampled_from([None, None, *(x.uid for x in documents)]))
        documents.append(Document(name, f"Talk {d}", len(text), "x", quotable=draw(QUOTABLE), original=original,
                                  kind=draw(st.sampled_from(["interview", "survey"]))))  # fmt: skip
        texts[name] = text
        cut = turns if draw(st.booleans()) else []
        outlines[name] = Outline("en", tuple(Paragraph(t.start, t.end) for t in turns), tuple(cut))
        for case in draw(st.lists(st.sampled_from(cases), max_size=2, unique=True)):
            ties.append(CaseLink(case.uid, name, *draw(st.sampled_from([(None, None), (0, 10), (5, len(text))]))))
        for label in ("A", "B"):
            if draw(st.booleans()):
                speakers.append(Speaker(name, label, draw(st.sampled_from([None, *(c.uid for c in cases)]))))
        for _ in range(draw(st.integers(0, 4))):
            start = draw(st.integers(0, len(text) - 1))
            end = draw(st.integers(start + 1, len(text)))
            own = draw(st.sampled_from(["", "", "verbatim", "paraphrase", "no"]))
            if (name, start, end) not in [(r.document, r.start, r.end) for r in rows]:
                rows.append(Coding(f"k{len(rows)}", name, "c1", "u1", start, end, quotable=own))
    return Snapshot(ProjectInfo("p", "Study"), (Coder("u1", "amira"),), (Code("c1", "Pressure"),), tuple(documents), texts,
                    outlines, cases=cases, case_links=tuple(ties), speakers=tuple(speakers)).with_codings(rows)  # fmt: skip


def closed_characters(s):
    """Return (document, position) of every character that may not be quoted, found one by one."""
    shut = {c.uid for c in s.cases if c.quotable != "verbatim"}
    out = {(d.uid, i) for d in s.documents if d.quotable != "verbatim" for i in range(d.length)}
    for row in s.iter_codings():
        if row.quotable in ("paraphrase", "no"):
            out |= {(row.document, i) for i in range(row.start, row.end)}
    for d in s.documents:
        who = {x.label: x.case for x in s.speakers if x.document == d.uid}
        for i in range(d.length):
            turn = next((t for t in s.outlines[d.uid].turns if t.start <= i < t.end), None)
            speaks = who.get(turn.speaker) if turn else None
            someone_else = turn is not None and (turn.speaker == "Q" or speaks is not None)
            tied = {x.case for x in s.case_links if x.document == d.uid and (x.start or 0) <= i < (x.end or d.length)}
            if speaks in shut or any(case in shut and (not someone_else or case == speaks) for case in tied):
                out.add((d.uid, i))
    for d in s.documents:  # a translation stands after its original
        if any(uid == d.original for uid, _ in out):
            out |= {(d.uid, i) for i in range(d.length)}
    return out


def words_of(s):
    """Return (word, document, positions) of every word of the project."""
    for uid, text in s.texts.items():
        for m in re.finditer(r"w\d+x", text):
            yield m[0], uid, range(m.start(), m.end())


def everything(path):
    """Return all that can be read out of a file or folder."""
    if path.is_dir():
        return "".join(everything(p) for p in sorted(path.iterdir()))
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_json(force_ascii=False)
    if path.suffix == ".spacy":
        import spacy
        from spacy.tokens import DocBin

        return "\n".join(doc.text for doc in DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))
    return unpacked(path.read_bytes())


def unpacked(data):
    if not data.startswith(b"PK"):
        return data.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(unpacked(archive.read(name)) for name in archive.namelist())


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"packet"}))
@CALM
@given(snapshot=projects())
def test_closed_words_stand_in_no_file_and_open_ones_do(tmp_path_factory, name, snapshot):
    target = tmp_path_factory.mktemp("out") / TARGETS.get(name, "a" + "".join(FORMATS[name].suffixes[:1]))
    exporters.write(snapshot, target, format=name)
    found = set(re.findall(r"w\d+x", everything(target)))
    closed = closed_characters(snapshot)
    shut = {word for word, uid, places in words_of(snapshot) if any((uid, i) in closed for i in places)}
    assert not found & shut
    quoted = {
        word
        for word, uid, places in words_of(snapshot)
        for row in snapshot.iter_codings()
        if row.document == uid and row.start <= places[0] and places[-1] < row.end
        and not any((uid, i) in closed for i in range(row.start, row.end))
    }  # fmt: skip
    if name in WITH_WORDS:
        assert quoted <= found


@CALM
@given(snapshot=projects())
def test_a_participant_gets_her_own_words_and_nobody_elses(tmp_path_factory, snapshot):
    folder = tmp_path_factory.mktemp("packets")
    for case in snapshot.cases:
        exporters.write(snapshot, folder / case.uid, format="packet", case=case.name)
        found = set(re.findall(r"w\d+x", everything(folder / case.uid)))
        for word, uid, places in words_of(snapshot):
            who = {x.label: x.case for x in snapshot.speakers if x.document == uid}
            turn = next((t for t in snapshot.outlines[uid].turns if t.start <= places[0] < t.end), None)
            if turn and who.get(turn.speaker) not in (None, case.uid):
                assert word not in found


@CALM
@given(snapshot=projects())
def test_a_project_with_blocks_keeps_every_offset_and_the_full_one_every_word(tmp_path_factory, snapshot):
    folder = tmp_path_factory.mktemp("blocks")
    report = exporters.write(snapshot, folder / "a.qdpx")
    exporters.write(snapshot, folder / "full.qdpx", full_text=True)
    (blocked, _), (full, _) = read_project(folder / "a.qdpx"), read_project(folder / "full.qdpx")
    closed = closed_characters(snapshot)
    uids = [d.uid for d in snapshot.documents]
    for uid, there, whole in zip(uids, blocked.texts.values(), full.texts.values(), strict=True):
        text = snapshot.texts[uid]
        assert whole == text
        assert there == "".join("█" if (uid, i) in closed and c != "\n" else c for i, c in enumerate(text))
    spans = sorted((c.start, c.end) for c in snapshot.iter_codings())
    assert sorted((c.start, c.end) for c in blocked.iter_codings()) == spans
    assert ("withheld words" in {loss.what for loss in report.losses}) == bool(closed)


def test_a_passage_that_runs_into_the_turn_of_a_closed_case_is_withheld(study, tmp_path):
    from dataclasses import replace

    shut = replace(study, cases=tuple(replace(c, quotable="no") if c.uid == "s1" else c for c in study.cases))
    shut = shut.with_codings([Coding("k1", "d1", "c2", "u1", 13, 50)])  # begins with the interviewer's question
    exporters.write(shut, tmp_path / "a.csv")
    assert "county" not in (tmp_path / "a.csv").read_text(encoding="utf-8")


def test_a_project_with_blocks_that_was_coded_further_comes_back_onto_the_full_text(tmp_path):
    from coding import open_project
    from coding.project.incoming import take_project

    with open_project(tmp_path / "a.coding", coder="amira", create=True) as project:
        project.documents.add("P1", "The county ranked us.")
        project.codebook.add("Pressure")
        project.codings.add("P1", start=0, end=10, code="Pressure")
        project.documents.set_quotable("P1", "no")
        project.export(tmp_path / "a.qdpx")
        xml = unpacked((tmp_path / "a.qdpx").read_bytes()).rpartition("<?xml")[2]
        assert "county" not in xml
        report = take_project(project, tmp_path / "a.qdpx")
        assert (report.documents, len(project.documents), len(project.codings)) == (0, 1, 1)
        assert project.documents["P1"].text == "The county ranked us."


def test_a_passage_that_begins_between_turns_ends_before_somebody_elses(study, tmp_path):
    from dataclasses import replace

    from coding.model import Speaker

    tied = replace(
        study,
        cases=(Case("s1", "Ms Lin"), Case("s2", "The office")),
        case_links=(CaseLink("s2", "d1", uid="l1"),),
        speakers=(Speaker("d1", "Ms Lin", "s1", "respondent", uid="p1"),),
        codings=replace(study.codings, start=study.codings.start * 0 + 30, document=study.codings.document * 0),
    )
    exporters.write(tied, tmp_path / "packets", format="packet", case="The office")
    assert "ranked" not in everything(tmp_path / "packets")
