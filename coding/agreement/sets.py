"""Distances between sets of codes, and alpha for units that carry several codes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from coding.agreement.coefficients import Ratings, krippendorff_alpha
from coding.agreement.figure import Figure, undefined
from coding.errors import InvalidValue

__all__ = ["hierarchy_distance", "jaccard_distance", "masi_distance", "set_alpha"]

CodeSet = frozenset[Any]


def jaccard_distance(a: CodeSet, b: CodeSet) -> float:
    """Return 1 − |a ∩ b| / |a ∪ b|; two empty sets agree.

    Source: Jaccard 1912.

    >>> jaccard_distance(frozenset("ab"), frozenset("a"))
    0.5
    """
    return 1 - len(a & b) / len(a | b) if a or b else 0.0


def masi_distance(a: CodeSet, b: CodeSet, convention: str = "passonneau") -> float:
    """Return the MASI distance 1 − J·M; two empty sets agree.

    Args:
        a: codes of one coder.
        b: codes of another.
        convention: "passonneau" (ours), "nltk" (2/3 and 1/3 rounded to .67 and .33) or "dkpro"
            ((1 − J) times the distance of the sets' relation).

    Source: Passonneau 2006, LREC, p. 834.

    >>> round(masi_distance(frozenset("ab"), frozenset("a")), 3)
    0.667
    """
    if not a and not b:
        return 0.0
    jaccard = len(a & b) / len(a | b)
    if a == b:
        monotone = 1.0
    elif a <= b or b <= a:
        monotone = 0.67 if convention == "nltk" else 2 / 3
    elif a & b:
        monotone = 0.33 if convention == "nltk" else 1 / 3
    else:
        monotone = 0.0
    if not a or not b:
        monotone = 0.0  # the empty set is disjoint from any other, not part of it
    if convention == "dkpro":
        return (1 - jaccard) * (1 - monotone)
    if convention not in ("passonneau", "nltk"):
        raise InvalidValue(f"Convention “{convention}” is not known; there are passonneau, nltk and dkpro.")
    return 1 - jaccard * monotone


def hierarchy_distance(parents: Mapping[Any, Any]) -> Callable[[Any, Any], float]:
    """Return a distance that counts steps in the tree, as a share of the longest way between two codes.

    Args:
        parents: code to its parent, None for a root. Roots meet above the tree.

    >>> steps = hierarchy_distance({"Pressure": "Dynamic", "Driving": "Dynamic", "Dynamic": None, "Other": None})
    >>> steps("Pressure", "Driving"), steps("Pressure", "Other")
    (0.6666666666666666, 1.0)
    """

    def ancestry(code: Any) -> list[Any]:
        out = [code]
        while parents.get(out[-1]) is not None and parents[out[-1]] not in out:
            out.append(parents[out[-1]])
        return out[::-1]

    lines = {code: ancestry(code) for code in {*parents, *(p for p in parents.values() if p is not None)}}

    def steps(a: Any, b: Any) -> int:
        left, right = lines.get(a) or [a], lines.get(b) or [b]
        shared = 0
        for x, y in zip(left, right, strict=False):
            if x != y:
                break
            shared += 1
        return len(left) + len(right) - 2 * shared

    longest = max((steps(a, b) for a in lines for b in lines), default=0) or 1
    return lambda a, b: steps(a, b) / longest


def set_alpha(
    units: Iterable[Sequence[Iterable[Any] | None]],
    distance: str | Callable[[CodeSet, CodeSet], float] = "masi",
    weights: Sequence[float] | None = None,
    convention: str = "passonneau",
) -> Figure:
    """Return Krippendorff's alpha where each coder gives a unit a set of codes.

    Sets are atomic values: chance agreement comes from all the sets that occur.

    Args:
        units: one row per unit, one collection of codes per coder, None where missing, empty where
            the coder left the unit uncoded.
        distance: "masi", "jaccard", or a function of two frozensets.
        weights: length of each row in units; 1 each by default.
        convention: of the MASI distance.

    Source: Passonneau 2006, LREC, pp. 833–834, with Krippendorff 2019, ch. 12.

    >>> round(set_alpha([[["a"], ["a"]], [["a", "b"], ["a"]], [[], ["b"]]], "jaccard").value, 3)
    0.25
    """
    name = f"krippendorff_alpha_{distance}" if isinstance(distance, str) else "krippendorff_alpha_sets"
    rows = [[None if value is None else _as_set(value) for value in row] for row in units]
    if not rows:
        return undefined("no_units", name)
    if distance == "masi":
        chosen: Callable[[CodeSet, CodeSet], float] = lambda a, b: masi_distance(a, b, convention)  # noqa: E731
    elif distance == "jaccard":
        chosen = jaccard_distance
    elif callable(distance):
        chosen = distance
    else:
        raise InvalidValue(f"Distance “{distance}” is not known; there are masi and jaccard, or pass a function.")
    # frozensets have only a partial order, so they are numbered by first appearance
    seen: dict[CodeSet, int] = {}
    numbered = [[None if s is None else seen.setdefault(s, len(seen)) for s in row] for row in rows]
    sets = list(seen)
    ratings = Ratings.of(numbered, weights)
    matrix = np.array([[chosen(sets[a], sets[b]) for b in ratings.categories] for a in ratings.categories])  # type: ignore[call-overload]
    figure = krippendorff_alpha(ratings, distance=matrix.reshape(len(ratings.categories), -1))
    return Figure(figure.value, figure.reason, name, {**figure.params, "distinct_sets": len(sets)})


def _as_set(value: Iterable[Any] | str) -> CodeSet:
    return frozenset([value]) if isinstance(value, (str, int)) else frozenset(value)
