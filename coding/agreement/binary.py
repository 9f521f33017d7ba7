"""Measures for one code, coded or not, from sums: vectorised over codes and over resamples.

Every function takes `Totals` and returns arrays whose last axis is the code; leading axes are resamples.
A NaN stands where the measure is undefined; `reasons` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.agreement.counts import Totals

__all__ = [
    "BINARY_MEASURES",
    "OTHER_NAMES",
    "alpha",
    "bennett_s",
    "conger",
    "f1",
    "fleiss",
    "gwet_ac1",
    "jaccard",
    "kappa",
    "pair_counts",
    "pair_kappas",
    "percent",
    "percent_values",
    "positive_agreement",
    "reasons",
]

FloatArray = npt.NDArray[np.float64]


def _divide(above: Any, below: Any) -> FloatArray:
    """Divide, NaN where the divisor is 0."""
    below = np.asarray(below, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, np.asarray(above, dtype=np.float64) / below)


def _together(t: Totals) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """Return the patterns with at least two coders and their numbers of coders."""
    r = t.patterns.sum(axis=1)
    kept = np.flatnonzero(r >= 2)
    return kept, r[kept].astype(np.float64)


def _values(t: Totals) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return pairable values n, of them “coded”, and coincidences of coded with coded."""
    kept, r = _together(t)
    n = (t.length[..., kept] * r).sum(axis=-1)[..., None]
    if len(kept) == 1 == len(t.patterns):
        ones = t.own[..., 0, :, :].sum(axis=-1)
        together = t.both[..., 0, :, :].sum(axis=-1) * (2 / (r[0] - 1))
        return n, ones, together
    ones = t.own[..., kept, :, :].sum(axis=(-1, -3))
    together = (t.both[..., kept, :, :].sum(axis=-1) * (2 / (r - 1))[:, None]).sum(axis=-2)
    return n, ones, together


def alpha(t: Totals) -> FloatArray:
    """Return Krippendorff's nominal alpha of coded against not coded.

    Source: Krippendorff 2019, p. 293, for the values 0 and 1.
    """
    n, ones, together = _values(t)
    return 1 - _divide((n - 1) * (ones - together), ones * (n - ones))


def positive_agreement(t: Totals) -> FloatArray:
    """Return the share of what one coder coded that another coded too.

    For two coders it is 2·n11 / (n_i + n_j). Source: Spitzer & Fleiss 1974; Cicchetti & Feinstein 1990, p. 554.
    """
    _, ones, together = _values(t)
    return _divide(together, ones)


def _observed(t: Totals) -> FloatArray:
    """Return the mean over the text of the share of agreeing pairs."""
    kept, r = _together(t)
    own = t.own[..., kept, :, :].sum(axis=-1)
    both = t.both[..., kept, :, :].sum(axis=-1)
    differing = ((2 * (r - 1)[:, None] * own - 4 * both) / (r * (r - 1))[:, None]).sum(axis=-2)
    return 1 - _divide(differing, t.length[..., kept].sum(axis=-1)[..., None])


def percent(t: Totals) -> FloatArray:
    """Return percent agreement as a share, the mean over units."""
    return _observed(t)


def _mean_share(t: Totals) -> FloatArray:
    """Return the mean share of coders who coded, over all text with a coder."""
    r = t.patterns.sum(axis=1)
    kept = np.flatnonzero(r >= 1)
    coded = (t.own[..., kept, :, :].sum(axis=-1) / r[kept][:, None]).sum(axis=-2)
    return _divide(coded, t.length[..., kept].sum(axis=-1)[..., None])


def _corrected(observed: FloatArray, chance: FloatArray) -> FloatArray:
    left = 1 - chance
    return _divide(observed - chance, np.where(left < 1e-12, 0, left))


def fleiss(t: Totals) -> FloatArray:
    """Return Fleiss' kappa. Source: Fleiss 1971, p. 381; Gwet 2014, eq. 2.19 where coders are missing."""
    p = _mean_share(t)
    return _corrected(_observed(t), p**2 + (1 - p) ** 2)


def gwet_ac1(t: Totals) -> FloatArray:
    """Return Gwet's AC1 for two categories. Source: Gwet 2008, p. 36."""
    p = _mean_share(t)
    chance = 2 * p * (1 - p)
    return _corrected(_observed(t), np.where(chance == 0, 1, chance))


def bennett_s(t: Totals) -> FloatArray:
    """Return Bennett's S for the two categories coded and not coded: 2·Po − 1."""
    return 2 * _observed(t) - 1


def conger(t: Totals) -> FloatArray:
    """Return Conger's kappa. Source: Conger 1980, p. 325."""
    length = np.einsum("...r,rm->...m", t.length, t.patterns.astype(np.float64))
    shares = _divide(t.own.sum(axis=-3), length[..., None, :])
    here = length > 0
    m = here.sum(axis=-1)[..., None]
    shares = np.where(here[..., None, :], shares, 0)

    def pairs_mean(p: FloatArray) -> FloatArray:
        p = np.where(here[..., None, :], p, 0)
        return _divide(p.sum(axis=-1) ** 2 - (p**2).sum(axis=-1), m * (m - 1))

    return _corrected(_observed(t), pairs_mean(shares) + pairs_mean(1 - shares))


