"""Texts that share much of their wording, such as one abstract pasted from two pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from coding.language.scripts import HAN_CLASS

__all__ = ["near_duplicates", "shingles"]

_WORD: Final = re.compile(rf"[{HAN_CLASS}]|[^\W_{HAN_CLASS}]+")
_LENGTH = 6
"""Words, or Chinese characters, in a row that count as one shingle."""
_COMMON = 60
"""A shingle in more texts than this is a form letter's and tells nothing."""
_SMALL = 2_000_000
"""Shingles in all that are compared one by one; above it, an even sample of every text's."""

Hashes = npt.NDArray[np.uint64]


def shingles(text: str) -> Hashes:
    """Return the hashes of all runs of six words or Chinese characters, sorted and without repeats.

    Case, punctuation, spaces and half or full width of marks play no part.
    """
    words = _WORD.findall(text.lower())
    if not words:
        return np.zeros(0, dtype=np.uint64)
    code_of = {word: crc32(word.encode("utf-8", "surrogatepass")) for word in set(words)}
    codes = np.fromiter(map(code_of.__getitem__, words), dtype=np.uint64, count=len(words))
    length = min(_LENGTH, len(words))
    total = np.zeros(len(words) - length + 1, dtype=np.uint64)
    for i in range(length):
        total = total * np.uint64(0x9E3779B97F4A7C15) + codes[i : i + len(total)]
    total ^= total >> np.uint64(29)
    return np.unique(total * np.uint64(0xBF58476D1CE4E5B9))


def near_duplicates(texts: Mapping[str, str], *, threshold: float = 0.6) -> list[tuple[str, str, float]]:
    """Return the pairs of texts of which the shorter lies largely in the other.

    Args:
        texts: name or uid to text.
        threshold: least share, 0 to 1, of the shorter text's shingles that the other one holds.

    Returns:
        ``(one, other, share)``, highest share first; order within a pair is that of `texts`.

    >>> page = "The reform moved the right to approve aid from the bureau down to eight street offices in one year."
    >>> near_duplicates({"a": page, "b": "MENU | HOME " + page.upper(), "c": "Nothing of the kind is said in here."})
    [('a', 'b', 1.0)]
    """
    names = list(texts)
    sets = [shingles(texts[name]) for name in names]
    if sum(map(len, sets)) > _SMALL:  # FracMinHash: the same sample rule for every text keeps shares comparable
        step = np.uint64(np.iinfo(np.uint64).max // 16)
        sets = [s[s < step] if len(s) > 800 else s for s in sets]
    if not any(map(len, sets)):
        return []
    shared = _shared(sets)
    out = []
    for (i, j), n in shared.items():
        share = n / min(len(sets[i]), len(sets[j]))
        if share >= threshold:
            out.append((names[i], names[j], round(float(share), 4)))
    return sorted(out, key=lambda pair: (-pair[2], pair[0], pair[1]))


def _shared(sets: list[Hashes]) -> dict[tuple[int, int], int]:
    """Count the shingles that each pair of texts has in common."""
    every = np.concatenate(sets)
    owner = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    order = np.argsort(every, kind="stable")
    every, owner = every[order], owner[order]
    edges = np.flatnonzero(np.diff(every)) + 1
    begins, ends = np.r_[0, edges], np.r_[edges, len(every)]
    common = ends - begins
    counts: dict[tuple[int, int], int] = {}
    for begin, end in zip(
        begins[(common > 1) & (common <= _COMMON)], ends[(common > 1) & (common <= _COMMON)], strict=True
    ):
        group = owner[begin:end].tolist()
        for x, i in enumerate(group):
            for j in group[x + 1 :]:
                counts[i, j] = counts.get((i, j), 0) + 1
    return counts
