"""Agreement that follows the coding: after one change only its document is counted again."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from coding.agreement import binary
from coding.agreement.columns import Columns
from coding.agreement.counts import Totals, count
from coding.agreement.material import Material
from coding.agreement.units import Unit as UnitName
from coding.agreement.units import UnitMap, Universe
from coding.errors import InvalidValue

__all__ = ["LiveAgreement"]


class LiveAgreement:
    """Running totals of a comparison, for training rounds; an open reliability round shows no figures.

    Args:
        material: what is compared at the start.
        unit: sentence, character, paragraph, turn or document.
        universe: respondents or all; “coded” would change with every coding.

    >>> from coding.agreement import material_of_table
    >>> start = material_of_table({"document": ["d", "d"], "length": [100, 100], "coder": ["a", "b"],
    ...                            "code": ["x", "x"], "start": [0, 50], "end": [10, 60]})
    >>> live = LiveAgreement(start, unit="character", universe="all")
    >>> live.set_document(0, [(0, 0, 0, 10), (0, 1, 0, 10)])
    >>> live.alpha().tolist()
    [1.0]
    """

    def __init__(self, material: Material, *, unit: UnitName = "sentence", universe: Universe = "respondents") -> None:
        if universe == "coded":
            raise InvalidValue("The universe “coded” changes with every coding; follow respondents or all.")
        self.material = material
        self.map: UnitMap = material.units(unit, universe)
        self._lines = material.ancestry()
        projected, _ = self.map.project(material.columns)
        lengths = projected.lengths
        counts = count(self._expanded(projected))
        self._sums = counts.sums.astype(np.float64)
        self._patterns, self._which = counts.patterns()
        length = np.zeros(len(self._patterns))
        np.add.at(length, self._which, lengths)
        total = np.zeros((len(self._patterns), *self._sums.shape[1:]))
        np.add.at(total, self._which, self._sums)
        self._length, self._total = length, total

    def _expanded(self, columns: Columns) -> Columns:
        if self._lines.shape[1] == 1 or not len(columns):
            return columns
        under = self._lines[columns.code]
        rows, step = np.nonzero(under >= 0)
        part = columns.select(rows)
        return Columns(
            part.document, under[rows, step], part.coder, part.start, part.end, part.lengths, part.codes, part.assigned
        )

    def set_document(self, document: int, codings: Iterable[tuple[int, int, int, int]]) -> None:
        """Replace the codings of one document.

        Args:
            document: position in the material's documents.
            codings: all live codings of it: (code, coder, start, end) by position and in characters.
        """
        rows = np.array(list(codings), dtype=np.int64).reshape(-1, 4)
        whole = self.material.columns
        columns = Columns(
            np.full(len(rows), document, dtype=np.int64), rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3],
            whole.lengths, whole.codes, whole.assigned,
        )  # fmt: skip
        projected, _ = self.map.project(columns)
        single = Columns(
            np.zeros(len(projected), dtype=np.int64), projected.code, projected.coder, projected.start, projected.end,
            projected.lengths[document : document + 1], whole.codes, whole.assigned[document : document + 1],
        )  # fmt: skip
        new = count(self._expanded(single)).sums[0].astype(np.float64)
        self._total[self._which[document]] += new - self._sums[document]
        self._sums[document] = new

    def totals(self) -> Totals:
        """Return the sums over all documents."""
        m = len(self.material.coders)
        return Totals(self._length, self._total[..., :m], self._total[..., m:], self._patterns)

    def alpha(self) -> npt.NDArray[np.float64]:
        """Return alpha per code, NaN where undefined."""
        return binary.alpha(self.totals())

    def kappa(self) -> npt.NDArray[np.float64]:
        """Return Cohen's kappa per code, the mean over pairs."""
        return binary.kappa(self.totals())
