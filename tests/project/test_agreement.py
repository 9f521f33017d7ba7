"""From two coders' work to figures, passages, decisions and the paragraph for the paper."""

from __future__ import annotations

import math

import openpyxl
import pandas as pd
import pytest

import coding as qc
from coding.errors import AgreementError, CodingError, InvalidValue, NotFound, Refused


@pytest.fixture
def compared(project, ben):
    """Two coders finished a blind reliability round on one document."""
    item = project.rounds.add(purpose="reliability")
    project.rounds.assign(item, ["P01"], ["amira", "ben"])
    project.rounds.open(item)
    project.codings.add("P01", quote="The county ranked us 😀 every month.", code="Pressure")
    project.codings.add("P01", quote="Nobody ordered it.", code="Driving")
    ben.codings.add("P01", quote="The county ranked us 😀 every month.", code="Driving")
    ben.codings.add("P01", quote="Nobody ordered it.", code="Driving")
    project.rounds.finish("P01")
    ben.rounds.finish("P01")
    return project


def test_an_open_blind_round_shows_nobody_anything(compared, ben):
    with pytest.raises(AgreementError, match="open and blind"):
        compared.agreement(round=1)
    assert {c.coder for c in ben.codings.of("P01")} == {ben.coder_uid}
    assert sum(ben.code_counts().values()) == 2
    assert ben.codings.to_frame()["coder"].unique().tolist() == ["ben"]


def test_figures_passages_and_kinds(compared):
    compared.rounds.close(1)
    result = compared.agreement(round=1)
    assert (result.table.unit, result.table.universe, result.table.units) == ("sentence", "respondents", 5)
    row = result.table["Driving"]
    assert row.units == (1, 2)
    assert 0 < row.percent < 1
    [difference] = result.differences("Pressure")
    assert difference.kind == "sibling"
    assert "Nobody" not in result.disagreements().to_string()


def test_another_unit_than_the_rounds_is_said_to_be_exploratory(compared):
    compared.rounds.close(1)
    assert compared.agreement(round=1).exploratory == ()
    other = compared.agreement(round=1, unit="paragraph")
    assert other.exploratory == ("unit",)
    assert "Exploratory: unit" in str(other)


def hold_a_round_by_kappa(project, ben):
    item = project.rounds.add(purpose="reliability", protocol={"measure": "conger_kappa"})
    project.rounds.assign(item, ["P01"], ["amira", "ben"])
    project.rounds.open(item)
    for who in (project, ben):
        who.codings.add("P01", quote="Nobody ordered it.", code="Driving")
    project.rounds.close(item)


def test_the_measure_that_a_round_fixed_stands_beside_alpha(project, ben):
    hold_a_round_by_kappa(project, ben)
    result = project.agreement(round=1)
    assert (result.measure, result.exploratory) == ("conger_kappa", ())
    assert result.to_frame().set_index("code").loc["Mechanisms > Driving", "conger_kappa"] == 1
    assert project.agreement(round=1, measure="scott_pi").exploratory == ("measure",)
    assert project.agreement(round=1, measure="krippendorff_alpha").exploratory == ()


@pytest.mark.parametrize(
    ("protocol", "said"),
    [({"unit": "word"}, "Unit “word”"), ({"universe": "most"}, "Universe “most”"), ({"measure": "kapa"}, "measure “kapa”"), ({"threshold": 80}, "such as 0.8")],
)  # fmt: skip
def test_a_protocol_that_could_not_be_computed_is_refused_when_it_is_planned(project, protocol, said):
    with pytest.raises(CodingError, match=said):
        project.rounds.add(purpose="reliability", protocol=protocol)


def test_agreement_is_live_in_training_and_never_in_a_reliability_round(project, ben):
    item = project.rounds.add("Practice", purpose="training")
    project.rounds.assign(item, ["P01"], ["amira", "ben"])
    project.rounds.open(item)
    project.codings.add("P01", quote="Nobody ordered it.", code="Driving")
    live = project.rounds.live("Practice")

    def alpha():
        return live.to_frame().set_index("code").loc["Mechanisms > Driving", "alpha"]

    assert alpha() <= 0
    ben.codings.add("P01", quote="Nobody ordered it.", code="Driving")
    live.refresh("P01")
    assert alpha() == 1 == project.agreement(round="Practice", draws=0).table["Driving"].alpha
    project.codings.add("P01", quote="The county ranked us", code="Driving")
    live.refresh()
    assert alpha() == pytest.approx(project.agreement(round="Practice", draws=0).table["Driving"].alpha)
    project.rounds.close("Practice")
    serious = project.rounds.add("Serious", purpose="reliability")
    with pytest.raises(Refused, match="when it is closed"):
        project.rounds.live(serious)


