"""Krippendorff, Mathet, Bouvry and Widlöcher 2016: units on a continuum."""

from __future__ import annotations

import numpy as np
import pytest

from coding.agreement.columns import Columns
from coding.agreement.unitizing import Domains, family, family_of_spans, find_overlaps, unit_statistics
from coding.errors import OverlappingDomain


def naive(coders, length):
    """u-, binary and cu-alpha by whole matrices of coincidences, character by character."""
    values = ["", *sorted({c for own in coders for _, _, c in own})]
    m, q = len(coders), len(values)
    line = np.zeros((m, length), dtype=int)
    for i, own in enumerate(coders):
        for s, e, c in own:
            line[i, s:e] = values.index(c)
    on = line > 0
    observed, squares, paired_squares = np.zeros((q, q)), np.zeros(q), np.zeros(q)
    for i in range(m):
        for j in range(m):
            if i != j:
                np.add.at(observed, (line[i], line[j]), 1 / (m - 1))
        for s, e, c in coders[i]:
            squares[values.index(c)] += (e - s) ** 2
            others = sum(on[j, s:e].sum() for j in range(m) if j != i) / (m - 1)
            paired_squares[values.index(c)] += others**2
        squares[0] += (line[i] == 0).sum()

    def expected(o, z):
        margin, total = o.sum(axis=1), o.sum()
        return total * (np.outer(margin, margin) - np.diag(z)) / (total**2 - z.sum())

    def alpha(o, e):
        off = ~np.eye(len(o), dtype=bool)
        return 1 - o[off].sum() / e[off].sum() if e[off].sum() > 0 else np.nan

    e = expected(observed, squares)
    fold = lambda x: np.array([[x[0, 0], x[0, 1:].sum()], [x[1:, 0].sum(), x[1:, 1:].sum()]])  # noqa: E731
    inner = observed[1:, 1:]
    return alpha(observed, e), alpha(fold(observed), fold(e)), alpha(inner, expected(inner, paired_squares[1:]))


def random_units(rng, length, codes):
    cuts = np.sort(rng.choice(np.arange(1, length), 8, replace=False))
    return [(int(s), int(e), codes[rng.integers(len(codes))]) for s, e in zip(cuts[::2], cuts[1::2], strict=True)]


@pytest.mark.parametrize("seed", range(8))
def test_equals_the_naive_matrices(seed):
    rng = np.random.default_rng(seed)
    coders = [random_units(rng, 80, "abc") for _ in range(3)]
    figures = family_of_spans(coders, 80)
    u, binary, cu = naive(coders, 80)
    assert figures["u_alpha_nominal"].value == pytest.approx(u)
    assert figures["u_alpha_binary"].value == pytest.approx(binary)
    assert figures["cu_alpha_nominal"].value == pytest.approx(cu, nan_ok=True)


def test_one_coder_without_units_is_slightly_negative_and_cu_is_undefined():
    figures = family_of_spans([[(10, 20, "x")], []], 100)
    assert figures["u_alpha_binary"].value == pytest.approx(-0.045)
    assert figures["cu_alpha_nominal"].reason == "nothing_paired"


def test_everything_coded_leaves_binary_undefined_but_not_u():
    figures = family_of_spans([[(0, 50, "x"), (50, 100, "y")], [(0, 60, "x"), (60, 100, "y")]], 100)
    assert figures["u_alpha_binary"].reason == "everything_coded"
    assert figures["u_alpha_nominal"].defined
    assert figures["cu_alpha_nominal"].defined


def test_a_single_code_is_no_choice():
    assert family_of_spans([[(0, 5, "x")], [(0, 5, "x")]], 20)["cu_alpha_nominal"].reason == "one_code"


def test_coverage_stands_beside_the_figure_of_one_code():
    coders = [[(0, 10, "x"), (20, 30, "y"), (50, 80, "x")], [(0, 10, "x"), (20, 30, "y")]]
    figure = family_of_spans(coders, 100, "x")["ku_alpha_nominal"]
    assert figure.value == pytest.approx(1)
    assert figure.params["coverage"] == pytest.approx(0.4)


def test_overlapping_codes_of_one_coder_are_listed_not_dropped():
    coders = [[(0, 10, "x"), (5, 15, "y")], [(0, 10, "x")]]
    figure = family_of_spans(coders, 30)["cu_alpha_nominal"]
    assert figure.reason == "overlapping_units"
    assert figure.params["passages"] == [[0, 5, 10]]


def test_own_overlaps_with_one_code_are_united_and_touching_units_stay_two():
    whole = family_of_spans([[(10, 30, "x")], [(12, 30, "x")]], 100)["u_alpha_binary"].value
    united = family_of_spans([[(10, 22, "x"), (15, 30, "x")], [(12, 30, "x")]], 100)["u_alpha_binary"].value
    touching = family_of_spans([[(10, 20, "x"), (20, 30, "x")], [(12, 30, "x")]], 100)["u_alpha_binary"].value
    assert united == whole
    assert touching != whole


def test_unit_statistics_refuse_overlaps():
    one = np.array([0, 0])
    columns = Columns(one, np.array([0, 1]), one, np.array([0, 5]), np.array([10, 15]), np.array([30]), 2,
                      np.ones((1, 2), dtype=bool))  # fmt: skip
    with pytest.raises(OverlappingDomain, match="exclude each other overlap"):
        unit_statistics(columns, Domains.of([0, 0]))
    assert find_overlaps(columns, Domains.of([0, 0])).tolist() == [[0, 0, 0, 5, 10]]


def test_documents_add_up_as_one_continuum():
    rng = np.random.default_rng(2)
    coders = [random_units(rng, 80, "ab") for _ in range(2)]
    table = np.array([(d, "ab".index(c), i, s, e) for d in range(2) for i, own in enumerate(coders) for s, e, c in own])
    columns = Columns(*table.T, np.array([80, 80]), 2, np.ones((2, 2), dtype=bool))
    joined = [own + [(s + 80, e + 80, c) for s, e, c in own] for own in coders]
    value = family(unit_statistics(columns, Domains.of([0, 0])).total()).u[0]
    assert value == pytest.approx(family_of_spans(joined, 160)["u_alpha_nominal"].value)
