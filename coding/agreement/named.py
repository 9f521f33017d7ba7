"""Any measure by its name for every code of a comparison, and those that are about all codes at once.

A measure of `coding.agreement.measures` keeps its name here. One code is coded or not, so ordinal,
interval and weighted forms equal the nominal one; they are computed as such. What works on characters is
undefined where the documents are in several languages, whose characters are not pooled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, Final

import numpy as np

from coding.agreement import binary, boundary, sets, spans_f1
from coding.agreement.alpha_u_1995 import alpha_u_1995_code
from coding.agreement.coefficients import Ratings, krippendorff_alpha
from coding.agreement.columns import Columns, unite
from coding.agreement.computing import with_ancestors
from coding.agreement.counts import Counts, count
from coding.agreement.figure import Figure, undefined
from coding.agreement.gamma import best_alignment_disorder, gamma
from coding.agreement.measures import ALIASES, names, plain_name
from coding.agreement.nvivo import NVIVO_MEASURES, over_files
from coding.agreement.result import AgreementTable, CodeRow, DomainResult, Part
from coding.agreement.unitizing import Domains, family_figures, unit_statistics
from coding.errors import AgreementError, InvalidValue, NotFound
from coding.spans import atoms

__all__ = ["ABOUT_ALL", "by_document", "known", "of_all_codes", "of_rows"]

Tokens = Mapping[str, Sequence[tuple[int, int]]]
Placed = list[tuple[int, int, int]]
"""Passages of one coder with one code: (start, end, document)."""

_ON_PASSAGES: Final[dict[str, Callable[..., Figure]]] = {
    "holsti": spans_f1.holsti,
    "span_f1_exact": spans_f1.span_f1_exact,
    "span_f1_iou": spans_f1.span_f1_iou,
    "span_f1_overlap": spans_f1.span_f1_overlap,
    "segment_match": lambda pair, codes, **g: spans_f1.segment_match(pair, codes=codes, **g)["percent"],
    "segment_match_kappa": lambda pair, codes, **g: spans_f1.segment_match(pair, codes=codes, **g)["kappa"],
}
_OF_DOMAINS: Final = ("u_alpha_nominal", "cu_alpha_nominal", "ku_alpha_nominal")
ABOUT_ALL: Final = (
    "krippendorff_alpha_masi", "krippendorff_alpha_jaccard", "krippendorff_alpha_hierarchy", "Cu_alpha", "gamma",
    "gamma_best_alignment_disorder", "boundary_similarity",
)  # fmt: skip
"""Measures of all codes at once; they have one figure, not one for each code."""


def known(measure: str) -> str:
    """Return the name under which a measure is computed.

    Args:
        measure: a name of `measures.names()`, another tool's name for it, or one of `binary.BINARY_MEASURES`.

    Raises:
        NotFound: no measure of that name.

    >>> known("csu_alpha"), known("kappa"), known("span_f1")
    ('ku_alpha_nominal', 'cohen_kappa', 'span_f1_iou')
    """
    if measure == "alpha_U_1995":  # of one code it is the same figure
        return "alpha_U_1995_code"
    if measure in ("jaccard", "char_jaccard", "positive_agreement"):
        return measure
    name = plain_name(measure)
    if name in binary.OTHER_NAMES or name in names():
        return name
    if measure in binary.BINARY_MEASURES:
        return measure
    raise NotFound.among("measure", measure, [*names(), *ALIASES])


def of_rows(table: AgreementTable, measure: str, *, tokens: Tokens | None = None, **given: Any) -> tuple[Figure, ...]:
    """Return a measure for every row of a table, in its order.

    Args:
        table: the comparison.
        measure: a name that `known` takes, but for those of `ABOUT_ALL`.
        tokens: uid of a document to its tokens, for ``token_f1``.
        given: ``threshold`` and ``denominator`` where the measure has them.

    Raises:
        NotFound: no measure of that name.
        InvalidValue: the measure is about all codes at once, or needs what was not given.
    """
    name = known(measure)
    if name in ABOUT_ALL:
        raise InvalidValue(f"“{measure}” is one figure about all codes, not one for each; ask for it as overall.")
    if name in NVIVO_MEASURES:
        return _as_nvivo(table, name, bool(given.get("undefined_is_one", False)))
    if (key := _binary(name)) is not None:
        return _at_unit(table, name, key)
    if name in _OF_DOMAINS:
        return tuple(_of_domain(table, row, name) for row in table.rows)
    if name == "token_f1":
        return _on_tokens(table, tokens)
    if name in _ON_PASSAGES:
        return _on_passages(table, name, given)
    return _on_characters(table, name)


def _binary(name: str) -> str | None:
    """Return the measure of one code that a name stands for, None where it is no such measure."""
    return name if name in binary.BINARY_MEASURES else binary.OTHER_NAMES.get(name)


# ---- from counts


def _figures(name: str, key: str, counts: Counts) -> list[Figure]:
    totals = counts.totals()
    values, reasons = binary.BINARY_MEASURES[key](totals), binary.reasons(totals)
    return [_figure(name, key, float(v), str(r)) for v, r in zip(values, reasons, strict=True)]


def _figure(name: str, key: str, value: float, reason: str) -> Figure:
    if np.isnan(value):
        none = {"": "no_chance", "zero_by_construction": "no_chance"}
        return undefined(none.get(reason, reason), name)
    said = ""
    if key == "kappa" and reason == "zero_by_construction":
        said = reason
    elif key in ("bennett_s", "brennan_prediger") and reason in ("nothing_coded", "everything_coded"):
        said = "degenerate"
    return Figure(value, said, name)


def _at_unit(table: AgreementTable, name: str, key: str) -> tuple[Figure, ...]:
    return tuple(figure for part in table.parts for figure in _figures(name, key, part.counts))


def _characters(table: AgreementTable) -> Columns:
    """Return the codings in characters of the universe, each also under its ancestors."""
    if table.unit == "character":
        return table.expanded
    projected, _ = table.material.units("character", table.universe).project(table.material.columns)
    return with_ancestors(projected, table.material)


def _one_language(table: AgreementTable, part: Part) -> bool:
    return len({table.material.documents[d].language for d in part.documents}) < 2


def _on_characters(table: AgreementTable, name: str) -> tuple[Figure, ...]:
    """Return a measure that counts characters: of one language only."""
    columns, codes = _characters(table), len(table.material.codes)
    out: list[Figure] = []
    for part in table.parts:
        if _one_language(table, part):
            out += _of_characters(name, columns.of_documents(part.documents), codes)
        else:
            out += [undefined("languages_not_pooled", name)] * codes
    return tuple(out)


def _of_characters(name: str, columns: Columns, codes: int) -> list[Figure]:
    if name == "u_alpha_binary":
        total = unit_statistics(unite(columns.cleaned()), Domains.of(list(range(columns.codes)))).total()
        return [family_figures(total, k, codes=1)[name] for k in range(codes)]
    if name == "alpha_U_1995_code":
        return _alpha_u(columns, codes)
    if name == "char_f1":
        return _figures(name, "f1", count(columns))
    key = _binary(name.removeprefix("char_"))
    if key is None:
        raise InvalidValue(f"“{name}” compares values on fixed units; give them to coding.agreement.compute.")
    return _figures(name, key, count(columns))


def _alpha_u(columns: Columns, codes: int) -> list[Figure]:
    """Return alpha-U of 1995 per code, over the documents of all coders laid end to end."""
    columns = columns.of_documents(np.flatnonzero(columns.assigned.all(axis=1))).cleaned()
    length = int(columns.lengths.sum())
    begin = np.concatenate([[0], np.cumsum(columns.lengths)])
    rows = list(zip(columns.code.tolist(), columns.coder.tolist(), *_shifted(columns, begin), strict=True))
    by_code: list[list[list[tuple[int, int, Any]]]] = [[[] for _ in range(columns.coders)] for _ in range(codes)]
    for k, i, start, end in rows:
        by_code[k][i].append((start, end, k))
    return [alpha_u_1995_code(coders, length, k) for k, coders in enumerate(by_code)]


def _shifted(columns: Columns, begin: Any) -> tuple[list[int], list[int]]:
    at = begin[columns.document]
    return (columns.start + at).tolist(), (columns.end + at).tolist()


# ---- from passages


def _placed(table: AgreementTable, part: Part) -> list[list[Placed]]:
    """Return per code and coder the passages, a coder's own overlaps united."""
    united = unite(_characters(table).of_documents(part.documents).cleaned())
    out: list[list[Placed]] = [[[] for _ in table.coders] for _ in table.material.codes]
    columns = (united.code, united.coder, united.start, united.end, united.document)
    for k, i, start, end, d in zip(*(x.tolist() for x in columns), strict=True):
        out[k][i].append((start, end, d))
    return out