def test_a_changed_rule_makes_earlier_figures_stale(compared):
    compared.rounds.close(1)
    compared.codebook.set("Pressure", definition="Only sanctions.", reason="meeting")
    assert compared.agreement(round=1).stale == ["Mechanisms > Pressure"]


def test_the_codebook_is_closed_while_a_reliability_round_is_open(compared):
    with pytest.raises(Refused, match="codebook is closed"):
        compared.codebook.add("New idea")


def test_settling_leaves_the_originals_and_changes_the_figure_after(compared):
    compared.rounds.close(1)
    result = compared.agreement(round=1)
    before = compared.codings.of("P01")
    [d] = result.differences("Pressure")
    with pytest.raises(InvalidValue, match="needs a reason"):
        compared.consensus.settle("a", a=[d.a[0].uid], b=[d.b[0].uid])
    made = compared.consensus.settle("a", a=[d.a[0].uid], b=[d.b[0].uid], reasons=["rule unclear"], change_rule=True)
    assert compared.codings.of("P01") == before
    assert compared.memos.about(compared.codebook["Pressure"])[0].kind == "code"
    after = result.after()
    assert after.table["Driving"].alpha == 1
    assert result.table["Driving"].alpha < 1
    layer = compared.consensus.layer(compared.codings, compared.coder_uid)
    assert sorted((c.code, c.start) for c in layer) == sorted(
        [(made.result[0][0], made.result[0][1]), (before[-1].code, before[-1].start)]
    )
    compared.undo()
    assert len(compared.consensus) == 0


def test_union_intersection_and_redraw(compared):
    compared.rounds.close(1)
    [d] = compared.agreement(round=1).differences("Pressure")
    a, b = d.a[0], d.b[0]
    settle = compared.consensus.settle
    with pytest.raises(InvalidValue, match="different codes"):
        settle("union", a=[a.uid], b=[b.uid], reasons=["boundary"])
    drawn = settle(
        "redraw", a=[a.uid], b=[b.uid], code="Pressure", start=a.start, end=a.start + 4, reasons=["boundary"]
    )
    assert drawn.result == ((compared.codebook["Pressure"].uid, a.start, a.start + 4),)
    assert len(compared.consensus) == 1  # deciding again replaced the earlier decision


def test_the_paragraph_says_independently_only_where_it_was_enforced(compared):
    compared.rounds.close(1)
    text = compared.agreement(round=1).methods("en")
    assert "sentence" in text
    assert "Krippendorff" in text
    assert "independently" not in text
    assert "句" in compared.agreement(round=1).methods("zh")


def test_codes_that_nobody_used_are_undefined_with_a_reason(compared):
    compared.rounds.close(1)
    compared.codebook.add("Unused")
    row = compared.agreement(round=1).table["Unused"]
    assert math.isnan(row.alpha)
    assert row.sentence("en")
    assert row.sentence("zh")


def test_discussed_documents_are_refused_in_a_reliability_round(compared):
    compared.rounds.close(1)
    again = compared.rounds.add(purpose="reliability")
    compared.rounds.assign(again, ["P01"], ["amira", "ben"])
    with pytest.raises(Refused, match="already discussed"):
        compared.rounds.open(again)


def test_every_chart_draws_and_every_table_writes(compared, tmp_path):
    compared.rounds.close(1)
    result = compared.agreement(round=1)
    for kind in ("codes", "coders", "matrix", "levels", "documents"):
        assert result.chart(kind, language="zh").to_dict()
    for name in ("a.csv", "a.xlsx", "a.html"):
        assert result.write(tmp_path / name).stat().st_size > 100
    with pytest.raises(InvalidValue, match="no agreement chart “pie”"):
        result.chart("pie")


