"""Agreement on lists of passages: F1 in several strictnesses, Holsti, and matching by overlap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import Any, Literal

import numpy as np

from coding.agreement.figure import Figure, undefined
from coding.errors import InvalidValue
from coding.spans import iou, overlaps, union

__all__ = [
    "char_f1",
    "holsti",
    "segment_match",
    "span_f1_exact",
    "span_f1_iou",
    "span_f1_overlap",
    "token_f1",
]

Coded = tuple[int, int, Hashable]
"""(start, end, code); put (document, code) in place of the code to compare several documents."""
Spans = Sequence[Coded]


def _over_pairs(name: str, coders: Sequence[Spans], pair: Callable[[Spans, Spans], float], **params: Any) -> Figure:
    """Return the mean over pairs of coders; undefined where nobody coded."""
    if len(coders) < 2:
        return undefined("one_coder", name, **params)
    values = [pair(a, b) for a, b in combinations(coders, 2) if a or b]
    if not values:
        return undefined("no_spans", name, **params)
    return Figure(float(np.mean(values)), "", name, {**params, "pairs": len(values)})


def span_f1_exact(coders: Sequence[Spans]) -> Figure:
    """Return F1 on passages with the same start, end and code; each matches at most once.

    Args:
        coders: per coder the passages.

    Source: Hripcsak & Rothschild 2005, J. Am. Med. Inform. Assoc. 12, pp. 296–298.

    >>> span_f1_exact([[(0, 10, "x"), (20, 30, "y")], [(0, 10, "x"), (22, 30, "y")]]).value
    0.5
    """

    def pair(a: Spans, b: Spans) -> float:
        alike = (Counter(map(tuple, a)) & Counter(map(tuple, b))).total()
        return 2 * alike / (len(a) + len(b))

    return _over_pairs("span_f1_exact", coders, pair)


def holsti(coders: Sequence[Spans]) -> Figure:
    """Return Holsti's coefficient 2A / (N1 + N2), where a decision is a passage with its code.

    Not corrected for chance.

    Args:
        coders: per coder the passages.

    Source: Holsti 1969, Content Analysis for the Social Sciences and Humanities, p. 140.
    """
    figure = span_f1_exact(coders)
    return Figure(figure.value, figure.reason, "holsti", figure.params)


def _groups(spans: Spans) -> dict[Hashable, list[tuple[int, int]]]:
    out: dict[Hashable, list[tuple[int, int]]] = {}
    for start, end, code in spans:
        out.setdefault(code, []).append((start, end))
    return out


def _matching(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]], threshold: float) -> int:
    """Return the size of the largest one-to-one matching with enough overlap (augmenting paths)."""
    near = [[j for j, other in enumerate(b) if overlaps(span, other) and iou(span, other) >= threshold] for span in a]
    taken: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j in near[i]:
            if j not in tried:
                tried.add(j)
                if j not in taken or place(taken[j], tried):
                    taken[j] = i
                    return True
        return False

    return sum(place(i, set()) for i in range(len(a)))


def span_f1_iou(coders: Sequence[Spans], threshold: float = 0.5) -> Figure:
    """Return F1 on passages of one code matched one to one where they share enough.

    Args:
        coders: per coder the passages.
        threshold: least share of the common part in both passages together, above 0.
    """
    if not 0 < threshold <= 1:
        raise InvalidValue(f"A threshold of {threshold}; a share above 0 and up to 1 is needed.")

    def pair(a: Spans, b: Spans) -> float:
        left, right = _groups(a), _groups(b)
        matched = sum(_matching(left[code], right[code], threshold) for code in left.keys() & right.keys())
        return 2 * matched / (len(a) + len(b))

    return _over_pairs("span_f1_iou", coders, pair, threshold=threshold)


def span_f1_overlap(coders: Sequence[Spans]) -> Figure:
    """Return F1 where any touch of a passage with the same code counts.

    Not one to one: one huge passage matches all. Prefer `span_f1_iou`.

    Args:
        coders: per coder the passages.
    """

    def share(of: Spans, other: Spans) -> float:
        there = _groups(other)
        hits = sum(any(overlaps((s, e), o) for o in there.get(code, ())) for s, e, code in of)
        return hits / len(of) if of else 0.0

    def pair(a: Spans, b: Spans) -> float:
        precision, recall = share(a, b), share(b, a)
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    return _over_pairs("span_f1_overlap", coders, pair)


def char_f1(coders: Sequence[Spans]) -> Figure:
    """Return F1 on pairs of character and code: 2·n11 / (n_i + n_j).

    Args:
        coders: per coder the passages.
    """
    return _token("char_f1", coders, None)


def token_f1(coders: Sequence[Spans], tokens: Sequence[tuple[int, int]]) -> Figure:
    """Return F1 on pairs of token and code; a token has a code when any of its characters has it.

    Args:
        coders: per coder the passages.
        tokens: (start, end) of each token, in order.
    """
    return _token("token_f1", coders, tokens)


def _token(name: str, coders: Sequence[Spans], tokens: Sequence[tuple[int, int]] | None) -> Figure:
    def touched(spans: Spans) -> set[tuple[int, Hashable]]:
        if tokens is None:
            merged = [(s, e, code) for code, own in _groups(spans).items() for s, e in union(own)]
            return {(p, code) for s, e, code in merged for p in range(s, e)}
        return {(i, code) for s, e, code in spans for i, t in enumerate(tokens) if overlaps((s, e), t)}

    def pair(a: Spans, b: Spans) -> float:
        left, right = touched(a), touched(b)
        return 2 * len(left & right) / (len(left) + len(right)) if left or right else 0.0

    return _over_pairs(name, coders, pair)


def segment_match(
    coders: Sequence[Spans],
    threshold: float = 0.9,
    denominator: Literal["union", "longer", "own"] = "union",
    codes: int | None = None,
) -> dict[str, Figure]:
    """Compare two coders passage by passage: a row agrees if the other has the code on enough of it.

    Rows are counted from both sides. The kappa takes chance as one over the number of codes. This is the
    kind of comparison that MAXQDA calls segment agreement; its exact overlap rule is not published.

    Args:
        coders: the passages of two coders.
        threshold: least share of overlap.
        denominator: what the overlap is a share of: both together, the longer one, or the row's own length.
        codes: number of codes in the comparison; by default those that occur.

    Returns:
        ``percent`` and ``kappa``.
    """
    if len(coders) != 2:
        nothing = undefined("two_coders_needed", "segment_match")
        return {"percent": nothing, "kappa": nothing}
    params = {"threshold": threshold, "denominator": denominator}
    rows = sum(len(c) for c in coders)
    if rows == 0:
        nothing = undefined("no_spans", "segment_match", **params)
        return {"percent": nothing, "kappa": nothing}

    def share(a: tuple[int, int], b: tuple[int, int]) -> float:
        common = max(0, min(a[1], b[1]) - max(a[0], b[0]))
        if denominator == "union":
            return iou(a, b)
        return common / (a[1] - a[0] if denominator == "own" else max(a[1] - a[0], b[1] - b[0]))

    agreed = 0
    for own, other in ((coders[0], coders[1]), (coders[1], coders[0])):
        there = _groups(other)
        agreed += sum(
            any(overlaps((s, e), o) and share((s, e), o) >= threshold for o in there.get(c, ())) for s, e, c in own
        )
    percent = agreed / rows
    q = len({c for spans in coders for _, _, c in spans}) if codes is None else codes
    params["codes"] = q
    kappa = (
        undefined("one_code", "segment_match_kappa", **params)
        if q < 2
        else Figure((percent - 1 / q) / (1 - 1 / q), "", "segment_match_kappa", params)
    )
    return {"percent": Figure(percent, "", "segment_match", params), "kappa": kappa}
