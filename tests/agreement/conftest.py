"""Random comparisons, and the same counted character by character."""

from __future__ import annotations

import numpy as np
import pytest

from coding.agreement.columns import Columns


class Comparison:
    """A random small project and its dense form."""

    def __init__(self, seed, documents=4, coders=3, codes=3, length=60, codings=40, missing=False):
        rng = np.random.default_rng(seed)
        self.lengths = rng.integers(length // 2, length, documents)
        self.document = rng.integers(0, documents, codings)
        self.code = rng.integers(0, codes, codings)
        self.coder = rng.integers(0, coders, codings)
        size = self.lengths[self.document]
        self.start = (rng.random(codings) * (size - 1)).astype(int)
        self.end = self.start + 1 + (rng.random(codings) * np.minimum(size - self.start, 15)).astype(int)
        self.end = np.minimum(self.end, size)
        self.codes, self.coders = codes, coders
        self.assigned = np.ones((documents, coders), dtype=bool)
        if missing:
            self.assigned = rng.random((documents, coders)) < 0.7

    @property
    def columns(self):
        return Columns(
            self.document, self.code, self.coder, self.start, self.end, self.lengths.astype(np.int64), self.codes,
            self.assigned,
        )  # fmt: skip

    def units(self, code):
        """One row per character, one 0/1 per coder, None where the coder was not given the document."""
        rows = []
        for d, n in enumerate(self.lengths):
            cells = np.zeros((n, self.coders), dtype=int)
            for i in np.flatnonzero((self.document == d) & (self.code == code)):
                cells[self.start[i] : self.end[i], self.coder[i]] = 1
            rows += [
                [int(v) if given else None for v, given in zip(row, self.assigned[d], strict=True)] for row in cells
            ]
        return rows


@pytest.fixture
def comparison():
    return Comparison


@pytest.fixture
def two_coder_table():
    """Two coders, twenty-four documents, two branches; the second coder moves edges and swaps siblings."""
    rng = np.random.default_rng(5)
    codes = ["Dynamics > Pressure", "Dynamics > Driving", "Structure > Honour"]
    rows = {name: [] for name in ("document", "length", "coder", "code", "start", "end")}

    def add(*values):
        for name, value in zip(rows, values, strict=True):
            rows[name].append(value)

    for d in range(24):
        for t in range(10):
            start, code = t * 200 + int(rng.integers(0, 60)), int(rng.choice(3, p=[0.5, 0.3, 0.2]))
            end = start + int(rng.integers(30, 90))
            for coder in ("amira", "ben"):
                if rng.random() < 0.9:
                    chosen = code if rng.random() < 0.85 else 1 - min(code, 1)
                    add(f"P{d:02}", 2000, coder, codes[chosen], max(0, start + int(rng.normal(0, 3))), end)
    return rows


@pytest.fixture
def case_named():
    """A function that computes one of the reference cases by its id."""
    import json
    from pathlib import Path

    from coding.agreement.measures import compute

    cases = json.loads((Path(__file__).parent / "cases" / "reference.json").read_text(encoding="utf-8"))
    by_id = {case["id"]: case for case in cases}
    return lambda name: compute(by_id[name]["measure"], by_id[name]["kind"], by_id[name]["input"])
