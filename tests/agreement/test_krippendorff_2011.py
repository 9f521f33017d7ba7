"""Krippendorff's alpha: levels of measurement, missing values, and per code on characters."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from coding.agreement import binary
from coding.agreement.coefficients import krippendorff_alpha, percent_agreement, percent_agreement_values
from coding.agreement.counts import count

FOUR_CODERS = [
    [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1], [None, None, 3, None],
]  # fmt: skip


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_levels_equal_the_oracle(level):
    data = np.array([[np.nan if v is None else v for v in row] for row in FOUR_CODERS], dtype=float).T
    expected = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
    assert krippendorff_alpha(FOUR_CODERS, level).value == pytest.approx(expected, abs=1e-9)


def test_two_conventions_of_percent_agreement_differ_where_values_are_missing():
    assert percent_agreement(FOUR_CODERS).value == pytest.approx(0.818, abs=5e-4)
    assert percent_agreement_values(FOUR_CODERS).value == pytest.approx(0.8)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("missing", [False, True])
def test_characters_equal_the_naive_count_and_the_oracle(comparison, seed, missing):
    project = comparison(seed, missing=missing)
    values = binary.alpha(count(project.columns).totals())
    for code in range(project.codes):
        units = project.units(code)
        naive = krippendorff_alpha(units)
        assert values[code] == pytest.approx(naive.value, nan_ok=True)
        if naive.defined:
            data = np.array([[np.nan if v is None else v for v in row] for row in units], dtype=float).T
            assert values[code] == pytest.approx(
                krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
            )


def test_words_are_no_interval_scale():
    assert krippendorff_alpha([["a", "b"], ["b", "b"]], "interval").reason == "invalid_values"


def test_nobody_was_paired():
    assert krippendorff_alpha([[1, None], [None, 2]]).reason == "no_pairs"
