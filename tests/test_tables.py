"""The frames that researchers hold: every number recounted by hand on the study of conftest.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding import tables
from coding.errors import InvalidValue, NotFound
from coding.model import Code, Coder, Coding, Document, ProjectInfo, Snapshot
from coding.spans import overlaps


def row(frame, uid):
    return frame[frame["uid"] == uid].iloc[0]


def test_one_row_per_coding_with_units_speaker_case_and_variables(study):
    frame = tables.codings(study)
    assert len(frame) == 8
    first = row(frame, "k1")
    assert (first["document"], first["coder"], first["path"]) == ("P01", "amira", "Driving > Pressure")
    assert (first["level_1"], first["level_2"], first["start"], first["end"]) == ("Driving", "Pressure", 39, 60)
    assert (first["paragraph"], first["sentence"], first["turn"]) == (2, 2, 2)
    assert (first["speaker"], first["case"], first["Level"], first["Years"]) == ("Ms Lin", "Ms Lin", "county", 7)
    assert first["created"] == pd.Timestamp("2023-11-14T22:13:20Z")


def test_nothing_known_is_missing_and_not_zero(study):
    abstract = row(tables.codings(study), "k5")
    assert pd.isna(abstract["turn"])
    assert abstract["speaker"] is None or pd.isna(abstract["speaker"])
    assert pd.isna(abstract["case"])
    assert pd.isna(abstract["Years"])
    assert pd.isna(abstract["created"])
    assert abstract["Year"] == 2021


def test_a_linked_document_gives_its_case_where_no_speaker_is_known(study):
    assert row(tables.codings(study), "k4")["case"] == "李主任"


def test_words_of_an_interviewer_belong_to_no_case(study):
    asked = Coding("k9", "d1", "c2", "u1", 13, 29)
    frame = tables.codings(study.with_codings([asked]))
    assert frame["speaker"].tolist() == ["Interviewer"]
    assert frame["case"].isna().all()


def test_merged_codes_count_where_they_were_merged_into_and_retired_ones_are_marked(study):
    frame = tables.codings(study)
    assert row(frame, "k6")["code"] == "Pressure"
    assert row(frame, "k6")["code_uid"] == "c2"
    assert frame.loc[frame["retired"], "uid"].tolist() == ["k8"]


def test_words_come_only_when_asked_for(study):
    assert not {"words", "sentence_words", "memo"} & set(tables.codings(study).columns)
    coded = row(tables.codings(study, text=True), "k4")
    assert coded["words"] == "每个月都排名。"
    assert coded["sentence_words"] == "李主任：每个月都排名。"
    assert coded["memo"] == "Fear, not ambition."


def test_frames_without_text_need_no_texts_and_no_outlines(study):
    bare = replace(study, texts={}, outlines={})
    frame = tables.codings(bare)
    assert frame["sentence"].isna().all()
    assert len(tables.documents(bare)) == 3


@pytest.mark.parametrize(
    ("language", "path"),
    [("en", "机会结构 > Tournament"), ("zh", "机会结构 > 锦标赛"), ("both", "机会结构 > Tournament 锦标赛")],
)
def test_names_of_codes_in_the_readers_language(study, language, path):
    assert row(tables.codings(study, language=language), "k2")["path"] == path


def test_another_language_is_refused(study):
    with pytest.raises(InvalidValue, match="language is 'fr'; it is “en”, “zh” or “both”"):
        tables.codings(study, language="fr")


def test_a_variable_named_like_a_column_is_marked(study):
    clash = tuple(replace(v, name="start") if v.uid == "v1" else v for v in study.variables)
    frame = tables.codings(replace(study, variables=clash))
    assert row(frame, "k1")["start"] == 39
    assert row(frame, "k1")["start (case)"] == "county"


def test_code_counts_with_and_without_the_codes_below(study):
    counts = tables.code_counts(study).set_index("code")
    assert counts.index.tolist() == ["Driving", "Pressure", "Learning", "机会结构", "Tournament", "Old"]
    assert counts.loc["Driving", ["codings", "codings_below", "documents_below"]].tolist() == [0, 5, 3]
    assert counts.loc["Pressure", ["codings", "documents", "coders", "cases"]].tolist() == [4, 3, 2, 2]
    assert counts["codings"].sum() == 8
    assert counts["share"].sum() == pytest.approx(1)
    assert counts.loc["Old", "retired"]


def test_unused_codes_can_be_left_out(study):
    one = study.with_codings([Coding("k", "d1", "c3", "u1", 0, 5)])
    assert tables.code_counts(one, unused=False)["code"].tolist() == ["Driving", "Learning"]


def test_equal_leaf_names_are_shown_by_their_path(study):
    twins = replace(study, codes=(*study.codes, Code("c8", "Pressure", parent="c4", position=9)))
    assert "Driving > Pressure" in tables.code_counts(twins)["code"].tolist()


def test_codes_by_case_and_by_a_variable(study):
    by_case = tables.codes_by_case(study).set_index(["code", "group"])["codings"]
    assert by_case[("Pressure", "Ms Lin")] == 2
    assert by_case[("Pressure", "李主任")] == 1
    levels = tables.codes_by(study, "Level").set_index(["code", "group"])
    assert levels.loc[("Tournament", "township"), "codings"] == 1
    assert levels.groupby("group")["share"].sum().tolist() == pytest.approx([1, 1])


def test_codings_without_a_group_are_left_out_or_named(study):
    assert tables.codes_by(study, "case")["codings"].sum() == 7
    assert tables.codes_by(study, "case", missing=True)["codings"].sum() == 8


def test_crosstab_reads_as_a_table(study):
    table = tables.crosstab(study, "coder")
    assert table.columns.tolist() == ["amira", "ben"]
    assert table.loc["Driving > Pressure"].tolist() == [3, 1]
    assert table.index[0] == "Driving > Pressure"


def test_an_unknown_grouping_names_what_there_is(study):
    with pytest.raises(NotFound, match="There is no variable or grouping “levell”"):
        tables.codes_by(study, "levell")


def test_directions_take_the_nearest_one_above(study):
    found = tables.directions(study, "language").set_index(["direction", "group"])["codings"]
    assert found[("top-down", "en")] == 3
    assert found[("horizontal", "zh")] == 1


def test_codes_that_meet_on_the_same_words(study):
    pairs = tables.cooccurrence(study)
    assert pairs[["code_a", "code_b", "together", "a", "b"]].to_numpy().tolist() == [
        ["Pressure", "Tournament", 1, 4, 2]
    ]
    assert pairs["jaccard"].tolist() == [pytest.approx(1 / 5)]


def test_different_coders_meet_only_when_asked_for(study):
    both = tables.cooccurrence(study, across_coders=True)
    assert both.loc[0, "together"] == 3  # k1+k2, k6+k2, k4+k7


def test_codes_that_meet_in_a_unit(study):
    paragraphs = tables.cooccurrence(study, within="paragraph").set_index(["code_a", "code_b"])
    assert paragraphs.loc[("Pressure", "Learning"), "together"] == 1
    sentences = tables.cooccurrence(study, within="sentence").set_index(["code_a", "code_b"])
    assert ("Pressure", "Learning") not in sentences.index
    assert sentences.loc[("Pressure", "Tournament"), ["together", "a", "b"]].tolist() == [1, 4, 2]


def test_an_unknown_unit_is_refused(study):
    with pytest.raises(InvalidValue, match="within is 'word'; it is one of overlap, sentence"):
        tables.cooccurrence(study, within="word")


SPANS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, 1), st.integers(0, 30), st.integers(1, 12)),
    max_size=25,
)


@given(SPANS)
@settings(max_examples=60, deadline=None)
def test_overlaps_are_those_found_one_by_one(spans):
    codes = tuple(Code(f"c{i}", f"C{i}", position=i) for i in range(4))
    documents = (Document("d0", "D0", 60, "s"), Document("d1", "D1", 60, "s"))
    coders = (Coder("u0", "u0"), Coder("u1", "u1"))
    rows = [Coding(f"k{i}", f"d{d}", f"c{c}", f"u{u}", s, s + w) for i, (d, c, u, s, w) in enumerate(spans)]
    study = Snapshot(ProjectInfo("p", "p"), coders, codes, documents).with_codings(rows)
    expected: dict[tuple[str, str], int] = {}
    for i, a in enumerate(rows):
        for b in rows[i + 1 :]:
            alike = a.document == b.document and a.coder == b.coder and a.code != b.code
            if alike and overlaps((a.start, a.end), (b.start, b.end)):
                pair = tuple(sorted((a.code, b.code)))
                expected[pair] = expected.get(pair, 0) + 1
    found = tables.cooccurrence(study)
    assert (
        dict(zip(zip(found["code_a_uid"], found["code_b_uid"], strict=True), found["together"], strict=True))
        == expected
    )


def test_positions_are_shares_of_the_document(study):
    frame = tables.positions(study)
    first = row(frame, "k3")
    assert (first["begins"], first["ends"]) == (pytest.approx(61 / 82), 1.0)
    assert np.all(frame["ends"] > frame["begins"])


def test_saturation_counts_what_is_new(study):
    frame = tables.saturation(study)
    assert frame["document"].tolist() == ["P01", "P02 李主任", "A01"]
    assert frame["new"].tolist() == [3, 1, 0]
    assert frame["seen"].tolist() == [3, 4, 4]
    assert frame.loc[1, "new_codes"] == "Old"


def test_saturation_in_another_order(study):
    assert tables.saturation(study, order=["A01", "P01"])["new"].tolist() == [1, 2]
    late = [Coding("k", "d1", "c2", "u1", 0, 5, created=20), Coding("m", "d3", "c3", "u1", 0, 5, created=10)]
    by_time = tables.saturation(study.with_codings([*late, Coding("n", "d2", "c3", "u1", 0, 5)]), order="coded")
    assert by_time["document"].tolist() == ["A01", "P01", "P02 李主任"]  # the one without a time comes last
    with pytest.raises(NotFound, match="There is no document “P1”"):
        tables.saturation(study, order=["P1"])


def test_documents_tell_how_far_they_are_coded(study):
    frame = tables.documents(study).set_index("document")
    assert frame.loc["P01", ["codings", "codes", "coders", "sentences"]].tolist() == [4, 3, 2, 3]
    assert frame.loc["P01", "coded"] == pytest.approx(42 / 82)
    assert frame.loc["A01", "Year"] == 2021
    assert "Level" not in frame.columns


def test_cases_with_their_variables(study):
    frame = tables.cases(study).set_index("case")
    assert frame.loc["李主任", ["documents", "codings", "Level"]].tolist() == [1, 3, "township"]
    assert "Year" not in frame.columns


def test_codebook_has_a_row_per_living_code(study):
    frame = tables.codebook(study)
    assert frame["path"].tolist()[:2] == ["Driving", "Driving > Pressure"]
    assert frame.set_index("code").loc["Pressure", ["name_zh", "codings", "level"]].tolist() == ["压力", 4, 2]
    assert "Worry" not in frame["code"].tolist()


def test_memos_say_what_they_are_about(study):
    frame = tables.memos(study)
    assert frame.loc[0, "about"] == "coding Pressure in P02 李主任, 16–23; code Driving > Pressure"
    assert frame.loc[0, "coder"] == "amira"


@pytest.mark.parametrize("name", tables.__all__)
def test_an_empty_project_gives_empty_frames(name):
    frame = getattr(tables, name)(Snapshot(ProjectInfo("p", "Empty")))
    assert len(frame) == 0


@pytest.mark.parametrize("name", [n for n in tables.__all__ if n != "crosstab"])
def test_frames_of_a_project_without_codings_keep_their_columns(study, name):
    table = getattr(tables, name)
    bare = study.with_codings([])
    assert [c for c in table(study).columns if not c.startswith("level_")] == [
        c for c in table(bare).columns if not c.startswith("level_")
    ]