def test_the_audit_names_no_document_and_quotes_nobody(compared, tmp_path):
    compared.rounds.close(1)
    compared.codebook.set("Pressure", definition="Only sanctions.", reason="after round 1")
    page = compared.audit(tmp_path / "audit.html", language="zh").read_text(encoding="utf-8")
    assert "after round 1" in page
    assert "P01" not in page
    assert "Riverside" not in page
    assert compared.audit(tmp_path / "audit.docx").stat().st_size > 5_000


TEXT = "Interviewer: Why?\nP1: The county ranked us. We learnt fast. Nobody slept."


def table_of(text=TEXT):
    ranked, learnt = text.index("The county"), text.index("We learnt")
    rows = [("amira", ranked, ranked + 10), ("ben", ranked + 4, learnt - 1), ("ben", learnt, learnt + 5)]
    return pd.DataFrame(
        [("P1", len(text), coder, "Mechanisms > Pressure", start, end) for coder, start, end in rows],
        columns=["document", "length", "coder", "code", "start", "end"],
    )


def test_a_plain_table_is_compared_by_sentence_where_its_texts_are_given(tmp_path):
    (tmp_path / "P1.txt").write_bytes(("\ufeff" + TEXT).replace("\n", "\r\n").encode())
    result = qc.agreement_of_table(table_of(), texts=tmp_path, draws=0)
    assert (result.table.unit, result.table.universe, result.table.units) == ("sentence", "respondents", 3)
    assert result.table["Pressure"].units == (1, 2)
    assert qc.agreement_of_table(table_of(), draws=0).table.unit == "character"


def test_a_plain_table_leads_to_its_passages_too():
    rows = pd.concat([table_of(), table_of().assign(code="Mechanisms > Driving").iloc[:1]])
    found = qc.agreement_of_table(rows, texts={"P1": TEXT}, draws=0).passages("Driving")
    assert found[["document", "text", "kind", "ben"]].values.tolist() == [["P1", "The county", "missing", ""]]
    assert "text" not in qc.agreement_of_table(rows, draws=0).passages()
    with pytest.raises(InvalidValue, match="--as codings"):
        qc.agreement_of_table(rows, draws=0).review()


@pytest.mark.parametrize("asked", [{"unit": "sentence"}, {"unit": "turn"}, {"universe": "respondents"}])
def test_what_needs_the_texts_is_refused_without_them(asked):
    with pytest.raises(InvalidValue, match="--texts"):
        qc.agreement_of_table(table_of(), **asked)


def test_parents_are_compared_in_place_of_the_codes_below(project):
    project.coders.add("ben")
    project.codings.add("P01", quote="The county ranked us", code="Pressure")
    with qc.open_project(project.store.path, coder="ben") as ben:
        ben.codings.add("P01", quote="The county ranked us", code="Driving")
    assert [r.code.name for r in project.agreement(draws=0).table.rows] == ["Mechanisms", "Pressure", "Driving"]
    top = project.agreement(draws=0, level=0).table
    assert [(r.code.name, r.alpha) for r in top.rows] == [("Mechanisms", 1.0)]


def test_documents_of_an_open_blind_round_never_enter_a_comparison(project):
    project.coders.add("ben")
    project.documents.add("P02", "P02: We waited for the county. It came late.")
    project.codings.add("P01", quote="The county ranked us", code="Pressure")
    with qc.open_project(project.store.path, coder="ben") as ben:
        ben.codings.add("P01", quote="The county ranked us", code="Pressure")
        item = project.rounds.add("Blind", purpose="reliability", blind=True)
        project.rounds.assign(item, ["P02"], ["amira", "ben"])
        project.rounds.open(item)
        ben.codings.add("P02", quote="It came late.", code="Pressure")
        project.codings.add("P02", quote="It came late.", code="Pressure")
        for view in (project, ben):
            result = view.agreement(draws=0)
            assert result.table.documents == 1
            assert any("open blind round" in note for note in result.notes())
            with pytest.raises(AgreementError, match="P02: in an open blind round"):
                view.agreement(documents=["P01", "P02"])
        project.rounds.close("Blind")
    assert project.agreement(draws=0).table.documents == 2


