"""Alpha-U of 1995 by squared distances of boundaries: what INCEpTION and DKPro call unitizing alpha.

For comparison only. The 2016 family in `unitizing` replaced it, and the two differ much (.17 against .51
on the published example).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from coding.agreement.figure import Figure, undefined
from coding.spans import union

__all__ = ["alpha_u_1995", "alpha_u_1995_code"]

Units = Sequence[tuple[int, int]]


def alpha_u_1995(coders: Sequence[Sequence[tuple[int, int, Hashable]]], length: int, begin: int = 0) -> Figure:
    """Return alpha-U over all codes; units of different codes may overlap.

    Args:
        coders: per coder the units (start, end, code).
        length: length L of the continuum.
        begin: where the continuum begins.

    Source: Krippendorff 1995, Sociol. Methodol. 25, pp. 57–64; Krippendorff 2004, Content Analysis,
        2nd ed., pp. 251–255.
    """
    codes = sorted({c for units in coders for _, _, c in units}, key=repr)
    return _alpha("alpha_U_1995", coders, length, begin, codes)


def alpha_u_1995_code(
    coders: Sequence[Sequence[tuple[int, int, Hashable]]], length: int, code: Hashable, begin: int = 0
) -> Figure:
    """Return alpha-U of one code.

    Args:
        coders: per coder the units (start, end, code).
        length: length L of the continuum.
        code: the code.
        begin: where the continuum begins.

    Source: as `alpha_u_1995`.
    """
    return _alpha("alpha_U_1995_code", coders, length, begin, [code])


def _alpha(name: str, coders: Sequence[Any], length: int, begin: int, codes: Sequence[Hashable]) -> Figure:
    if len(coders) < 2:
        return undefined("one_coder", name)
    if length <= 0:
        return undefined("no_units", name)
    observed = expected = 0.0
    used = False
    for code in codes:
        units = [union([(s - begin, e - begin) for s, e, c in own if c == code]) for own in coders]
        used = used or any(units)
        observed += _observed(units, length)
        expected += _expected(units, length)
    if not used:
        return undefined("nothing_coded", name)
    if expected <= 0:
        return undefined("one_value", name)
    return Figure(1 - observed / expected, "", name, {"observed": observed, "expected": expected})


def _gaps(units: Units, length: int) -> list[tuple[int, int]]:
    edges = [0, *(p for unit in units for p in unit), length]
    return [(a, b) for a, b in zip(edges[0::2], edges[1::2], strict=True) if b > a]


def _observed(coders: Sequence[Units], length: int) -> float:
    """Return the mean squared distance between the sections of two coders."""
    m = len(coders)
    total = 0
    for i in range(m):
        for j in range(m):
            if i == j:
                continue
            for start, end in coders[i]:
                others = [o for o in coders[j] if o[0] < end and start < o[1]]
                total += sum((start - s) ** 2 + (end - e) ** 2 for s, e in others)
                if not others:
                    total += 2 * (end - start) ** 2  # a unit in a gap is met from both sides
    return total / (m * (m - 1) * length**2)


def _expected(coders: Sequence[Units], length: int) -> float:
    """Return the distance that units and gaps in random order would have."""
    m = len(coders)
    lengths = [e - s for units in coders for s, e in units]
    gaps = [e - s for units in coders for s, e in _gaps(units, length)]
    below = m * length * (m * length - 1) - sum(n * (n - 1) for n in lengths)
    if below <= 0:
        return 0.0
    above = sum(
        (len(lengths) - 1) / 3 * (2 * n**3 - 3 * n**2 + n) + n**2 * sum(g - n + 1 for g in gaps if g >= n)
        for n in lengths
    )
    return 2 / length * above / below
