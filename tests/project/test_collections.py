"""What a researcher types: adding, finding, changing and undoing, with errors that say what to do."""

from __future__ import annotations

import pytest

from coding.errors import Ambiguous, InvalidSpan, InvalidValue, NotFound, Refused
from coding.project import open_project


def test_a_quote_finds_its_place_in_code_points(project):
    coding = project.codings.add("P01", quote="We looked at 𠮷 Riverside.", code="Driving")
    text = project.documents["P01"].text
    assert text[coding.start : coding.end] == "We looked at 𠮷 Riverside."


def test_a_quote_that_stands_twice_asks_for_its_place(project):
    with pytest.raises(Ambiguous, match="more than once in “P01”"):
        project.codings.add("P01", quote="P01: ", code="Driving")
    first = project.documents["P01"].text.index("P01: ")
    assert project.codings.add("P01", first, quote="P01: ", code="Driving").start == first


def test_a_quote_that_is_not_there_is_said_to_be_missing(project):
    with pytest.raises(NotFound, match="do not stand in “P01”"):
        project.codings.add("P01", quote="Lakeside", code="Driving")


def test_names_are_found_in_either_language_and_near_misses_are_offered(project):
    assert project.codebook["压力"].name == "Pressure"
    assert project.codebook["Mechanisms > Pressure"] == project.codebook["pressure"]
    with pytest.raises(NotFound, match="Near it: Pressure"):
        project.codebook["Presure"]


def test_spans_outside_the_text_are_refused_and_nothing_is_kept(project):
    with pytest.raises(InvalidSpan, match="does not fit"):
        project.codings.add("P01", 5, 100_000, code="Driving")
    assert len(project.codings) == 0


def test_the_same_coding_twice_is_one(project):
    first = project.codings.add("P01", 31, 40, code="Driving")
    assert project.codings.add("P01", 31, 40, code="Driving") == first
    assert len(project.codings) == 1


def test_moving_an_edge_and_recoding_keep_the_lineage_and_undo_restores(project):
    first = project.codings.add("P01", 31, 40, code="Driving")
    moved = project.codings.move(first, end=44)
    recoded = project.codings.recode(moved, code="Pressure")
    assert (moved.replaces, recoded.replaces) == (first.uid, moved.uid)
    assert (recoded.start, recoded.end) == (31, 44)
    project.undo()
    project.undo()
    assert project.codings.of("P01") == [first]
    project.redo()
    assert [(c.start, c.end) for c in project.codings.of("P01")] == [(31, 44)]


def test_undo_reaches_back_over_a_reopening(project, path):
    project.codings.add("P01", 31, 40, code="Driving")
    project.close()
    with open_project(path, coder="amira") as again:
        assert again.undo() == "code"
        assert len(again.codings) == 0


def test_nobody_changes_another_coders_work(project, ben):
    coding = project.codings.add("P01", 31, 40, code="Driving")
    with pytest.raises(Refused, match="is amira's"):
        ben.codings.remove(coding)
    with pytest.raises(Refused, match="open for ben"):
        ben.codings.add("P01", 31, 40, code="Driving", coder="amira")
    assert ben.undo() is None
    assert len(project.codings) == 1


def test_without_a_coder_a_project_is_for_reading(project, path):
    with open_project(path) as reader:
        assert len(reader.codebook) == 3
        with pytest.raises(Refused, match="opened without a coder"):
            reader.codings.add("P01", 31, 40, code="Driving")


def test_merged_codes_count_where_they_went_and_codings_keep_what_was_recorded(project):
    coding = project.codings.add("P01", 31, 40, code="Pressure")
    project.codebook.merge("Pressure", into="Driving", reason="never told apart")
    assert project.code_counts() == {project.codebook["Driving"].uid: 1}
    assert project.codings.of("P01")[0].code == coding.code
    frame = project.codings.to_frame(code="Driving")
    assert frame["code"].tolist() == ["Driving"]
    project.undo()
    assert project.codebook["Pressure"].uid == coding.code


def test_a_changed_rule_marks_the_codings_made_under_the_old_one(project):
    coding = project.codings.add("P01", 31, 40, code="Pressure")
    project.codebook.set("Pressure", hue=120)
    assert project.codebook.outdated()[0][1].kind == "content"
    project.codebook.set("Pressure", definition="Ranking or sanction from above.", reason="round 1")
    [(old, change)] = project.codebook.outdated()
    assert (old.uid, change.kind, change.reason) == (coding.uid, "semantic", "round 1")


