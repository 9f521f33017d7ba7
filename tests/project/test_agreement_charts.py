"""What a reader sees in the pictures of an agreement result, read from the drawn picture."""

from __future__ import annotations

import re

import pandas as pd
import pytest
import vl_convert

import coding as qc
from coding.errors import InvalidValue

COLUMNS = ["document", "length", "coder", "code", "start", "end"]


def compared(*rows, **options):
    frame = pd.DataFrame([("P1", 100, *row) for row in rows], columns=COLUMNS)
    return qc.agreement_of_table(frame, draws=0, **options)


def drawn(chart):
    return vl_convert.vegalite_to_svg(chart.to_json())


def test_the_heatmap_prints_the_figure_of_every_pair():
    picture = drawn(
        compared(("a", "X", 0, 10), ("b", "X", 0, 10), ("a", "Y", 50, 60), ("b", "Y", 55, 65)).chart("coders")
    )
    assert ">1.00<" in picture
    assert ">0.45<" in picture
    assert ">undefined<" not in picture


def test_codes_of_one_name_keep_rows_of_their_own():
    rows = [(c, f"{p} > Other", s, s + 10) for c in "ab" for p, s in (("Actor", 0), ("Tool", 40))]
    picture = drawn(compared(*rows).chart("coders"))
    assert "Actor &gt; Other" in picture
    assert "Tool &gt; Other" in picture


def test_an_undefined_code_says_why_in_the_picture():
    result = compared(("a", "X", 0, 100), ("b", "X", 0, 100), ("a", "Y", 0, 5), ("b", "Y", 0, 5))
    assert "undefined: Every coder coded all of the text" in drawn(result.chart("codes"))
    assert "无法计算" in drawn(result.chart("codes", language="zh"))


def test_a_figure_below_chance_is_not_drawn_at_zero():
    spec = compared(("a", "X", 0, 50), ("b", "X", 50, 100)).chart("codes").to_dict()
    layer = next(part for part in spec["layer"] if part["encoding"].get("x", {}).get("field") == "alpha")
    assert layer["encoding"]["x"]["scale"]["domain"][0] <= -0.9


def test_the_matrix_of_three_coders_is_of_the_two_that_are_asked_for():
    result = compared(("a", "X", 0, 10), ("b", "X", 0, 10), ("c", "Y", 0, 10))
    assert ">c<" not in drawn(result.chart("matrix"))
    picture = drawn(result.chart("matrix", coders=("a", "c")))
    assert ">c<" in picture
    assert ">b<" not in picture
    with pytest.raises(InvalidValue, match="chosen for the matrix"):
        result.chart("codes", coders=("a", "c"))


def test_the_tree_shows_by_indentation():
    result = compared(("a", "Actor > Cadre", 0, 10), ("b", "Actor > Cadre", 0, 10))
    picture = drawn(result.chart("codes"))
    assert "\u2003Cadre" in picture


@pytest.mark.parametrize("kind", ["codes", "coders", "levels", "documents"])
def test_a_result_without_codings_says_so_in_place_of_an_empty_picture(kind):
    result = compared(("a", None, None, None), ("b", None, None, None))
    assert "编码" in drawn(result.chart(kind, language="zh"))


def test_captions_in_chinese_hold_no_english_words_for_unit_and_universe():
    caption = drawn(compared(("a", "X", 0, 10), ("b", "X", 0, 10)).chart("codes", language="zh"))
    assert "100 个字符（全部文本）" in caption


def test_what_supports_least_is_hollow_on_any_ground():
    spans = (("a", "X", 0, 50), ("b", "X", 40, 100), ("a", "Y", 90, 95), ("b", "Y", 90, 95), ("a", "Z", 0, 30))
    rows = [(f"P{d:02}", 100, *span) for d in range(12) for span in (*spans, ("b", "Z", 0, 30 + d % 2))]
    result = qc.agreement_of_table(pd.DataFrame(rows, columns=COLUMNS), draws=200)
    bands = dict(zip(result.to_frame()["code"], result.to_frame()["band"], strict=True))
    assert bands == {"X": "low", "Y": "no interval", "Z": "solid"}  # no draw of Y differs from another
    picture = drawn(result.chart("codes"))
    assert ">below .667, or no interval<" in picture
    assert ">低于 .667，或无区间<" in drawn(result.chart("codes", language="zh"))
    marks = {band: mark for mark, band in re.findall(r"(<path aria-label=[^>]*band: ([\w ]+);[^>]*>)", picture)}
    assert "fill=" in marks["solid"]
    for band in ("low", "no interval"):
        assert "fill=" not in marks[band]  # white would shine on a dark ground


def test_a_kind_of_disagreement_keeps_its_colour_in_every_picture():
    result = compared(("a", "X", 0, 10), ("b", "X", 0, 10), ("a", "Y", 50, 60))
    ranges = [
        result.chart("documents", language=language).to_dict()["encoding"]["color"]["scale"]
        for language in ("en", "zh")
    ]
    assert [r["domain"].index(word) for r, word in zip(ranges, ("one coder only", "仅一人编码"), strict=True)] == [2, 2]


def test_the_lowest_figure_is_drawn_however_rare_its_code():
    often = [(c, f"Often {i}", s, s + 4) for c in "ab" for i in range(50) for s in (i, i + 45)]
    picture = drawn(compared(*often, ("a", "Rare", 90, 91), ("b", "Rare", 95, 96)).chart("codes"))
    assert ">Rare<" in picture
    assert "Often 49" not in picture
