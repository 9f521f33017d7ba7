"""Conger's kappa for many coders: chance from each coder's own margins."""

from __future__ import annotations

import numpy as np
import pytest

from coding.agreement.coefficients import cohen_kappa, conger_kappa
from coding.agreement.measures import compute

COMPLETE = np.random.default_rng(3).integers(0, 3, (60, 3)).tolist()


def test_chance_is_the_mean_over_pairs_of_coders_margins():
    columns = np.array(COMPLETE).T
    pairs = [(0, 1), (0, 2), (1, 2)]
    observed = np.mean([(columns[i] == columns[j]).mean() for i, j in pairs])
    chance = np.mean([sum((columns[i] == c).mean() * (columns[j] == c).mean() for c in range(3)) for i, j in pairs])
    assert conger_kappa(COMPLETE).value == pytest.approx((observed - chance) / (1 - chance))


def test_it_is_no_mean_of_kappas():
    assert conger_kappa(COMPLETE).value != pytest.approx(
        compute("light_kappa", "coding", {"units": COMPLETE}).value, abs=1e-6
    )


def test_of_two_coders_it_is_cohens():
    two = [row[:2] for row in COMPLETE]
    assert conger_kappa(two).value == pytest.approx(cohen_kappa(two).value)