def pair_counts(t: Totals) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return n11, n of the first, n of the second, and the common text, per pair.

    Returns:
        Three arrays … × K × pairs and one … × 1 × pairs.
    """
    pairs = t.pairs
    first, second = [i for i, _ in pairs], [j for _, j in pairs]
    if len(t.patterns) == 1 and t.patterns.all():
        own = t.own[..., 0, :, :]
        n = np.repeat(t.length[..., :1, None], len(pairs), axis=-1)
        return t.both[..., 0, :, :], own[..., first], own[..., second], n
    shared = (t.patterns[:, first] & t.patterns[:, second]).astype(np.float64)
    own_a = np.einsum("...rkp,rp->...kp", t.own[..., first], shared)
    own_b = np.einsum("...rkp,rp->...kp", t.own[..., second], shared)
    n = np.einsum("...r,rp->...p", t.length, shared)[..., None, :]
    return t.both.sum(axis=-3), own_a, own_b, n


def pair_kappas(t: Totals) -> FloatArray:
    """Return Cohen's kappa of every pair: … × K × pairs.

    Written without 1 − Pe, which loses its digits for rare codes. Source: Cohen 1960, p. 41.
    """
    n11, a, b, n = pair_counts(t)
    # n·n11 − a·b is n11·n00 − n10·n01
    return _divide(2 * (n * n11 - a * b), a * (n - b) + b * (n - a))


def _mean_defined(values: FloatArray) -> FloatArray:
    """Return the mean over the last axis of what is defined."""
    good = ~np.isnan(values)
    return _divide(np.where(good, values, 0).sum(axis=-1), good.sum(axis=-1))


def kappa(t: Totals) -> FloatArray:
    """Return Cohen's kappa, the mean over the pairs that have one (Light's kappa)."""
    return _mean_defined(pair_kappas(t))


def jaccard(t: Totals) -> FloatArray:
    """Return the share of the text coded by either that both coded, the mean over pairs."""
    n11, a, b, _ = pair_counts(t)
    return _mean_defined(_divide(n11, a + b - n11))


def reasons(t: Totals) -> npt.NDArray[np.object_]:
    """Return per code why alpha and its kin have no value, "" where they have one."""
    n, ones, _ = _values(t)
    used = t.own.sum(axis=-3) > 0
    n = np.broadcast_to(n, ones.shape)
    out = np.full(ones.shape, "", dtype=object)
    out[used.sum(axis=-1) == 1] = "zero_by_construction"
    out[ones == n] = "everything_coded"
    out[ones == 0] = "nothing_coded"
    out[n == 0] = "no_pairs"
    return out


def f1(t: Totals) -> FloatArray:
    """Return F1 of the text coded, 2·n11 / (n_i + n_j), the mean over pairs."""
    n11, a, b, _ = pair_counts(t)
    return _mean_defined(_divide(2 * n11, a + b))


def percent_values(t: Totals) -> FloatArray:
    """Return percent agreement weighted by values, Krippendorff's 1 − Do. Source: Krippendorff 2019, p. 289."""
    n, ones, together = _values(t)
    return 1 - _divide(2 * (ones - together), n)


BINARY_MEASURES: Final[dict[str, Callable[[Totals], FloatArray]]] = {
    "alpha": alpha,
    "kappa": kappa,
    "percent": percent,
    "positive_agreement": positive_agreement,
    "conger": conger,
    "fleiss": fleiss,
    "scott_pi": fleiss,
    "gwet_ac1": gwet_ac1,
    "bennett_s": bennett_s,
    "brennan_prediger": bennett_s,
    "jaccard": jaccard,
    "f1": f1,
    "percent_agreement_values": percent_values,
}
"""Measures of one code by name; `scott_pi` is Fleiss' for two coders."""
OTHER_NAMES: Final[dict[str, str]] = {
    "percent_agreement": "percent",
    "cohen_kappa": "kappa",
    "light_kappa": "kappa",
    "cohen_kappa_linear": "kappa",
    "cohen_kappa_quadratic": "kappa",
    "conger_kappa": "conger",
    "fleiss_kappa": "fleiss",
    "fleiss_kappa_category": "fleiss",
    "gwet_ac2": "gwet_ac1",
    "gwet_ac2_quadratic": "gwet_ac1",
    "gwet_ac2_linear": "gwet_ac1",
    "gwet_ac2_ordinal": "gwet_ac1",
    "krippendorff_alpha": "alpha",
    "krippendorff_alpha_nominal": "alpha",
    "krippendorff_alpha_ordinal": "alpha",
    "krippendorff_alpha_interval": "alpha",
    "krippendorff_alpha_ratio": "alpha",
}
"""Name in `measures` to the measure of one code that it is here; between two values weights make no difference."""
