"""Coefficients for categorical and ordered values on fixed units: one formula, one function.

Every function takes *units*: one row per unit, one value per coder, ``None`` where a coder did not
judge. They differ only in what they call agreement by chance. For passages on millions of characters
use `counts` instead; the formulas are the same, the arithmetic is on sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.agreement.figure import Figure, undefined
from coding.errors import InvalidValue

__all__ = [
    "Ratings",
    "agreement_weights",
    "brennan_prediger",
    "cohen_kappa",
    "conger_kappa",
    "fleiss_kappa",
    "fleiss_kappa_category",
    "gwet_ac1",
    "gwet_ac2",
    "krippendorff_alpha",
    "percent_agreement",
    "percent_agreement_values",
    "scott_pi",
    "weighted_alpha",
]

FloatArray = npt.NDArray[np.float64]
Unit = Sequence[Any]
EPSILON: Final = 1e-12
"""Chance agreement nearer to 1 than this counts as 1: the rounding of the sums."""


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Values of several coders on the same units."""

    values: npt.NDArray[np.intp]
    """Units × coders, position in `categories`, −1 where a coder did not judge."""
    categories: tuple[Hashable, ...]
    """The values that occur, in their natural order where they have one."""
    weights: FloatArray
    """How many units each row stands for, such as the characters of a stretch."""

    @classmethod
    def of(cls, units: Iterable[Unit], weights: Sequence[float] | None = None) -> Ratings:
        """Read units.

        Args:
            units: one row per unit, one value per coder; None or NaN is missing.
            weights: length of each row in units; 1 each by default.

        Raises:
            InvalidValue: rows of different lengths.
        """
        rows = [list(row) for row in units]
        widths = {len(row) for row in rows}
        if len(widths) > 1:
            raise InvalidValue(
                f"The units hold {min(widths)} to {max(widths)} values; one value per coder is needed, None if missing."
            )
        found = {v for row in rows for v in row if not _missing(v)}
        categories = tuple(_ordered(found))
        at = {c: i for i, c in enumerate(categories)}
        values = np.array([[-1 if _missing(v) else at[v] for v in row] for row in rows], dtype=np.intp)
        values = values.reshape(len(rows), widths.pop() if widths else 0)
        given = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
        return cls(values, categories, given)

    @property
    def coders(self) -> int:
        """Number of coders."""
        return int(self.values.shape[1])

    def counts(self) -> FloatArray:
        """Return units × categories: how many coders chose the category."""
        out = np.zeros((len(self.values), len(self.categories)))
        for column in self.values.T:
            judged = column >= 0
            out[np.flatnonzero(judged), column[judged]] += 1
        return out


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _ordered(values: set[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:  # mixed kinds have no order of their own; any fixed one will do
        return sorted(values, key=lambda v: (type(v).__name__, repr(v)))


def _as_ratings(units: Iterable[Unit] | Ratings) -> Ratings:
    return units if isinstance(units, Ratings) else Ratings.of(units)


def _observed(counts: FloatArray, weights: FloatArray, agreement: FloatArray | None = None) -> float:
    """Return the mean over units with two values of the share of agreeing pairs; NaN without any."""
    r = counts.sum(axis=1)
    pairable = r >= 2
    if not (weights[pairable] > 0).any():
        return math.nan
    n, rn, w = counts[pairable], r[pairable], weights[pairable]
    credited = n if agreement is None else n @ agreement
    agreeing = (n * (credited - 1)).sum(axis=1) / (rn * (rn - 1))
    return float((w * agreeing).sum() / w.sum())


def _ratio(name: str, observed: float, expected: float, **params: Any) -> Figure:
    """Return (Po − Pe) / (1 − Pe), undefined where chance leaves nothing to explain."""
    if math.isnan(observed):
        return undefined("no_pairs", name, **params)
    if 1 - expected < EPSILON:
        return undefined("one_value", name, **params)
    return Figure(
        (observed - expected) / (1 - expected), "", name, {**params, "observed": observed, "chance": expected}
    )


def percent_agreement(units: Iterable[Unit] | Ratings) -> Figure:
    """Return the mean over units of the share of pairs of coders who agree.

    Units with one value do not count. Where values are missing this differs from
    `percent_agreement_values`; see the page on agreement.

    Args:
        units: one row per unit, one value per coder, None where missing.

    Source: Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., eq. 2.10.

    >>> round(percent_agreement([[1, 1], [1, 2], [2, 2], [2, 2]]).value, 2)
    0.75
    """
    ratings = _as_ratings(units)
    observed = _observed(ratings.counts(), ratings.weights)
    if math.isnan(observed):
        return undefined("no_pairs", "percent_agreement")
    return Figure(observed, "", "percent_agreement")


def percent_agreement_values(units: Iterable[Unit] | Ratings) -> Figure:
    """Return the share of pairable values that agree, which is 1 − Krippendorff's observed disagreement.

    Args:
        units: one row per unit, one value per coder, None where missing.

    Source: Krippendorff 2011, Computing Krippendorff's alpha-reliability, sect. C.
    """
    ratings = _as_ratings(units)
    coincidences = _coincidences(ratings.counts(), ratings.weights)
    total = coincidences.sum()
    if total == 0:
        return undefined("no_pairs", "percent_agreement_values")
    return Figure(float(np.trace(coincidences) / total), "", "percent_agreement_values")


def agreement_weights(categories: Sequence[Any], kind: str | FloatArray = "identity") -> FloatArray:
    """Return how far two categories agree, 1 on the diagonal.

    Args:
        categories: the categories in order; numbers are used as such, others by their rank.
        kind: identity, linear, quadratic, ordinal, or a matrix of agreement weights.

    Source: Gwet 2014, sect. 3.5.

    >>> agreement_weights([1, 2, 3], "quadratic")[0].tolist()
    [1.0, 0.75, 0.0]
    """
    q = len(categories)
    if not isinstance(kind, str):
        matrix = np.asarray(kind, dtype=np.float64)
        if matrix.shape != (q, q):
            raise InvalidValue(f"The weights are {matrix.shape}; for {q} categories {(q, q)} is needed.")
        return matrix
    numbers = np.array(categories, dtype=np.float64) if _all_numbers(categories) else np.arange(q, dtype=np.float64)
    gap = np.abs(numbers[:, None] - numbers[None, :])
    reach = gap.max() if q else 0.0
    if kind == "identity" or reach == 0:
        return np.eye(q)
    if kind == "linear":
        return 1 - gap / reach
    if kind == "quadratic":
        return 1 - (gap / reach) ** 2
    if kind == "ordinal":
        rank = np.arange(q)
        between = np.abs(rank[:, None] - rank[None, :]) + 1.0
        pairs = between * (between - 1) / 2
        return np.asarray(1 - pairs / pairs.max())
    raise InvalidValue(f"Weights “{kind}” are not known; there are identity, linear, quadratic, ordinal, or a matrix.")


def _all_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(v, (int, float, np.number)) and not isinstance(v, bool) for v in values)


def cohen_kappa(units: Iterable[Unit] | Ratings, weights: str | FloatArray = "identity") -> Figure:
    """Return Cohen's kappa of two coders, or the mean over pairs of more (Light's kappa).

    Pairs without a defined kappa are left out of the mean; `params["undefined_pairs"]` counts them.

    Args:
        units: one row per unit, one value per coder, None where missing.
        weights: identity, linear, quadratic, ordinal, or a matrix of agreement weights.

    Source: Cohen 1960, Educ. Psychol. Meas. 20, pp. 40–41; Cohen 1968 (weights); Light 1971, p. 367.

    >>> round(cohen_kappa([[1, 1], [1, 2], [2, 2], [2, 2]]).value, 2)
    0.5
    """
    ratings = _as_ratings(units)
    credit = agreement_weights(ratings.categories, weights)
    pairs = [_cohen_pair(ratings, i, j, credit) for i, j in combinations(range(ratings.coders), 2)]
    if not pairs:
        return undefined("one_coder", "cohen_kappa")
    if len(pairs) == 1:
        return pairs[0]
    values = [p.value for p in pairs if p.defined]
    params = {"pairs": len(pairs), "undefined_pairs": len(pairs) - len(values)}
    if not values:
        return undefined(pairs[0].reason, "cohen_kappa", **params)
    return Figure(float(np.mean(values)), "", "cohen_kappa", params)


def _cohen_pair(ratings: Ratings, i: int, j: int, credit: FloatArray) -> Figure:
    a, b = ratings.values[:, i], ratings.values[:, j]
    both = (a >= 0) & (b >= 0)
    q = len(ratings.categories)
    table: FloatArray = (
        np.bincount(a[both] * q + b[both], weights=ratings.weights[both], minlength=q * q)
        .reshape(q, q)
        .astype(np.float64)
    )
    if table.sum() == 0:
        return undefined("no_pairs", "cohen_kappa")
    table = table / table.sum()
    expected = float((credit * np.outer(table.sum(axis=1), table.sum(axis=0))).sum())
    figure = _ratio("cohen_kappa", float((credit * table).sum()), expected)
    if figure.defined and min(np.count_nonzero(table.sum(axis=0)), np.count_nonzero(table.sum(axis=1))) == 1:
        return Figure(figure.value, "zero_by_construction", figure.measure, figure.params)
    return figure


def conger_kappa(units: Iterable[Unit] | Ratings) -> Figure:
    """Return Conger's kappa: chance agreement is the mean over pairs of coders, then one ratio.

    Args:
        units: one row per unit, one value per coder, None where missing.

    Source: Conger 1980, Psychol. Bull. 88, p. 325; Gwet 2014, eq. 2.21 (missing values).
    """
    ratings = _as_ratings(units)
    if ratings.coders < 2:
        return undefined("one_coder", "conger_kappa")
    shares = np.zeros((ratings.coders, len(ratings.categories)))
    for i, column in enumerate(ratings.values.T):
        judged = column >= 0
        shares[i] = np.bincount(column[judged], weights=ratings.weights[judged], minlength=len(ratings.categories))
        shares[i] /= max(shares[i].sum(), 1)
    shares = shares[shares.sum(axis=1) > 0]
    if len(shares) < 2:
        return undefined("no_pairs", "conger_kappa")
    total = shares.sum(axis=0)
    m = len(shares)
    expected = float(((total**2) - (shares**2).sum(axis=0)).sum() / (m * (m - 1)))
    return _ratio("conger_kappa", _observed(ratings.counts(), ratings.weights), expected)


def _mean_shares(counts: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the mean over judged units of each category's share of the values."""
    r = counts.sum(axis=1)
    judged = (r >= 1) & (weights > 0)
    shares = counts[judged] / r[judged, None]
    return np.asarray((weights[judged, None] * shares).sum(axis=0) / max(weights[judged].sum(), EPSILON))


def scott_pi(units: Iterable[Unit] | Ratings) -> Figure:
    """Return Scott's pi: chance agreement from the margins of both coders pooled.

    Args:
        units: one row per unit and two values; with more coders this is `fleiss_kappa`.

    Source: Scott 1955, Public Opin. Q. 19, p. 323.
    """
    ratings = _as_ratings(units)
    if ratings.coders == 2:
        both = (ratings.values >= 0).all(axis=1)
        ratings = Ratings(ratings.values[both], ratings.categories, ratings.weights[both])
    figure = fleiss_kappa(ratings)
    return Figure(figure.value, figure.reason, "scott_pi", figure.params)


def fleiss_kappa(units: Iterable[Unit] | Ratings) -> Figure:
    """Return Fleiss' kappa, in Gwet's extension where values are missing.

    Args:
        units: one row per unit, one value per coder, None where missing. A unit with one value counts
            in the margins but not in the observed agreement.

    Source: Fleiss 1971, Psychol. Bull. 76, pp. 378–380; Gwet 2014, eq. 2.19 (missing values).
    """
    ratings = _as_ratings(units)
    counts = ratings.counts()
    shares = _mean_shares(counts, ratings.weights)
    return _ratio("fleiss_kappa", _observed(counts, ratings.weights), float((shares**2).sum()))


def fleiss_kappa_category(units: Iterable[Unit] | Ratings, category: Hashable) -> Figure:
    """Return Fleiss' kappa of one category against all others.

    Args:
        units: one row per unit, one value per coder, None where missing.
        category: the category.

    Source: Fleiss 1971, p. 381.
    """
    ratings = _as_ratings(units)
    if category not in ratings.categories:
        return undefined("nothing_coded", "fleiss_kappa_category", category=category)
    at = ratings.categories.index(category)
    folded = np.where(ratings.values < 0, -1, (ratings.values == at).astype(np.intp))
    figure = fleiss_kappa(Ratings(folded, (False, True), ratings.weights))
    return Figure(figure.value, figure.reason, "fleiss_kappa_category", {**figure.params, "category": category})


def brennan_prediger(units: Iterable[Unit] | Ratings, categories: int | None = None) -> Figure:
    """Return Brennan and Prediger's kappa, also known as Bennett's S: chance agreement is 1/q.

    Args:
        units: one row per unit, one value per coder, None where missing.
        categories: number q of categories that were available; by default those that occur, at least two.

    Source: Bennett, Alpert & Goldstein 1954, p. 306; Brennan & Prediger 1981, p. 689.
    """
    ratings = _as_ratings(units)
    observed = _observed(ratings.counts(), ratings.weights)
    q = max(2, len(ratings.categories)) if categories is None else categories
    if math.isnan(observed):
        return undefined("no_pairs", "brennan_prediger", categories=q)
    if q < 2:
        return undefined("one_category", "brennan_prediger", categories=q)
    figure = _ratio("brennan_prediger", observed, 1 / q, categories=q)
    if len(ratings.categories) == 1:
        return Figure(figure.value, "degenerate", figure.measure, figure.params)
    return figure


def gwet_ac1(units: Iterable[Unit] | Ratings, categories: int | None = None) -> Figure:
    """Return Gwet's AC1.

    Args:
        units: one row per unit, one value per coder, None where missing.
        categories: number of categories that were available; by default those that occur.

    Source: Gwet 2008, Br. J. Math. Stat. Psychol. 61, p. 36; Gwet 2014, eq. 4.16.
    """
    figure = gwet_ac2(units, "identity", categories)
    return Figure(figure.value, figure.reason, "gwet_ac1", figure.params)


def gwet_ac2(
    units: Iterable[Unit] | Ratings, weights: str | FloatArray = "quadratic", categories: int | None = None
) -> Figure:
    """Return Gwet's AC2: AC1 with weights for categories that lie near each other.

    Args:
        units: one row per unit, one value per coder, None where missing.
        weights: linear, quadratic, ordinal, or a matrix of agreement weights.
        categories: number of categories that were available; by default those that occur.

    Source: Gwet 2014, eqs. 5.12–5.14.
    """
    ratings = _as_ratings(units)
    counts = ratings.counts()
    used = len(ratings.categories)
    q = used if categories is None else max(categories, used)
    credit = agreement_weights(ratings.categories, weights)
    observed = _observed(counts, ratings.weights, credit)
    if math.isnan(observed):
        return undefined("no_pairs", "gwet_ac2", categories=q)
    if used < 2:
        return undefined("one_value", "gwet_ac2", categories=q)
    shares = _mean_shares(counts, ratings.weights)
    # a category that nobody used adds only its own diagonal to the sum of the weights
    total = credit.sum() + (q - used)
    expected = float(total / (q * (q - 1)) * (shares * (1 - shares)).sum())
    return _ratio("gwet_ac2", observed, expected, categories=q)


def _coincidences(counts: FloatArray, weights: FloatArray) -> FloatArray:
    """Return Krippendorff's coincidence matrix: ordered pairs within units, each unit divided by r − 1."""
    r = counts.sum(axis=1)
    pairable = r >= 2
    n = counts[pairable]
    scale = weights[pairable] / (r[pairable] - 1)
    return np.asarray((n * scale[:, None]).T @ n - np.diag((n * scale[:, None]).sum(axis=0)))


def _squared_difference(categories: Sequence[Any], totals: FloatArray, level: str) -> FloatArray | None:
    """Return d² for a level of measurement; None where the values do not allow it."""
    q = len(categories)
    if level == "nominal":
        return 1 - np.eye(q)
    if level == "ordinal":
        below = np.cumsum(totals) - totals / 2
        return np.asarray((below[:, None] - below[None, :]) ** 2)
    if not _all_numbers(categories):
        return None
    x = np.array(categories, dtype=np.float64)
    if level == "interval":
        return np.asarray((x[:, None] - x[None, :]) ** 2)
    if level == "ratio":
        if (x < 0).any():
            return None
        both = x[:, None] + x[None, :]
        return np.asarray(((x[:, None] - x[None, :]) / np.where(both == 0, 1, both)) ** 2)
    raise InvalidValue(f"Level “{level}” is not known; there are nominal, ordinal, interval and ratio.")


def weighted_alpha(coincidences: FloatArray, distance: FloatArray, measure: str, **params: Any) -> Figure:
    """Return alpha from a coincidence matrix and a matrix of (squared) distances.

    Args:
        coincidences: symmetric, q × q.
        distance: what a pair of categories costs, 0 on the diagonal, q × q.
        measure: name for the figure.
        params: for the figure.
    """
    margins = coincidences.sum(axis=1)
    n = margins.sum()
    if n == 0:
        return undefined("no_pairs", measure, **params)
    expected = float(margins @ distance @ margins)
    if expected <= EPSILON * max(1.0, float(distance.max(initial=0.0))):
        return undefined("one_value", measure, **params)
    observed = float((coincidences * distance).sum())
    return Figure(float(1 - (n - 1) * observed / expected), "", measure, {**params, "pairable_values": float(n)})


def krippendorff_alpha(
    units: Iterable[Unit] | Ratings,
    level: str = "nominal",
    distance: Callable[[Any, Any], float] | FloatArray | None = None,
) -> Figure:
    """Return Krippendorff's alpha.

    Args:
        units: one row per unit, one value per coder, None where missing. A unit with one value is left out.
        level: nominal, ordinal, interval or ratio.
        distance: a function or matrix of distances instead of a level, such as steps in the codebook's tree.

    Source: Krippendorff 2019, Content Analysis, 4th ed., pp. 287–306; Krippendorff 2011.

    >>> round(krippendorff_alpha([[1, 1], [1, 2], [2, 2], [2, 2]]).value, 3)
    0.533
    """
    ratings = _as_ratings(units)
    name = f"krippendorff_alpha_{level}" if distance is None else "krippendorff_alpha_distance"
    coincidences = _coincidences(ratings.counts(), ratings.weights)
    if callable(distance):
        cats = ratings.categories
        delta: FloatArray | None = np.array([[distance(a, b) for b in cats] for a in cats], dtype=np.float64)
        delta = delta.reshape(len(cats), len(cats)) if delta is not None else None
    elif distance is not None:
        delta = np.asarray(distance, dtype=np.float64)
    else:
        delta = _squared_difference(ratings.categories, coincidences.sum(axis=1), level)
    if delta is None:
        return undefined("invalid_values", name)
    return weighted_alpha(coincidences, delta, name)