def _over_pairs(
    table: AgreementTable, part: Part, coders: list[Placed], pair: Callable[[list[Placed]], Figure], name: str
) -> Figure:
    """Return the mean over pairs of coders, each on the documents that both were given."""
    assigned = table.material.columns.assigned[part.documents]
    found = []
    for i, j in combinations(range(len(coders)), 2):
        both = assigned[:, i] & assigned[:, j]
        if both.any():
            found.append(pair([[span for span in coders[c] if both[span[2]]] for c in (i, j)]))
    good = [f for f in found if f.defined]
    if good:
        params = {**good[0].params, "pairs": len(good)}
        return Figure(float(np.mean([f.value for f in good])), "", name, params)
    return undefined(found[0].reason if found else "no_pairs", name)


def _on_passages(table: AgreementTable, name: str, given: Mapping[str, Any]) -> tuple[Figure, ...]:
    codes = {"codes": len(table.material.codes)} if name.startswith("segment") else {}

    def pair(spans: list[Placed]) -> Figure:
        return _ON_PASSAGES[name](spans, **codes, **given)

    return tuple(
        _over_pairs(table, part, coders, pair, name) for part in table.parts for coders in _placed(table, part)
    )


def _on_tokens(table: AgreementTable, tokens: Tokens | None) -> tuple[Figure, ...]:
    """Return F1 on tokens; a token has a code where any of its characters has it."""
    if tokens is None:
        raise InvalidValue("token_f1 needs the words of the documents; give tokens, or texts with a plain table.")
    everywhere = table.material.units("character", "all")
    projected, _ = everywhere.project(table.material.columns)
    expanded = with_ancestors(projected, table.material)
    words = [np.array(tokens.get(d.uid, ()), dtype=np.int64).reshape(-1, 2) for d in table.material.documents]
    columns = _in_tokens(expanded, words)
    return tuple(
        f for part in table.parts for f in _figures("token_f1", "f1", count(columns.of_documents(part.documents)))
    )


