"""From a figure to the passages: every mismatch of two coders, sorted by what kind of mistake it suggests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from coding.agreement.columns import Columns, unite
from coding.agreement.figure import ReportLanguage
from coding.agreement.material import CodeInfo, Material
from coding.agreement.units import UnitMap
from coding.errors import InvalidValue, NotFound
from coding.spans import atoms

__all__ = ["KINDS", "ChoiceMatrix", "Disagreement", "Passage", "choice_matrix", "differing_units", "find", "suggestion"]

Kind = Literal["boundary", "missing", "sibling", "other_branch"]
KINDS: Final[tuple[Kind, ...]] = ("sibling", "boundary", "missing", "other_branch")

_SUGGESTIONS: Final[dict[Kind, tuple[str, str]]] = {
    "boundary": (
        "Same code, other edges: agree on where a passage begins and ends, or compare larger units.",
        "代码相同而边界不同：请商定片段的起止，或改用更大的分析单位。",
    ),
    "missing": (
        "Only one coder saw it: sharpen the inclusion rule, and read these passages together.",
        "只有一名编码员标出：请细化纳入标准，并一起重读这些片段。",
    ),
    "sibling": (
        "Sibling codes stand in for each other: sharpen what tells their definitions apart.",
        "同级代码互相替代：请明确区分它们的定义。",
    ),
    "other_branch": (
        "Codes of different branches: discuss how the passage is read before touching the rules.",
        "代码属于不同分支：先讨论对片段的理解，再修改规则。",
    ),
}


@dataclass(frozen=True, slots=True)
class Passage:
    """One coding in a disagreement."""

    uid: str
    code: CodeInfo
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One mismatch of two coders, with both sides' passages in characters."""

    kind: Kind
    edges: Literal["same", "inside", "differ", ""]
    """How the two sides lie: the same passage, one inside the other, edges differ; "" with one side."""
    document: str
    document_uid: str
    first: str
    """Coder A."""
    second: str
    """Coder B."""
    a: tuple[Passage, ...]
    b: tuple[Passage, ...]

    @property
    def codes(self) -> tuple[CodeInfo, ...]:
        """The codes involved."""
        return tuple({p.code.uid: p.code for p in (*self.a, *self.b)}.values())

    @property
    def start(self) -> int:
        """First character of either side."""
        return min(p.start for p in (*self.a, *self.b))

    @property
    def end(self) -> int:
        """Character after the last one of either side."""
        return max(p.end for p in (*self.a, *self.b))

    def suggestion(self, language: ReportLanguage = "en") -> str:
        """Return what this kind of disagreement suggests."""
        return _SUGGESTIONS[self.kind][0 if language == "en" else 1]


@dataclass(frozen=True, slots=True)
class ChoiceMatrix:
    """Who chose what instead; rows are the first coder's codes, columns the second's, last is “not coded”."""

    parent: CodeInfo | None
    exclusive: bool
    """True: a confusion matrix. False: a co-assignment table, in which a unit may count more than once."""
    first: str
    second: str
    codes: tuple[CodeInfo, ...]
    counts: npt.NDArray[np.int64]
    """Units, (V + 1) × (V + 1); not coded by either is left at 0."""
    unit: str


@dataclass(slots=True)
class _Row:
    """A coding in units and in characters."""

    code: int
    low: int
    high: int
    passage: Passage


def find(
    material: Material,
    unit_map: UnitMap,
    *,
    codes: Iterable[str] | None = None,
    documents: Iterable[str] | None = None,
    kinds: str | Iterable[str] | None = None,
    coders: tuple[str, str] | None = None,
) -> list[Disagreement]:
    """Return the mismatches that matter at a unit, in the order of documents and text.

    Args:
        material: what was compared.
        unit_map: of the unit; edges that differ within one unit are no mismatch.
        codes: names, paths or uids; only mismatches that touch one of them, or a code below it.
        documents: names or uids.
        kinds: one or several of boundary, missing, sibling, other_branch.
        coders: one pair; all pairs by default.

    Raises:
        InvalidValue: no such kind.
        NotFound: no such code.
    """
    projected, rows = unit_map.project(material.columns)
    by_place: dict[tuple[int, int], list[_Row]] = defaultdict(list)
    wanted = None if documents is None else set(documents)
    for at, row in enumerate(rows.tolist()):
        d, c, k = (int(x[at]) for x in (projected.document, projected.coder, projected.code))
        info = material.documents[d]
        if wanted is not None and info.uid not in wanted and info.name not in wanted:
            continue
        source = material.columns
        passage = Passage(str(material.uids[row]), material.codes[k], int(source.start[row]), int(source.end[row]))
        by_place[d, c].append(_Row(k, int(projected.start[at]), int(projected.end[at]), passage))
    chosen = None if codes is None else _named(material, codes)
    allowed = None if kinds is None else {kinds} if isinstance(kinds, str) else set(kinds)
    if allowed is not None and (unknown := sorted(allowed - set(KINDS))):
        raise InvalidValue(f"A disagreement is not of the kind {', '.join(unknown)}; it is one of {', '.join(KINDS)}.")
    pairs = list(combinations(range(len(material.coders)), 2))
    if coders is not None:
        pairs = [(material.coders.index(coders[0]), material.coders.index(coders[1]))]
    out: list[Disagreement] = []
    for d in range(len(material.documents)):
        for i, j in pairs:
            if not (material.columns.assigned[d, i] and material.columns.assigned[d, j]):
                continue
            out += [
                found
                for found in _compare(material, d, i, j, by_place.get((d, i), []), by_place.get((d, j), []))
                if (chosen is None or any(c.uid in chosen for c in found.codes))
                and (allowed is None or found.kind in allowed)
            ]
    return out


