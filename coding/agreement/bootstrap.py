"""Uncertainty by resampling documents: whole documents are drawn, since neighbouring words are one decision.

Every statistic is a sum over documents, so a resample is a vector of weights and a thousand resamples
are one matrix product. The same draws serve every code and measure, which makes differences paired.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.agreement.counts import Counts, Totals
from coding.agreement.unitizing import UnitStatistics
from coding.errors import InvalidValue

__all__ = [
    "FEWEST_DOCUMENTS",
    "MOST_UNDEFINED",
    "Draws",
    "Interval",
    "bca_interval",
    "difference",
    "interval",
    "intervals",
    "left_out",
    "resample_counts",
    "resample_units",
]

FloatArray = npt.NDArray[np.float64]
FEWEST_DOCUMENTS: Final = 10
"""Below this number of documents (or blocks) no interval is given."""
FEWEST_FOR_BCA: Final = 20
MOST_UNDEFINED: Final = 0.05
"""Share of undefined draws above which an interval is withheld."""
THRESHOLDS: Final = (2 / 3, 0.8)
_EXACT_SINGLE: Final = float(1 << 24)


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval with what is needed to judge it."""

    low: float
    high: float
    reason: str = ""
    """Why it is withheld (too_few_documents, too_many_undefined, no_spread); "" where it is given."""
    method: str = "percentile"
    """percentile or bca."""
    draws: int = 0
    undefined: float = 0.0
    """Share of the draws in which the figure was undefined."""
    below_667: float = math.nan
    """P(value < 2/3) over the defined draws; NaN where the interval is withheld, for the same reason."""
    below_800: float = math.nan
    """P(value < .8) over the defined draws; NaN likewise."""
    confidence: float = 0.95

    @property
    def defined(self) -> bool:
        """Whether the interval is given."""
        return not math.isnan(self.low)


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Resamples of documents: how often each document was drawn."""

    weights: npt.NDArray[np.float32]
    """B × D; small whole numbers."""
    seed: int

    @classmethod
    def of(cls, documents: int, draws: int = 2000, seed: int = 20260101) -> Draws:
        """Draw documents with replacement.

        Args:
            documents: number of documents, or of blocks.
            draws: number of resamples.
            seed: makes the figures repeatable; it is printed with them.
        """
        if documents < 1 or draws < 1:
            raise InvalidValue(f"{draws} draws of {documents} documents; at least one of each is needed.")
        rng = np.random.default_rng(seed)
        weights = np.empty((draws, documents), dtype=np.float32)
        short = np.uint16 if documents <= 1 << 16 else np.int64
        step = max(1, (1 << 18) // documents)  # rows at a time, so that the work stays in the cache
        for low in range(0, draws, step):
            rows = min(step, draws - low)
            drawn = rng.integers(0, documents, (rows, documents), dtype=short).astype(np.intp)
            drawn += np.arange(rows)[:, None] * documents
            counts = np.bincount(drawn.reshape(-1), minlength=rows * documents)
            weights[low : low + rows] = counts.reshape(rows, documents)
        return cls(weights, seed)

    def sums(self, statistics: npt.NDArray[Any]) -> FloatArray:
        """Return the sums of whole-number statistics in every resample, exactly.

        Args:
            statistics: D × p.

        Returns:
            B × p. Single precision where no sum reaches 2^24 (then every step was exact), else double.
        """
        # non-negative whole numbers: if the sum stayed below 2^24, so did every partial sum
        if statistics.max(initial=0) < _EXACT_SINGLE:
            fast = self.weights @ statistics.astype(np.float32)
            large = np.flatnonzero(~(fast.max(axis=0) < _EXACT_SINGLE))
            out = fast.astype(np.float64)
            if len(large):
                out[:, large] = self.weights.astype(np.float64) @ statistics[:, large]
            return np.asarray(out)
        return np.asarray(self.weights.astype(np.float64) @ statistics)


def resample_counts(counts: Counts, draws: Draws) -> Totals:
    """Return the totals of every resample; the leading axis is the draw."""
    patterns, which = counts.patterns()
    m = counts.coders
    flat = counts.sums.reshape(len(counts.lengths), -1)
    size = (len(draws.weights), len(patterns), counts.codes, counts.sums.shape[2])
    if len(patterns) == 1:
        sums = draws.sums(flat).reshape(size)
        length = (draws.weights.astype(np.float64) @ counts.lengths)[:, None]
        return Totals(length, sums[..., :m], sums[..., m:], patterns)
    sums = np.empty(size)
    length = np.empty(size[:2])
    for r in range(len(patterns)):
        rows = np.flatnonzero(which == r)
        part = Draws(draws.weights[:, rows], draws.seed)
        sums[:, r] = part.sums(flat[rows]).reshape(size[0], *size[2:])
        length[:, r] = part.weights.astype(np.float64) @ counts.lengths[rows]
    return Totals(length, sums[..., :m], sums[..., m:], patterns)


def resample_units(statistics: UnitStatistics, draws: Draws) -> UnitStatistics:
    """Return the sums of the unitizing family in every resample; the leading axis is the draw."""
    stacked = statistics.stacked()
    flat = stacked.reshape(len(stacked), -1)
    # squares exceed what single precision holds exactly; their share of the result is of order unit/text
    sums = (draws.weights @ flat.astype(np.float32)).astype(np.float64)
    length = draws.weights.astype(np.float64) @ statistics.length
    return UnitStatistics.unstacked(length, sums.reshape(len(draws.weights), *stacked.shape[1:]))


def _quantiles(values: FloatArray, low: float, high: float) -> tuple[float, float]:
    found = np.quantile(values, [low, high])
    return float(found[0]), float(found[1])


def bca_interval(
    values: FloatArray, point: float, jackknife: FloatArray, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the bias-corrected and accelerated interval.

    Args:
        values: the figure in every resample, all defined.
        point: the figure itself.
        jackknife: the figure with one document left out, all defined.
        confidence: such as 0.95.

    Source: Efron 1987, J. Am. Stat. Assoc. 82, pp. 174–176; Efron & Tibshirani 1993, ch. 14.3.
    """
    normal = NormalDist()
    tail = (1 - confidence) / 2
    share: float = (np.count_nonzero(values < point) + 0.5 * np.count_nonzero(values == point)) / len(values)
    share = float(min(max(share, 0.5 / len(values)), 1 - 0.5 / len(values)))
    bias = normal.inv_cdf(share)
    gaps = jackknife.mean() - jackknife
    spread = float((gaps**2).sum()) ** 1.5
    acceleration = float((gaps**3).sum()) / (6 * spread) if spread > 0 else 0.0

    def adjusted(p: float) -> float:
        z = bias + normal.inv_cdf(p)
        return normal.cdf(bias + z / (1 - acceleration * z)) if acceleration * z < 1 else p

    return _quantiles(values, adjusted(tail), adjusted(1 - tail))


