"""Snapshot to DataFrame: what a researcher counts, filters and draws.

Every function takes a `coding.model.Snapshot` and returns a tidy frame with English column names; names
of codes come in English, Chinese or both. Merged codes count where they were merged into, and retired
ones are marked. No frame holds words of a document unless ``text=True`` asks for them.
"""

from __future__ import annotations

from coding.tables.codings import codings, positions
from coding.tables.cooccurrence import cooccurrence
from coding.tables.counts import code_counts, codes_by, codes_by_case, crosstab, directions, saturation
from coding.tables.things import cases, codebook, documents, memos

__all__ = [
    "cases",
    "code_counts",
    "codebook",
    "codes_by",
    "codes_by_case",
    "codings",
    "cooccurrence",
    "crosstab",
    "directions",
    "documents",
    "memos",
    "positions",
    "saturation",
]
