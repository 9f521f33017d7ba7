"""The unitizing family of Krippendorff et al. 2016 for domains: codes that exclude each other.

Coders cut a text into passages and give each one code of the domain, or leave gaps. The family asks
whether they found the same passages (binary), with the same codes (u), chose the same code where both
coded (cu), and that for each code ((k)u). ATLAS.ti's names stand in `ATLAS_NAMES`.

All statistics are sums over documents, 5 numbers per document and code; one sort yields them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.agreement.columns import Columns, unite
from coding.agreement.figure import Figure, undefined
from coding.agreement.sweep import Sorted, overlaps, sort_codings
from coding.errors import OverlappingDomain

__all__ = [
    "ATLAS_NAMES",
    "FAMILY",
    "Domains",
    "Family",
    "UnitStatistics",
    "family",
    "family_figures",
    "family_of_spans",
    "find_overlaps",
    "unit_statistics",
]

FloatArray = npt.NDArray[np.float64]

FAMILY: Final = ("u_alpha_binary", "u_alpha_nominal", "cu_alpha_nominal", "ku_alpha_nominal")

ATLAS_NAMES: Final = MappingProxyType(
    {
        "u_alpha_binary": "c-alpha-binary",
        "cu_alpha_nominal": "cu-alpha",
        "ku_alpha_nominal": "csu-alpha",
        "Cu_alpha": "Cu-alpha",
    }
)
"""Our measure to the name that ATLAS.ti gives the same idea."""


@dataclass(frozen=True, slots=True, eq=False)
class Domains:
    """Which domain each code belongs to."""

    of_code: npt.NDArray[np.intp]
    """K: position of the code's domain, −1 where it has none."""
    value: npt.NDArray[np.intp]
    """K: position of the code within its domain, 0-based."""
    sizes: tuple[int, ...]
    """Number of codes of each domain."""

    @classmethod
    def of(cls, of_code: Sequence[int] | npt.NDArray[Any]) -> Domains:
        """Number the codes within their domains.

        Args:
            of_code: domain of each code, −1 where it has none.
        """
        domain = np.asarray(of_code, dtype=np.intp)
        count = int(domain.max(initial=-1)) + 1
        value = np.zeros(len(domain), dtype=np.intp)
        for d in range(count):
            mine = domain == d
            value[mine] = np.arange(mine.sum())
        return cls(domain, value, tuple(int((domain == d).sum()) for d in range(count)))

    @property
    def widest(self) -> int:
        """Number of codes of the largest domain."""
        return max(self.sizes, default=0)


@dataclass(frozen=True, slots=True, eq=False)
class UnitStatistics:
    """Sums per document, domain and code (… × D × G × V); gaps follow from the length of the text."""

    length: FloatArray
    """… × D: text times coders, the sum l.. of all coincidences."""
    margin: FloatArray
    """Text coded with the code, summed over coders: l_c."""
    alike: FloatArray
    """Coincidences of the code with itself: l_cc."""
    paired: FloatArray
    """Text coded with the code, weighted by how many others coded it at all: l*_c."""
    squares: FloatArray
    """Squared lengths of the units: Z_c."""
    paired_squares: FloatArray
    """Squared paired lengths of the units: Z*_c."""

    def stacked(self) -> FloatArray:
        """Return the five sums side by side: … × 5 × G × V."""
        return np.stack([self.margin, self.alike, self.paired, self.squares, self.paired_squares], axis=-3)

    @classmethod
    def unstacked(cls, length: FloatArray, sums: FloatArray) -> UnitStatistics:
        """Build from `stacked`."""
        return cls(length, *(sums[..., i, :, :] for i in range(5)))

    def total(self, documents: Any = None) -> UnitStatistics:
        """Sum over documents: the continua laid end to end."""
        rows = slice(None) if documents is None else documents
        sums = [x[rows].sum(axis=0) for x in (self.margin, self.alike, self.paired, self.squares, self.paired_squares)]
        return UnitStatistics(self.length[rows].sum(axis=0), *sums)


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Values of the family, NaN where undefined; … × G, those of single codes … × G × V."""

    binary: FloatArray
    u: FloatArray
    cu: FloatArray
    ku: FloatArray
    coverage: FloatArray
    """Share of the code's text that another coder coded too; stands beside every (k)u figure."""


def find_overlaps(columns: Columns, domains: Domains) -> npt.NDArray[np.int64]:
    """Return the stretches where one coder gave two codes of one domain.

    Args:
        columns: codings in characters.
        domains: the domain of each code.

    Returns:
        Rows of (document, coder, domain, start, end), in order; none where the family is defined.
    """
    mine = columns.select(domains.of_code[columns.code] >= 0)
    if not len(mine):
        return np.empty((0, 5), dtype=np.int64)
    united = unite(mine)
    domain = domains.of_code[united.code]
    order = np.lexsort((united.end, united.start, domain, united.coder, united.document))
    found: list[tuple[int, int, int, int, int]] = []
    group = (-1, -1, -1)
    reach = 0
    for row in order.tolist():
        here = (int(united.document[row]), int(united.coder[row]), int(domain[row]))
        start, end = int(united.start[row]), int(united.end[row])
        if here != group:
            group, reach = here, end
            continue
        if start < reach:
            found.append((*here, start, min(end, reach)))
        reach = max(reach, end)
    return np.array(found, dtype=np.int64).reshape(-1, 5)