def _named(material: Material, codes: Iterable[str]) -> set[str]:
    asked = {codes} if isinstance(codes, str) else set(codes)
    out: set[str] = set()
    at: set[int] = set()
    for i, c in enumerate(material.codes):  # parents stand before their children
        if asked & {c.uid, c.name, c.path, c.name_zh} or c.parent in at:
            at.add(i)
            out.add(c.uid)
    if not out:
        raise NotFound.among("code", ", ".join(sorted(asked)), [c.name for c in material.codes])
    return out


def _compare(material: Material, d: int, i: int, j: int, a: list[_Row], b: list[_Row]) -> list[Disagreement]:
    """Return the mismatches of one pair in one document."""
    info = material.documents[d]

    def made(kind: Kind, left: Sequence[_Row], right: Sequence[_Row]) -> Disagreement:
        sides = [tuple(sorted((r.passage for r in s), key=lambda p: (p.start, p.end))) for s in (left, right)]
        return Disagreement(
            kind, _edges(*sides), info.name, info.uid, material.coders[i], material.coders[j], sides[0], sides[1]
        )

    out: list[Disagreement] = []
    alone: tuple[list[_Row], list[_Row]] = ([], [])
    for code in sorted({r.code for r in (*a, *b)}):
        for left, right in _clusters([r for r in a if r.code == code], [r for r in b if r.code == code]):
            if not right:
                alone[0].extend(left)
            elif not left:
                alone[1].extend(right)
            elif _covered(left) != _covered(right):
                out.append(made("boundary", left, right))
    taken: set[int] = set()
    for left_row in sorted(alone[0], key=lambda r: r.low):
        others = [r for r in alone[1] if id(r) not in taken and r.low < left_row.high and left_row.low < r.high]
        if not others:
            out.append(made("missing", [left_row], []))
            continue
        best = max(others, key=lambda r: (_kin(material, left_row.code, r.code), _common(left_row, r)))
        taken.add(id(best))
        out.append(made("sibling" if _kin(material, left_row.code, best.code) else "other_branch", [left_row], [best]))
    out += [made("missing", [], [r]) for r in alone[1] if id(r) not in taken]
    return sorted(out, key=lambda x: x.start)


def _kin(material: Material, a: int, b: int) -> bool:
    """Say whether two codes are siblings, or one is the other's parent."""
    first, second = material.codes[a].parent, material.codes[b].parent
    return first == b or second == a or (first == second and first >= 0)


def _common(a: _Row, b: _Row) -> int:
    return min(a.high, b.high) - max(a.low, b.low)


def _clusters(a: list[_Row], b: list[_Row]) -> list[tuple[list[_Row], list[_Row]]]:
    """Return groups of codings of one code that overlap across or within coders."""
    out: list[tuple[list[_Row], list[_Row]]] = []
    reach = -1
    for row, side in sorted([(r, 0) for r in a] + [(r, 1) for r in b], key=lambda x: (x[0].low, x[0].high)):
        if row.low >= reach:
            out.append(([], []))
        out[-1][side].append(row)
        reach = max(reach, row.high)
    return out


def _covered(rows: Iterable[_Row]) -> set[tuple[int, int]]:
    """Return the union in units, touching stretches joined."""
    out: list[tuple[int, int]] = []
    for low, high in sorted((r.low, r.high) for r in rows):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return set(out)


