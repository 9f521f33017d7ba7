"""Which codings overlap, by one sort: the work behind `counts` and `unitizing`.

Codings are sorted by group and start as packed integers. Then each is compared with the next one, those
that overlap with the one after, and so on: the lists get shorter fast, and no array is as long as the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.agreement.columns import Columns

__all__ = ["MOST_LAGS", "Sorted", "overlaps", "sort_codings"]

MOST_LAGS: Final = 200
"""With more codings on one place than this the sweep by events is faster."""
_PART: Final = 1 << 15
"""Codings per part, so that its arrays stay in the processor's cache."""
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """Codings of some groups in the order of group and start; positions carry their group in the upper bits."""

    first_group: int
    last_group: int
    """Group after the last one."""
    start: IntArray
    end: IntArray
    length: IntArray
    coder: IntArray
    value: IntArray
    group: IntArray
    """Counted from `first_group`."""


def sort_codings(
    columns: Columns, groups: int, group: IntArray, value: npt.NDArray[Any] | None = None
) -> Iterator[Sorted]:
    """Sort codings by one value sort of packed integers, and yield them in parts that stay in the cache.

    A key reads group | start | coder | value | length. Parts end between groups, in order.

    Args:
        columns: cleaned codings.
        groups: number of groups.
        group: group of each coding; codings of different groups never meet. Overwritten.
        value: another small number to keep with each coding.
    """
    longest = int((columns.end - columns.start).max(initial=0))
    largest = 0 if value is None else int(value.max(initial=0))
    wide = columns.key_bits(
        max(groups - 1, 0), int(columns.lengths.max(initial=1)), columns.coders - 1, largest, longest
    )
    keys = group
    keys <<= wide[1]
    keys += columns.start
    keys <<= wide[2]
    keys += columns.coder
    keys <<= wide[3]
    if value is not None:
        keys += value
    keys <<= wide[4]
    keys += columns.end
    keys -= columns.start
    keys.sort()
    shift = sum(wide[1:])
    low, first_group = 0, 0
    while low < len(keys):
        high = min(low + _PART, len(keys))
        last_group = groups
        if high < len(keys):
            last_group = int(keys[high] >> shift)
            high = int(np.searchsorted(keys, last_group << shift))
            if high <= low:  # one group fills the part: take all of it
                last_group += 1
                high = int(np.searchsorted(keys, last_group << shift))
        yield _unpacked(keys[low:high], wide, first_group, last_group)
        low, first_group = high, last_group


def _unpacked(keys: IntArray, wide: tuple[int, ...], first_group: int, last_group: int) -> Sorted:
    length = keys & ((1 << wide[4]) - 1)
    keys = keys >> wide[4]
    value = keys & ((1 << wide[3]) - 1)
    keys >>= wide[3]
    coder = keys & ((1 << wide[2]) - 1)
    keys >>= wide[2]
    group = keys >> wide[1]
    group -= first_group
    return Sorted(first_group, last_group, keys, keys + length, length, coder, value, group)


def overlaps(codings: Sorted) -> Iterator[tuple[Any, Any, IntArray] | None]:
    """Yield pairs of overlapping codings of one group: rows of the earlier, rows of the later, length.

    Within one yield every row stands at most once on each side. None says that the pairs are too many.
    """
    start, end = codings.start, codings.end
    common = np.minimum(end[:-1], end[1:]) - start[1:]
    rows = np.flatnonzero(common > 0)
    common = common[rows]
    lag = 1
    while len(rows):
        if lag > MOST_LAGS:
            yield None
            return
        yield rows, rows + lag, common
        lag += 1
        rows = rows[: np.searchsorted(rows, len(start) - lag)]
        common = np.minimum(end[rows], end[rows + lag]) - start[rows + lag]
        kept = np.flatnonzero(common > 0)
        rows, common = rows[kept], common[kept]