def unit_statistics(columns: Columns, domains: Domains) -> UnitStatistics:
    """Compute the sums of the unitizing family, per document and domain.

    Overlapping units of one coder with one code are united; touching ones stay apart. Codes without a
    domain do not count. A document with fewer than two coders has no sums.

    Args:
        columns: codings in characters; within a domain no coder's codes may overlap (see `find_overlaps`).
        domains: the domain of each code.

    Raises:
        OverlappingDomain: codes of one domain overlap in one coder's work.

    Source: Krippendorff, Mathet, Bouvry & Widlöcher 2016, Qual. Quant. 50, pp. 2350–2356; Krippendorff
        2019, sect. 12.6. Z* is weighted by coincidence, which alone reproduces the published .724.
    """
    columns = columns.cleaned()
    together = columns.assigned.sum(axis=1)
    usable = (domains.of_code >= 0)[columns.code]
    if not bool((together >= 2).all()):
        usable &= (together >= 2)[columns.document]
    if not usable.all():
        columns = columns.select(usable)
    shape = (columns.documents, len(domains.sizes), domains.widest)
    length = (columns.lengths * np.where(together >= 2, together, 0)).astype(np.float64)
    if not len(columns):
        return UnitStatistics(length, *(np.zeros(shape) for _ in range(5)))
    return _swept(columns, domains, length, shape, together)