def interval(
    values: FloatArray,
    point: float = math.nan,
    jackknife: FloatArray | None = None,
    *,
    documents: int,
    confidence: float = 0.95,
    certain: bool = False,
) -> Interval:
    """Summarise the draws of one figure.

    The interval is withheld with fewer than `FEWEST_DOCUMENTS` documents, where more than
    `MOST_UNDEFINED` of the draws left the figure undefined, and where all draws are alike: what coders never
    disagreed on cannot be resampled, and “1.00 to 1.00” would claim a certainty that nobody has. It holds for these coders only: with two to
    four coders no resampling of coders is honest. The probabilities of lying below a threshold come from the
    same draws, so they are withheld with the interval.

    Args:
        values: the figure in every resample, NaN where undefined.
        point: the figure itself; with `jackknife` and twenty documents or more the interval is BCa.
        jackknife: the figure with one document left out at a time.
        documents: number of documents or blocks that were resampled.
        confidence: such as 0.95.
        certain: give an interval of no width too, as a difference between two figures may have.
    """
    missing = np.isnan(values)
    kept = values[~missing]
    share = float(missing.mean())
    shown = {"draws": len(values), "undefined": share, "confidence": confidence}
    if documents < FEWEST_DOCUMENTS:
        return Interval(math.nan, math.nan, "too_few_documents", **shown)  # type: ignore[arg-type]
    if share > MOST_UNDEFINED or not len(kept):
        return Interval(math.nan, math.nan, "too_many_undefined", **shown)  # type: ignore[arg-type]
    if not certain and float(np.ptp(kept)) < 1e-9:
        return Interval(math.nan, math.nan, "no_spread", **shown)  # type: ignore[arg-type]
    below = [float((kept < t - 1e-12).mean()) for t in THRESHOLDS]
    shown |= {"below_667": below[0], "below_800": below[1]}
    usable = jackknife is not None and documents >= FEWEST_FOR_BCA and not math.isnan(point)
    if usable and jackknife is not None and not np.isnan(jackknife).any():
        low, high = bca_interval(kept, point, jackknife, confidence)
        return Interval(low, high, "", "bca", **shown)  # type: ignore[arg-type]
    low, high = _quantiles(kept, (1 - confidence) / 2, 1 - (1 - confidence) / 2)
    return Interval(low, high, "", "percentile", **shown)  # type: ignore[arg-type]


def intervals(
    values: FloatArray,
    points: FloatArray,
    jackknife: FloatArray | None = None,
    *,
    documents: int,
    confidence: float = 0.95,
) -> list[Interval]:
    """Summarise the draws of several figures.

    Args:
        values: B × K.
        points: K.
        jackknife: D × K, None for percentile intervals.
        documents: number of documents or blocks that were resampled.
        confidence: such as 0.95.
    """
    return [
        interval(
            values[:, k], float(points[k]), None if jackknife is None else jackknife[:, k],
            documents=documents, confidence=confidence,
        )
        for k in range(values.shape[1])
    ]  # fmt: skip


def left_out(counts: Counts, measure: Callable[[Totals], FloatArray]) -> FloatArray:
    """Return a measure with each document left out in turn: D × K."""
    whole, single = counts.totals(), counts.each_document()
    rest = Totals(whole.length - single.length, whole.own - single.own, whole.both - single.both, whole.patterns)
    return measure(rest)


def difference(first: FloatArray, second: FloatArray, *, documents: int, confidence: float = 0.95) -> Interval:
    """Return the interval of a difference between two figures that share their draws.

    Args:
        first: B, the first figure in every resample: a round, a pair of coders, a code.
        second: B, the second, from the same draws.
        documents: number of documents or blocks that were resampled.
        confidence: such as 0.95.

    >>> both = np.linspace(0.5, 0.7, 200)
    >>> difference(both + 0.1, both, documents=30).low > 0
    True
    """
    if first.shape != second.shape:
        raise InvalidValue(f"{first.shape} and {second.shape} draws; a paired difference needs the same draws.")
    still = all(float(np.ptp(x[~np.isnan(x)])) < 1e-9 for x in (first, second) if not np.isnan(x).all())
    found = interval(first - second, documents=documents, confidence=confidence, certain=not still)
    return Interval(
        found.low, found.high, found.reason, found.method, found.draws, found.undefined, confidence=found.confidence
    )
