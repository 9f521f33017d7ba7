"""The result of a comparison: one row per code with interval and reason, domains, and views by anything else.

Numbers only. `project.agreement()` wraps an `AgreementTable` and adds charts, passages and screens.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coding.agreement import binary
from coding.agreement import disagreements as mismatches
from coding.agreement.bootstrap import (
    Draws,
    Interval,
    difference,
    resample_counts,
)
from coding.agreement.columns import Columns
from coding.agreement.counts import Counts, Totals
from coding.agreement.figure import LOW, SOLID, Figure, ReportLanguage, printed, reason_text
from coding.agreement.material import CodeInfo, Material
from coding.agreement.unitizing import (
    ATLAS_NAMES,
)
from coding.agreement.units import Unit, UnitMap, Universe
from coding.errors import Ambiguous, InvalidValue, NotFound
from coding.model import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AgreementTable", "CodeRow", "DomainResult", "Headline", "Part", "counted"]


@dataclass(frozen=True, slots=True)
class CodeRow:
    """Agreement on one code; a parent's children are merged into it first."""

    code: CodeInfo
    merged: bool
    """Whether the code has children, merged here before comparing."""
    language: str
    """Language of the documents where languages are kept apart, else ""."""
    codings: tuple[int, ...]
    """Passages coded, per coder."""
    units: tuple[int, ...]
    """Units coded, per coder."""
    percent: float
    """Share of units (0 to 1) on which pairs of coders agree."""
    alpha: float
    interval: Interval
    positive: float
    """Positive agreement: of what one coded, the share that another coded too."""
    kappa: float
    """Cohen's kappa, mean over the pairs that have one."""
    undefined_pairs: int
    reason: str = ""
    """Key of `REASONS`, "" where nothing is to be said."""

    @property
    def defined(self) -> bool:
        """Whether alpha has a value."""
        return not math.isnan(self.alpha)

    @property
    def band(self) -> str:
        """What the figure supports, decided on the exact value.

        “solid” from .8 and “tentative” from .667, both only where there is an interval, else “no interval”;
        “low” below .667, with an interval or without; “undefined”.
        """
        if not self.defined:
            return "undefined"
        if self.alpha < LOW:
            return "low"
        if not self.interval.defined:
            return "no interval"  # a figure that nothing bounds supports no conclusion
        return "solid" if self.alpha >= SOLID else "tentative"

    def sentence(self, language: ReportLanguage = "en") -> str:
        """Return the reason in plain words."""
        return reason_text(self.reason, language)

    def note(self, language: ReportLanguage = "en") -> str:
        """Return what is to be said of the row: why it has no figure, or no interval, or what its figure means."""
        return reason_text(self.reason or self.interval.reason, language)


@dataclass(frozen=True, slots=True)
class Headline:
    """The codes at a glance; parents that only merge others do not enter."""

    codes: int
    defined: int
    median: float
    lowest: CodeRow | None
    below: tuple[CodeRow, ...]
    """Codes below .667, worst first."""
    undefined: tuple[CodeRow, ...]
    merging: int = 0
    """Rows that are not counted: parents that only merge others."""


@dataclass(frozen=True, slots=True)
class DomainResult:
    """The unitizing family for one parent whose children exclude each other; always on characters."""

    code: CodeInfo
    codes: tuple[CodeInfo, ...]
    language: str
    figures: Mapping[str, Figure]
    """u_alpha_binary, u_alpha_nominal, cu_alpha_nominal."""
    interval: Interval
    """Of cu-alpha."""
    per_code: tuple[Figure, ...]
    """(k)u-alpha of each code, with its coverage."""
    overlaps: tuple[tuple[str, str, int, int], ...] = ()
    """(document uid, coder, start, end) where one coder's codes overlap and the family is undefined."""

    atlas_names: Mapping[str, str] = field(default_factory=lambda: ATLAS_NAMES)


@dataclass(frozen=True, eq=False)
class Part:
    """What is computed together: all documents, or those of one language."""

    language: str
    documents: npt.NDArray[np.intp]
    counts: Counts
    resampled: Counts
    draws: Draws | None


