"""Holsti's coefficient: twice the shared passages over all passages of two coders."""

from __future__ import annotations

import pytest

from coding.agreement.measures import compute


def holsti(a, b):
    return compute("holsti", "span", {"text_length": 100, "coders": {"a": a, "b": b}})


def test_the_formula():
    a = [[0, 10, "x"], [20, 30, "y"], [40, 50, "x"]]
    b = [[0, 10, "x"], [20, 30, "y"]]
    assert holsti(a, b).value == pytest.approx(2 * 2 / (3 + 2))


def test_a_passage_with_another_code_or_other_edges_is_not_shared():
    assert holsti([[0, 10, "x"]], [[0, 10, "y"]]).value == 0
    assert holsti([[0, 10, "x"]], [[0, 11, "x"]]).value == 0


def test_a_passage_is_shared_at_most_once():
    assert holsti([[0, 10, "x"], [0, 10, "x"]], [[0, 10, "x"]]).value == pytest.approx(2 * 1 / (2 + 1))


def test_on_fixed_units_it_is_percent_agreement():
    units = [[1, 1], [1, 2], [2, 2], [3, 1]]
    assert compute("holsti", "coding", {"units": units}).value == compute("percent", "coding", {"units": units}).value


def test_nothing_on_either_side_is_undefined_and_nothing_on_one_side_is_zero():
    assert holsti([], []).reason
    assert holsti([[0, 10, "x"]], []).value == 0
