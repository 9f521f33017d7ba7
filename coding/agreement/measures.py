"""Every measure by its name, for one small comparison given as plain values.

Three kinds of input: ``coding`` (values on fixed units), ``span`` (passages that may overlap) and
``unitizing`` (units on a continuum).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any, Final, Literal

import numpy as np

from coding.agreement import boundary, coefficients, nvivo, sets, spans_f1, unitizing
from coding.agreement.alpha_u_1995 import alpha_u_1995, alpha_u_1995_code
from coding.agreement.coefficients import Ratings
from coding.agreement.figure import Figure, undefined
from coding.agreement.gamma import best_alignment_disorder, gamma
from coding.errors import InvalidValue, NotFound
from coding.spans import atoms

__all__ = ["ALIASES", "MEASURES", "compute", "names", "plain_name"]

Kind = Literal["coding", "span", "unitizing"]
Given = Mapping[str, Any]


def compute(measure: str, kind: str, given: Given) -> Figure:
    """Compute a measure by its name.

    Args:
        measure: a name of `names()`; ``char_`` before a coefficient takes it on characters.
        kind: coding, span or unitizing.
        given: ``coding``: ``units`` (a row per unit, a value per coder, None where missing; lists of
            codes for set measures). ``span`` and ``unitizing``: ``coders`` (name to ``[start, end, code]``),
            ``text_length``, ``text_begin``, and what the measure needs: ``value``, ``code``, ``masses``,
            ``n_t``, ``alpha``, ``beta``, ``delta_empty``, ``n_categories``, ``threshold`` …

    Returns:
        The figure; undefined with a reason where there is no value.

    Raises:
        NotFound: no measure of that name.

    >>> compute("cohen_kappa", "coding", {"units": [[1, 1], [1, 2], [2, 2], [2, 2]]}).value
    0.5
    >>> compute("char_cohen_kappa", "span", {"text_length": 9, "coders": {"a": [], "b": []}}).sentence()
    'No coder used it here.'
    """
    name = plain_name(measure)
    if kind not in ("coding", "span", "unitizing"):
        raise InvalidValue(f"Kind “{kind}” is not known; there are coding, span and unitizing.")
    if name in MEASURES:
        figure = MEASURES[name](given)
    elif name.removeprefix("char_") in _CODING:
        figure = _on_characters(_CODING[name.removeprefix("char_")], given)
    else:
        raise NotFound.among("measure", measure, names())
    return Figure(figure.value, figure.reason, measure, figure.params)


def plain_name(measure: str) -> str:
    """Return a measure's own name for another tool's name of it; any other word as it is.

    >>> plain_name("kappa"), plain_name("char_kappa"), plain_name("no such")
    ('cohen_kappa', 'char_cohen_kappa', 'no such')
    """
    if measure in MEASURES:  # char_jaccard is a measure of its own, whatever jaccard is called elsewhere
        return measure
    stem = measure.removeprefix("char_")
    before = measure[: len(measure) - len(stem)]
    return before + ALIASES.get(stem, stem)


def names() -> list[str]:
    """Return the names of all measures, aliases apart."""
    return sorted({*MEASURES, *(f"char_{n}" for n in _CODING)})


# ---- kind coding


def _ratings(given: Given) -> Ratings:
    units = given["units"]
    weights = given.get("weights_of_units")
    sets_given = any(isinstance(v, (list, tuple, set, frozenset)) for row in units for v in row)
    if not sets_given:
        return Ratings.of(units, weights)
    # a set that is compared as a whole is one value
    return Ratings.of(
        [[None if v is None else "|".join(sorted(set(map(str, v)))) for v in row] for row in units], weights
    )


def _categories(given: Given) -> int | None:
    listed = given.get("categories")
    if listed is not None and not isinstance(listed, int):
        return len(listed)
    count = given.get("n_categories", listed)
    return None if count is None else int(count)


def _weighting(given: Given, default: str) -> Any:
    kind = given.get("weights", default)
    return kind if isinstance(kind, str) else np.asarray(kind, dtype=np.float64)


def _set_alpha(distance: str) -> Callable[[Given], Figure]:
    def measure(given: Given) -> Figure:
        return sets.set_alpha(
            given["units"], distance, given.get("weights_of_units"), given.get("convention", "passonneau")
        )

    return measure


def _alpha_tree(given: Given) -> Figure:
    return coefficients.krippendorff_alpha(_ratings(given), distance=sets.hierarchy_distance(given["parents"]))


def _category(given: Given) -> Any:
    return given.get("category", given.get("value", given.get("code")))


def _ac2(default: str) -> Callable[[Given], Figure]:
    return lambda g: coefficients.gwet_ac2(_ratings(g), _weighting(g, default), _categories(g))


_CODING: Final[dict[str, Callable[[Given], Figure]]] = {
    "percent_agreement": lambda g: coefficients.percent_agreement(_ratings(g)),
    "percent_agreement_values": lambda g: coefficients.percent_agreement_values(_ratings(g)),
    "cohen_kappa": lambda g: coefficients.cohen_kappa(_ratings(g), _weighting(g, "identity")),
    "light_kappa": lambda g: coefficients.cohen_kappa(_ratings(g)),
    "cohen_kappa_linear": lambda g: coefficients.cohen_kappa(_ratings(g), "linear"),
    "cohen_kappa_quadratic": lambda g: coefficients.cohen_kappa(_ratings(g), "quadratic"),
    "conger_kappa": lambda g: coefficients.conger_kappa(_ratings(g)),
    "scott_pi": lambda g: coefficients.scott_pi(_ratings(g)),
    "fleiss_kappa": lambda g: coefficients.fleiss_kappa(_ratings(g)),
    "fleiss_kappa_category": lambda g: coefficients.fleiss_kappa_category(_ratings(g), _category(g)),
    "brennan_prediger": lambda g: coefficients.brennan_prediger(_ratings(g), _categories(g)),
    "gwet_ac1": lambda g: coefficients.gwet_ac1(_ratings(g), _categories(g)),
    "gwet_ac2": _ac2("quadratic"),
    "gwet_ac2_quadratic": _ac2("quadratic"),
    "gwet_ac2_linear": _ac2("linear"),
    "gwet_ac2_ordinal": _ac2("ordinal"),
    "krippendorff_alpha_nominal": lambda g: coefficients.krippendorff_alpha(_ratings(g), "nominal"),
    "krippendorff_alpha_ordinal": lambda g: coefficients.krippendorff_alpha(_ratings(g), "ordinal"),
    "krippendorff_alpha_interval": lambda g: coefficients.krippendorff_alpha(_ratings(g), "interval"),
    "krippendorff_alpha_ratio": lambda g: coefficients.krippendorff_alpha(_ratings(g), "ratio"),
    "krippendorff_alpha_masi": _set_alpha("masi"),
    "krippendorff_alpha_jaccard": _set_alpha("jaccard"),
    "krippendorff_alpha_hierarchy": _alpha_tree,
}


# ---- kinds span and unitizing


def _spans(given: Given, shift: bool = True) -> list[list[tuple[int, int, Any]]]:
    """Return per coder the passages, from 0; only those of ``code`` where one is named."""
    begin = int(given.get("text_begin", 0)) if shift else 0
    coders = given["coders"]
    rows = coders.values() if isinstance(coders, Mapping) else coders
    return [[(int(s) - begin, int(e) - begin, c) for s, e, c in own] for own in rows]


def _length(given: Given, spans: Sequence[Sequence[tuple[int, int, Any]]]) -> int:
    return int(given.get("text_length", max((e for own in spans for _, e, _ in own), default=0)))


def _character_units(given: Given) -> dict[str, Any]:
    """Return stretches on which no coder changes, weighted by length; a value is a set of codes, or 0 and 1 of one code."""
    spans = _spans(given)
    only = given.get("code", given.get("value"))
    spans = [[u for u in own if only is None or u[2] == only] for own in spans]
    length = _length(given, spans)
    flat = [(s, e, i, c) for i, own in enumerate(spans) for s, e, c in own]
    pieces = atoms([(s, e) for s, e, _, _ in flat], (0, length)) if length > 0 else []
    units, weights = [], []
    for start, end, held in pieces:
        found = [{flat[h][3] for h in held if flat[h][2] == i} for i in range(len(spans))]
        # of one code: carried or not, as numbers, which every level of measurement can compare
        units.append([sorted(own, key=repr) if only is None else int(bool(own)) for own in found])
        weights.append(end - start)
    return {**given, "units": units, "weights_of_units": weights}


def _on_characters(measure: Callable[[Given], Figure], given: Given) -> Figure:
    view = _character_units(given)
    if len(given["coders"]) < 2:
        return undefined("one_coder")
    if not view["units"]:
        return undefined("no_units")
    figure = measure(view)
    if figure.reason == "one_value":
        coded = any(value for row in view["units"] for value in row)
        return undefined("one_value" if coded else "nothing_coded", **figure.params)
    return figure


def _family(name: str) -> Callable[[Given], Figure]:
    def measure(given: Given) -> Figure:
        spans = _spans(given)
        value = given.get("value", given.get("code")) if name == "ku_alpha_nominal" else None
        if name == "ku_alpha_nominal" and value is None:
            raise InvalidValue("(k)u-alpha is about one code; give it as value.")
        return unitizing.family_of_spans(spans, _length(given, spans), value)[name]

    return measure


def _alpha_u(given: Given) -> Figure:
    spans = _spans(given)
    return alpha_u_1995(spans, _length(given, spans))


def _alpha_u_code(given: Given) -> Figure:
    spans = _spans(given)
    return alpha_u_1995_code(spans, _length(given, spans), given.get("code", given.get("value")))


def _gamma_params(given: Given) -> dict[str, float]:
    return {k: float(given.get(k, 1.0)) for k in ("alpha", "beta", "delta_empty")}


def _gamma(given: Given) -> Figure:
    spans = _spans(given)
    more = {k: int(given[k]) for k in ("samples", "seed") if k in given}
    return gamma(spans, _length(given, spans), **_gamma_params(given), **more)  # type: ignore[arg-type]


def _masses(given: Given) -> list[list[int]]:
    if "masses" in given:
        masses = given["masses"]
        return [list(m) for m in (masses.values() if isinstance(masses, Mapping) else masses)]
    spans = _spans(given)
    length = _length(given, spans)
    cuts = [sorted({p for s, e, _ in own for p in (s, e) if 0 < p < length}) for own in spans]
    return [[b - a for a, b in zip([0, *c], [*c, length], strict=True)] for c in cuts]


def _jaccard(given: Given) -> Figure:
    spans = _spans(given)
    if len(spans) < 2:
        return undefined("one_coder")
    values = []
    for a, b in combinations(spans, 2):
        f1 = spans_f1.char_f1([a, b])
        if f1.defined:
            values.append(f1.value / (2 - f1.value))
    return Figure(float(np.mean(values))) if values else undefined("no_spans")


def _segment(part: str) -> Callable[[Given], Figure]:
    def measure(given: Given) -> Figure:
        options = {k: given[k] for k in ("threshold", "denominator") if k in given}
        return spans_f1.segment_match(_spans(given), codes=_categories(given), **options)[part]

    return measure


def _cu_sets(given: Given) -> Figure:
    """Set-valued alpha (Jaccard) over the domains of each stretch, our reading of ATLAS.ti's Cu-alpha."""
    domains = given.get("domains")
    if domains is None:
        return _on_characters(_CODING["krippendorff_alpha_jaccard"], given)
    of = {code: name for name, codes in domains.items() for code in codes}
    coders = {k: [[s, e, of[c]] for s, e, c in v if c in of] for k, v in given["coders"].items()}
    return _on_characters(_CODING["krippendorff_alpha_jaccard"], {**given, "coders": coders})


