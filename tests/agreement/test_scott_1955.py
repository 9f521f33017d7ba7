"""Scott's pi: chance from the pooled margins of two coders."""

from __future__ import annotations

import pytest

from coding.agreement.coefficients import cohen_kappa, fleiss_kappa, krippendorff_alpha, scott_pi

# Artstein and Poesio 2008, p. 558: 100 utterances, margins (40, 60) and (60, 40) apart, observed .70
UNITS = [[0, 0]] * 20 + [[1, 0]] * 10 + [[0, 1]] * 20 + [[1, 1]] * 50


def test_chance_is_that_of_the_pooled_margins():
    observed, pooled = 0.7, (20 + 20 + 10 + 20) / 200
    chance = pooled**2 + (1 - pooled) ** 2
    assert scott_pi(UNITS).value == pytest.approx((observed - chance) / (1 - chance))
    assert scott_pi(UNITS).value == pytest.approx(0.341, abs=0.001)


def test_pi_is_below_kappa_where_the_margins_differ_and_equal_where_they_do_not():
    assert scott_pi(UNITS).value < cohen_kappa(UNITS).value
    even = [[0, 0]] * 20 + [[1, 0]] * 10 + [[0, 1]] * 10 + [[1, 1]] * 30
    assert scott_pi(even).value == pytest.approx(cohen_kappa(even).value)


def test_alpha_is_pi_with_its_small_sample_correction():
    pi, n = scott_pi(UNITS).value, 2 * len(UNITS)
    assert krippendorff_alpha(UNITS).value == pytest.approx(pi + (1 - pi) / n)


def test_for_more_coders_it_is_fleiss():
    three = [[0, 0, 1], [1, 1, 1], [0, 1, 0]]
    assert scott_pi(three).value == pytest.approx(fleiss_kappa(three).value)
