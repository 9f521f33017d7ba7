"""Geometry of passages: half-open stretches ``[start, end)`` of Unicode code points.

This is the only module that converts between code points and the UTF-16 units of browsers and
NVivo. A span is a plain ``(start, end)`` pair; nothing here knows of documents or codes.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from coding.errors import InvalidSpan

__all__ = ["Span", "Utf16Map", "atoms", "check_span", "intersection", "iou", "overlaps", "subtract", "total", "union"]

Span = tuple[int, int]

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def check_span(start: object, end: object, length: int) -> Span:
    """Return the span if it lies within a text and holds at least one character.

    Args:
        start: first code point, 0-based. Whole numbers of any kind (also numpy's) are taken.
        end: code point after the last one.
        length: length of the text in code points.

    Raises:
        InvalidSpan: not whole numbers, empty, reversed, or outside the text.

    >>> check_span(2, 5, 10)
    (2, 5)
    """
    whole = []
    for name, value in (("start", start), ("end", end)):
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise InvalidSpan(f"{name} is {value!r}; a whole number of characters is needed.")
        whole.append(value.__index__())
    first, last = whole
    if not 0 <= first < last <= length:
        raise InvalidSpan(
            f"A passage from {first} to {last} does not fit a text of {length} characters; "
            "0 ≤ start < end ≤ length is needed."
        )
    return first, last


def overlaps(a: Span, b: Span) -> bool:
    """Say whether two spans share at least one character; touching is not overlapping.

    >>> overlaps((0, 5), (4, 9)), overlaps((0, 5), (5, 9))
    (True, False)
    """
    return a[0] < b[1] and b[0] < a[1]


def union(spans: Iterable[Span], *, join_touching: bool = False) -> list[Span]:
    """Unite overlapping spans; the result is sorted and free of overlaps.

    Args:
        spans: in any order.
        join_touching: whether spans that only touch become one. Agreement keeps them apart, since a
            unit's length counts there (Krippendorff et al. 2016).

    >>> union([(5, 9), (0, 3), (2, 5)])
    [(0, 5), (5, 9)]
    >>> union([(5, 9), (0, 3), (2, 5)], join_touching=True)
    [(0, 9)]
    """
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and (start < out[-1][1] or (join_touching and start == out[-1][1])):
            if end > out[-1][1]:
                out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def intersection(a: Iterable[Span], b: Iterable[Span]) -> list[Span]:
    """Return the stretches that lie in both sets of spans, sorted.

    >>> intersection([(0, 5), (8, 12)], [(3, 9)])
    [(3, 5), (8, 9)]
    """
    left, right = union(a, join_touching=True), union(b, join_touching=True)
    out: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            out.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return out


def subtract(a: Iterable[Span], b: Iterable[Span]) -> list[Span]:
    """Return the stretches of ``a`` that lie in no span of ``b``, sorted.

    >>> subtract([(0, 10)], [(2, 3), (5, 20)])
    [(0, 2), (3, 5)]
    """
    holes = union(b, join_touching=True)
    out: list[Span] = []
    for start, end in union(a, join_touching=True):
        at = start
        for hole_start, hole_end in holes[bisect_right([h[1] for h in holes], start) :]:
            if hole_start >= end:
                break
            if hole_start > at:
                out.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            out.append((at, end))
    return out


def total(spans: Iterable[Span]) -> int:
    """Return the number of characters that the spans cover together.

    >>> total([(0, 5), (3, 8)])
    8
    """
    return sum(end - start for start, end in union(spans))


def iou(a: Span, b: Span) -> float:
    """Return the share of the common part in both spans together, 0 to 1.

    >>> iou((0, 10), (5, 15))
    0.3333333333333333
    """
    shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / (a[1] - a[0] + b[1] - b[0] - shared)


def atoms(spans: Sequence[Span], within: Span | None = None) -> list[tuple[int, int, tuple[int, ...]]]:
    """Cut a stretch at every edge and say which spans cover each piece.

    Args:
        spans: the spans, in any order.
        within: the stretch to cut; by default from the first start to the last end.

    Returns:
        ``(start, end, indices)`` per piece, in order, ``indices`` rising; pieces that no span covers
        have ``()``.

    >>> atoms([(0, 4), (2, 6)])
    [(0, 2, (0,)), (2, 4, (0, 1)), (4, 6, (1,))]
    """
    if within is None:
        if not spans:
            return []
        within = (min(s[0] for s in spans), max(s[1] for s in spans))
    low, high = within
    edges = sorted({low, high, *(p for span in spans for p in span if low < p < high)})
    opening: dict[int, list[int]] = {}
    closing: dict[int, list[int]] = {}
    for index, (start, end) in enumerate(spans):
        if start < high and end > low:
            opening.setdefault(max(start, low), []).append(index)
            closing.setdefault(min(end, high), []).append(index)
    active: set[int] = set()
    out: list[tuple[int, int, tuple[int, ...]]] = []
    for here, there in pairwise(edges):
        active.difference_update(closing.get(here, ()))
        active.update(opening.get(here, ()))
        out.append((here, there, tuple(sorted(active))))
    return out


class Utf16Map:
    """Conversion between code points and UTF-16 units of one text, O(log n) a position.

    >>> m = Utf16Map("a😀b")
    >>> [m.to_utf16(i) for i in range(4)]
    [0, 1, 3, 4]
    >>> m.to_codepoint(3)
    2
    """

    __slots__ = ("_points", "_units", "length", "length_utf16")

    def __init__(self, text: str) -> None:
        self._points = [m.start() for m in _ASTRAL.finditer(text)]
        self._units = [point + i for i, point in enumerate(self._points)]
        self.length = len(text)
        self.length_utf16 = len(text) + len(self._points)

    @property
    def astral(self) -> int:
        """Number of characters outside the basic plane; 0 means that both units are the same."""
        return len(self._points)

    def to_utf16(self, position: int) -> int:
        """Return the UTF-16 offset of a code point offset."""
        return position + bisect_left(self._points, position)

    def to_codepoint(self, position: int, *, round_up: bool = False) -> int:
        """Return the code point offset of a UTF-16 offset.

        Args:
            position: UTF-16 units from the start.
            round_up: where the offset cuts a surrogate pair, whether to go past the character
                (right for an end) rather than before it (right for a start).
        """
        before = bisect_left(self._units, position)
        if before and position == self._units[before - 1] + 1:
            return self._points[before - 1] + (1 if round_up else 0)
        return position - before
