"""Geometry of passages: what holds for any spans, and the conversions that rivals get wrong."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding import spans
from coding.errors import InvalidSpan

positions = st.integers(0, 60)
span = st.tuples(positions, positions).map(sorted).filter(lambda p: p[0] < p[1]).map(tuple)
span_lists = st.lists(span, max_size=12)
hard_text = st.text(st.sampled_from("a字😀𠮷é\u0301\u200d👩\n"), max_size=40)


def covered(items: list[tuple[int, int]]) -> set[int]:
    return {p for start, end in items for p in range(start, end)}


@given(span_lists)
def test_union_covers_the_same_characters_without_overlap(items):
    united = spans.union(items)
    assert covered(united) == covered(items)
    assert all(a[1] <= b[0] for a, b in pairwise(united))


def test_union_keeps_touching_spans_apart_unless_told():
    assert spans.union([(0, 3), (3, 6)]) == [(0, 3), (3, 6)]
    assert spans.union([(0, 3), (3, 6)], join_touching=True) == [(0, 6)]


@given(span_lists, span_lists)
def test_intersection_and_subtraction_part_a_set(a, b):
    inside, outside = covered(spans.intersection(a, b)), covered(spans.subtract(a, b))
    assert inside == covered(a) & covered(b)
    assert outside == covered(a) - covered(b)


@given(span_lists)
def test_total_counts_each_character_once(items):
    assert spans.total(items) == len(covered(items))


@given(st.lists(span, min_size=1, max_size=8))
def test_atoms_cover_the_stretch_and_name_exactly_the_spans_over_them(items):
    pieces = spans.atoms(items)
    assert pieces[0][0] == min(s[0] for s in items)
    assert pieces[-1][1] == max(s[1] for s in items)
    for start, end, indices in pieces:
        for p in range(start, end):
            assert [i for i, s in enumerate(items) if s[0] <= p < s[1]] == list(indices)


def test_atoms_may_reach_beyond_the_spans():
    assert spans.atoms([(2, 4)], within=(0, 6)) == [(0, 2, ()), (2, 4, (0,)), (4, 6, ())]
    assert spans.atoms([]) == []


@given(span, span)
def test_iou_is_symmetric_and_one_only_for_equals(a, b):
    assert spans.iou(a, b) == spans.iou(b, a)
    assert (spans.iou(a, b) == 1) == (a == b)
    assert (spans.iou(a, b) > 0) == spans.overlaps(a, b)


@given(hard_text)
def test_utf16_and_back_is_the_identity_at_every_character(text):
    convert = spans.Utf16Map(text)
    for i in range(len(text) + 1):
        expected = len(text[:i].encode("utf-16-le")) // 2
        assert convert.to_utf16(i) == expected
        assert convert.to_codepoint(expected) == i
    assert convert.length_utf16 == len(text.encode("utf-16-le")) // 2


def test_an_offset_inside_a_surrogate_pair_goes_outwards():
    convert = spans.Utf16Map("a😀b")
    assert convert.to_codepoint(2) == 1
    assert convert.to_codepoint(2, round_up=True) == 2


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (9, 3), (0, 11), (0, 2**63), (0, 2**64)], ids=str)
def test_spans_that_do_not_fit_are_refused(start, end):
    with pytest.raises(InvalidSpan, match="does not fit a text of 10 characters"):
        spans.check_span(start, end, 10)


@pytest.mark.parametrize("bad", [1.0, True, float("nan"), "3", None], ids=repr)
def test_offsets_that_are_no_whole_numbers_are_refused(bad):
    with pytest.raises(InvalidSpan, match="whole number"):
        spans.check_span(bad, 5, 10)


def test_whole_numbers_of_numpy_are_taken():
    assert spans.check_span(np.int64(1), np.uint8(4), 10) == (1, 4)
