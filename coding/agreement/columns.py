"""Codings as plain columns in the coordinates that a measure counts in, and their union per code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from coding.errors import AgreementError, InvalidSpan

__all__ = ["Columns", "bits", "unite"]

IntArray = npt.NDArray[np.int64]


def bits(largest: int) -> int:
    """Return how many bits hold the numbers 0 to `largest`.

    >>> bits(0), bits(7), bits(8)
    (1, 3, 4)
    """
    return max(1, int(largest).bit_length())


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Codings of a comparison: one row per coding, columns of equal length n.

    Positions are whatever the measure counts, characters or units; ``[start, end)`` within the document.
    """

    document: npt.NDArray[Any]
    code: npt.NDArray[Any]
    coder: npt.NDArray[Any]
    start: npt.NDArray[Any]
    end: npt.NDArray[Any]
    lengths: IntArray
    """Length of each document, D."""
    codes: int
    """Number of codes K."""
    assigned: npt.NDArray[np.bool_]
    """D × m: whether the coder was given the document. Given and empty is data, not given is missing."""

    @property
    def documents(self) -> int:
        """Number of documents D."""
        return len(self.lengths)

    @property
    def coders(self) -> int:
        """Number of coders m."""
        return int(self.assigned.shape[1])

    def __len__(self) -> int:
        return len(self.start)

    def select(self, rows: npt.NDArray[Any] | slice) -> Columns:
        """Return the rows picked by a mask or by positions."""
        return replace(
            self,
            document=self.document[rows],
            code=self.code[rows],
            coder=self.coder[rows],
            start=self.start[rows],
            end=self.end[rows],
        )

    def cleaned(self) -> Columns:
        """Return the rows that can count: not empty, by coders who were given the document.

        Raises:
            InvalidSpan: a coding that reaches past its document.
        """
        if not len(self):
            return self
        shortest = int(self.lengths.min())
        if int(self.start.min()) < 0 or (
            int(self.end.max()) > shortest and bool((self.end > self.lengths[self.document]).any())
        ):
            row = int(np.flatnonzero((self.start < 0) | (self.end > self.lengths[self.document]))[0])
            raise InvalidSpan(
                f"A coding from {self.start[row]} to {self.end[row]} does not fit its document of "
                f"{self.lengths[self.document[row]]} characters; check the lengths."
            )
        keep = self.end > self.start
        if not self.assigned.all():
            keep &= self.assigned[self.document, self.coder]
        return self if keep.all() else self.select(keep)

    def recoded(self, mapping: npt.NDArray[Any], codes: int) -> Columns:
        """Return the columns with every code replaced, such as by its parent; −1 drops the row.

        Args:
            mapping: new position per old one, K.
            codes: number of new codes.
        """
        new = np.asarray(mapping)[self.code]
        out = replace(self, code=new, codes=codes)
        return out if (new >= 0).all() else out.select(new >= 0)

    def of_documents(self, documents: npt.NDArray[Any]) -> Columns:
        """Return the part for some documents, renumbered in the order given.

        Args:
            documents: positions, or a mask of D.
        """
        chosen = np.flatnonzero(documents) if np.asarray(documents).dtype == bool else np.asarray(documents)
        at = np.full(self.documents, -1)
        at[chosen] = np.arange(len(chosen))
        part = self.select(at[self.document] >= 0)
        return replace(part, document=at[part.document], lengths=self.lengths[chosen], assigned=self.assigned[chosen])

    def of_coders(self, coders: npt.NDArray[Any]) -> Columns:
        """Return the part for some coders, renumbered in the order given."""
        at = np.full(self.coders, -1)
        at[np.asarray(coders)] = np.arange(len(coders))
        part = self.select(at[self.coder] >= 0)
        return replace(part, coder=at[part.coder], assigned=self.assigned[:, np.asarray(coders)])

    def key_bits(self, *fields: int) -> tuple[int, ...]:
        """Return the bits of each field of a packed sort key.

        Args:
            fields: the largest number of each field, first field leftmost.

        Raises:
            AgreementError: the key does not fit 63 bits.
        """
        widths = tuple(bits(f) for f in fields)
        if sum(widths) > 63:
            raise AgreementError(
                "The comparison is too large for one pass; compare fewer documents, codes or coders at a time."
            )
        return widths


def unite(columns: Columns) -> Columns:
    """Unite overlapping codings of one coder with one code; touching ones stay apart.

    Args:
        columns: any order.

    Returns:
        Rows sorted by document, code, coder and start, without overlaps among themselves.

    Source: Krippendorff et al. 2016, p. 2350: a unit's length counts, so touching units are two.
    """
    n = len(columns)
    if n == 0:
        return columns
    m, codes = columns.coders, columns.codes
    wide = columns.key_bits(columns.documents * codes * m, int(columns.lengths.max(initial=1)))
    group = (columns.document.astype(np.int64) * codes + columns.code) * m + columns.coder
    order = np.argsort((group << wide[1]) | columns.start, kind="stable")
    sorted_ = columns.select(order)
    group = group[order]
    # ends carry their group, so the running maximum starts afresh with every group
    reach = np.maximum.accumulate((group << wide[1]) | sorted_.end)
    first = np.ones(n, dtype=bool)
    first[1:] = ((group[1:] << wide[1]) | sorted_.start[1:]) >= reach[:-1]
    if first.all():
        return sorted_
    heads = np.flatnonzero(first)
    last = np.append(heads[1:], n) - 1
    united = sorted_.select(heads)
    ends = (reach[last] & ((1 << wide[1]) - 1)).astype(sorted_.end.dtype)
    return replace(united, end=ends)