def _nvivo(name: str) -> Callable[[Given], Figure]:
    """Return NVivo's figure of two coders and one code, over ``documents`` (each a span input) or one text."""

    def measure(given: Given) -> Figure:
        files = given.get("documents") or [given]
        if any(len(file["coders"]) != 2 for file in files):
            return undefined("two_coders_needed", name)
        only = given.get("code", given.get("value"))
        cells = []
        for file in files:
            spans = _spans(file)
            mine = [[u for u in own if only is None or u[2] == only] for own in spans]
            cells.append(nvivo.cells_of_spans(mine, _length(file, spans)))
        return nvivo.over_files(name, cells, bool(given.get("undefined_is_one", False)))

    return measure


MEASURES: Final[dict[str, Callable[[Given], Figure]]] = {
    **_CODING,
    "holsti": lambda g: spans_f1.holsti(_spans(g)) if "coders" in g and "units" not in g else _holsti_units(g),
    "span_f1_exact": lambda g: spans_f1.span_f1_exact(_spans(g)),
    "span_f1_iou": lambda g: spans_f1.span_f1_iou(_spans(g), float(g.get("threshold", 0.5))),
    "span_f1_overlap": lambda g: spans_f1.span_f1_overlap(_spans(g)),
    "token_f1": lambda g: spans_f1.token_f1(_spans(g), [(int(s), int(e)) for s, e in g["tokens"]]),
    "char_f1": lambda g: spans_f1.char_f1(_spans(g)),
    "char_jaccard": _jaccard,
    "segment_match": _segment("percent"),
    "segment_match_kappa": _segment("kappa"),
    **{name: _family(name) for name in unitizing.FAMILY},
    "Cu_alpha": _cu_sets,
    "alpha_U_1995": _alpha_u,
    "alpha_U_1995_code": _alpha_u_code,
    "gamma_best_alignment_disorder": lambda g: best_alignment_disorder(_spans(g), **_gamma_params(g)),
    "gamma": _gamma,
    **{name: _nvivo(name) for name in nvivo.NVIVO_MEASURES},
    "boundary_similarity": lambda g: boundary.boundary_similarity(_masses(g), int(g.get("n_t", 2))),
}
"""Measure by name."""


