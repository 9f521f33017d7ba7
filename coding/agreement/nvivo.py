"""NVivo's coding comparison, column by column, with what its averages leave out.

One row per code and document for two coders or two groups of coders; a group codes where any member
does. NVivo shows 1 where kappa is 0/0 and both agree completely; that is an explicit switch here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from coding.agreement.columns import Columns
from coding.agreement.counts import count
from coding.agreement.figure import Figure, undefined
from coding.agreement.material import Material
from coding.errors import InvalidValue, NotFound
from coding.spans import Utf16Map, intersection, total, union

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NVIVO_COLUMNS", "NVIVO_MEASURES", "CodingComparison", "cells_of_spans", "coding_comparison", "over_files"]

NVIVO_COLUMNS: Final = (
    "Code", "File", "File Folder", "File Size", "Kappa", "Agreement (%)", "A and B (%)", "Not A and Not B (%)",
    "Disagreement (%)", "A and Not B (%)", "B and Not A (%)",
)  # fmt: skip
"""The columns of NVivo's result, in its order."""


NVIVO_MEASURES: Final = (
    "nvivo_kappa", "nvivo_kappa_mean", "nvivo_kappa_weighted", "nvivo_kappa_pooled", "nvivo_percent_agreement",
)  # fmt: skip
"""What users make of NVivo's rows: the kappa of one file, or a mean of several; the agreement column."""
Cells = tuple[float, float, float, float]
"""Characters coded by both, by A only, by B only, and of the file."""


def cells_of_spans(coders: Sequence[Sequence[tuple[int, int, Any]]], length: int) -> Cells:
    """Return what two coders coded with one code in one file.

    Args:
        coders: per coder the passages (start, end, code), all of one code.
        length: characters of the file.
    """
    first, second = (union((s, e) for s, e, _ in own) for own in coders)
    both = total(intersection(first, second))
    return both, total(first) - both, total(second) - both, length


def over_files(name: str, files: Sequence[Cells], undefined_is_one: bool = False) -> Figure:
    """Return NVivo's kappa over files; files without one do not enter a mean, unless they count as 1.

    Args:
        name: nvivo_kappa or nvivo_kappa_mean (unweighted), _weighted (by file size), _pooled (one kappa from
            the sums), nvivo_percent_agreement.
        files: cells of each file.
        undefined_is_one: NVivo's convention where both coded nothing, or everything.

    >>> files = [(50, 50, 100, 1000), (0, 0, 0, 1000)]
    >>> [round(over_files("nvivo_kappa_mean", files, one).value, 3) for one in (False, True)]
    [0.318, 0.659]
    """
    if not files:
        return undefined("no_units", name)
    if name == "nvivo_kappa_pooled":
        figures, sizes = [_kappa(*(sum(column) for column in zip(*files, strict=True)))], [1.0]
    else:
        figures, sizes = [_kappa(*cells) for cells in files], [cells[3] for cells in files]
    if name == "nvivo_percent_agreement":
        figures = [_share(cells) for cells in files]
    missing = sum(not f.defined for f in figures)
    if undefined_is_one:
        figures = [f if f.defined else Figure(1.0, f.reason) for f in figures]
    good = [(f, n) for f, n in zip(figures, sizes, strict=True) if f.defined]
    if not good:
        return undefined(figures[0].reason, name, undefined_files=missing)
    weights = [n if name == "nvivo_kappa_weighted" else 1.0 for _, n in good]
    reason = good[0][0].reason if len(files) == 1 else ""
    value = float(np.average([f.value for f, _ in good], weights=weights))
    return Figure(value, reason, name, {"undefined_files": missing, "undefined_is_one": undefined_is_one})


def _share(cells: Cells) -> Figure:
    _, only_a, only_b, n = cells
    return Figure((n - only_a - only_b) / n) if n else undefined("no_units")


@dataclass(frozen=True, slots=True)
class CodingComparison:
    """The comparison as rows, and the averages that a paper would quote."""

    rows: tuple[Mapping[str, Any], ...]
    """NVivo's eleven columns, then ours: reason, code_uid, document_uid, and the four counts."""
    unweighted: Figure
    """Mean of the kappas."""
    weighted: Figure
    """Mean of the kappas, weighted by file size."""
    pooled: Mapping[str, Figure]
    """Per code path: one kappa from the counts of all files, which is no mean of ratios; of one language only."""
    undefined: int
    """Rows without a kappa; on sparse codebooks most, so what they count as decides the mean."""

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows))


