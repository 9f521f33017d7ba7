"""Fleiss, Scott, Conger, Brennan and Prediger, Gwet: one observed agreement, different chance."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from coding.agreement import binary
from coding.agreement.coefficients import (
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    fleiss_kappa_category,
    gwet_ac1,
    percent_agreement,
    scott_pi,
)
from coding.agreement.counts import count
from coding.agreement.measures import compute

RNG = np.random.default_rng(11)
COMPLETE = RNG.integers(0, 3, (40, 4)).tolist()
# irrCAC pins old versions of its own needs, so its figures are kept rather than computed
IRRCAC = json.loads((Path(__file__).parent / "oracles" / "irrcac.json").read_text(encoding="utf-8"))["projects"]


def test_equals_statsmodels():
    table, _ = aggregate_raters(np.array(COMPLETE))
    assert fleiss_kappa(COMPLETE).value == pytest.approx(statsmodels_fleiss(table))


@pytest.mark.parametrize("project", IRRCAC, ids=range(len(IRRCAC)))
def test_equals_irrcac(project):
    for name, expected in project.items():
        if name not in ("units", "categories"):
            assert compute(name, "coding", {"units": project["units"]}).value == pytest.approx(expected, abs=1e-9), name


def test_one_category_of_fleiss_is_fleiss_on_yes_and_no():
    folded = [[v == 1 for v in row] for row in COMPLETE]
    assert fleiss_kappa_category(COMPLETE, 1).value == pytest.approx(fleiss_kappa(folded).value)


def test_scott_is_fleiss_for_two():
    two = [row[:2] for row in COMPLETE]
    assert scott_pi(two).value == pytest.approx(fleiss_kappa(two).value)


def test_one_category_is_undefined_but_s_is_marked_degenerate():
    units = [[1, 1], [1, 1]]
    assert gwet_ac1(units).reason == "one_value"
    assert fleiss_kappa(units).reason == "one_value"
    s = brennan_prediger(units)
    assert (s.value, s.reason) == (1.0, "degenerate")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("missing", [False, True])
def test_characters_equal_the_naive_count(comparison, seed, missing):
    project = comparison(seed, missing=missing)
    totals = count(project.columns).totals()
    for name, naive in (
        ("fleiss", fleiss_kappa),
        ("conger", conger_kappa),
        ("gwet_ac1", gwet_ac1),
        ("bennett_s", lambda u: brennan_prediger(u, 2)),
        ("percent", percent_agreement),
    ):
        values = binary.BINARY_MEASURES[name](totals)
        for code in range(project.codes):
            assert values[code] == pytest.approx(naive(project.units(code)).value, nan_ok=True), name