def _in_tokens(columns: Columns, words: Sequence[Any]) -> Columns:
    """Return codings with tokens for positions."""
    start, end = columns.start.copy(), columns.end.copy()
    for d in np.unique(columns.document).tolist():
        rows = np.flatnonzero(columns.document == d)
        start[rows] = np.searchsorted(words[d][:, 1], columns.start[rows], side="right")
        end[rows] = np.searchsorted(words[d][:, 0], columns.end[rows], side="left")
    lengths = np.array([len(w) for w in words], dtype=np.int64)
    return replace(columns, start=start, end=np.maximum(end, start), lengths=lengths)


def _as_nvivo(table: AgreementTable, name: str, undefined_is_one: bool) -> tuple[Figure, ...]:
    """Return NVivo's kappa per file, averaged over files or pooled; of two coders."""
    columns = _characters(table)
    out: list[Figure] = []
    for part in table.parts:
        counts = count(columns.of_documents(part.documents))
        for k in range(len(table.material.codes)):
            if len(table.coders) != 2:
                out.append(undefined("two_coders_needed", name))
            elif name == "nvivo_kappa_pooled" and not _one_language(table, part):
                out.append(undefined("languages_not_pooled", name))
            else:
                cells = [
                    (b, x - b, y - b, n)
                    for (x, y, b), n in zip(counts.sums[:, k].tolist(), counts.lengths.tolist(), strict=True)
                ]
                out.append(over_files(name, cells, undefined_is_one))
    return tuple(out)


