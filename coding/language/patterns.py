"""Searches over codings: which overlap, lie within, follow or meet others; on columns, without loops over rows.

Every function takes the table and two sets of rows and returns pairs of row positions, so that a query over
hundreds of thousands of codings takes a fraction of a second and its answer is again a selection of rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coding.errors import InvalidValue
from coding.model import CodingTable
from coding.spans import Span

__all__ = ["co_occurring", "followed_by", "overlapping", "rows_of", "within"]

Rows = npt.NDArray[np.int64]
Pairs = tuple[Rows, Rows]


def rows_of(table: CodingTable, *, codes: Any = None, coders: Any = None, documents: Any = None) -> Rows:
    """Return the positions of the rows with these codes, coders and documents.

    Args:
        table: the codings.
        codes: positions of codes, as the table holds them; all by default.
        coders: positions of coders; all by default.
        documents: positions of documents; all by default.
    """
    keep = np.ones(len(table), dtype=bool)
    for column, wanted in ((table.code, codes), (table.coder, coders), (table.document, documents)):
        if wanted is not None:
            keep &= np.isin(column, np.asarray(list(wanted), dtype=column.dtype))
    return np.flatnonzero(keep)


def overlapping(table: CodingTable, a: Rows, b: Rows) -> Pairs:
    """Return the pairs of codings that share at least one character of a document; touching does not count.

    Args:
        table: the codings.
        a: rows on the left of the pairs.
        b: rows on the right; a row is never paired with itself.

    Returns:
        Two arrays of equal length: rows of `a` and the rows of `b` that they meet, sorted.
    """
    return _pairs(table, a, b, before=0, after=0)


def within(table: CodingTable, a: Rows, b: Rows) -> Pairs:
    """Return the pairs in which the left coding lies wholly inside the right one."""
    left, right = overlapping(table, a, b)
    keep = (table.start[left] >= table.start[right]) & (table.end[left] <= table.end[right])
    return left[keep], right[keep]


def followed_by(table: CodingTable, a: Rows, b: Rows, *, distance: int = 200) -> Pairs:
    """Return the pairs in which the right coding begins at most `distance` characters after the left one ends.

    Args:
        table: the codings.
        a: rows on the left.
        b: rows on the right.
        distance: characters between end and start, 0 for directly adjoining.

    Raises:
        InvalidValue: `distance` is negative.
    """
    if distance < 0:
        raise InvalidValue(f"distance is {distance}; 0 or more characters are needed.")
    keys, order = _by_start(table, b)
    low = np.searchsorted(keys, _key(table, table.document[a], table.end[a]), side="left")
    high = np.searchsorted(keys, _key(table, table.document[a], table.end[a] + distance), side="right")
    left, right = _expand(a, low, high, order)
    keep = table.document[left] == table.document[right]
    return left[keep], right[keep]


def co_occurring(table: CodingTable, a: Rows, b: Rows, units: dict[int, list[Span]]) -> Pairs:
    """Return the pairs of codings that touch the same unit.

    Args:
        table: the codings.
        a: rows on the left.
        b: rows on the right; a row is never paired with itself.
        units: position of a document to its units (sentences, turns, …), sorted and free of overlaps.
    """
    first_a, last_a = _unit_range(table, a, units)
    first_b, last_b = _unit_range(table, b, units)
    out_left, out_right = [], []
    for document in np.unique(table.document[a]):
        in_a = np.flatnonzero((table.document[a] == document) & (last_a >= first_a))
        in_b = np.flatnonzero((table.document[b] == document) & (last_b >= first_b))
        for i in in_a:
            meet = in_b[(first_b[in_b] <= last_a[i]) & (last_b[in_b] >= first_a[i])]
            meet = meet[b[meet] != a[i]]
            out_left.append(np.full(len(meet), a[i], dtype=np.int64))
            out_right.append(b[meet].astype(np.int64))
    empty = np.zeros(0, dtype=np.int64)
    return (np.concatenate(out_left), np.concatenate(out_right)) if out_left else (empty, empty)


def _unit_range(table: CodingTable, rows: Rows, units: dict[int, list[Span]]) -> Pairs:
    """Return the first and last unit that each row touches; last < first where it touches none."""
    first, last = np.zeros(len(rows), dtype=np.int64), np.full(len(rows), -1, dtype=np.int64)
    for document in np.unique(table.document[rows]):
        spans = units.get(int(document), [])
        here = np.flatnonzero(table.document[rows] == document)
        starts = np.array([s for s, _ in spans], dtype=np.int64)
        ends = np.array([e for _, e in spans], dtype=np.int64)
        first[here] = np.searchsorted(ends, table.start[rows[here]], side="right")
        last[here] = np.searchsorted(starts, table.end[rows[here]], side="left") - 1
    return first, last


def _key(table: CodingTable, document: npt.NDArray[Any], position: npt.NDArray[Any]) -> Rows:
    """Return one sortable number for a place in a document."""
    width = int(table.end.max(initial=0)) + 2
    key: Rows = document.astype(np.int64) * np.int64(width) + np.minimum(position, width - 1)
    return key


def _by_start(table: CodingTable, rows: Rows) -> Pairs:
    keys = _key(table, table.document[rows], table.start[rows])
    order = np.argsort(keys, kind="stable")
    return keys[order], rows[order]


def _pairs(table: CodingTable, a: Rows, b: Rows, *, before: int, after: int) -> Pairs:
    """Return pairs whose stretches, widened on either side, share a character."""
    if not len(a) or not len(b):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    keys, order = _by_start(table, b)
    ends = np.maximum.accumulate(_key(table, table.document[order], table.end[order]))
    low = np.searchsorted(ends, _key(table, table.document[a], np.maximum(table.start[a] - before, 0)), side="right")
    high = np.searchsorted(keys, _key(table, table.document[a], table.end[a] + after), side="left")
    left, right = _expand(a, low, high, order)
    keep = (table.document[left] == table.document[right]) & (left != right)
    keep &= (table.start[left] < table.end[right]) & (table.start[right] < table.end[left])
    left, right = left[keep], right[keep]
    sort = np.lexsort((right, left))
    return left[sort], right[sort]


def _expand(a: Rows, low: Rows, high: Rows, order: Rows) -> Pairs:
    """Write out the ranges low:high of `order` for each row of `a`."""
    counts = np.maximum(high - low, 0)
    left = np.repeat(a, counts)
    offsets = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return left.astype(np.int64), order[np.repeat(low, counts) + offsets].astype(np.int64)