def test_a_closed_round_shows_no_false_figure_while_its_document_is_coded_blind_again(compared, tmp_path):
    compared.rounds.close(1)
    agreed = compared.rounds.compare().loc["Mechanisms > Driving"].iloc[0]
    assert agreed < 1
    again = compared.rounds.add("Again", purpose="production", blind=True)
    compared.rounds.assign(again, ["P01"], ["amira", "ben"])
    compared.rounds.open(again)
    assert compared.rounds.compare().isna().all().all()  # ben's codings of it are hidden now
    key = compared.rounds.against_key(1, "amira")
    assert key["alpha"].isna().all()
    assert key["reason"].str.len().gt(0).all()
    report = compared.export(tmp_path / "nvivo", format="nvivo")
    assert "No coding_comparison" in str(report)
    compared.rounds.close("Again")
    assert compared.rounds.compare().loc["Mechanisms > Driving"].iloc[0] == agreed


def test_the_paragraph_keeps_to_the_codebook_that_the_round_fixed_and_names_what_is_stale(compared):
    compared.rounds.close(1)
    result = compared.agreement(round=1, draws=0)
    assert "version 1, fixed when the round was opened" in result.methods("en")
    assert "Stale" not in result.methods("en")
    compared.codebook.set("Pressure", exclude="Not rankings.", reason="meeting")
    for asked in (result, compared.agreement(round=1, draws=0)):  # made before the change, and after it
        english, chinese = asked.methods("en"), asked.methods("zh")
        assert "version 1, fixed when the round was opened" in english
        assert "第 1 版，本轮开始时固定" in chinese
        assert "Stale: “Pressure”. The rule of this code has changed in meaning" in english
        assert "now at version 2" in english
        assert "已过时：“" in chinese
        assert "现为第 2 版" in chinese


def test_a_stale_code_is_marked_in_every_file_and_in_the_audit(compared, tmp_path):
    compared.rounds.close(1)
    compared.codebook.set("Pressure", exclude="Not rankings.", reason="meeting")
    result = compared.agreement(round=1, draws=0)
    frame = pd.read_csv(result.write(tmp_path / "a.csv"))
    assert frame.loc[frame["stale"], "code"].tolist() == ["Mechanisms > Pressure"]
    assert "Stale: its rules have changed since." in result.write(tmp_path / "a.html").read_text(encoding="utf-8")
    assert "已过时：规则已变更。" in result.write(tmp_path / "b.html", "zh").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(result.write(tmp_path / "a.xlsx"))
    noted = {row[0]: row[-1] for row in book.worksheets[0].iter_rows(values_only=True)}
    assert noted["Mechanisms > Pressure"].startswith("Stale:")
    assert not (noted["Mechanisms > Driving"] or "").startswith("Stale:")
    assert dict(book.worksheets[1].iter_rows(values_only=True))["Stale codes"] == "“Mechanisms > Pressure”"
    compared.audit(tmp_path / "audit.html")
    assert "Stale: “Pressure”" in (tmp_path / "audit.html").read_text(encoding="utf-8")


def test_codings_of_training_under_an_older_rule_are_stale_too(compared):
    compared.rounds.close(1)
    compared.codebook.set("Driving", definition="Only targets.", reason="meeting")
    result = compared.agreement(draws=0)
    assert result.round is None
    assert result.stale == ["Mechanisms > Driving"]
    assert "(version 1)" in result.methods("en")


def test_what_differs_from_the_protocol_is_named(compared):
    compared.rounds.close(1)
    other = compared.agreement(round=1, unit="paragraph", universe="all", draws=0)
    said = "unit paragraph (protocol: sentence); text all (protocol: respondents)"
    assert f"Exploratory: {said}." in other.notes("en")
    assert f"Exploratory, not in the protocol: {said}." in other.methods("en")
    assert "分析单位为段落（协议：句子）；文本范围为全部文本（协议：受访者文本）" in other.methods("zh")
    added = compared.agreement(round=1, measure="cohen_kappa", draws=0)
    assert "is an addition to the protocol's, Krippendorff's α, which is reported too" in added.methods("en")
    assert "是对协议指标 Krippendorff α 的补充，后者同时报告" in added.methods("zh")
    assert "Exploratory" not in compared.agreement(round=1, draws=0).methods("en")


def test_a_measure_in_place_of_the_protocols_is_no_addition(project, ben):
    hold_a_round_by_kappa(project, ben)
    text = project.agreement(round=1, measure="scott_pi", draws=0).methods("en")
    assert "measure Scott's π (protocol: Conger's κ" in text
    assert "addition" not in text