@dataclass(frozen=True, eq=False)
class AgreementTable:
    """Agreement of some coders on some documents, with what is needed to repeat and to report it."""

    rows: tuple[CodeRow, ...]
    domains: tuple[DomainResult, ...]
    coders: tuple[str, ...]
    documents: int
    """Documents that at least two of the coders were given."""
    unit: Unit
    universe: Universe
    units: int
    """Number of units compared, N."""
    characters: int
    """Characters compared."""
    resampled: str
    """What the bootstrap drew: “documents”, “blocks”, or "" for nothing."""
    resamples: int
    """Number of documents or blocks that were drawn from."""
    draws: int
    seed: int
    measure: str
    notes: tuple[str, ...]
    languages: tuple[str, ...]
    version: str
    material: Material = field(repr=False)
    map: UnitMap = field(repr=False)
    expanded: Columns = field(repr=False)
    """Codings in units, each also under its ancestors."""
    parts: tuple[Part, ...] = field(repr=False)

    def __repr__(self) -> str:
        return self.text()

    def __iter__(self) -> Iterator[CodeRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, code: str) -> CodeRow:
        """Return the row of a code by uid, path or name; the first of its rows where languages are kept apart.

        Raises:
            NotFound: no such code.
            Ambiguous: several codes bear the name.
        """
        exact = next((row for row in self.rows if code in (row.code.uid, row.code.path)), None)
        if exact is not None:
            return exact
        found: dict[str, CodeRow] = {}
        for row in self.rows:
            if code in (row.code.name, row.code.name_zh):
                found.setdefault(row.code.uid, row)
        if not found:
            raise NotFound.among("code", code, [r.code.name for r in self.rows])
        if len(found) > 1:
            raise Ambiguous.among("code", code, [r.code.path for r in found.values()])
        return next(iter(found.values()))

    # ---- at a glance

    @cached_property
    def headline_rows(self) -> tuple[int, ...]:
        """Positions of the rows that the headline is about: parents that only merge others are not among them."""
        own = set(np.unique(self.material.columns.code).tolist())
        at = {c.uid: i for i, c in enumerate(self.material.codes)}
        return tuple(i for i, r in enumerate(self.rows) if not r.merged or at[r.code.uid] in own)

    @cached_property
    def headline(self) -> Headline:
        """Median, lowest, and the codes below .667."""
        rows = [self.rows[i] for i in self.headline_rows]
        good = sorted((r for r in rows if r.defined), key=lambda r: r.alpha)
        return Headline(
            len(rows),
            len(good),
            float(np.median([r.alpha for r in good])) if good else math.nan,
            good[0] if good else None,
            tuple(r for r in good if r.alpha < LOW),
            tuple(r for r in rows if not r.defined),
            len(self.rows) - len(rows),
        )

    def text(self, most: int = 40, *, beside: tuple[str, Sequence[Figure]] | None = None) -> str:
        """Return a compact table as plain text.

        Args:
            most: rows to show.
            beside: name of another measure and its figure for every row.
        """
        h = self.headline
        head = (
            f"Agreement of {', '.join(self.coders)}: {counted(self.documents, 'document')}, "
            f"{counted(self.units, self.unit)} ({self.universe})"
        )
        if not self.units:
            return head  # every row would say that nothing was judged by two; the notes say why
        lines = [
            head,
            f"median alpha {printed(h.median)} over {h.defined} of {h.codes} codes{self._each()}; {len(h.below)} below .667",
        ]
        used = [r for r in self.rows if r.reason != "nothing_coded"]
        lines += [self._heads(used[0].interval.confidence)] if used else []
        others = dict(zip(map(id, self.rows), beside[1], strict=True)) if beside else {}
        for row in used[:most]:
            name = "  " * row.code.level + row.code.name + (f" [{row.language}]" if row.language else "")
            counts = " / ".join(map(str, row.units))
            if row.defined:
                ci = (
                    f"{printed(row.interval.low)} to {printed(row.interval.high)}"
                    if row.interval.defined
                    else "no interval"
                )
                shown = f"{printed(row.alpha):>6}  {ci:<14} positive {printed(row.positive)}"
            else:
                shown = f"undefined: {row.sentence()}"
            if beside:
                shown = f"{shown:<46} {beside[0]} {printed(others[id(row)].value)}"
            percent = f"{100 * row.percent:6.1f} %" if not math.isnan(row.percent) else f"{'–':>6}  "
            lines.append(f"{_fitting(name):<36} {counts:>14} {percent}  {shown}")
        if len(used) > most:
            lines.append(f"… {counted(len(used) - most, 'more row')}; to_frame() has all")
        if unused := sum(r.reason == "nothing_coded" for r in h.undefined):
            lines.append(f"undefined: {counted(unused, 'code')} that nobody used")
        if h.merging:
            lines.append(
                f"not counted: {counted(h.merging, 'parent')} with no codings but those of the codes below; in to_frame() "
                "“counted” is False for them"
            )
        lines += _withheld([self.rows[i] for i in self.headline_rows])
        lines += [_domain_line(d) for d in self.domains if d.figures["cu_alpha_nominal"].reason != "nothing_coded"]
        return "\n".join(lines)

    def _each(self) -> str:
        """Return that a code counts once for each language, where languages are kept apart."""
        return " (in each language)" if any(row.language for row in self.rows) else ""

    def _heads(self, confidence: float) -> str:
        names = " / ".join(self.coders)
        who = names if len(names) <= 22 else "each coder"  # how many units each coded
        return f"{'':<{50 - len(who)}} {who} {'percent':>8}  {'alpha':>6}  {100 * confidence:g} % interval"

    def records(self) -> list[dict[str, Any]]:
        """Return one dict per code, without any text of a document."""
        out = []
        in_headline = set(self.headline_rows)
        for at, row in enumerate(self.rows):
            record: dict[str, Any] = {
                "uid": row.code.uid,
                "code": row.code.path,
                "name_zh": row.code.name_zh,
                "level": row.code.level,
                "merged": row.merged,
                "language": row.language,
            }
            record |= {f"codings {c}": n for c, n in zip(self.coders, row.codings, strict=True)}
            record |= {f"units {c}": n for c, n in zip(self.coders, row.units, strict=True)}
            record |= {
                "percent": row.percent,
                "alpha": row.alpha,
                "low": row.interval.low,
                "high": row.interval.high,
                "method": row.interval.method if row.interval.defined else "",
                "undefined_draws": row.interval.undefined,
                "p_below_667": row.interval.below_667,
                "p_below_800": row.interval.below_800,
                "positive": row.positive,
                "kappa": row.kappa,
                "undefined_pairs": row.undefined_pairs,
                "band": row.band,
                "reason": row.reason or row.interval.reason,
                "counted": at in in_headline,
            }
            out.append(record)
        return out

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.records())

    def _coder(self, name: str) -> int:
        """Return the position of a coder."""
        if name not in self.coders:
            raise NotFound.among("coder", name, self.coders)
        return self.coders.index(name)

    # ---- other measures and other cuts

    def values(self, measure: str = "alpha") -> npt.NDArray[np.float64]:
        """Return a measure for every row of the table.

        Args:
            measure: alpha, cohen_kappa, percent_agreement, positive_agreement, conger_kappa, fleiss_kappa,
                scott_pi, gwet_ac1, brennan_prediger, jaccard or f1; `named.of_rows` has all others.
        """
        return np.concatenate([self._measure(measure)(p.counts.totals()) for p in self.parts])

    @staticmethod
    def _measure(name: str) -> Any:
        name = binary.OTHER_NAMES.get(name, name)
        if name not in binary.BINARY_MEASURES:
            raise NotFound.among("measure", name, [*binary.BINARY_MEASURES, *binary.OTHER_NAMES])
        return binary.BINARY_MEASURES[name]

    def by_document(self, *measures: str) -> list[dict[str, Any]]:
        """Return measures per document and code, NaN with its reason where undefined.

        Args:
            measures: as in `values`; alpha by default.
        """
        out = []
        for part in self.parts:
            each = part.counts.each_document()
            values, reasons = self._values_of(each, measures), binary.reasons(each)
            for row, d in enumerate(part.documents.tolist()):
                info = self.material.documents[d]
                out += [
                    {"document": info.name, "document_uid": info.uid, "units": int(part.counts.lengths[row]),
                     "code": c.path, "code_uid": c.uid, **{m: float(v[row, k]) for m, v in values.items()},
                     "reason": reasons[row, k]}
                    for k, c in enumerate(self.material.codes)
                ]  # fmt: skip
        return out

    def _values_of(self, totals: Totals, measures: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
        return {name: self._measure(name)(totals) for name in measures or ("alpha",)}

    def by_pair(self) -> list[dict[str, Any]]:
        """Return alpha, kappa, percent and positive agreement per pair of coders and code."""
        out = []
        for part in self.parts:
            n11, a, b, n = binary.pair_counts(part.counts.totals())
            for p, (i, j) in enumerate(combinations(range(len(self.coders)), 2)):
                pair = _pair_totals(n11[:, p], a[:, p], b[:, p], float(n[0, p]))
                columns = {
                    k: binary.BINARY_MEASURES[k](pair) for k in ("alpha", "kappa", "percent", "positive_agreement")
                }
                reasons = binary.reasons(pair)
                out += [
                    {"first": self.coders[i], "second": self.coders[j], "code": c.path, "code_uid": c.uid,
                     "language": part.language, **{k: float(v[at]) for k, v in columns.items()}, "reason": reasons[at]}
                    for at, c in enumerate(self.material.codes)
                ]  # fmt: skip
        return out

    def by_level(self) -> list[dict[str, Any]]:
        """Return agreement at each level of the tree, children merged into the level's codes.

        Low figures at the leaves over high ones at the parents say that siblings are the trouble.
        """
        deepest = max((c.level for c in self.material.codes), default=0)
        parents = {c.parent for c in self.material.codes}
        out = []
        for level in range(deepest + 1):
            rows = [
                r for p, r in zip([i for _ in self.parts for i in range(len(self.material.codes))], self.rows, strict=True)
                if r.code.level == level or (r.code.level < level and p not in parents)
            ]  # fmt: skip
            good = [r.alpha for r in rows if r.defined]
            out.append({
                "level": level, "codes": len(rows), "defined": len(good),
                "median": float(np.median(good)) if good else math.nan,
                "lowest": min(good, default=math.nan),
                "below_667": sum(a < LOW for a in good),
            })  # fmt: skip
        return out

    def by_variable(self, name: str, *measures: str) -> list[dict[str, Any]]:
        """Return measures per value of a variable of documents and code, NaN with its reason where undefined.

        Args:
            name: the variable, or “language”.
            measures: as in `values`; alpha by default.
        """
        if name == "language":
            column: Sequence[Any] = [d.language for d in self.material.documents]
        elif name in self.material.variables:
            column = self.material.variables[name]
        else:
            raise NotFound.among("variable", name, [*self.material.variables, "language"])
        out = []
        for part in self.parts:
            own = [column[d] for d in part.documents]
            for value in sorted({v for v in own if v is not None}, key=str):
                rows = np.array([v == value for v in own])
                totals = part.counts.totals(rows)
                values, reasons = self._values_of(totals, measures), binary.reasons(totals)
                out += [
                    {name: value, "documents": int(rows.sum()), "code": c.path, "code_uid": c.uid,
                     **{m: float(v[k]) for m, v in values.items()}, "reason": reasons[k]}
                    for k, c in enumerate(self.material.codes)
                ]  # fmt: skip
        return out

    def difference(self, first: str, second: str) -> tuple[float, Interval]:
        """Return how much alpha of one code exceeds another's, with an interval from common draws.

        Args:
            first: name, path or uid of a code.
            second: the other code.
        """
        at = [self.rows.index(self[c]) for c in (first, second)]
        codes = len(self.material.codes)
        part = self.parts[at[0] // codes]
        gap = self.rows[at[0]].alpha - self.rows[at[1]].alpha
        if part.draws is None or at[0] // codes != at[1] // codes:
            raise InvalidValue("The two codes have no draws in common: draws=0, or different languages.")
        drawn = binary.alpha(resample_counts(part.resampled, part.draws))
        return gap, difference(drawn[:, at[0] % codes], drawn[:, at[1] % codes], documents=len(part.resampled.lengths))

    def difference_pairs(
        self, first: tuple[str, str], second: tuple[str, str]
    ) -> list[tuple[CodeRow, float, Interval]]:
        """Return per code how much one pair's kappa exceeds another pair's, from common draws.

        Args:
            first: names of two coders.
            second: names of the other pair.
        """
        pairs = list(combinations(self.coders, 2))
        for name in (*first, *second):
            self._coder(name)
        at = [pairs.index(p) if p in pairs else pairs.index((p[1], p[0])) for p in (first, second) if p[0] != p[1]]
        if len(at) < 2:
            raise InvalidValue("A pair is two different coders; one was named twice.")
        out = []
        for number, part in enumerate(self.parts):
            if part.draws is None:
                raise InvalidValue("A difference with an interval needs draws; this table was made with draws=0.")
            point = binary.pair_kappas(part.counts.totals())
            drawn = binary.pair_kappas(resample_counts(part.resampled, part.draws))
            for k in range(len(self.material.codes)):
                ci = difference(drawn[:, k, at[0]], drawn[:, k, at[1]], documents=len(part.resampled.lengths))
                row = self.rows[number * len(self.material.codes) + k]
                out.append((row, float(point[k, at[0]] - point[k, at[1]]), ci))
        return out

    def compare(self, other: AgreementTable) -> list[dict[str, Any]]:
        """Return per code how much this table's alpha exceeds another's: rounds, before and after settling.

        The same documents are resampled together, which pairs the difference; other documents are
        resampled on their own, and ``paired`` says which it was.

        Args:
            other: a table of the same codes.
        """
        out = []
        theirs = {(r.code.uid, r.language): (i, r) for i, r in enumerate(other.rows)}
        drawn = [_drawn_alphas(self), _drawn_alphas(other)]
        paired = _same_draws(self, other)
        for i, row in enumerate(self.rows):
            if (row.code.uid, row.language) not in theirs:
                continue
            j, match = theirs[row.code.uid, row.language]
            second = drawn[1][:, j]
            if not paired:  # break the order that a common seed gave
                second = np.random.default_rng(self.seed).permutation(second)
            documents = min(self.resamples, other.resamples)
            ci = difference(drawn[0][:, i], second, documents=documents)
            out.append({"code": row.code.path, "language": row.language, "first": row.alpha, "second": match.alpha,
                        "difference": row.alpha - match.alpha, "low": ci.low, "high": ci.high,
                        "reason": ci.reason, "paired": paired})  # fmt: skip
        return out

    # ---- from figure to passage

    def disagreements(self, **wanted: Any) -> list[mismatches.Disagreement]:
        """Return every mismatch with both coders' passages, worst codes first; see `disagreements.find`."""
        found = mismatches.find(self.material, self.map, **wanted)
        worst = {r.code.uid: (r.alpha if r.defined else 2.0) for r in self.rows}
        return sorted(found, key=lambda d: (min(worst.get(c.uid, 2.0) for c in d.codes), d.document_uid, d.start))

    @cached_property
    def differing_units(self) -> int:
        """Number of units on which some pair of coders differs in some code."""
        projected, _ = self.map.project(self.material.columns)
        return mismatches.differing_units(projected)

    def matrix(self, parent: str | None = None, first: str = "", second: str = "") -> mismatches.ChoiceMatrix:
        """Return who chose what instead: for a domain a confusion matrix, elsewhere a co-assignment table.

        Args:
            parent: name, path or uid of the parent; None for all codes without children.
            first: coder in the rows; the first one by default.
            second: coder in the columns; the second one by default.
        """
        i = self._coder(first) if first else 0
        j = self._coder(second) if second else (1 if i == 0 else 0)
        if parent is None:
            parents = {c.parent for c in self.material.codes}
            chosen = [k for k in range(len(self.material.codes)) if k not in parents]
            info = None
        else:
            info = self[parent].code
            at = [c.uid for c in self.material.codes].index(info.uid)
            chosen = self.material.children(at)
        return mismatches.choice_matrix(self.material, self.map, chosen, i, j, parent=info)


def _withheld(rows: Sequence[CodeRow]) -> list[str]:
    """Return for how many of the codes with a figure there is no interval, and why."""
    good = [r for r in rows if r.defined]
    reasons = [r.interval.reason for r in good if r.interval.reason]
    return [
        f"no interval for {counted(reasons.count(reason), 'code')} (of {len(good)} with a figure): {reason_text(reason)}"
        for reason in dict.fromkeys(reasons)
    ]


def _fitting(name: str, width: int = 36) -> str:
    return name if len(name) <= width else f"{name[: width - 1]}…"


def _domain_line(domain: DomainResult) -> str:
    cu = domain.figures["cu_alpha_nominal"]
    name = domain.code.name + (f" [{domain.language}]" if domain.language else "")
    if not cu.defined:
        return f"domain {name}: cu-alpha undefined: {cu.sentence()}"
    ci = domain.interval
    spread = f" {printed(ci.low)} to {printed(ci.high)}" if ci.defined else ""
    return f"domain {name}: cu-alpha {printed(cu.value)}{spread}, coverage {printed(float(cu.params['coverage']))}"


def _pair_totals(n11: Any, a: Any, b: Any, n: float) -> Totals:
    own = np.stack([a, b], axis=-1)[None]
    return Totals(np.array([n]), own, np.asarray(n11)[None, :, None], np.ones((1, 2), dtype=bool))


def _same_draws(first: AgreementTable, second: AgreementTable) -> bool:
    """Return whether every resample of both tables holds the same documents, or the same blocks of them."""
    ones, others = ([d.uid for d in t.material.documents] for t in (first, second))
    if ones != others or first.seed != second.seed or first.resamples != second.resamples:
        return False
    if first.resampled == second.resampled == "documents":
        return True
    cuts = [[p.resampled.lengths.tolist() for p in t.parts] for t in (first, second)]
    return first.resampled == second.resampled and cuts[0] == cuts[1]


def _drawn_alphas(table: AgreementTable) -> npt.NDArray[np.float64]:
    if any(p.draws is None for p in table.parts):
        raise InvalidValue("A difference with an interval needs draws; this table was made with draws=0.")
    return np.concatenate([binary.alpha(resample_counts(p.resampled, p.draws)) for p in table.parts if p.draws], axis=1)
