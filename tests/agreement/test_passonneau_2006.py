"""Sets of codes: MASI, Jaccard, and steps in the tree."""

from __future__ import annotations

import pytest
from nltk.metrics import jaccard_distance as nltk_jaccard
from nltk.metrics import masi_distance as nltk_masi
from nltk.metrics.agreement import AnnotationTask

from coding.agreement.coefficients import krippendorff_alpha
from coding.agreement.sets import hierarchy_distance, masi_distance, set_alpha

UNITS = [["ab", "a"], ["a", "a"], ["bc", "ab"], ["c", "b"], ["abc", "ab"], ["c", "c"]]


@pytest.mark.parametrize(("name", "oracle"), [("jaccard", nltk_jaccard), ("masi", nltk_masi)])
def test_alpha_equals_nltk(name, oracle):
    data = [(c, u, frozenset(v)) for u, row in enumerate(UNITS) for c, v in enumerate(row)]
    ours = set_alpha([[list(v) for v in row] for row in UNITS], name, convention="nltk")
    assert ours.value == pytest.approx(AnnotationTask(data, distance=oracle).alpha(), abs=1e-3)  # nltk rounds


def test_conventions_differ_and_are_named():
    a, b = frozenset("ab"), frozenset("a")
    assert masi_distance(a, b) == pytest.approx(2 / 3)
    assert masi_distance(a, b, "dkpro") == pytest.approx(1 / 6)


def test_two_empty_sets_agree():
    assert masi_distance(frozenset(), frozenset()) == 0
    assert masi_distance(frozenset(), frozenset("a")) == 1


def test_siblings_are_nearer_than_strangers():
    tree = {"x1": "x", "x2": "x", "y1": "y", "x": None, "y": None}
    near = krippendorff_alpha([["x1", "x2"], ["x1", "x1"], ["y1", "y1"]], distance=hierarchy_distance(tree)).value
    far = krippendorff_alpha([["x1", "y1"], ["x1", "x1"], ["y1", "y1"]], distance=hierarchy_distance(tree)).value
    assert near > far