def test_a_code_cannot_move_below_itself(project):
    with pytest.raises(Refused, match="cannot move below itself"):
        project.codebook.move("Mechanisms", "Pressure")


def test_equal_leaf_names_need_their_path(project):
    project.codebook.add("Pressure", parent=project.codebook.add("Cadres"))
    with pytest.raises(Ambiguous, match="Mechanisms > Pressure"):
        project.codings.add("P01", 31, 40, code="Pressure")
    assert project.codings.add("P01", 31, 40, code="Cadres > Pressure")


@pytest.mark.parametrize(
    "name", ["O'Brien", '“quoted” "name"', "<script>alert(1)</script>", "=1+1", "压力 > 机制", "ضغط", "😀"]
)
def test_any_name_is_a_name(project, path, name):
    code = project.codebook.add(name)
    project.codings.add("P01", 31, 40, code=code)
    project.close()
    with open_project(path, coder="amira") as again:
        assert again.codebook.find(code.uid).name == name
        assert "<script>" not in again.codebook._repr_html_()


def test_a_retired_code_keeps_its_codings_and_takes_no_more(project):
    project.codings.add("P01", 31, 40, code="Pressure")
    project.codebook.retire("Pressure")
    with pytest.raises(Refused, match="is retired"):
        project.codings.add("P01", 41, 50, code="Pressure")
    assert len(project.codings) == 1
    project.codebook.revive("Pressure")
    assert project.codings.add("P01", 41, 50, code="Pressure")


def test_memos_follow_what_they_are_about_and_belong_to_their_writer(project, ben):
    memo = project.memos.add("Fear, not ambition.", about=project.codebook["Pressure"], kind="theory")
    assert project.memos.about(project.codebook["Pressure"])[0].body == "Fear, not ambition."
    with pytest.raises(Refused, match="another coder's"):
        ben.memos.set(memo.uid, "Ambition.")
    with pytest.raises(InvalidValue, match="at most 1,000,000"):
        project.memos.add("x" * 1_000_001)


def test_the_interviewer_is_no_case_and_speakers_can_be_corrected(project):
    assert [c.name for c in project.cases] == ["P01"]
    project.documents["P01"].set_speaker("P01", case="Ms Lin")
    assert "Ms Lin" in project.cases
    roles = {t.speaker: t.role for t in project.documents["P01"].outline.turns}
    assert roles["Interviewer"] == "interviewer"
    assert roles["P01"] == "respondent"


def test_paratext_can_be_switched_and_undone(project):
    document = project.documents["P01"]
    document.set_paragraph(1, codable=False)
    assert [p.start for p in document.unused_text()] == [document.outline.paragraphs[1].start]
    project.undo()
    assert document.unused_text() == []


def test_a_corrected_text_carries_its_codings_along(project):
    coding = project.codings.add("P01", quote="Nobody ordered it.", code="Driving")
    text = project.documents["P01"].text
    unclear = project.documents.correct("P01", text.replace("The county", "The whole county"), reason="transcript")
    assert unclear == []
    [moved] = project.codings.of("P01")
    now = project.documents["P01"].text
    assert now[moved.start : moved.end] == "Nobody ordered it."
    assert moved.start == coding.start + len("whole ")


def test_reprs_never_show_the_text(project):
    project.codings.add("P01", quote="Nobody ordered it.", code="Driving")
    shown = [repr(x) for x in (project, project.documents, project.documents["P01"], project.codings, project.memos)]
    shown += [project._repr_html_(), project.documents._repr_html_(), project.codings._repr_html_()]
    shown.append(project.codings.to_frame().to_string())
    assert not any("Nobody" in s or "Riverside" in s for s in shown)
    assert "Nobody ordered it." in project.codings.to_frame(text=True).to_string()


def test_a_table_of_cases_names_who_speaks_under_a_label(project, tmp_path):
    table = tmp_path / "people.csv"
    table.write_text("case,document,speaker,gender\nMs Hua,P01,P01,female\n", encoding="utf-8")
    project.codings.add("P01", quote="Nobody ordered it.", code="Driving")
    before = len(project.cases)
    project.cases.read_csv(str(table))
    assert len(project.cases) == before
    frame = project.codings.to_frame()
    assert (frame["case"][0], frame["gender"][0]) == ("Ms Hua", "female")
    table.write_text("case,document,speaker\nMs Lin,P01,P99\n", encoding="utf-8")
    with pytest.raises(NotFound, match="P99"):
        project.cases.read_csv(str(table))