def coding_comparison(
    material: Material,
    first: Sequence[str] | str,
    second: Sequence[str] | str,
    *,
    codes: Iterable[str] | None = None,
    texts: Mapping[str, str] | None = None,
    utf16: bool = False,
    undefined_is_one: bool = False,
    folders: Mapping[str, str] | None = None,
) -> CodingComparison:
    """Compare two coders or groups as NVivo does: all characters, one kappa per code and file.

    Args:
        material: what is compared, in characters.
        first: name of a coder, or names of a group.
        second: name of the other coder, or of the other group.
        codes: names, paths or uids; all by default. A parent counts its own codings only, as in NVivo
            without aggregation.
        texts: document uid to text, needed for `utf16`.
        utf16: count UTF-16 units, as NVivo on Windows does; differs where text holds emoji or rare Han.
        undefined_is_one: NVivo's convention: 0/0 counts as 1. Off, such rows do not enter the means.
        folders: document uid to folder, for the column.

    Source: NVivo help, “Coding Comparison query: How is the kappa coefficient calculated?”.
    """
    groups = [[first] if isinstance(first, str) else list(first), [second] if isinstance(second, str) else list(second)]
    columns = _grouped(material, groups)
    if utf16:
        columns = _utf16(columns, material, texts)
    counts = count(columns)
    wanted = _wanted(material, codes)
    rows, kappas, sizes = [], [], []
    for d, document in enumerate(material.documents):
        if not columns.assigned[d].all():
            continue
        n = int(columns.lengths[d])
        for k in wanted:
            one, other, both = (int(x) for x in counts.sums[d, k])
            figure = _kappa(both, one - both, other - both, n)
            if undefined_is_one and not figure.defined and n:
                figure = Figure(1.0, figure.reason, "kappa")
            kappas.append(figure)
            sizes.append(n)
            rows.append(_row(material, k, document, figure, (both, one - both, other - both, n), folders or {}))
    values = np.array([f.value for f in kappas])
    good = ~np.isnan(values)
    weights = np.array(sizes, dtype=np.float64)
    pooled = {}
    for k in wanted:
        here = np.flatnonzero(columns.assigned.all(axis=1))
        if len({material.documents[d].language for d in here}) > 1:
            pooled[material.codes[k].path] = undefined("languages_not_pooled", "kappa")
            continue
        ours, theirs, shared = (float(x) for x in counts.sums[here, k].sum(axis=0, dtype=np.float64))
        pooled[material.codes[k].path] = _kappa(
            shared, ours - shared, theirs - shared, float(columns.lengths[here].sum())
        )
    none = undefined("nothing_coded" if rows else "no_pairs", "kappa")
    return CodingComparison(
        tuple(rows),
        Figure(float(values[good].mean()), "", "mean_kappa") if good.any() else none,
        Figure(float(np.average(values[good], weights=weights[good])), "", "weighted_mean_kappa")
        if good.any()
        else none,
        pooled,
        sum(f.reason in ("nothing_coded", "everything_coded") for f in kappas),
    )


def _kappa(n11: float, n10: float, n01: float, n: float) -> Figure:
    """Return kappa from counts, in the form without 1 − Pe."""
    n00 = n - n11 - n10 - n01
    below = (n11 + n10) * (n10 + n00) + (n11 + n01) * (n01 + n00)
    if n <= 0:
        return undefined("no_units", "kappa")
    if below == 0:
        return undefined("nothing_coded" if n11 == 0 else "everything_coded", "kappa")
    alone = (n11 + n10 == 0) != (n11 + n01 == 0)
    return Figure(2 * (n11 * n00 - n10 * n01) / below, "zero_by_construction" if alone else "", "kappa")


def _row(
    material: Material, k: int, document: Any, figure: Figure, cells: tuple[int, int, int, int],
    folders: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    both, only_a, only_b, n = cells
    neither = n - both - only_a - only_b

    def share(count_: int) -> float:
        return 100 * count_ / n if n else math.nan

    values = (
        material.codes[k].path, document.name, folders.get(document.uid, ""), n, figure.value,
        share(both + neither), share(both), share(neither), share(only_a + only_b), share(only_a), share(only_b),
    )  # fmt: skip
    return {
        **dict(zip(NVIVO_COLUMNS, values, strict=True)),
        "reason": figure.reason,
        "code_uid": material.codes[k].uid,
        "document_uid": document.uid,
        "both": both,
        "only_a": only_a,
        "only_b": only_b,
        "neither": neither,
    }


def _grouped(material: Material, groups: Sequence[Sequence[str]]) -> Columns:
    """Return the columns with two coders, the groups; a group was given what any member was given."""
    side = np.full(len(material.coders), -1)
    assigned = np.zeros((len(material.documents), 2), dtype=bool)
    for g, names in enumerate(groups):
        for name in names:
            if name not in material.coders:
                raise NotFound.among("coder", name, material.coders)
            at = material.coders.index(name)
            if side[at] >= 0:
                raise InvalidValue(f"“{name}” stands in both groups; a coder belongs to one.")
            side[at] = g
            assigned[:, g] |= material.columns.assigned[:, at]
    columns = material.columns.select(side[material.columns.coder] >= 0)
    return replace(columns, coder=side[columns.coder], assigned=assigned)


def _utf16(columns: Columns, material: Material, texts: Mapping[str, str] | None) -> Columns:
    if texts is None:
        raise InvalidValue("UTF-16 units need the texts; pass texts=snapshot.texts.")
    start, end, lengths = columns.start.copy(), columns.end.copy(), columns.lengths.copy()
    for d, document in enumerate(material.documents):
        places = Utf16Map(texts[document.uid])
        lengths[d] = places.length_utf16
        if places.astral:
            for row in np.flatnonzero(columns.document == d):
                start[row], end[row] = places.to_utf16(int(start[row])), places.to_utf16(int(end[row]))
    return replace(columns, start=start, end=end, lengths=lengths)


def _wanted(material: Material, codes: Iterable[str] | None) -> list[int]:
    if codes is None:
        return list(range(len(material.codes)))
    asked = {codes} if isinstance(codes, str) else set(codes)
    return [k for k, c in enumerate(material.codes) if asked & {c.uid, c.name, c.path}]
