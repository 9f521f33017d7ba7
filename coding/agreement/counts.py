"""Counts per document and code by one sort: the sufficient statistics of every measure for one code.

No array here is as long as the text: one value sort brings the codings in order, a few passes find those
that overlap, and one `bincount` adds up what each coder and each pair of coders coded. `state_tables`
does the same by events and tells every combination of coders apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.agreement.columns import Columns, unite
from coding.agreement.sweep import Sorted, overlaps, sort_codings

__all__ = ["MOST_TABLE_CODERS", "Counts", "Totals", "count", "pair_list", "state_tables"]

FloatArray = npt.NDArray[np.float64]
MOST_TABLE_CODERS: Final = 6
"""With more coders the table of all combinations grows too large; pairs are counted one by one."""
_LOOKUP_BITS: Final = 16
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


@dataclass(frozen=True, eq=False)
class Counts:
    """Per document and code: what each coder coded and what each pair coded alike."""

    lengths: npt.NDArray[np.int64]
    assigned: npt.NDArray[np.bool_]
    codes: int
    sums: FloatArray
    """D × K × (m + pairs): own and common text, whole numbers."""

    @property
    def coders(self) -> int:
        """Number of coders."""
        return int(self.assigned.shape[1])

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
        """Sum own and common text over documents."""
        part = self.sums if len(documents) == len(self.sums) else self.sums[documents]
        return np.asarray(np.add.reduce(part, axis=0))

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


def _selectors(m: int) -> FloatArray:
    """Return 2^m × (m + pairs): whether a combination counts for a coder or a pair."""
    states = np.arange(1 << m)
    member = np.stack([(states >> i) & 1 for i in range(m)], axis=1)
    pairs = [member[:, i] & member[:, j] for i, j in pair_list(m)]
    return np.concatenate([member, *(p[:, None] for p in pairs)], axis=1).astype(np.float64)


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
    sums = _count_pairs(columns)
    if sums is None:
        sums = _count_pairs(unite(columns))
    if sums is None:  # very many codings on one place: the sweep by events does not mind
        few = columns.coders <= MOST_TABLE_CODERS
        sums = state_tables(columns) @ _selectors(columns.coders) if few else _count_many(columns)
    sums = sums.reshape(columns.documents, columns.codes, sums.shape[-1])
    return Counts(columns.lengths.astype(np.int64), columns.assigned, columns.codes, sums)


@lru_cache(maxsize=32)
def _pair_column(coders: int) -> npt.NDArray[np.int64]:
    """Return the column of each pair of coders in `Counts.sums`; −1 for a coder with herself."""
    out = np.full((coders, coders), -1, dtype=np.int64)
    for p, (i, j) in enumerate(pair_list(coders)):
        out[i, j] = out[j, i] = coders + p
    return out.reshape(-1)


def _count_pairs(columns: Columns) -> FloatArray | None:
    """Count own and common text from the pairs of codings that overlap.

    Returns:
        None where a coder's own codings overlap, or where very many lie on one place.
    """
    m = columns.coders
    width = m + m * (m - 1) // 2
    groups = columns.documents * columns.codes
    if not len(columns):
        return np.zeros((groups, width))
    group = columns.document.astype(np.int64)
    group *= columns.codes
    group += columns.code
    out = np.zeros((groups, width))
    for codings in sort_codings(columns, groups, group):
        part = _pair_sums(codings, m, width)
        if part is None:
            return None
        out[codings.first_group : codings.last_group] = part
    return out


def _pair_sums(codings: Sorted, m: int, width: int) -> FloatArray | None:
    cells = codings.group * width
    where, lengths = [cells + codings.coder], [codings.length]
    column = _pair_column(m)
    for found in overlaps(codings):
        if found is None:
            return None
        first, second, common = found
        pair = column.take(codings.coder[first] * m + codings.coder[second])
        if int(pair.min()) < 0:
            return None
        where.append(cells[first] + pair)
        lengths.append(common)
    size = (codings.last_group - codings.first_group) * width
    sums = np.bincount(np.concatenate(where), weights=np.concatenate(lengths), minlength=size)
    return np.asarray(sums, dtype=np.float64).reshape(-1, width)
