"""What a PI holds: rows with reasons, units, languages, domains, disagreements, the paragraph."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from coding.agreement import (
    LiveAgreement,
    MethodsFacts,
    against_key,
    agreement_of,
    documents_needed,
    draw_sample,
    from_snapshot,
    from_table,
    material_of_table,
    methods_text,
    settled,
)
from coding.agreement.disagreements import suggestion
from coding.errors import AgreementError, InvalidValue, NotFound
from coding.model import (
    Assignment,
    Code,
    Coder,
    Coding,
    Decision,
    Document,
    Outline,
    Paragraph,
    ProjectInfo,
    Snapshot,
    Turn,
)


def table(rows, length=100, **options):
    names = ("document", "coder", "code", "start", "end")
    columns = {n: [r[i] for r in rows] for i, n in enumerate(names)} | {"length": [length] * len(rows)}
    return from_table(columns, draws=0, **options)


def snapshot(codings, assignments=(), length=40):
    outline = Outline(
        sentences=((0, 10), (10, 20), (20, 30), (30, 40)),
        paragraphs=(Paragraph(0, 20), Paragraph(20, 30), Paragraph(30, 40, codable=False)),
        turns=(Turn(0, 10, 2, "I", "interviewer"), Turn(10, 40, 12, "R", "respondent")),
    )
    return Snapshot(
        ProjectInfo("p", "study"),
        coders=(Coder("A", "amira"), Coder("B", "ben")),
        codes=(Code("k", "Pressure"), Code("old", "Push", redirect="k")),
        documents=(Document("d1", "P01", length, ""), Document("d2", "P02", length, "")),
        outlines={"d1": outline, "d2": outline},
        assignments=assignments,
    ).with_codings([Coding(str(i), *c) for i, c in enumerate(codings)])


def test_a_code_that_nobody_used_is_a_sentence_not_a_number():
    found = table([("d", "a", "x", 0, 5), ("d", "b", "x", 0, 5), ("d", "a", "y", 10, 20)])
    assert found["x"].alpha == 1
    assert found["y"].kappa == 0
    assert found["y"].sentence() == "Only one coder used it; kappa is 0 by construction."
    empty = table([("d", "a", "x", 0, 5), ("d", "b", "x", 0, 5)], exclusive=["Never"])["Never"]
    assert math.isnan(empty.alpha)
    assert empty.band == "undefined"
    assert empty.sentence("zh") == "没有编码员在此使用该代码。"


def test_respondents_text_leaves_out_the_interviewer_labels_and_paratext():
    found = from_snapshot(snapshot([("d1", "k", "A", 0, 10), ("d1", "k", "B", 31, 35)]), unit="character", draws=0)
    assert found.units == 18
    assert found["Pressure"].reason == "nothing_coded"


def test_a_unit_carries_a_code_when_any_of_its_characters_does():
    found = from_snapshot(snapshot([("d1", "k", "A", 19, 21), ("d1", "k", "B", 25, 26)]), draws=0)
    assert found.units == 2
    assert found["Pressure"].units == (2, 1)
    assert found.differing_units == 1


def test_merged_codes_count_as_the_one_they_became():
    found = from_snapshot(snapshot([("d1", "old", "A", 12, 15), ("d1", "k", "B", 12, 15)]), draws=0)
    assert found["Pressure"].alpha == 1


def test_assigned_and_empty_is_data_and_not_assigned_is_missing():
    codings = [("d1", "k", "A", 12, 15), ("d1", "k", "B", 12, 15), ("d2", "k", "A", 12, 15)]
    assert from_snapshot(snapshot(codings), draws=0)["Pressure"].alpha == 1
    both = [Assignment(d, c, status="finished") for d in ("d1", "d2") for c in ("A", "B")]
    given = from_snapshot(snapshot(codings, both), draws=0)
    assert given.documents == 2
    assert given["Pressure"].alpha < 1


def test_characters_of_two_languages_are_not_pooled(two_coder_table):
    languages = ["zh" if d in ("P00", "P01") else "en" for d in two_coder_table["document"]]
    found = from_table({**two_coder_table, "language": languages}, draws=0)
    assert {r.language for r in found} == {"en", "zh"}
    assert from_table(two_coder_table, draws=0)["Honour"].language == ""


def test_parents_are_merged_before_comparing_not_averaged():
    found = table([("d", "a", "P > x", 0, 10), ("d", "b", "P > y", 0, 10)])
    assert found["P"].alpha == 1
    assert found["P > x"].alpha < 0
    assert next(level["median"] for level in found.by_level()) == 1


def test_kinds_of_disagreement():
    found = table([
        ("d", "a", "P > x", 0, 10), ("d", "b", "P > x", 2, 10),
        ("d", "a", "P > x", 20, 30), ("d", "b", "P > y", 20, 30),
        ("d", "a", "P > x", 40, 50), ("d", "b", "Q > z", 45, 55),
        ("d", "a", "P > x", 60, 70),
    ])  # fmt: skip
    mismatches = sorted(found.disagreements(), key=lambda d: d.start)
    assert [(d.kind, d.edges) for d in mismatches] == [
        ("boundary", "inside"), ("sibling", "same"), ("other_branch", "differ"), ("missing", ""),
    ]  # fmt: skip
    assert [d.kind for d in found.disagreements(kinds=["sibling"])] == ["sibling"]
    assert "sibling" in suggestion(found.disagreements(kinds=["sibling"])).lower()
    assert len(found.disagreements(codes=["z"])) == 1


def test_edges_within_one_sentence_are_no_disagreement_at_sentences():
    rows = {
        "document": ["d", "d"],
        "length": [40, 40],
        "coder": ["a", "b"],
        "code": ["x", "x"],
        "start": [0, 4],
        "end": [9, 9],
    }
    assert from_table(rows, units={"d": [(0, 20), (20, 40)]}, draws=0).disagreements() == []
    assert len(from_table(rows, draws=0).disagreements()) == 1


def test_domain_has_a_confusion_matrix_and_lists_overlaps():
    rows = [
        ("d", "a", "P > x", 0, 10),
        ("d", "b", "P > y", 0, 10),
        ("d", "a", "P > y", 20, 30),
        ("d", "b", "P > y", 20, 30),
    ]
    found = table(rows, exclusive=["P"])
    assert found.matrix("P").exclusive
    assert found.matrix("P").counts.tolist() == [[0, 10, 0], [0, 10, 0], [0, 0, 0]]
    assert found.domains[0].figures["cu_alpha_nominal"].defined
    clash = table([*rows, ("d", "a", "P > y", 5, 15)], exclusive=["P"]).domains[0]
    assert clash.figures["cu_alpha_nominal"].reason == "overlapping_units"
    assert clash.overlaps == (("d", "a", 5, 10),)


def test_intervals_and_headline(two_coder_table):
    found = from_table(two_coder_table, draws=400)
    row = found["Pressure"]
    assert row.interval.method == "bca"
    assert row.interval.low < row.alpha < row.interval.high
    assert found.headline.codes == 3
    assert found.headline.lowest.alpha == min(r.alpha for r in found if not r.merged)
    gap, ci = found.difference("Pressure", "Driving")
    assert ci.low <= gap <= ci.high
    assert isinstance(found.to_frame(), pd.DataFrame)
    assert "Pressure" in repr(found)


def test_few_documents_are_resampled_in_blocks_and_that_is_said(two_coder_table):
    few = pd.DataFrame(two_coder_table).query("document < 'P08'")
    found = from_table(few, draws=200, block=100)
    assert found.resampled == "blocks"
    assert any("the interval rests on the blocks" in note for note in found.notes)


def test_fewer_than_ten_blocks_give_no_interval_and_that_is_said(two_coder_table):
    found = from_table(pd.DataFrame(two_coder_table).query("document < 'P03'"), draws=200)
    assert 0 < found.resamples < 10
    assert any("there is no interval; ten blocks are needed" in note for note in found.notes)
    assert {row.interval.reason for row in found if row.defined} == {"too_few_documents"}
    frame = found.to_frame()
    assert frame[["low", "high", "p_below_667", "p_below_800"]].isna().all(axis=None)
    assert set(frame["band"]) <= {"no interval", "low", "undefined"}
    assert "no interval" in set(frame["band"])


def test_where_nothing_is_left_to_compare_no_block_is_counted():
    both = [Assignment(d, c, status="finished") for d in ("d1", "d2") for c in ("A", "B")]
    met = from_snapshot(snapshot([], both), coders=["amira", "ben"], universe="coded", draws=20)  # nobody coded
    assert [n for n in met.notes if "nothing to compare" in n] == [
        "There is nothing to compare: no text is left to judge."
    ]
    assert met.resamples == 0
    assert not any("block" in note for note in met.notes)


def test_other_blocks_of_the_same_documents_are_not_paired(two_coder_table):
    few = pd.DataFrame(two_coder_table).query("document < 'P06'")
    whole = from_table(few, draws=50, block=400)
    size = next(
        n for n in range(10, 400) if from_table(few, draws=1, universe="coded", block=n).resamples <= whole.resamples
    )
    part = from_table(few, draws=50, universe="coded", block=size)
    assert part.resamples == whole.resamples
    assert {row["paired"] for row in whole.compare(part)} == {False}
    assert {row["paired"] for row in whole.compare(from_table(few, draws=50, block=400))} == {True}


def test_settling_raises_agreement_and_leaves_the_originals():
    rows = {
        "document": ["d", "d"],
        "length": [90, 90],
        "coder": ["a", "b"],
        "code": ["x", "x"],
        "start": [0, 20],
        "end": [9, 30],
    }
    before = material_of_table(rows)
    decision = Decision("1", "d", 0, 30, "a", codings=("0", "1"), result=(("x", 0, 9),))
    after = agreement_of(settled(before, [decision]), unit="character", universe="all", draws=0)
    assert after["x"].alpha == 1
    assert agreement_of(before, unit="character", universe="all", draws=0)["x"].alpha < 0


def test_live_agreement_follows_the_full_computation(two_coder_table):
    material = material_of_table(two_coder_table)
    live = LiveAgreement(material, unit="character", universe="all")
    assert live.alpha() == pytest.approx(agreement_of(material, unit="character", universe="all", draws=0).values())


def test_methods_paragraph_says_independently_only_where_it_was_enforced(two_coder_table):
    found = from_table(two_coder_table, draws=200)
    facts = MethodsFacts(
        independent=True, corpus_documents=120, sample="drawn at random (seed 3)", settled_by="discussion"
    )
    english = methods_text(found, facts)
    for part in ("independently", "20 %", "seed 3", "character", "Krippendorff", "200 resamples of documents",
                 "left uncoded counts as agreement", "settled by discussion", found.version):  # fmt: skip
        assert part in english
    assert "independently" not in methods_text(found)
    assert "独立" in methods_text(found, facts, "zh")
    assert "独立" not in methods_text(found, language="zh")
    with pytest.raises(InvalidValue, match="en and zh"):
        methods_text(found, language="fr")


def test_sample_is_stratified_and_repeatable():
    names = [f"P{i:02}" for i in range(30)]
    strata = {n: "zh" if i < 10 else "en" for i, n in enumerate(names)}
    first, again = draw_sample(names, 0.2, strata=strata, seed=9), draw_sample(names[::-1], 0.2, strata=strata, seed=9)
    assert set(first.documents) == set(again.documents)
    assert first.strata == {"en": (4, 20), "zh": (2, 10)}
    with pytest.raises(InvalidValue, match="share"):
        draw_sample(names, 0)


def test_narrower_intervals_need_more_documents(two_coder_table):
    found = from_table(two_coder_table, draws=100)
    assert documents_needed(found, 0.05).documents > documents_needed(found, 0.2).documents


def test_training_against_a_key(two_coder_table):
    tables = against_key(material_of_table(two_coder_table), "ben", unit="character", universe="all", draws=0)
    assert list(tables) == ["amira"]


def test_two_coders_are_needed_and_names_are_checked(two_coder_table):
    with pytest.raises(AgreementError, match="two coders"):
        from_table(two_coder_table, coders=["amira"])
    with pytest.raises(NotFound, match="Pressure"):
        from_table(two_coder_table, draws=0)["Presure"]
    with pytest.raises(InvalidValue, match="no column"):
        from_table({"document": ["d"]})


def test_csv_reads_the_same_as_the_frame(two_coder_table, tmp_path):
    frame = pd.DataFrame(two_coder_table)
    frame.to_csv(tmp_path / "codings.csv", index=False)
    assert (
        from_table(tmp_path / "codings.csv", draws=0).records()[0]["alpha"]
        == from_table(frame, draws=0)["Dynamics"].alpha
    )


def test_methods_paragraph_names_at_most_six_codes_worst_first(two_coder_table):
    import pandas as pd

    codes = [f"code {n:02}" for n in range(20)]
    rows = [
        ("d1", coder, code, 10 * n + shift, 10 * n + 6)
        for n, code in enumerate(codes)
        for coder, shift in (("a", 0), ("b", 5))
    ]
    table = pd.DataFrame(rows, columns=["document", "coder", "code", "start", "end"])
    table["length"] = 300
    found = from_table(table, unit="character", universe="all", draws=0)
    assert len(found.headline.below) == 20
    english, chinese = methods_text(found), methods_text(found, language="zh")
    assert "and fourteen others (see the table)" in english or "and 14 others (see the table)" in english
    assert "等 20 个（见表）" in chinese
    below = english.split("Below .667: ")[1].split(" and ")[0]
    assert [part.split(" (")[0] for part in below.split(", ")] == [f"“{r.code.name}”" for r in found.headline.below[:6]]


def test_parents_that_only_merge_others_are_counted_nowhere_and_can_be_told_apart():
    rows = [
        ("d1", coder, code, start, start + 5)
        for code, start in (("Top > A", 0), ("Top > B, or C", 20))
        for coder in ("ann", "bob")
    ]
    frame = pd.DataFrame(rows, columns=["document", "coder", "code", "start", "end"]).assign(length=100)
    found = from_table(frame, unit="character", universe="all", draws=50)
    shown = found.text()
    assert "over 2 of 2 codes" in shown
    assert "not counted: 1 parent" in shown
    assert "no interval for 2 codes (of 2 with a figure)" in shown
    table = found.to_frame()
    assert table.loc[table["counted"], "code"].tolist() == ["Top > A", "Top > B, or C"]
    assert "Over two codes (not counted: one parent with no codings of its own) the median" in methods_text(found)
    assert "2 个代码（另有 1 个自身无编码的上级代码不计入）的 α 中位数" in methods_text(found, language="zh")


def test_names_with_commas_stay_whole_in_the_paragraph():
    rows = [("d1", who, code, s, s + 6) for code, s in (("A, or B", 0), ("C", 40)) for who in ("ann", "bob")]
    rows[1] = ("d1", "bob", "A, or B", 5, 30)
    frame = pd.DataFrame(rows, columns=["document", "coder", "code", "start", "end"]).assign(length=100)
    found = from_table(frame, unit="character", universe="all", draws=0)
    assert "Below .667: “A, or B” (" in methods_text(found)
    assert "低于 .667 的代码：“A, or B”（" in methods_text(found, language="zh")


def test_cu_alpha_is_explained_where_the_paragraph_gives_it():
    rows = [("d1", who, code, s, s + 9) for code, s in (("D > x", 0), ("D > y", 40)) for who in ("ann", "bob")]
    frame = pd.DataFrame(rows, columns=["document", "coder", "code", "start", "end"]).assign(length=100)
    found = from_table(frame, unit="character", universe="all", draws=0, exclusive=["D"])
    assert "Cu-α is agreement on which of these codes" in methods_text(found)
    assert "is no overall agreement" in methods_text(found)
    assert "也不是总体一致性" in methods_text(found, language="zh")
    assert "u-α" not in methods_text(from_table(frame, unit="character", universe="all", draws=0))


def test_codes_that_count_once_for_each_language_are_said_to():
    rows = [(doc, who, "A", 0, 9, doc) for doc in ("en", "zh") for who in ("ann", "bob")]
    frame = pd.DataFrame(rows, columns=["document", "coder", "code", "start", "end", "language"]).assign(length=100)
    found = from_table(frame, unit="character", universe="all", draws=0)
    assert "over 2 of 2 codes (in each language)" in found.text()
    assert "Over two codes (the codes of each language counted apart) the median" in methods_text(found)
    assert "2 个代码（各语言分别计算）的 α 中位数" in methods_text(found, language="zh")