def _swept(
    columns: Columns,
    domains: Domains,
    length: FloatArray,
    shape: tuple[int, int, int],
    together: npt.NDArray[Any],
    united: bool = False,
) -> UnitStatistics:
    groups, values = shape[0] * shape[1], shape[2]
    group = columns.document.astype(np.int64)
    group *= shape[1]
    group += domains.of_code.take(columns.code)
    share = 1 / np.maximum(together - 1, 1)
    out = np.zeros((5, groups, values))
    for units in sort_codings(columns, groups, group, domains.value.take(columns.code)):
        part = _unit_sums(units, values, share.take((units.group + units.first_group) // shape[1]))
        if part is None:
            if not united:
                return _swept(unite(columns), domains, length, shape, together, united=True)
            raise OverlappingDomain(
                "Codes that exclude each other overlap in one coder's work, so the unitizing family is undefined. "
                "Settle the passages that find_overlaps lists, or compare sets of codes."
            )
        out[:, units.first_group : units.last_group] = part
    return UnitStatistics.unstacked(length, out.reshape(5, *shape).transpose(1, 0, 2, 3))


def _unit_sums(units: Sorted, values: int, share: FloatArray) -> FloatArray | None:
    """Return the five sums of some groups; None where a coder's own units overlap.

    Args:
        units: of some groups, sorted.
        values: number of codes of the largest domain.
        share: one over the number of other coders, per unit.
    """
    where = units.group * values + units.value
    paired = np.zeros(len(where), dtype=np.int64)
    places, lengths = [], []
    for found in overlaps(units):
        if found is None or bool((units.coder[found[0]] == units.coder[found[1]]).any()):
            return None
        first, second, common = found
        paired[first] += common
        paired[second] += common
        same = np.flatnonzero(units.value[first] == units.value[second])
        places.append(where[first[same]])
        lengths.append(2 * common[same] * share[first[same]])
    cells = (units.last_group - units.first_group) * values
    own, by_unit = units.length.astype(np.float64), paired * share

    def add(weights: FloatArray, at: npt.NDArray[Any] = where) -> FloatArray:
        return np.asarray(np.bincount(at, weights=weights, minlength=cells), dtype=np.float64)

    alike = add(np.concatenate(lengths), np.concatenate(places)) if places else np.zeros(cells)
    sums = (add(own), alike, add(by_unit), add(own * own), add(by_unit * by_unit))
    return np.stack(sums).reshape(5, -1, values)


def _divide(above: Any, below: Any) -> FloatArray:
    below = np.asarray(below, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below <= 1e-9, np.nan, np.asarray(above, dtype=np.float64) / below)


def family(t: UnitStatistics, sizes: Sequence[int] | None = None) -> Family:
    """Return the family from sums over documents; leading axes may be resamples.

    Args:
        t: sums over documents.
        sizes: number of codes of each domain; cu and (k)u of a domain with one code are undefined.

    Source: Krippendorff et al. 2016, eqs. 1–12; Krippendorff 2019, pp. 309–317.
    """
    total = t.length[..., None]  # l..
    coded = t.margin.sum(axis=-1)
    gap = total - coded  # l_phi
    linked = t.paired.sum(axis=-1)  # l*..
    gap_alike = total - 2 * coded + linked  # l_phi,phi
    alike = t.alike.sum(axis=-1)
    room = total**2 - t.squares.sum(axis=-1) - gap
    u_expected = _divide(total * (total**2 - (t.margin**2).sum(axis=-1) - gap**2), room)
    u = 1 - _divide(total - alike - gap_alike, u_expected)
    binary = 1 - _divide(gap - gap_alike, _divide(total * gap * coded, room))
    binary = np.where(gap <= 1e-9, np.nan, binary)
    room_linked = linked**2 - t.paired_squares.sum(axis=-1)
    cu = 1 - _divide(linked - alike, _divide(linked * (linked**2 - (t.paired**2).sum(axis=-1)), room_linked))
    all_linked = linked[..., None]
    ratio = _divide(all_linked, room_linked[..., None])
    with_any = ratio * (t.paired * all_linked - t.paired_squares)  # e*_.k
    with_self = ratio * (t.paired**2 - t.paired_squares)  # e*_kk
    ku = 1 - _divide((t.paired - t.alike) * with_any, t.paired * (with_any - with_self))
    coverage = _divide(t.paired, t.margin)
    if sizes is not None and min(sizes, default=2) < 2:
        single = np.array(sizes) < 2
        cu = np.where(single, np.nan, cu)
        ku = np.where(single[:, None], np.nan, ku)
    return Family(binary, u, cu, ku, coverage)


def family_figures(t: UnitStatistics, domain: int, code: int | None = None, codes: int = 2) -> dict[str, Figure]:
    """Return the family of one domain as figures with their reasons.

    Args:
        t: sums over documents.
        domain: position of the domain.
        code: position of a code within it, for (k)u.
        codes: number of codes of the domain.
    """
    values = family(t)
    coded, linked = float(t.margin[domain].sum()), float(t.paired[domain].sum())
    total = float(t.length)
    out: dict[str, Figure] = {}
    basic = "no_pairs" if total == 0 else "nothing_coded" if coded == 0 else ""
    full = total - coded <= 1e-9
    for name, value in (("u_alpha_binary", values.binary), ("u_alpha_nominal", values.u)):
        reason = basic or ("everything_coded" if name == "u_alpha_binary" and full else "one_value")
        number = float(value[domain])
        defined = not np.isnan(number) and not basic
        out[name] = Figure(number, "", name) if defined else undefined(reason, name)
    used = int((t.margin[domain] > 0).sum())
    lone = "one_code" if codes < 2 or used < 2 else ""
    reason = basic or ("nothing_paired" if linked == 0 else lone)
    cu = float(values.cu[domain])
    covered = linked / coded if coded else 0.0
    out["cu_alpha_nominal"] = (
        undefined(reason or "one_value", "cu_alpha_nominal", coverage=covered)
        if reason or np.isnan(cu)
        else Figure(cu, "", "cu_alpha_nominal", {"coverage": covered})
    )
    if code is not None:
        ku, share = float(values.ku[domain, code]), float(np.nan_to_num(values.coverage[domain, code]))
        if not reason and float(t.paired[domain, code]) == 0:
            reason = "value_not_used"
        out["ku_alpha_nominal"] = (
            undefined(reason or "one_value", "ku_alpha_nominal", coverage=share)
            if reason or np.isnan(ku)
            else Figure(ku, "", "ku_alpha_nominal", {"coverage": share})
        )
    return out


def family_of_spans(
    coders: Sequence[Sequence[tuple[int, int, Any]]], length: int, value: Any = None
) -> dict[str, Figure]:
    """Return the family for one text and one domain.

    Args:
        coders: per coder the units (start, end, code).
        length: length of the text.
        value: the code for (k)u, None for no such figure.

    >>> a, b = [(0, 5, "x"), (8, 12, "y")], [(0, 6, "x"), (8, 12, "x")]
    >>> round(family_of_spans([a, b], 20)["u_alpha_binary"].value, 3)
    0.907
    """
    names = sorted({str(c) for units in coders for _, _, c in units} | ({str(value)} if value is not None else set()))
    rows = [(i, s, e, names.index(str(c))) for i, units in enumerate(coders) for s, e, c in units]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    columns = Columns(
        np.zeros(len(table), dtype=np.int64),
        table[:, 3],
        table[:, 0],
        table[:, 1],
        table[:, 2],
        np.array([length]),
        max(len(names), 1),
        np.ones((1, len(coders)), dtype=bool),
    )
    measures = FAMILY if value is not None else FAMILY[:3]
    if len(coders) < 2:
        return {m: undefined("one_coder", m) for m in measures}
    if length <= 0:
        return {m: undefined("no_units", m) for m in measures}
    domains = Domains.of([0] * columns.codes)
    clashes = find_overlaps(columns, domains)
    if len(clashes):
        return {m: undefined("overlapping_units", m, passages=clashes[:, [1, 3, 4]].tolist()) for m in measures}
    t = unit_statistics(columns, domains).total()
    at = names.index(str(value)) if value is not None else None
    used = len({c for _, _, _, c in rows})
    return family_figures(t, 0, at, codes=max(used, 1))
