"""Reliability samples: which documents to code twice, how many it takes, and training against a key."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coding.agreement import binary
from coding.agreement.bootstrap import Draws, resample_counts
from coding.agreement.computing import agreement_of
from coding.agreement.material import Material
from coding.agreement.result import AgreementTable
from coding.errors import InvalidValue, NotFound

__all__ = ["Sample", "SizeEstimate", "against_key", "documents_needed", "draw_sample"]


@dataclass(frozen=True, slots=True)
class Sample:
    """Documents drawn for a reliability round; goes into the round's protocol."""

    documents: tuple[str, ...]
    """Uids or names, in the order given."""
    share: float
    seed: int
    strata: Mapping[Any, tuple[int, int]]
    """Value of the stratum to (drawn, available)."""

    def protocol(self) -> dict[str, Any]:
        """Return the sample as plain values for the journal."""
        return {
            "share": self.share,
            "seed": self.seed,
            "documents": list(self.documents),
            "strata": {str(k): list(v) for k, v in self.strata.items()},
        }


def draw_sample(
    documents: Sequence[str], share: float = 0.2, *, strata: Mapping[str, Any] | None = None, seed: int = 20260101
) -> Sample:
    """Draw documents at random, the same share of every stratum and at least one of each.

    Args:
        documents: uids or names of the documents to draw from.
        share: above 0 and up to 1; methods papers ask for 10 to 25 %.
        strata: document to its stratum, such as language or a variable's value; none by default.
        seed: makes the draw repeatable, whatever the order of the documents.

    >>> sample = draw_sample([f"P{i:02}" for i in range(20)], 0.25, seed=1)
    >>> len(sample.documents), sample.strata
    (5, {'': (5, 20)})
    """
    if not 0 < share <= 1:
        raise InvalidValue(f"A share of {share}; above 0 and up to 1 is needed, such as 0.2.")
    groups: dict[Any, list[str]] = defaultdict(list)
    for document in documents:
        groups["" if strata is None else strata.get(document, "")].append(document)
    rng = np.random.default_rng(seed)
    chosen: set[str] = set()
    drawn: dict[Any, tuple[int, int]] = {}
    for value in sorted(groups, key=str):
        pool = sorted(groups[value])
        size = min(len(pool), max(1, math.floor(share * len(pool) + 0.5)))
        chosen.update(pool[i] for i in rng.permutation(len(pool))[:size])
        drawn[value] = (size, len(pool))
    return Sample(tuple(d for d in documents if d in chosen), share, seed, drawn)


@dataclass(frozen=True, slots=True)
class SizeEstimate:
    """How many documents an interval of a wanted width takes, judged from a pilot."""

    documents: int | None
    """None where the pilot does not allow an answer."""
    width: float
    pilot_documents: int
    pilot_width: float
    code: str
    """The code that decides: the one that needs most."""


def documents_needed(table: AgreementTable, width: float = 0.2, *, code: str | None = None) -> SizeEstimate:
    """Estimate how many documents give a 95 % interval of a wanted width.

    The width of a bootstrap interval shrinks with the square root of the number of documents; the pilot's
    own width is measured by resampling its documents, also where it is too small for an interval to report.
    It is a rule of thumb: rare codes may stay undefined.

    Args:
        table: agreement of a pilot, made with draws.
        width: wanted distance from the lower to the upper limit.
        code: name, path or uid; by default the code that needs most.
    """
    if not 0 < width < 2:
        raise InvalidValue(f"A width of {width}; between 0 and 2 is needed, such as 0.2.")
    rows = [table[code]] if code is not None else [r for r in table.rows if r.defined]
    best = SizeEstimate(None, width, table.documents, math.nan, rows[0].code.path if rows else "")
    codes = len(table.material.codes)
    for number, part in enumerate(table.parts):
        # blocks may have been drawn for the table; a sample's size is about documents
        drawn = binary.alpha(resample_counts(part.counts, Draws.of(len(part.documents), 1000, table.seed)))
        for row in rows:
            k = table.rows.index(row) - number * codes
            if not 0 <= k < codes:
                continue
            values = drawn[:, k][~np.isnan(drawn[:, k])]
            if len(values) < 100 or len(part.documents) < 3:
                continue
            low, high = np.quantile(values, [0.025, 0.975])
            found = float(high - low)
            need = max(3, math.ceil(len(part.documents) * (found / width) ** 2))
            if best.documents is None or need > best.documents:
                best = SizeEstimate(need, width, len(part.documents), found, row.code.path)
    return best


def against_key(material: Material, key: str, **options: Any) -> dict[str, AgreementTable]:
    """Compare every coder in training with a key.

    Against a key agreement is a measure of accuracy, not of reliability: say so where it is published.

    Args:
        material: the coders' work and the key's.
        key: name of the coder whose codings are the key.
        options: as for `agreement_of`.

    Returns:
        Coder to the table of coder and key.
    """
    if key not in material.coders:
        raise NotFound.among("coder", key, material.coders)
    at = material.coders.index(key)
    return {
        name: agreement_of(material.of_coders([i, at]), **options) for i, name in enumerate(material.coders) if i != at
    }