def _holsti_units(given: Given) -> Figure:
    """Holsti on fixed units is percent agreement where every coder judged every unit."""
    figure = coefficients.percent_agreement(_ratings(given))
    return Figure(figure.value, figure.reason, "holsti", figure.params)


ALIASES: Final[dict[str, str]] = {
    "percent": "percent_agreement",
    "kappa": "cohen_kappa",
    "mean_cohen_kappa": "light_kappa",
    "cohen_kappa_mean": "light_kappa",
    "conger": "conger_kappa",
    "fleiss_kappa_missing": "fleiss_kappa",
    "bennett_s": "brennan_prediger",
    "randolph_kappa": "brennan_prediger",
    "alpha": "krippendorff_alpha_nominal",
    "krippendorff_alpha": "krippendorff_alpha_nominal",
    "jaccard": "char_jaccard",
    "alpha_binary": "u_alpha_binary",
    "c_alpha_binary": "u_alpha_binary",
    "u_alpha": "u_alpha_nominal",
    "cu_alpha": "cu_alpha_nominal",
    "ku_alpha": "ku_alpha_nominal",
    "csu_alpha": "ku_alpha_nominal",
    "span_f1": "span_f1_iou",
    "span_f1_token": "token_f1",
    "span_f1_char": "char_f1",
}
"""Other name to our name."""
