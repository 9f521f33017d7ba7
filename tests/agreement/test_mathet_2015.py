"""Gamma: the best alignment, exactly."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from coding.agreement.gamma import assign, best_alignment_disorder, gamma


@pytest.mark.parametrize("n", [1, 2, 5, 30])
def test_assignment_equals_scipy(n):
    cost = np.random.default_rng(n).random((n, n))
    rows, columns = linear_sum_assignment(cost)
    assert cost[np.arange(n), assign(cost)].sum() == pytest.approx(cost[rows, columns].sum())


def test_three_coders_never_align_worse_than_by_any_order():
    coders = [[(0, 10, "a"), (20, 30, "b")], [(1, 11, "a"), (22, 30, "b")], [(0, 9, "a"), (19, 30, "a")]]
    best = best_alignment_disorder(coders).value
    for first in permutations(coders[0]):
        fixed = [[first[i], coders[1][i], coders[2][i]] for i in range(2)]
        total = 0.0
        for row in fixed:
            pairs = [(row[0], row[1]), (row[0], row[2]), (row[1], row[2])]
            total += (
                sum(
                    ((abs(u[0] - v[0]) + abs(u[1] - v[1])) / (u[1] - u[0] + v[1] - v[0])) ** 2 + (u[2] != v[2])
                    for u, v in pairs
                )
                / 3
            )
        assert best <= total / 2 + 1e-12


def test_perfect_agreement_is_one_and_the_draw_is_repeatable():
    units = [(0, 10, "a"), (30, 45, "b"), (60, 70, "a")]
    assert gamma([units, units], 100).value == 1
    moved = [units, [(2, 11, "a"), (33, 45, "a"), (60, 75, "a")]]
    first, again = gamma(moved, 100, seed=4), gamma(moved, 100, seed=4)
    assert first.value == again.value
    assert 0 < first.params["precision"] < 1


def test_nothing_coded_is_undefined():
    assert best_alignment_disorder([[], []]).reason == "nothing_coded"
    assert gamma([[], []], 50).reason == "nothing_coded"
