"""Cohen 1960 and what follows from it: pairs, Light's mean, Conger, weights."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from coding.agreement import binary
from coding.agreement.coefficients import cohen_kappa, conger_kappa
from coding.agreement.counts import count


def test_one_coder_who_never_uses_a_category_gives_exactly_zero_and_says_so():
    figure = cohen_kappa([[1, 0], [0, 0], [0, 0]])
    assert figure.value == 0
    assert figure.reason == "zero_by_construction"


def test_one_category_is_undefined():
    figure = cohen_kappa([[1, 1], [1, 1]])
    assert not figure.defined
    assert figure.reason == "one_value"


def test_mean_over_pairs_counts_the_pairs_without_kappa():
    figure = cohen_kappa([[0, 0, 0], [0, 0, 0], [0, 0, 1]])
    assert figure.params["undefined_pairs"] == 1
    assert figure.value == 0


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
def test_equals_scikit_learn(weights):
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 4, 80), rng.integers(0, 4, 80)
    expected = cohen_kappa_score(a, b, weights=None if weights == "identity" else weights)
    assert cohen_kappa(list(zip(a.tolist(), b.tolist(), strict=True)), weights).value == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(6))
def test_characters_equal_scikit_learn_on_every_character(comparison, seed):
    project = comparison(seed)
    kappas = binary.pair_kappas(count(project.columns).totals())
    for code in range(project.codes):
        units = np.array(project.units(code))
        for p, (i, j) in enumerate([(0, 1), (0, 2), (1, 2)]):
            assert kappas[code, p] == pytest.approx(cohen_kappa_score(units[:, i], units[:, j]))


def test_conger_of_two_coders_is_cohen():
    units = [[1, 1], [1, 2], [2, 2], [3, 2], [3, 3]]
    assert conger_kappa(units).value == pytest.approx(cohen_kappa(units).value)