@pytest.fixture
def two_rounds(project, ben):
    """A training round on one document, then a reliability round on another."""
    project.documents.add("A01", text="They learnt from the next town. Others followed.")
    for name, purpose, document in (("Practice, first", "training", "P01"), ("Serious", "reliability", "A01")):
        item = project.rounds.add(name, purpose=purpose)
        project.rounds.assign(item, [document], ["amira", "ben"])
        project.rounds.open(item)
        for who in (project, ben):
            who.codings.add(document, start=0, end=10, code="Driving")
        project.rounds.close(item)
    return project


def test_rounds_that_are_pooled_are_named(two_rounds):
    both = two_rounds.agreement(draws=0)
    said = "round 1 “Practice, first” (training) and round 2 “Serious” (reliability)"
    assert f"Pooled: the codings of {said}. round= compares one of them" in str(both)
    assert "such as project.agreement(round=2)." in str(both)
    assert any(note.startswith("合并计算：第 1 轮“Practice, first”（培训）、第 2 轮") for note in both.notes("zh"))
    assert f"The figures pool the codings of {said}" in both.methods("en")
    assert "合并了第 1 轮" in both.methods("zh")
    assert "Before this" not in both.methods("en")
    assert "在此之前" not in both.methods("zh")
    one = two_rounds.agreement(round=2, draws=0)
    assert "Before this the coders completed 1 training round." in one.methods("en")
    assert "Pooled" not in str(one)
    assert "Before this" not in two_rounds.agreement(round=1, draws=0).methods("en")


def test_the_workbook_begins_with_a_table_for_a_paper(compared, tmp_path):
    compared.rounds.close(1)
    result = compared.agreement(round=1, measure="cohen_kappa", draws=0)
    table, about, every = openpyxl.load_workbook(result.write(tmp_path / "a.xlsx")).worksheets
    heads = [cell.value for cell in table[1]]
    assert heads[:2] == ["Code", "Krippendorff's α"]
    assert "uid" not in heads
    [row] = [r for r in table.iter_rows(min_row=2) if r[0].value == "Mechanisms > Driving"]
    at = dict(zip(heads, row, strict=True))
    assert at["Krippendorff's α"].number_format == "0.00"
    assert at["Krippendorff's α"].value == pytest.approx(result["Driving"].alpha)
    counts = ("Units coded by amira", "Units coded by ben", "Units coded by both", "Units agreed on", "Units compared")
    assert [at[head].value for head in counts] == [1, 2, 1, 4, 5]
    facts = dict(about.iter_rows(values_only=True))
    assert (facts["Unit"], facts["Units compared, N"], facts["Documents"]) == ("sentence", 5, 1)
    assert facts["Coders"] == "amira, ben"
    assert "Cohen's κ" in facts["Measure"]
    assert "version 1" in facts["Codebook"]
    assert [cell.value for cell in every[1]] == result.to_frame().columns.tolist()
    chinese = openpyxl.load_workbook(result.write(tmp_path / "b.xlsx", "zh"))
    assert chinese.sheetnames == ["一致性", "说明", "全部数据"]
    assert [cell.value for cell in chinese.worksheets[0][1]][:2] == ["代码", "Krippendorff α"]
    with pytest.raises(InvalidValue, match="en or zh"):
        result.write(tmp_path / "c.xlsx", "fr")


def test_messages_say_what_was_probably_meant(two_rounds, tmp_path):
    with pytest.raises(NotFound, match="There are: 1 “Practice, first”, 2 “Serious”"):
        two_rounds.agreement(round=7)
    with pytest.raises(InvalidValue, match=r"does not know rounds\. Did you mean round\?"):
        two_rounds.agreement(rounds=2)
    with pytest.raises(InvalidValue, match="names “amira” twice"):
        two_rounds.agreement(coders=["amira", "amira"])
    result = two_rounds.agreement(round=2, draws=0)
    with pytest.raises(InvalidValue, match=r"\.csv, \.xlsx or \.html"):
        result.write(tmp_path / "a.docx")
    assert result["Driving"] is result.table["Driving"]
    with pytest.raises(NotFound, match="Driving"):
        result["Drivin"]


def test_review_opens_at_a_code(compared):
    compared.rounds.close(1)
    screen = compared.agreement(round=1, draws=0).review("Pressure")
    assert screen.children[0].view()["first"] == compared.codebook["Pressure"].uid
