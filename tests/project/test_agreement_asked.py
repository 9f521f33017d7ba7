"""What a researcher may ask of agreement beside alpha: measures by name, other programs' ways, other cuts."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

import coding as qc
from coding.agreement.measures import compute, names
from coding.agreement.naming import CONVENTIONS
from coding.cli.commands import main
from coding.errors import InvalidValue, NotFound

COLUMNS = ["document", "length", "coder", "code", "start", "end"]
NVIVO = [("P1", 1000, "amira", "D > x", 0, 100), ("P1", 1000, "ben", "D > x", 50, 200)]


def compared(rows=NVIVO, **options):
    return qc.agreement_of_table(pd.DataFrame(rows, columns=COLUMNS), **{"draws": 0, **options})


def figure_of(result, code="D > x"):
    frame = result.to_frame()
    return frame.set_index("code")[result.measure][code]


@pytest.mark.parametrize("name", [n for n in names() if n != "token_f1" and not n.startswith("char_krippendorff")])
def test_every_measure_can_be_asked_for_and_is_named_in_the_result(name):
    result = compared(measure=name, exclusive=["D"])
    assert result.measure in str(result) or result.overall is not None or result.measure == "krippendorff_alpha_nominal"
    assert result.as_json()["measure"] == result.measure
    assert result.methods("en")
    assert result.methods("zh")


def test_the_measure_stands_in_every_form_of_the_table(tmp_path):
    result = compared(measure="cohen_kappa")
    assert figure_of(result) == pytest.approx(0.318, abs=5e-4)
    assert "cohen_kappa .32" in str(result)
    assert "cohen_kappa" in result.printed("zh")[0]
    assert "cohen_kappa" in pd.read_csv(result.write(tmp_path / "a.csv")).columns
    assert "Cohen's κ (mean over pairs) (Cohen, 1960; Light, 1971) had the median .32" in result.methods("en")
    assert "另报 Cohen κ" in result.methods("zh")


def test_a_measure_of_all_codes_is_one_figure():
    rows = [*NVIVO, ("P1", 1000, "amira", "E", 300, 400), ("P1", 1000, "ben", "E", 300, 400)]
    result = compared(rows, measure="krippendorff_alpha_masi")
    coders = {c: [[s, e, k] for _, _, who, k, s, e in rows if who == c] for c in ("amira", "ben")}
    expected = compute("char_krippendorff_alpha_masi", "span", {"coders": coders, "text_length": 1000})
    assert result.overall.value == pytest.approx(expected.value)
    assert result.as_json()["overall"]["value"] == pytest.approx(expected.value)
    assert "Passonneau" in result.methods("en")


def test_tokens_come_from_the_texts(tmp_path):
    (tmp_path / "P1.txt").write_text("one two three four", encoding="utf-8")
    rows = [("P1", 18, "amira", "x", 0, 7), ("P1", 18, "ben", "x", 5, 13)]
    assert figure_of(compared(rows, measure="token_f1", texts=tmp_path), "x") == pytest.approx(2 * 1 / 4)
    with pytest.raises(InvalidValue, match="--texts"):
        compared(rows, measure="token_f1").to_frame()


@pytest.mark.parametrize(
    ("program", "measure", "value"),
    [("NVivo", "nvivo_kappa_mean", 0.318), ("atlas.ti", "u_alpha_binary", 0.320), ("ATLASti", "u_alpha_binary", 0.320),
     ("maxqda", "segment_match", 0.0), ("qualcoder", "char_jaccard", 0.25), ("inception", "alpha_U_1995_code", 0.499)],
)  # fmt: skip
def test_other_programs_ways_of_counting_are_named_in_the_result(program, measure, value):
    result = compared(convention=program)
    assert result.measure == measure
    assert figure_of(result) == pytest.approx(value, abs=5e-4)
    assert result.notes("en")[0].startswith("As ")
    assert result.notes("zh")[0] == CONVENTIONS[result.convention.replace("atlasti", "atlas.ti")].chinese


def test_nvivos_one_for_nothing_is_an_explicit_switch():
    rows = [*NVIVO, ("P2", 1000, "amira", "E", 0, 9), ("P2", 1000, "ben", "E", 0, 9)]
    assert figure_of(compared(rows, convention="nvivo")) == pytest.approx(0.318, abs=5e-4)
    assert figure_of(compared(rows, convention="nvivo", undefined_is_one=True)) == pytest.approx((1 + 0.318182) / 2)
    table = compared(rows).coding_comparison("amira", "ben")
    assert table.undefined == 4  # D has no codings of its own, and each code lacks one file
    assert list(table.to_frame().columns[:5]) == ["Code", "File", "File Folder", "File Size", "Kappa"]


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [({"units": "sentence"}, InvalidValue, "does not know units"), ({"level": "top"}, InvalidValue, "whole number; 'top'"),
     ({"draws": "many"}, InvalidValue, "whole number"), ({"measure": "kapa"}, NotFound, "kappa"),
     ({"convention": "dedoose"}, NotFound, "nvivo"), ({"confidence": 95}, InvalidValue, "such as 0.95"),
     ({"draws": -1}, InvalidValue, "2000"), ({"block": 0}, InvalidValue, "at least one unit"), ({"who": "everyone"}, InvalidValue, "everyone")],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_what_can(asked, error, said, project):
    project.coders.add("ben")
    with pytest.raises(error, match=said):
        project.agreement(["amira", "ben"], **asked)


def test_by_what_a_result_can_be_cut():
    rows = [(f"P{d}", 1000, c, code, 0, 90 + d) for d in (1, 2) for c in ("amira", "ben") for code in ("D > x", "E")]
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(round=lambda f: "R" + f["document"].str[1:], language="en")
    result = qc.agreement_of_table(frame, draws=0, exclusive=["D"])
    assert set(result.by("document")["document"]) == set(result.by("file")["document"]) == {"P1", "P2"}
    assert result.by("round").groupby("round")["documents"].first().to_dict() == {"R1": 1, "R2": 1}
    assert result.by("domain")["domain"].unique().tolist() == ["D"]
    assert result.by("code")["code"].tolist() == ["D", "D > x", "E"]
    assert result.by("language")["alpha"].tolist() == [1, 1, 1]
    with pytest.raises(InvalidValue, match="no domain"):
        compared().by("domain")
    with pytest.raises(InvalidValue, match="column “round”"):
        compared().by("round")


@pytest.mark.parametrize("what", ["document", "pair", "language", "round", "domain"])
def test_no_undefined_cell_is_without_its_reason(what):
    rows = [*NVIVO, ("P2", 50, "amira", "E", 0, 9), ("P2", 50, "ben", None, None, None), ("P3", 50, "ben", "D > x", 0, 50), ("P3", 50, "amira", "D > x", 0, 50)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(round="R1", language="en")
    cells = qc.agreement_of_table(frame, draws=0, exclusive=["D", "Unused"]).by(what)
    column = "cu_alpha_nominal" if what == "domain" else "alpha"
    cells = cells[cells["code"] == ""] if what == "domain" else cells
    assert cells[cells[column].isna()]["reason"].str.len().gt(0).all()
    assert cells[column].isna().any()


def test_a_variable_that_no_compared_document_has_is_refused(project):
    project.coders.add("ben")
    project.variables.add("mood", on="document")
    project.codings.add("P01", quote="The county ranked us", code="Pressure")
    result = project.agreement(["amira", "ben"], draws=0, who="all")
    with pytest.raises(InvalidValue, match="has a value of “mood”"):
        result.by("mood")


def test_differences_between_codes_and_between_pairs_have_intervals():
    rows = [
        (f"P{d:02}", 500, c, k, 0, 90 + (40 if c == "eve" and d % 2 else 0))
        for d in range(30)
        for c in ("amira", "ben", "eve")
        for k in "xy"
    ]
    rows += [(f"P{d:02}", 500, "ben", "y", 300, 400) for d in range(0, 30, 3)]
    result = compared(rows, draws=400)
    gap = result.compare_codes("x", "y").iloc[0]
    assert gap["low"] <= gap["difference"] <= gap["high"]
    pairs = result.compare_pairs(("amira", "ben"), ("amira", "eve")).set_index("code")
    assert pairs.loc["x", "low"] > 0  # amira and ben agree on x throughout, eve does not
    with pytest.raises(InvalidValue, match="A pair is two names"):
        result.compare_pairs("amira", ("amira", "eve"))


def test_the_paragraph_says_how_uncoded_text_was_treated():
    assert "text that no coder coded does not enter" in compared(universe="coded").methods("en")
    assert "无人编码的文本不计入" in compared(universe="coded").methods("zh")
    text = compared(universe="all").methods("en")
    assert "left uncoded counts as agreement that the code does not apply" in text
    assert "a character carries" not in text


def test_the_paragraph_names_the_confidence_it_used():
    rows = [
        (f"P{d:02}", 500, c, "x", 0, 90 + (d % 3 if c == "ben" else 0)) for d in range(25) for c in ("amira", "ben")
    ]
    assert "Intervals are 90 % " in compared(rows, draws=200, confidence=0.9).methods("en")


def test_notes_are_in_the_readers_language():
    assert compared(draws=100).notes("zh") == [
        "视为每名编码员都处理了每份文档。",
        "1 份文档，按每块至多 3000 个字符分为 1 块；不足十块，不给出区间。",
    ]


def test_the_command_answers_the_same(tmp_path, capsys):
    file = tmp_path / "t.csv"
    pd.DataFrame(NVIVO, columns=COLUMNS).to_csv(file, index=False)
    assert main(["agreement", str(file), "--measure", "nvivo_kappa", "--draws", "0", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["codes"][1]["nvivo_kappa"] == pytest.approx(0.318, abs=5e-4)
    assert main(["agreement", str(file), "--by", "pair", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[1]["kappa"] == pytest.approx(0.318, abs=5e-4)
    assert main(["agreement", str(file), "--disagreements"]) == 0
    assert "boundary" in capsys.readouterr().out
    assert main(["agreement", str(file), "--to", str(tmp_path / "out.xlsx"), "--draws", "0"]) == 0
    assert (tmp_path / "out.xlsx").stat().st_size > 1000
    assert main(["agreement", str(file), "--convention", "dedoose"]) == 1


def test_a_family_figure_that_is_undefined_says_so_in_text_and_table():
    rows = [
        ("P1", 100, "amira", "D > x", 0, 10),
        ("P1", 100, "amira", "D > y", 5, 15),
        ("P1", 100, "ben", "D > x", 0, 10),
    ]
    result = compared(rows, measure="cu_alpha", exclusive=["D"])
    frame = result.to_frame().set_index("code")
    assert math.isnan(frame.loc["D", "cu_alpha_nominal"])
    assert frame.loc["D", "cu_alpha_nominal_reason"] == "overlapping_units"
    assert result.table.domains[0].overlaps == (("P1", "amira", 5, 10),)


def test_overlapping_codes_of_a_domain_are_listed_where_they_lie_in_the_text(tmp_path):
    project = qc.open_project(tmp_path / "a.coding", coder="amira", create=True)
    text = "Interviewer: Why did you do this?\nP1: The county ranked us. We learnt fast."
    project.documents.add("P1", text)
    for name, parent in (("D", None), ("x", "D"), ("y", "D")):
        project.codebook.add(name, parent=parent)
    project.codebook.set("D", exclusive=True, reason="test")
    project.coders.add("ben")
    project.codings.add("P1", quote="The county ranked us", code="x")
    project.codings.add("P1", quote="ranked us. We", code="y")
    with qc.open_project(project.store.path, coder="ben") as ben:
        ben.codings.add("P1", quote="The county", code="x")
    result = project.agreement(draws=0)
    [place] = result.overlaps().to_dict("records")
    assert text[place["start"] : place["end"]] == "ranked us"
    assert (place["coder"], place["domain"]) == ("amira", "D")
    assert "D: the codes exclude each other, and a coder gave 1 passage two of them" in str(result)
    assert any("代码互斥" in note for note in result.notes("zh"))


def test_nothing_that_does_not_exist_gives_a_quiet_nothing(tmp_path):
    result = compared()
    with pytest.raises(InvalidValue, match="one of sibling, boundary"):
        result.disagreements(kind="overlap")
    with pytest.raises(NotFound, match="no code “nope”"):
        result.disagreements("nope")
    with pytest.raises(NotFound, match="no coder “bob”"):
        result.matrix(None, "amira", "bob")
    with pytest.raises(NotFound, match="no coder “bob”"):
        result.compare_pairs(("amira", "bob"), ("amira", "ben"))
    with pytest.raises(InvalidValue, match="no folder"):
        result.write(tmp_path / "nowhere" / "a.csv")
    with pytest.raises(InvalidValue, match="en and zh"):
        result.chart("codes", language="fr")


def test_coders_who_never_met_are_told_so(project):
    project.coders.add("ben")
    result = project.agreement(["amira", "ben"], draws=0)
    assert "There is nothing to compare: no document was worked on by two of these coders" in str(result)
    assert "undefined" not in str(result)  # not once for every code
    assert "blocks" not in str(project.agreement(["amira", "ben"], draws=20))
    assert "nan" not in str(result)
    assert "nan" not in result._repr_html_()


def test_a_written_page_holds_what_a_reader_must_know(tmp_path):
    page = compared(convention="maxqda").write(tmp_path / "a.html").read_text(encoding="utf-8")
    assert "As MAXQDA compares segments" in page
    assert "1,000 characters" in page


def test_a_table_for_print_says_what_was_compared_and_what_must_be_known():
    page = compared(convention="nvivo").to_great_table("zh").as_raw_html()
    assert "编码员间一致性" in page
    assert "1,000 个字符（全部文本）" in page
    assert "按 NVivo 的口径" in page


def test_eight_coders_are_as_good_as_two():
    rows = [("P1", 500, f"coder {i}", "x", 0, 90 + i) for i in range(8)]
    result = compared(rows, measure="conger_kappa")
    assert len(result.by("pair")) == 28
    assert 0.9 < figure_of(result, "x") < 1
    assert "Eight coders coded one document" in result.methods("en")


def test_a_withheld_interval_says_why_wherever_the_code_is_shown(tmp_path):
    rows = [(f"P{d:02}", 500, c, "x", 0, 90) for d in range(12) for c in ("amira", "ben")]
    result = compared(rows, draws=200)
    why = "no resample gave another figure"
    assert f"no interval for 1 code (of 1 with a figure): The interval is withheld: {why}" in str(result)
    assert why in result.printed("en")[1][0][-1]
    assert "所有重抽样结果相同" in result.printed("zh")[1][0][-1]
    assert why in result.write(tmp_path / "a.html").read_text(encoding="utf-8")
    assert result.to_frame()["reason"].tolist() == ["no_spread"]
    assert why in json.dumps(result.chart("codes").to_dict())