# ---- of domains


def _of_domain(table: AgreementTable, row: CodeRow, name: str) -> Figure:
    """Return a figure of the unitizing family: of a domain, or of a code within one."""
    for domain in table.domains:
        if row.language and domain.language != row.language:
            continue
        if (found := _in_domain(domain, row, name)) is None:
            continue
        if domain.language and not row.language:
            return undefined("languages_not_pooled", name)
        return found
    return undefined("no_domain", name)


def _in_domain(domain: DomainResult, row: CodeRow, name: str) -> Figure | None:
    if name != "ku_alpha_nominal":
        return domain.figures[name] if domain.code.uid == row.code.uid else None
    uids = [c.uid for c in domain.codes]
    return domain.per_code[uids.index(row.code.uid)] if row.code.uid in uids else None


# ---- about all codes


def of_all_codes(table: AgreementTable, measure: str, **given: Any) -> Figure:
    """Return the one figure of a measure that is about all codes at once.

    Sets of codes are compared at the table's unit; gamma and boundary similarity per document, of which
    this is the mean, and `by_document` has each.

    Args:
        table: the comparison.
        measure: a name of `ABOUT_ALL`.
        given: convention; alpha, beta, delta_empty, samples, seed; n_t.

    Raises:
        NotFound: no such measure.
    """
    name = known(measure)
    if name not in ABOUT_ALL:
        raise NotFound.among("measure of all codes at once", measure, ABOUT_ALL)
    if name in ("gamma", "gamma_best_alignment_disorder", "boundary_similarity"):
        return _mean_of_documents(name, by_document(table, name, **given))
    if name == "Cu_alpha" and not table.domains:
        return undefined("no_domain", name)
    on_characters = name == "Cu_alpha" or table.unit == "character"
    if on_characters and len(table.languages) > 1:
        return undefined("languages_not_pooled", name)
    units, weights = _sets(table, domains=name == "Cu_alpha")
    if name == "krippendorff_alpha_hierarchy":
        return _hierarchy(table, units, weights)
    distance = "masi" if name.endswith("masi") else "jaccard"
    figure = sets.set_alpha(units, distance, weights, given.get("convention", "passonneau"))
    return Figure(figure.value, figure.reason, name, figure.params)


def _sets(table: AgreementTable, *, domains: bool) -> tuple[list[list[Any]], list[int]]:
    """Return the set of codes of each coder on every stretch, and the stretches' lengths."""
    material = table.material
    unit_map = material.units("character", table.universe) if domains else table.map
    columns = unit_map.project(material.columns)[0]
    if domains:
        columns = columns.recoded(_domain_of(table), len(material.codes))
    units: list[list[Any]] = []
    weights: list[int] = []
    for d, held in _by_document(columns):
        spans = [(s, e) for s, e, _, _ in held]
        for start, end, on in atoms(spans, (0, int(columns.lengths[d]))) if columns.lengths[d] else ():
            found = [{held[h][3] for h in on if held[h][2] == i} for i in range(columns.coders)]
            units.append([found[i] if columns.assigned[d, i] else None for i in range(columns.coders)])
            weights.append(end - start)
    return units, weights


