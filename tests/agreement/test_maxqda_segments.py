"""What MAXQDA's help calls code agreement of segments: rows from both sides, and a kappa with chance one over n codes."""

from __future__ import annotations

import pytest

from coding.agreement.measures import compute

A = [[0, 100, "x"], [200, 300, "y"], [400, 500, "x"]]
B = [[5, 100, "x"], [200, 280, "y"], [400, 500, "y"]]


def percent(threshold, denominator="union"):
    given = {"text_length": 600, "coders": {"a": A, "b": B}, "threshold": threshold, "denominator": denominator}
    return compute("segment_match", "span", given).value


def test_both_coders_rows_are_counted_and_the_threshold_decides():
    assert percent(0.9) == pytest.approx(2 / 6)
    assert percent(0.8) == pytest.approx(4 / 6)
    assert percent(0.96) == 0


def test_the_share_may_be_taken_of_the_longer_or_of_the_own_passage():
    assert percent(0.9, "own") == pytest.approx(3 / 6)  # all of B's shorter passage lies in A's
    assert percent(0.8, "longer") == pytest.approx(4 / 6)


def test_chance_is_one_over_the_number_of_codes_that_were_compared():
    given = {"text_length": 600, "coders": {"a": A, "b": B}, "threshold": 0.8}
    assert compute("segment_match_kappa", "span", given).value == pytest.approx((4 / 6 - 1 / 2) / (1 - 1 / 2))
    ten = compute("segment_match_kappa", "span", {**given, "n_categories": 10}).value
    assert ten == pytest.approx((4 / 6 - 1 / 10) / (1 - 1 / 10))
