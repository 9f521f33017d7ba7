"""A plain table of codings as people have it: separators, mistakes, rounds."""

from __future__ import annotations

from io import StringIO

import pandas as pd
import pytest

from coding.agreement import from_table, material_of_table
from coding.errors import Ambiguous, InvalidSpan, InvalidValue

HEAD = "document,length,coder,code,start,end\n"
ROWS = "P1,1000,amira,Pressure,0,100\nP1,1000,ben,Pressure,50,200\n"


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_columns_may_be_parted_as_spreadsheets_part_them(tmp_path, between):
    file = tmp_path / "codings.csv"
    file.write_text((HEAD + ROWS).replace(",", between), encoding="utf-8-sig")
    assert from_table(file, draws=0)["Pressure"].kappa == pytest.approx(0.31818, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "P1,100,a,x,1.5,3\n", "Row 1 .*“1.5” for start"),
        (HEAD + "P1,100,a,x,five,9\n", "“five” for start"),
        (HEAD + "P1,100,a,x,9,3\n", "ends at 3 and starts at 9"),
        ("", "is not a table"),
        ("document,coder\nP1,a\n", "no column code, start, end"),
    ],
)
def test_a_table_with_a_mistake_says_where_it_is(tmp_path, text, said):
    file = tmp_path / "codings.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidValue, match=said):
        material_of_table(file)


def test_other_encodings_and_missing_files_are_named(tmp_path):
    file = tmp_path / "codings.csv"
    file.write_bytes((HEAD + "P1,100,a,压力,0,9\n").encode("gb18030"))
    with pytest.raises(InvalidValue, match="not in UTF-8"):
        material_of_table(file)
    with pytest.raises(InvalidValue, match=r"no file .*nowhere\.csv"):
        material_of_table(tmp_path / "nowhere.csv")


def test_a_coding_past_its_document_is_never_cut_silently():
    rows = pd.read_csv(StringIO(HEAD + "P1,100,a,x,5,300\nP1,100,b,x,5,9\n"))
    with pytest.raises(InvalidSpan, match="“P1” has 100 characters and a coding from 5 to 300"):
        from_table(rows, draws=0)


def test_one_name_under_two_parents_asks_for_the_path():
    frame = pd.DataFrame(
        [("d", 50, c, f"{p} > Other", 0, 9) for c in "ab" for p in ("Actor", "Tool")],
        columns=["document", "length", "coder", "code", "start", "end"],
    )
    table = from_table(frame, draws=0)
    assert table["Tool > Other"].alpha == 1
    with pytest.raises(Ambiguous, match="Actor > Other; Tool > Other"):
        table["Other"]