def _edges(a: tuple[Passage, ...], b: tuple[Passage, ...]) -> Literal["same", "inside", "differ", ""]:
    if not a or not b:
        return ""
    left, right = ((min(p.start for p in s), max(p.end for p in s)) for s in (a, b))
    if left == right:
        return "same"
    within = left[0] >= right[0] and left[1] <= right[1]
    around = left[0] <= right[0] and left[1] >= right[1]
    return "inside" if within or around else "differ"


def suggestion(found: Sequence[Disagreement], language: ReportLanguage = "en") -> str:
    """Return what the commonest kind among disagreements suggests, "" where there are none.

    Args:
        found: the disagreements, of one code or of all.
        language: en or zh.
    """
    if not found:
        return ""
    kinds = Counter(d.kind for d in found)
    kind, count = max(kinds.items(), key=lambda x: (x[1], -KINDS.index(x[0])))
    share = f"{count} of {len(found)}: " if language == "en" else f"{len(found)} 处中有 {count} 处："
    return share + _SUGGESTIONS[kind][0 if language == "en" else 1]


def differing_units(projected: Columns) -> int:
    """Return the number of units on which some pair of coders differs in some code.

    Args:
        projected: codings in units.
    """
    united = unite(projected.cleaned())
    if not len(united):
        return 0
    together = united.assigned.sum(axis=1)
    group = np.tile(united.document.astype(np.int64) * united.codes + united.code, 2)
    place = np.concatenate([united.start, united.end])
    step = np.repeat(np.array([1, -1]), len(united))
    order = np.lexsort((place, group))
    place, step, group = place[order], step[order], group[order]
    active = np.cumsum(step)
    width = np.diff(place, append=place[-1:])
    document = group // united.codes
    rows = (active > 0) & (active < together[document]) & (width > 0)
    stretches = [document[rows], place[rows], place[rows] + width[rows]]
    whole = replace(
        united, document=stretches[0], start=stretches[1], end=stretches[2],
        code=np.zeros(len(stretches[0]), dtype=np.int64), coder=np.zeros(len(stretches[0]), dtype=np.int64),
        codes=1, assigned=np.ones((united.documents, 1), dtype=bool),
    )  # fmt: skip
    joined = unite(whole)
    return int((joined.end - joined.start).sum())


def choice_matrix(
    material: Material, unit_map: UnitMap, codes: Sequence[int], i: int, j: int, parent: CodeInfo | None = None
) -> ChoiceMatrix:
    """Count units by what two coders chose; codes below a listed one count as it.

    Args:
        material: what was compared.
        unit_map: of the unit.
        codes: positions of the codes.
        i: position of the coder in the rows.
        j: position of the coder in the columns.
        parent: the parent of the codes, if they have one in common.
    """
    under = np.full(len(material.codes), -1, dtype=np.intp)
    for k, info in enumerate(material.codes):
        if k in codes:
            under[k] = list(codes).index(k)
        elif info.parent >= 0:
            under[k] = under[info.parent]
    projected, _ = unit_map.project(material.columns)
    keep = (under[projected.code] >= 0) & np.isin(projected.coder, [i, j])
    keep &= (projected.assigned[:, i] & projected.assigned[:, j])[projected.document]
    mine = projected.select(keep)
    rows: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    for d, c, k, s, e in zip(
        mine.document.tolist(), mine.coder.tolist(), under[mine.code].tolist(), mine.start.tolist(), mine.end.tolist(),
        strict=True,
    ):  # fmt: skip
        rows[d].append((s, e, int(c != i), k))
    size = len(codes)
    counts = np.zeros((size + 1, size + 1), dtype=np.int64)
    for own in rows.values():
        for start, end, held in atoms([(s, e) for s, e, _, _ in own]):
            sides: tuple[set[int], set[int]] = (set(), set())
            for h in held:
                sides[own[h][2]].add(own[h][3])
            _tally(counts, sides, end - start, size)
    exclusive = parent is not None and parent.exclusive
    infos = tuple(material.codes[c] for c in codes)
    return ChoiceMatrix(parent, exclusive, material.coders[i], material.coders[j], infos, counts, unit_map.unit)


def _tally(counts: npt.NDArray[np.int64], sides: tuple[set[int], set[int]], width: int, none: int) -> None:
    """Add a stretch: codes that both chose on the diagonal, the rest against each other."""
    if not sides[0] and not sides[1]:
        return
    for both in sides[0] & sides[1]:
        counts[both, both] += width
    left, right = sides[0] - sides[1], sides[1] - sides[0]
    for x in left or {none}:
        for y in right or {none}:
            if (x, y) != (none, none):
                counts[x, y] += width
