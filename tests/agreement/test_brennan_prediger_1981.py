"""Brennan and Prediger: free margins, so chance is one over the number of categories."""

from __future__ import annotations

import pytest

from coding.agreement.coefficients import brennan_prediger
from coding.agreement.measures import compute

# p. 689: two judges, three categories, observed agreement .60
AGREED = [[c, c] for c in (0, 1, 2) for _ in range(2)]
UNITS = [*AGREED, [0, 1], [1, 2], [2, 0], [1, 0]]


def test_the_example_of_the_paper():
    assert brennan_prediger(UNITS).value == pytest.approx((0.6 - 1 / 3) / (1 - 1 / 3))
    assert brennan_prediger(UNITS).value == pytest.approx(0.4, abs=0.001)


@pytest.mark.parametrize("categories", [3, 4, 10])
def test_a_category_that_nobody_used_counts_where_it_is_named(categories):
    expected = (0.6 - 1 / categories) / (1 - 1 / categories)
    assert brennan_prediger(UNITS, categories).value == pytest.approx(expected)
    for name in ("bennett_s", "randolph_kappa", "brennan_prediger"):
        assert compute(name, "coding", {"units": UNITS, "n_categories": categories}).value == pytest.approx(expected)
