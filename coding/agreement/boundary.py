"""Boundary similarity B for exhaustive segmentations (Fournier 2013)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, combinations

import numpy as np

from coding.agreement.figure import Figure, undefined
from coding.errors import InvalidValue

__all__ = ["boundary_similarity"]


def boundary_similarity(masses: Sequence[Sequence[int]], n_t: int = 2) -> Figure:
    """Return boundary similarity, the mean over pairs of coders.

    Boundaries at one place match; boundaries nearer than `n_t` count as a near miss of weight
    distance / `n_t`; all others cost 1 each.

    Args:
        masses: per coder the lengths of the consecutive stretches; all add up to the same length.
        n_t: how near a near miss is, in the unit of the lengths. Use sentences or tokens:
            two characters mean nothing.

    Raises:
        InvalidValue: the lengths of two coders add up differently.

    Source: Fournier 2013, ACL, pp. 1704–1706.

    >>> boundary_similarity([[2, 3, 6], [2, 2, 7]]).value
    0.75
    """
    totals = {sum(m) for m in masses}
    if len(totals) > 1:
        raise InvalidValue(f"The stretches add up to {sorted(totals)}; all coders must cut the same text.")
    if any(length <= 0 for m in masses for length in m):
        raise InvalidValue("A stretch of length 0 or less; every stretch must hold at least one unit.")
    cuts = [tuple(accumulate(m))[:-1] for m in masses]
    if len(cuts) < 2:
        return undefined("one_coder", "boundary_similarity", n_t=n_t)
    values = [v for a, b in combinations(cuts, 2) if (v := _pair(a, b, n_t)) is not None]
    if not values:
        return undefined("no_boundaries", "boundary_similarity", n_t=n_t)
    return Figure(float(np.mean(values)), "", "boundary_similarity", {"n_t": n_t})


def _pair(a: Sequence[int], b: Sequence[int], n_t: int) -> float | None:
    matches = len(set(a) & set(b))
    left, right = sorted(set(a) - set(b)), sorted(set(b) - set(a))
    near, cost = _near_misses(left, right, n_t)
    apart = len(left) + len(right) - 2 * near
    total = matches + near + apart
    return None if total == 0 else 1 - (apart + cost) / total


def _near_misses(left: Sequence[int], right: Sequence[int], n_t: int) -> tuple[int, float]:
    """Return number and cost of the near misses that save most; in order, each boundary at most once."""
    best = np.zeros((len(left) + 1, len(right) + 1))
    count = np.zeros_like(best, dtype=int)
    for i, x in enumerate(left, 1):
        for j, y in enumerate(right, 1):
            options = [(best[i - 1, j], count[i - 1, j]), (best[i, j - 1], count[i, j - 1])]
            if abs(x - y) < n_t:
                options.append((best[i - 1, j - 1] + 2 - abs(x - y) / n_t, count[i - 1, j - 1] + 1))
            best[i, j], count[i, j] = max(options)
    near = int(count[-1, -1])
    return near, 2 * near - float(best[-1, -1])
