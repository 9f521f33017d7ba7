"""F1 on passages, Holsti, and matching by overlap."""

from __future__ import annotations

import pytest

from coding.agreement.spans_f1 import (
    char_f1,
    segment_match,
    span_f1_exact,
    span_f1_iou,
    span_f1_overlap,
    token_f1,
)
from coding.errors import InvalidValue

A = [(0, 10, "x"), (20, 30, "y")]
B = [(2, 11, "x"), (20, 30, "z")]


def test_exact_counts_duplicates_once():
    assert span_f1_exact([[(0, 5, "x")], [(0, 5, "x"), (0, 5, "x")]]).value == pytest.approx(2 / 3)


def test_one_huge_passage_matches_all_by_touch_but_one_by_share():
    huge, small = [(0, 100, "x")], [(i, i + 5, "x") for i in range(0, 100, 10)]
    assert span_f1_overlap([huge, small]).value == 1
    assert span_f1_iou([huge, small]).value == 0


def test_matching_is_the_largest_one():
    first = [(0, 10, "x"), (6, 16, "x")]
    second = [(3, 13, "x"), (0, 9, "x")]
    assert span_f1_iou([first, second], 0.3).value == 1


def test_share_of_the_passages():
    assert span_f1_iou([A, B], 0.5).value == pytest.approx(0.5)
    assert span_f1_iou([A, B], 0.8).value == 0
    with pytest.raises(InvalidValue, match="above 0"):
        span_f1_iou([A, B], 0)


def test_characters_and_tokens():
    assert char_f1([[(0, 10, "x")], [(5, 15, "x")]]).value == pytest.approx(0.5)
    assert token_f1([[(0, 4, "x")], [(3, 8, "x")]], [(0, 4), (4, 8)]).value == pytest.approx(2 / 3)


def test_both_empty_is_undefined_and_one_empty_is_zero():
    assert span_f1_exact([[], []]).reason == "no_spans"
    assert span_f1_exact([A, []]).value == 0


def test_rows_from_both_sides_and_kappa_needs_two_codes():
    found = segment_match([A, B], threshold=0.6)
    assert found["percent"].value == pytest.approx(0.5)
    assert found["kappa"].value == pytest.approx((0.5 - 1 / 3) / (1 - 1 / 3))
    assert segment_match([[(0, 5, "x")], [(0, 5, "x")]])["kappa"].reason == "one_code"
