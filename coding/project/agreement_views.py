"""An agreement result cut in other ways: by round, by domain, by document or variable, each cell with its reason."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from coding.agreement import binary, named
from coding.agreement.computing import agreement_of
from coding.agreement.result import AgreementTable
from coding.errors import InvalidValue

if TYPE_CHECKING:
    import pandas as pd

    from coding.project.agreement import AgreementResult

__all__ = ["by"]


def by(result: AgreementResult, what: str) -> pd.DataFrame:
    """Return a result cut in another way; see `AgreementResult.by`."""
    import pandas as pd

    table = result.table
    match what:
        case "code":
            return result.to_frame()
        case "document" | "file":
            return _by_document(result)
        case "pair" | "coder":
            return pd.DataFrame(table.by_pair())
        case "level":
            return pd.DataFrame(table.by_level())
        case "round":
            return pd.DataFrame(_by_round(result))
        case "domain":
            return pd.DataFrame(_by_domain(table))
    rows = table.by_variable(what, *_binary(result))
    if not rows:
        raise InvalidValue(
            f"No document that two of the coders were given has a value of “{what}”. Agreement is by variables of "
            "documents, or of cases that a whole document belongs to."
        )
    return pd.DataFrame(rows)


def _binary(result: AgreementResult) -> tuple[str, ...]:
    """Return alpha and, where it is counted in the same way, the measure that was asked for."""
    key = binary.OTHER_NAMES.get(result.measure, result.measure)
    return ("alpha",) if key == "alpha" or key not in binary.BINARY_MEASURES else ("alpha", key)


def _by_document(result: AgreementResult) -> pd.DataFrame:
    import pandas as pd

    table = result.table
    if result.measure not in ("gamma", "gamma_best_alignment_disorder", "boundary_similarity"):
        return pd.DataFrame(table.by_document(*_binary(result)))
    found = named.by_document(table, result.measure, **result.measure_options())
    names = {d.uid: d.name for d in table.material.documents}
    rows = [
        {"document": names[uid], "document_uid": uid, result.measure: f.value, "reason": f.reason, **f.params}
        for uid, f in found.items()
    ]
    return pd.DataFrame(rows)


def _by_round(result: AgreementResult) -> list[dict[str, Any]]:
    """Return one row per closed round and code; of a plain table, per value of its column “round”."""
    rows = []
    for number, (name, table) in enumerate(_rounds(result), 1):
        rows += [
            {"round": name, "number": number, "code": r.code.path, "language": r.language, "documents": table.documents,
             "alpha": r.alpha, "low": r.interval.low, "high": r.interval.high, "positive": r.positive,
             "reason": r.reason or r.interval.reason, "code_uid": r.code.uid}
            for r in table.rows
        ]  # fmt: skip
    if not rows:
        raise InvalidValue("There is no closed round to compare; a plain table needs a column “round”.")
    return rows


def _rounds(result: AgreementResult) -> list[tuple[str, AgreementTable]]:
    if result.project is not None:
        closed = [r for r in result.project.rounds if r.status == "closed"]
        options = {k: v for k, v in result.options.items() if k != "coders"}
        found = []
        for item in closed:
            given = {a.coder for a in result.project.rounds.assignments(item)}
            here = [c for c in result.table.coders if result.project.coders.find(c).uid in given]
            if len(here) > 1:
                found.append((item.name, result.project.agreement(here, round=item, **options).table))
        return found
    material = result.table.material
    t = result.table
    return [
        (name, agreement_of(material.of_round(i), unit=t.unit, universe=t.universe, draws=t.draws, seed=t.seed))
        for i, name in enumerate(material.round_names)
    ]


def _by_domain(table: AgreementTable) -> list[dict[str, Any]]:
    """Return one row per domain with its family of alphas, and one per code within it."""
    rows: list[dict[str, Any]] = []
    for d in table.domains:
        base = {"domain": d.code.path, "language": d.language}
        cu = d.figures["cu_alpha_nominal"]
        family = {name: d.figures[name].value for name in ("u_alpha_binary", "u_alpha_nominal", "cu_alpha_nominal")}
        rows.append({**base, "code": "", **family, "ku_alpha_nominal": math.nan, "coverage": cu.params.get("coverage", math.nan),
                     "low": d.interval.low, "high": d.interval.high, "reason": cu.reason, "code_uid": d.code.uid})  # fmt: skip
        rows += [
            {**base, "code": code.path, **dict.fromkeys(family, math.nan), "ku_alpha_nominal": f.value,
             "coverage": f.params.get("coverage", math.nan), "low": math.nan, "high": math.nan, "reason": f.reason,
             "code_uid": code.uid}
            for code, f in zip(d.codes, d.per_code, strict=True)
        ]  # fmt: skip
    if not rows:
        raise InvalidValue(
            "There is no domain: no parent is marked exclusive. Mark one in the codebook, or pass exclusive= for a table."
        )
    return rows