def _domain_of(table: AgreementTable) -> Any:
    """Return for each code the domain that it lies in, −1 where it lies in none."""
    codes = table.material.codes
    inside = np.full(len(codes), -1, dtype=np.intp)
    for k, info in enumerate(codes):  # parents stand before their children
        if info.parent >= 0:
            inside[k] = info.parent if codes[info.parent].exclusive else inside[info.parent]
    return inside


def _by_document(columns: Columns) -> list[tuple[int, list[tuple[int, int, int, int]]]]:
    """Return for each document that two coders were given its codings: (start, end, coder, code)."""
    columns = columns.cleaned()
    out: list[list[tuple[int, int, int, int]]] = [[] for _ in range(columns.documents)]
    fields = (columns.document, columns.start, columns.end, columns.coder, columns.code)
    for d, start, end, i, k in zip(*(x.tolist() for x in fields), strict=True):
        out[d].append((start, end, i, k))
    return [(d, out[d]) for d in np.flatnonzero(columns.assigned.sum(axis=1) >= 2).tolist()]


def _hierarchy(table: AgreementTable, units: list[list[Any]], weights: list[int]) -> Figure:
    name, codes = "krippendorff_alpha_hierarchy", table.material.codes
    if any(value is not None and len(value) > 1 for row in units for value in row):
        return undefined("several_values", name)
    parents = {k: (c.parent if c.parent >= 0 else None) for k, c in enumerate(codes)} | {-1: None}
    single = [[None if v is None else next(iter(v), -1) for v in row] for row in units]
    figure = krippendorff_alpha(Ratings.of(single, weights), distance=sets.hierarchy_distance(parents))
    return Figure(figure.value, figure.reason, name, figure.params)


def by_document(table: AgreementTable, measure: str, **given: Any) -> dict[str, Figure]:
    """Return gamma, its disorder or boundary similarity of every document.

    Args:
        table: the comparison; passages are taken within its universe, boundaries in its unit.
        measure: gamma, gamma_best_alignment_disorder or boundary_similarity.
        given: alpha, beta, delta_empty, samples, seed; n_t.

    Returns:
        Uid of a document to its figure.
    """
    name = known(measure)
    where = table.map if name == "boundary_similarity" else table.material.units("character", table.universe)
    columns = where.project(table.material.columns)[0]
    out = {}
    for d, held in _by_document(columns):
        here = np.flatnonzero(columns.assigned[d]).tolist()
        coders = [[(s, e, k) for s, e, who, k in held if who == i] for i in here]
        try:
            figure = _of_document(name, coders, int(columns.lengths[d]), given)
        except AgreementError:
            figure = undefined("too_many_units", name)
        out[table.material.documents[d].uid] = figure
    return out


def _of_document(name: str, coders: list[Any], length: int, given: Mapping[str, Any]) -> Figure:
    if name == "gamma":
        return gamma(coders, length, **given)
    if name == "gamma_best_alignment_disorder":
        return best_alignment_disorder(coders, **given)
    if length == 0:
        return undefined("no_units", name)
    cuts = [sorted({p for s, e, _ in own for p in (s, e) if 0 < p < length}) for own in coders]
    masses = [[b - a for a, b in zip([0, *own], [*own, length], strict=True)] for own in cuts]
    return boundary.boundary_similarity(masses, **given)


def _mean_of_documents(name: str, found: Mapping[str, Figure]) -> Figure:
    good = [f for f in found.values() if f.defined]
    counts = {"documents": len(good), "undefined_documents": len(found) - len(good)}
    if not good:
        return undefined(next((f.reason for f in found.values()), "no_pairs"), name, **counts)
    shared = {k: v for k, v in good[0].params.items() if all(f.params.get(k) == v for f in good)}
    if "precision" in good[0].params:
        shared["precision"] = max(f.params["precision"] for f in good)
    return Figure(float(np.mean([f.value for f in good])), "", name, {**shared, **counts})
