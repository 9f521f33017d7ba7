"""Which codes meet: on the same words, or in the same unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from coding.errors import InvalidValue
from coding.model import Snapshot
from coding.tables.resolve import Ints, Language, Tree, Units

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Within", "cooccurrence"]

Within = Literal["overlap", "sentence", "paragraph", "turn", "document"]
_CHUNK = 4_000_000
"""Pairs looked at in one go, about 100 MB."""


def cooccurrence(
    snapshot: Snapshot, *, within: Within = "overlap", across_coders: bool = False, language: Language = "en"
) -> pd.DataFrame:
    """Return how often two codes meet.

    Args:
        snapshot: the project or a part of it.
        within: ``overlap`` counts pairs of codings that share at least one character; ``sentence``,
            ``paragraph``, ``turn`` and ``document`` count the units in which both codes occur.
        across_coders: whether codings of different coders meet too. By default they do not: two coders
            who see different things in a sentence disagree, which is no co-occurrence.
        language: of the names of codes.

    Returns:
        One row per pair that meets, most frequent first: ``code_a, code_b`` (in the order of the tree),
        ``together``, ``a`` and ``b`` (codings, or units, with each), ``jaccard`` = together / (a + b −
        together), from 0 to 1 within units, ``order_a, order_b, code_a_uid, code_b_uid``. Under ``overlap``
        a long coding may meet several of the other code, so that jaccard can pass 1.
    """
    if within not in get_args(Within):
        raise InvalidValue(f"within is {within!r}; it is one of {', '.join(get_args(Within))}.")
    import pandas as pd

    t, tree = snapshot.codings, Tree(snapshot.codes, language)
    code, n = tree.order[tree.target[t.code]], len(snapshot.codes)  # by rank, so that a comes before b
    coder = np.zeros(len(t), dtype=np.int64) if across_coders else t.coder.astype(np.int64)
    if within == "overlap":
        alone = np.bincount(code, minlength=n)
        pairs = _overlaps(coder * max(len(snapshot.documents), 1) + t.document, t.start, t.end)
        met, members = _count(pairs, code, n), code
    else:
        group, row = _in_units(snapshot, within)
        group = group * max(len(snapshot.coders), 1) + coder[row]
        group, members = np.divmod(np.unique(group * max(n, 1) + code[row]), max(n, 1))
        alone = np.bincount(members, minlength=n)
        met = _count(_pairs_upto(np.searchsorted(group, group, side="right")), members, n)
    a, b = np.nonzero(met)
    together, position = met[a, b], np.argsort(tree.order)
    frame = pd.DataFrame(
        {
            "code_a": tree.shown[position[a]],
            "code_b": tree.shown[position[b]],
            "together": together,
            "a": alone[a],
            "b": alone[b],
            "jaccard": together / np.maximum(alone[a] + alone[b] - together, 1),
            "order_a": a,
            "order_b": b,
            "code_a_uid": [snapshot.codes[i].uid for i in position[a]],
            "code_b_uid": [snapshot.codes[i].uid for i in position[b]],
        }
    )
    return frame.sort_values(["together", "order_a", "order_b"], ascending=[False, True, True], ignore_index=True)


def _overlaps(group: Ints, start: Ints, end: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield the pairs of rows of one group that overlap."""
    if not len(start):
        return
    wide = int(end.max()) + 1
    order = np.lexsort((start, group))
    begins = group[order] * wide + start[order]
    reach = np.searchsorted(begins, group[order] * wide + end[order], side="left")
    for a, b in _pairs_upto(reach):
        yield order[a], order[b]


def _pairs_upto(reach: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield the pairs (i, j) with i < j < reach[i], in pieces that fit into memory."""
    partners = reach - np.arange(1, len(reach) + 1)
    total = np.cumsum(partners)
    low = 0
    while low < len(reach):
        high = max(low + 1, int(np.searchsorted(total, (total[low - 1] if low else 0) + _CHUNK, side="right")))
        counts = partners[low:high]
        first = np.repeat(np.arange(low, high), counts)
        within = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
        yield first, first + 1 + within
        low = high


def _count(pairs: Iterator[tuple[Ints, Ints]], code: Ints, n: int) -> Ints:
    """Return an n × n table of how often two different codes meet, above the diagonal."""
    out = np.zeros(n * n, dtype=np.int64)
    for i, j in pairs:
        a, b = code[i], code[j]
        low, high = np.minimum(a, b), np.maximum(a, b)
        different = low != high
        out += np.bincount(low[different] * n + high[different], minlength=n * n)
    return out.reshape(n, n)


def _in_units(snapshot: Snapshot, within: Literal["sentence", "paragraph", "turn", "document"]) -> tuple[Ints, Ints]:
    """Return (unit, row of the table) for every unit that a coding touches; units count through."""
    t, units = snapshot.codings, Units(snapshot)
    if within == "document":
        return t.document.astype(np.int64), np.arange(len(t))
    groups, rows_out, before = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], 0
    for document, rows in units.rows:
        spans = units.spans(document, within)
        first = np.searchsorted(spans[:, 1], t.start[rows], side="right")
        last = np.searchsorted(spans[:, 0], t.end[rows], side="left")
        counts = np.maximum(last - first, 0)
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        groups.append(before + np.repeat(first, counts) + offset)
        rows_out.append(np.repeat(rows, counts))
        before += len(spans)
    return np.concatenate(groups), np.concatenate(rows_out)
