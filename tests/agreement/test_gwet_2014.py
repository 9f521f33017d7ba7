"""Gwet, Handbook of Inter-Rater Reliability, 4th ed.: one table of four raters, five coefficients, three of them his."""

from __future__ import annotations

import pytest

from coding.agreement.measures import compute

_ = None
RATERS = [
    [1, 1, _, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [_, 5, 5, 5], [_, _, 1, 1], [_, _, 3, _],
]  # fmt: skip
PUBLISHED = {
    "percent_agreement": 0.81818, "gwet_ac1": 0.77544, "fleiss_kappa": 0.76117, "conger_kappa": 0.76282,
    "brennan_prediger": 0.77273, "krippendorff_alpha_nominal": 0.74342,
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_table_of_four_raters(name):
    assert compute(name, "coding", {"units": RATERS}).value == pytest.approx(PUBLISHED[name], abs=5e-6)


def test_kappa_falls_where_one_category_is_rare_and_ac1_does_not():
    rare = [[1, 1]] * 118 + [[0, 1]] * 2 + [[1, 0]] * 5
    kappa, ac1 = (compute(n, "coding", {"units": rare}).value for n in ("cohen_kappa", "gwet_ac1"))
    assert kappa < 0 < 0.9 < ac1


def test_weights_of_identity_make_ac2_ac1():
    ac1 = compute("gwet_ac1", "coding", {"units": RATERS}).value
    assert compute("gwet_ac2", "coding", {"units": RATERS, "weights": "identity"}).value == pytest.approx(ac1)
    near = compute("gwet_ac2_quadratic", "coding", {"units": RATERS}).value
    assert near > ac1  # most disagreements are between neighbours
