"""Counts per document and code by one sort: the sufficient statistics of every measure for one code.

No array here is as long as the text. Every coding is two events; one value sort of packed integers
brings them in order, one running sum holds all coders' states at once, and one `bincount` adds up
how much text each combination of coders coded.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.agreement.columns import Columns, bits, unite

__all__ = ["MOST_TABLE_CODERS", "Counts", "Totals", "count", "pair_list", "state_tables"]

FloatArray = npt.NDArray[np.float64]
MOST_TABLE_CODERS: Final = 6
"""With more coders the table of all combinations grows too large; pairs are counted one by one."""
_LOOKUP_BITS: Final = 16
_PARALLEL_ROWS: Final = 50_000
_CROWDED: Final = 128


def pair_list(coders: int) -> list[tuple[int, int]]:
    """Return the pairs of coders in the order that `Counts.both` has them.

    >>> pair_list(3)
    [(0, 1), (0, 2), (1, 2)]
    """
    return list(combinations(range(coders), 2))


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Sums over documents; the leading axes may be resamples.

    Documents are summed by *pattern*, the set of coders who were given them, since the number of coders
    enters the formulas.
    """

    length: FloatArray
    """… × R: how much text."""
    own: FloatArray
    """… × R × K × m: how much of it the coder coded."""
    both: FloatArray
    """… × R × K × pairs: how much of it both coded."""
    patterns: npt.NDArray[np.bool_]
    """R × m."""

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Pairs of coders in the order of `both`."""
        return pair_list(int(self.patterns.shape[1]))

    def select_codes(self, codes: Any) -> Totals:
        """Return the part for some codes."""
        return Totals(self.length, self.own[..., codes, :], self.both[..., codes, :], self.patterns)


@dataclass(frozen=True, eq=False)
class Counts:
    """Per document and code: what each coder coded and what each pair coded alike."""

    lengths: npt.NDArray[np.int64]
    assigned: npt.NDArray[np.bool_]
    codes: int
    tables: FloatArray | None = None
    """D × K × 2^m: how much text each combination of coders coded; None with many coders."""
    given_sums: FloatArray | None = None
    """D × K × (m + pairs), where there are no tables."""

    @property
    def coders(self) -> int:
        """Number of coders."""
        return int(self.assigned.shape[1])

    @cached_property
    def sums(self) -> npt.NDArray[Any]:
        """D × K × (m + pairs): own and common text; single precision where that is exact."""
        exact_in_single = int(self.lengths.max(initial=0)) < 1 << 24
        dtype = np.float32 if exact_in_single else np.float64
        if self.tables is None:
            assert self.given_sums is not None
            return self.given_sums.astype(dtype)
        flat = self.tables.reshape(-1, 1 << self.coders).astype(dtype)
        return np.asarray(flat @ _selectors(self.coders, dtype)).reshape(len(self.lengths), self.codes, -1)

    @property
    def own(self) -> npt.NDArray[Any]:
        """D × K × m: how much text the coder coded."""
        return self.sums[:, :, : self.coders]

    @property
    def both(self) -> npt.NDArray[Any]:
        """D × K × pairs: how much text both coded."""
        return self.sums[:, :, self.coders :]

    def patterns(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
        """Return the distinct sets of coders (R × m) and the set of each document (D)."""
        if self.assigned.all():
            return np.ones((1, self.coders), dtype=bool), np.zeros(len(self.lengths), dtype=np.intp)
        patterns, inverse = np.unique(self.assigned, axis=0, return_inverse=True)
        return patterns, inverse.ravel()

    def totals(self, documents: npt.NDArray[Any] | None = None) -> Totals:
        """Sum over documents.

        Args:
            documents: mask or positions; all by default.
        """
        patterns, which = self.patterns()
        chosen = np.arange(len(self.lengths)) if documents is None else np.arange(len(self.lengths))[documents]
        m = self.coders
        sums = np.zeros((len(patterns), self.codes, m + m * (m - 1) // 2))
        length = np.zeros(len(patterns))
        for r in range(len(patterns)):
            rows = chosen[which[chosen] == r]
            sums[r] = self._sum(rows)
            length[r] = self.lengths[rows].sum()
        return Totals(length, sums[..., :m], sums[..., m:], patterns)

    def _sum(self, documents: npt.NDArray[np.intp]) -> FloatArray:
        """Sum own and common text over documents; from the tables where they are there."""
        source = self.sums if self.tables is None else self.tables
        part = source if len(documents) == len(source) else source[documents]
        total = np.add.reduce(part, axis=0, dtype=np.float64)
        return np.asarray(total if self.tables is None else total @ _selectors(self.coders, np.float64))

    def each_document(self) -> Totals:
        """Return every document as a total of its own; the leading axis is the document."""
        patterns, which = self.patterns()
        d = np.arange(len(self.lengths))
        sums = np.zeros((len(d), len(patterns), *self.sums.shape[1:]))
        sums[d, which] = self.sums
        length = np.zeros((len(d), len(patterns)))
        length[d, which] = self.lengths
        return Totals(length, sums[..., : self.coders], sums[..., self.coders :], patterns)


@lru_cache(maxsize=32)
def _lookups(coders: int, field: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint8]]:
    """Return step per (coder, start?) and the set of active coders per packed state."""
    steps = np.array(
        [(1 if start else -1) << (field * c) for c in range(coders) for start in (0, 1)], dtype=np.int64
    ).astype(np.int16)
    state = np.arange(1 << _LOOKUP_BITS, dtype=np.int64)
    mask = np.zeros(1 << _LOOKUP_BITS, dtype=np.uint8)
    for c in range(coders):
        depth = (state >> (field * c)) & ((1 << field) - 1)
        mask |= (depth > 0).astype(np.uint8) << np.uint8(c)
        # depths rise one by one, so a field is seen half full before it can run over into its neighbour
        mask[depth >= 1 << (field - 1) if field > 1 else depth < 0] |= _CROWDED
    return steps, mask


def _sorted_events(columns: Columns) -> tuple[npt.NDArray[Any], int, int]:
    """Return the packed events in order, and the bits of position and of coder.

    A key reads document·K + code | position | coder | start?, so ends come before starts at one place.
    Keys of 32 bits sort twice as fast as those of 64, so they are used where they suffice.
    """
    n, codes = len(columns), columns.codes
    wide = columns.key_bits(
        max(columns.documents * codes - 1, 0), int(columns.lengths.max(initial=1)), columns.coders - 1, 1
    )
    kind: Any = np.uint32 if sum(wide) <= 32 else np.int64
    base = columns.document.astype(kind)
    base *= kind(codes)
    base += columns.code.astype(kind)
    base <<= kind(wide[1])
    low = columns.coder.astype(kind)
    low <<= kind(1)
    keys = np.empty((2, n), dtype=kind)
    for row, position, flag in ((0, columns.start, 1), (1, columns.end, 0)):
        np.add(base, position, out=keys[row], casting="unsafe")
        keys[row] <<= kind(wide[2] + 1)
        keys[row] |= low
        if flag:
            keys[row] |= kind(1)
    keys = keys.reshape(-1)
    keys.sort()
    return keys, wide[1], wide[2]


def _active(columns: Columns) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint8], int, int]:
    """Return the events, the set of coders active after each, and the bits of position and coder."""
    m = columns.coders
    field = _LOOKUP_BITS // m
    keys, position_bits, coder_bits = _sorted_events(columns)
    steps, masks = _lookups(m, field)
    change = steps.take(keys & keys.dtype.type((1 << (coder_bits + 1)) - 1))
    active = masks.take(np.cumsum(change, dtype=np.int16).view(np.uint16))
    if active.max(initial=0) >= _CROWDED:
        return _active(unite(columns))
    return keys, active, position_bits, coder_bits


def state_tables(columns: Columns) -> FloatArray:
    """Return how much text each combination of coders coded: D × K × 2^m.

    Args:
        columns: cleaned codings of at most `MOST_TABLE_CODERS` coders.

    Returns:
        The last axis is a bit set of coders; combination 0, nobody, is left at 0: it is the rest of the text.
    """
    m = columns.coders
    shape = (columns.documents, columns.codes, 1 << m)
    if not len(columns):
        return np.zeros(shape)
    keys, mask, position_bits, coder_bits = _active(columns)
    kind = keys.dtype.type
    keys >>= kind(coder_bits + 1)
    length = np.empty(len(keys), dtype=np.float64)
    np.subtract(keys[1:], keys[:-1], out=length[:-1], casting="unsafe")
    length[-1] = 0
    keys >>= kind(position_bits)
    cells = keys.astype(np.intp)
    cells <<= m
    cells |= mask
    tables: FloatArray = np.bincount(cells, weights=length, minlength=shape[0] * shape[1] << m).astype(
        np.float64, copy=False
    )
    tables = tables.reshape(shape)
    tables[:, :, 0] = 0  # between two groups nobody is active, and the difference of their keys is no length
    return tables


def _selectors(m: int, dtype: Any) -> npt.NDArray[Any]:
    """Return 2^m × (m + pairs): whether a combination counts for a coder or a pair."""
    states = np.arange(1 << m)
    member = np.stack([(states >> i) & 1 for i in range(m)], axis=1)
    pairs = [member[:, i] & member[:, j] for i, j in pair_list(m)]
    return np.concatenate([member, *(p[:, None] for p in pairs)], axis=1).astype(dtype)


def _count_many(columns: Columns) -> FloatArray:
    """Count own and common text of any number of coders, one running sum per coder."""
    m, groups = columns.coders, columns.documents * columns.codes
    out = np.zeros((groups, m + m * (m - 1) // 2))
    if not len(columns):
        return out
    events, position_bits, coder_bits = _sorted_events(columns)
    keys = events.astype(np.int64)
    coder = (keys >> 1) & ((1 << coder_bits) - 1)
    step = (keys & 1) * 2 - 1
    keys >>= coder_bits + 1
    length = np.diff(keys, append=keys[-1:]).astype(np.float64)
    group = keys >> position_bits
    on = np.empty((m, len(keys)), dtype=bool)
    for i in range(m):
        on[i] = np.cumsum(np.where(coder == i, step, 0)) > 0
    for column, rows in enumerate([*on, *(on[i] & on[j] for i, j in pair_list(m))]):
        out[:, column] = np.bincount(group[rows], weights=length[rows], minlength=groups)
    return out


def count(columns: Columns) -> Counts:
    """Count per document and code what each coder and each pair of coders coded.

    Overlapping codings of one coder with one code count once.

    Args:
        columns: codings in characters or in units.
    """
    columns = columns.cleaned()
    many = columns.coders > MOST_TABLE_CODERS
    return Counts(
        columns.lengths.astype(np.int64),
        columns.assigned,
        columns.codes,
        None if many else _in_parts(columns),
        _count_many(columns).reshape(columns.documents, columns.codes, -1) if many else None,
    )


def _documents_per_part(columns: Columns) -> int:
    """Return how many documents fit keys of 32 bits, so that a part stays in the cache; 0 if none."""
    spare = 32 - bits(int(columns.lengths.max(initial=1))) - bits(columns.coders - 1) - 1
    return (1 << spare) // columns.codes if spare > 0 else 0


def _in_parts(columns: Columns) -> FloatArray:
    """Return `state_tables`, in parts of documents and on two cores where the work is large."""
    documents = columns.documents
    if len(columns) < _PARALLEL_ROWS:
        return state_tables(columns)
    size = min(_documents_per_part(columns), -(-documents // 4)) or -(-documents // 4)
    parts = -(-documents // size)
    which = (columns.document // size).astype(np.uint8 if parts <= 256 else np.int64)
    in_order = bool((np.diff(which.astype(np.int64)) >= 0).all())
    order = None if in_order else np.argsort(which, kind="stable")  # a radix sort for such short integers
    borders = np.concatenate([[0], np.cumsum(np.bincount(which, minlength=parts))])
    out = np.empty((documents, columns.codes, 1 << columns.coders))

    def part(i: int) -> None:
        low, high = i * size, min((i + 1) * size, documents)
        rows = slice(borders[i], borders[i + 1])
        mine = columns.select(rows if order is None else order[rows])
        mine = replace(
            mine, document=mine.document - low, lengths=columns.lengths[low:high], assigned=columns.assigned[low:high]
        )
        out[low:high] = state_tables(mine)

    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        list(pool.map(part, range(parts)))
    return out
