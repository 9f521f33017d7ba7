"""Boundary similarity beside segeval."""

from __future__ import annotations

import pytest
import segeval

from coding.agreement.boundary import boundary_similarity
from coding.errors import InvalidValue


@pytest.mark.parametrize(
    ("a", "b"),
    [((2, 3, 6), (5, 6)), ((2, 3, 6), (2, 2, 7)), ((4, 4, 4), (4, 4, 4)), ((1, 10), (6, 5)), ((3, 3, 5), (11,))],
)
def test_equals_segeval(a, b):
    assert boundary_similarity([a, b]).value == pytest.approx(float(segeval.boundary_similarity(a, b)))


def test_no_boundaries_at_all():
    assert boundary_similarity([[11], [11]]).reason == "no_boundaries"


def test_different_texts_are_refused():
    with pytest.raises(InvalidValue, match="same text"):
        boundary_similarity([[3, 3], [4, 4]])
