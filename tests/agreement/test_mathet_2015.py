"""Gamma: the best alignment, exactly."""

from __future__ import annotations

import sys
from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from coding.agreement import from_table, named
from coding.agreement.gamma import assign, best_alignment_disorder, gamma
from coding.errors import AgreementError


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


def many_units(coders=3, units=40, length=3000):
    rng = np.random.default_rng(1)
    starts = [np.sort(rng.integers(0, length - 60, units)) for _ in range(coders)]
    return [[(int(s), int(s + rng.integers(20, 60)), "xyz"[rng.integers(3)]) for s in own] for own in starts]


def test_too_many_units_of_three_coders_ask_for_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygamma_agreement", None)  # as where it is not installed
    with pytest.raises(AgreementError, match="extra “gamma”"):
        best_alignment_disorder(many_units())


def test_the_library_takes_over_where_the_search_is_too_long(monkeypatch):
    """The library itself is no dependency; a stand-in records what it is given."""
    seen = []

    class Continuum:
        def add(self, coder, segment, code):
            seen.append((coder, segment, code))

        def get_best_alignment(self, measure):
            return SimpleNamespace(disorder=1.25 * measure["delta_empty"])

    library = SimpleNamespace(Continuum=Continuum, CombinedCategoricalDissimilarity=dict)
    monkeypatch.setitem(sys.modules, "pygamma_agreement", library)
    monkeypatch.setitem(sys.modules, "pyannote", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "pyannote.core", SimpleNamespace(Segment=lambda s, e: (s, e)))
    units = many_units()
    figure = best_alignment_disorder(units, delta_empty=2.0)
    assert (figure.value, figure.params["found_by"]) == (2.5, "pygamma-agreement")
    assert seen == [(str(i), (s, e), c) for i, own in enumerate(units) for s, e, c in own]


def test_a_document_that_is_too_much_leaves_the_others_their_figure():
    rows = [("long", 3000, f"c{i}", c, s, e) for i, own in enumerate(many_units()) for s, e, c in own]
    rows += [("short", 100, f"c{i}", "x", 0, 10) for i in range(3)]
    table = from_table(pd.DataFrame(rows, columns=["document", "length", "coder", "code", "start", "end"]), draws=0)
    found = named.by_document(table, "gamma_best_alignment_disorder")
    assert found["short"].value == 0
    if not found["long"].defined:  # defined where the library is installed
        assert found["long"].reason == "too_many_units"
    assert named.of_all_codes(table, "gamma_best_alignment_disorder").params["documents"] >= 1
