"""Gamma: agreement on passages and codes by the best alignment of units (Mathet et al. 2015).

Two coders are aligned exactly by assignment; more by an exact search, and where that is too long by the
library pygamma-agreement, if it is installed. The one measure here that lets a coder's own units overlap. Its value depends on alpha, beta and the cost
of an empty place, and on random continua, so all of these are reported with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.agreement.figure import Figure, undefined
from coding.errors import AgreementError

__all__ = ["assign", "best_alignment_disorder", "gamma"]

FloatArray = npt.NDArray[np.float64]
Unit = tuple[int, int, Any]
_MOST_STEPS: Final = 200_000


def assign(cost: FloatArray) -> npt.NDArray[np.intp]:
    """Return for each row the column of the cheapest one-to-one assignment.

    Args:
        cost: square, finite.

    Source: Jonker & Volgenant 1987, Computing 38, pp. 325–340 (shortest augmenting paths).

    >>> assign(np.array([[4.0, 1.0], [2.0, 3.0]])).tolist()
    [1, 0]
    """
    n = len(cost)
    rows, columns = np.zeros(n + 1), np.zeros(n + 1)
    row_of = np.zeros(n + 1, dtype=np.intp)
    for i in range(1, n + 1):
        row_of[0] = i
        at = 0
        shortest = np.full(n + 1, np.inf)
        before = np.zeros(n + 1, dtype=np.intp)
        done = np.zeros(n + 1, dtype=bool)
        while row_of[at]:
            done[at] = True
            reduced = cost[row_of[at] - 1] - rows[row_of[at]] - columns[1:]
            open_ = ~done[1:]
            better = open_ & (reduced < shortest[1:])
            shortest[1:][better] = reduced[better]
            before[1:][better] = at
            following = 1 + int(np.argmin(np.where(open_, shortest[1:], np.inf)))
            delta = shortest[following]
            rows[row_of[done]] += delta
            columns[done] -= delta
            shortest[~done] -= delta
            at = following
        while at:
            row_of[at] = row_of[before[at]]
            at = before[at]
    out = np.empty(n, dtype=np.intp)
    out[row_of[1:] - 1] = np.arange(n)
    return out


def _dissimilarity(a: Sequence[Unit], b: Sequence[Unit], alpha: float, beta: float, empty: float) -> FloatArray:
    """Return the cost of putting unit of one coder beside unit of another."""
    if not a or not b:
        return np.zeros((len(a), len(b)))
    left = np.array([(s, e) for s, e, _ in a], dtype=np.float64)
    right = np.array([(s, e) for s, e, _ in b], dtype=np.float64)
    apart = np.abs(left[:, None, 0] - right[None, :, 0]) + np.abs(left[:, None, 1] - right[None, :, 1])
    lengths = (left[:, 1] - left[:, 0])[:, None] + (right[:, 1] - right[:, 0])[None, :]
    other = np.array([[x[2] != y[2] for y in b] for x in a], dtype=np.float64)
    return np.asarray((alpha * (apart / lengths) ** 2 + beta * other) * empty)


def _two(a: Sequence[Unit], b: Sequence[Unit], alpha: float, beta: float, empty: float) -> float:
    """Return the disorder of the best alignment of two coders, exactly."""
    n, k = len(a), len(b)
    cost = np.full((n + k, n + k), empty)
    cost[:n, :k] = _dissimilarity(a, b, alpha, beta, empty)
    cost[n:, k:] = 0.0
    return float(cost[np.arange(n + k), assign(cost)].sum()) / ((n + k) / 2)


class _TooMany(Exception):
    """More ways to align than the exact search walks through."""


def _many(coders: Sequence[Sequence[Unit]], alpha: float, beta: float, empty: float) -> tuple[float, str]:
    """Return the disorder of the best alignment of three coders and more, and by what it was found."""
    try:
        return _searched(coders, alpha, beta, empty), "search"
    except _TooMany as reason:
        found = _by_library(coders, alpha, beta, empty)
        if found is None:
            raise AgreementError(
                f"{reason} Compare pairs of coders, cut the text into smaller documents, or install the extra "
                "“gamma”: pip install “coding-workbench[gamma]”."
            ) from None
        return found, "pygamma-agreement"


def _by_library(coders: Sequence[Sequence[Unit]], alpha: float, beta: float, empty: float) -> float | None:
    """Return the disorder by integer programming with pygamma-agreement, None where that cannot be had."""
    try:
        from pyannote.core import Segment
        from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum
    except ImportError:
        return None
    if not all(coders):  # it takes no coder without units
        return None
    continuum = Continuum()
    for i, units in enumerate(coders):
        for start, end, code in units:
            continuum.add(f"{i}", Segment(start, end), f"{code}")
    measure = CombinedCategoricalDissimilarity(alpha=alpha, beta=beta, delta_empty=empty)
    return float(continuum.get_best_alignment(measure).disorder)


def _searched(coders: Sequence[Sequence[Unit]], alpha: float, beta: float, empty: float) -> float:
    """Return the disorder of the best alignment by branch and bound."""
    m = len(coders)
    pairs = list(combinations(range(m), 2))
    costs = {(i, j): _dissimilarity(coders[i], coders[j], alpha, beta, empty) for i, j in pairs}

    def disorder(choice: Sequence[int]) -> float:
        total = 0.0
        for i, j in pairs:
            total += empty if choice[i] < 0 or choice[j] < 0 else float(costs[i, j][choice[i], choice[j]])
        return total / len(pairs)

    # aligning must be no dearer than leaving every member alone; units too far apart never meet
    near = {(i, j): costs[i, j] <= len(pairs) * empty * 2 for i, j in pairs}
    candidates: list[tuple[float, frozenset[tuple[int, int]]]] = []
    size = math.prod(len(c) + 1 for c in coders)
    if size > _MOST_STEPS * 10:
        raise _TooMany(f"{size:,} ways to align the coders' units are too many to search in one text.")
    for choice in product(*(range(-1, len(c)) for c in coders)):
        members = [(i, u) for i, u in enumerate(choice) if u >= 0]
        if not members or any(not near[a[0], b[0]][a[1], b[1]] for a, b in combinations(members, 2)):
            continue
        value = disorder(choice)
        if len(members) == 1 or value <= len(members) * empty + 1e-12:
            candidates.append((value, frozenset(members)))
    units = sum(len(c) for c in coders)
    return _cover(candidates) / (units / m)


def _cover(candidates: list[tuple[float, frozenset[tuple[int, int]]]]) -> float:
    """Return the least total cost of candidates that hold every unit exactly once."""
    by_unit: dict[tuple[int, int], list[tuple[float, frozenset[tuple[int, int]]]]] = {}
    for cost, members in candidates:
        for unit in members:
            by_unit.setdefault(unit, []).append((cost, members))
    share = {u: min(c / len(s) for c, s in options) for u, options in by_unit.items()}
    for options in by_unit.values():
        options.sort(key=lambda o: o[0] / len(o[1]))
    best = sum(min(c for c, s in options if len(s) == 1) for options in by_unit.values())
    order = sorted(by_unit, key=lambda u: (by_unit[u][0][0], u))
    steps = 0

    def search(left: frozenset[tuple[int, int]], spent: float, bound: float) -> None:
        nonlocal best, steps
        steps += 1
        if steps > _MOST_STEPS:
            raise _TooMany("The best alignment was not found within the limit of steps.")
        if not left:
            best = min(best, spent)
            return
        unit = next(u for u in order if u in left)
        for cost, members in by_unit[unit]:
            rest = bound - sum(share[u] for u in members)
            if members <= left and spent + cost + rest < best - 1e-12:
                search(left - members, spent + cost, rest)

    search(frozenset(by_unit), 0.0, sum(share.values()))
    return best


def best_alignment_disorder(
    coders: Sequence[Sequence[Unit]], alpha: float = 1.0, beta: float = 1.0, delta_empty: float = 1.0
) -> Figure:
    """Return the disorder of the best alignment of all coders' units.

    Args:
        coders: per coder the units (start, end, code); units of one coder may overlap.
        alpha: weight of the positions.
        beta: weight of the codes.
        delta_empty: cost of a unit without a counterpart.

    Raises:
        AgreementError: more than two coders, too many units for an exact search, and no pygamma-agreement.

    Source: Mathet, Widlöcher & Métivier 2015, Comput. Linguist. 41, pp. 451–460.
    """
    params: dict[str, Any] = {"alpha": alpha, "beta": beta, "delta_empty": delta_empty}
    name = "gamma_best_alignment_disorder"
    if len(coders) < 2:
        return undefined("one_coder", name, **params)
    if not any(coders):
        return undefined("nothing_coded", name, **params)
    if len(coders) == 2:
        value = _two(coders[0], coders[1], alpha, beta, delta_empty)
    else:
        value, params["found_by"] = _many(coders, alpha, beta, delta_empty)
    return Figure(value, "", name, params)


def _shuffled(coders: Sequence[Sequence[Unit]], length: int, rng: np.random.Generator) -> list[list[Unit]]:
    """Return a random continuum: each coder's units are some coder's, turned by a random shift."""
    out = []
    for _ in coders:
        source = coders[int(rng.integers(len(coders)))]
        shift = int(rng.integers(max(length, 1)))
        turned = []
        for start, end, code in source:
            at = (start + shift) % length
            turned.append((at, at + end - start, code))
        out.append(sorted(turned, key=lambda u: u[:2]))
    return out


def gamma(
    coders: Sequence[Sequence[Unit]],
    length: int,
    alpha: float = 1.0,
    beta: float = 1.0,
    delta_empty: float = 1.0,
    samples: int = 30,
    seed: int = 20260101,
) -> Figure:
    """Return gamma: 1 − disorder of the best alignment / mean disorder of random continua.

    Random continua shift the coders' own units around the text. The half-width of the chance disorder's
    95 % interval, relative to it, is reported as ``precision``.

    Args:
        coders: per coder the units (start, end, code).
        length: length of the text.
        alpha: weight of the positions.
        beta: weight of the codes.
        delta_empty: cost of a unit without a counterpart.
        samples: number of random continua.
        seed: makes the value repeatable.

    Source: Mathet, Widlöcher & Métivier 2015, pp. 460–463.
    """
    observed = best_alignment_disorder(coders, alpha, beta, delta_empty)
    if not observed.defined:
        return undefined(observed.reason, "gamma", **observed.params)
    rng = np.random.default_rng(seed)
    drawn = [best_alignment_disorder(_shuffled(coders, length, rng), alpha, beta, delta_empty) for _ in range(samples)]
    chance = np.array([f.value for f in drawn if f.defined])
    expected = float(chance.mean()) if len(chance) else 0.0
    if expected <= 0:
        return undefined("no_chance", "gamma", **observed.params)
    spread = float(chance.std(ddof=1)) if len(chance) > 1 else math.nan
    params = {
        **observed.params,
        "samples": samples,
        "seed": seed,
        "observed_disorder": observed.value,
        "expected_disorder": expected,
        "precision": 1.96 * spread / math.sqrt(len(chance)) / expected,
    }
    return Figure(1 - observed.value / expected, "", "gamma", params)
