"""Tables as documents, cases, survey answers and codings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding import importers
from coding.errors import ImportRejected, LimitExceeded
from coding.importers import limits

LONG = "We had to answer for every target of the district year after year"


def read(text, **options):
    return importers.read(text.encode(), name="a.csv", **options)


def test_a_row_is_a_document_and_the_other_columns_are_variables():
    result = read(f"title,year,abstract,keywords\nOne,2020,{LONG},a\nTwo,2021,{LONG}!,\n")
    assert [d.name for d in result.documents] == ["One", "Two"]
    assert result.documents[0].variables == {"year": 2020, "keywords": "a"}
    assert result.documents[1].variables == {"year": 2021}
    assert result.variables == ("year", "keywords")


def test_chinese_headings_are_known():
    result = read("编号,性别,文本\nP01,女,主要是上面的指标，一层一层压下来。\n")
    assert result.documents[0].name == "P01"
    assert result.documents[0].variables == {"性别": "女"}


def test_without_texts_a_row_is_a_case():
    result = read("participant,age\nP01,33\nP02,41\n")
    assert not result.documents
    assert [(c.name, dict(c.variables)) for c in result.cases] == [("P01", {"age": 33}), ("P02", {"age": 41})]


def test_columns_can_be_chosen():
    result = read(f"a,b\n{LONG},short\n", text_column="b", name_column="a")
    assert (result.documents[0].name, result.documents[0].text) == (LONG, "short")


def test_a_column_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ImportRejected, match="There are: a, b"):
        read("a,b\n1,2\n", text_column="words")


def test_a_survey_makes_cases_and_answers_under_questions():
    result = read(
        f"id,age,What changed?,And why?\nR1,33,{LONG},{LONG}?\nR2,41,{LONG},\n",
        as_="survey",
    )
    assert [(c.name, dict(c.variables)) for c in result.cases] == [("R1", {"age": 33}), ("R2", {"age": 41})]
    first = result.documents[0]
    assert first.case == "R1"
    assert first.text == f"What changed?\n{LONG}\n\nAnd why?\n{LONG}?"
    assert [first.text[s:e] for s, e, role in first.structure if role == "heading"] == ["What changed?", "And why?"]


@pytest.mark.parametrize("value", ["007", "1e400", "1.234,5", "yes", "nan", "1_000", "٣"])
def test_what_only_looks_like_a_number_stays_as_written(value):
    result = read(f'id,x\nA,"{value}"\nB,"{value}"\n')
    assert result.cases[0].variables["x"] == value


def test_a_variable_has_one_type():
    assert [c.variables["x"] for c in read("id,x\nA,1\nB,2.5\n").cases] == [1.0, 2.5]
    assert [c.variables["x"] for c in read("id,x\nA,1\nB,two\n").cases] == ["1", "two"]


def test_a_lost_quote_is_refused_with_its_line():
    with pytest.raises(ImportRejected, match=r"line 3.*quote is never closed"):
        read(f'name,text\nA,"{LONG}\nB,{LONG}\n')


def test_a_row_with_more_cells_than_headings_is_refused_by_its_number():
    with pytest.raises(ImportRejected, match=r"row 3.*3 cells, the header 2"):
        read(f"name,text\nA,{LONG}\nB,{LONG},x\n")


def test_limits_are_settings_that_the_message_names():
    with limits.using(table_rows=2), pytest.raises(LimitExceeded, match="CODING_LIMIT_TABLE_ROWS"):
        read("id,x\nA,1\nB,2\nC,3\n")


def test_a_table_of_codings_is_read_by_names_of_columns():
    rows = importers.read_codings_table(
        b"end,start,code,document,coder\n9,3,Pressure > Targets,P01,amira\n", name="c.csv"
    )
    assert [(r.document, r.code, r.coder, r.start, r.end, r.row) for r in rows] == [
        ("P01", "Pressure > Targets", "amira", 3, 9, 2)
    ]


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ("P01,A,amira,x,9", "row 2.*start is 'x'"),
        ("P01,A,amira,9,3", "row 2.*9 to 3"),
        ("P01,A,amira,-1,3", "row 2.*-1 to 3"),
        ("P01,A,amira,1.5,3", "row 2.*1.5"),
        ("P01,,amira,1,3", "row 2.*code is empty"),
        ("P01,A,amira,5,5", "row 2.*5 to 5"),
    ],
)
def test_a_bad_row_of_codings_is_refused_by_its_number(row, match):
    with pytest.raises(ImportRejected, match=match):
        importers.read_codings_table(f"document,code,coder,start,end\n{row}\n".encode(), name="c.csv")


def test_a_missing_column_of_codings_is_named():
    with pytest.raises(ImportRejected, match="coder is missing"):
        importers.read_codings_table(b"document,code,start,end\nP,A,1,2\n", name="c.csv")


CELLS = st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(st.lists(CELLS, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_texts_come_back_as_they_were_written(texts):
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "text"])
    writer.writerows([f"d{i}", t] for i, t in enumerate(texts))
    wanted = {f"d{i}": t for i, t in enumerate(texts) if t.strip()}
    if wanted:
        result = importers.read(
            out.getvalue().encode(), name="a.csv", as_="document", text_column="text", name_column="name"
        )
        assert {d.name: d.text for d in result.documents} == {n: t.removeprefix("\ufeff") for n, t in wanted.items()}
