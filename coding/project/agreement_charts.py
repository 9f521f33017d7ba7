"""From an agreement result to the frames that its charts draw."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from coding.agreement.figure import printed
from coding.agreement.units import UNIT_ZH
from coding.errors import InvalidValue
from coding.model import counted

if TYPE_CHECKING:
    import pandas as pd

    from coding.agreement.disagreements import ChoiceMatrix, Disagreement
    from coding.agreement.result import CodeRow, DomainResult
    from coding.project.agreement import AgreementResult, Language

MOST_ROWS = 45
LOWEST_ROWS = 6
_MEDIAN = ("median", "中位数")

_UNIVERSE_ZH = {"respondents": "受访者文本", "all": "全部文本", "coded": "仅已编码文本"}

_KINDS = {
    "sibling": ("sibling code", "同级代码"),
    "boundary": ("boundary", "边界"),
    "missing": ("one coder only", "仅一人编码"),
    "other_branch": ("other branch", "其他分支"),
}


def kind_words(kind: str, language: Language) -> str:
    """Return the name of a kind of disagreement."""
    return _KINDS[kind][language == "zh"]


def draw(result: AgreementResult, kind: str, language: Language, coders: tuple[str, str] | None = None) -> Any:
    """Draw one of the figures of a result; see `AgreementResult.chart`."""
    ways = {
        "codes": _codes, "coders": _coders, "matrix": _matrix, "levels": _levels, "rounds": _rounds, "documents": _places,
    }  # fmt: skip
    if language not in ("en", "zh"):
        raise InvalidValue(f"Charts are drawn in en and zh, not in {language!r}.")
    if kind not in ways:
        raise InvalidValue(f"There is no agreement chart “{kind}”; there are {', '.join(ways)}.")
    if kind == "matrix":
        return _matrix(result, language, coders)
    if coders is not None:
        raise InvalidValue(f"Two coders are chosen for the matrix; “{kind}” shows all of them.")
    return ways[kind](result, language)


def caption(result: AgreementResult, language: Language) -> str:
    """Return coders, documents, units and universe in one line."""
    t = result.table
    if language == "zh":
        what = f"{t.units:,} 个{UNIT_ZH[t.unit]}（{_UNIVERSE_ZH[t.universe]}）"
        return f"{'、'.join(t.coders)} · {t.documents} 份文档 · {what}"
    return f"{', '.join(t.coders)} · {counted(t.documents, 'document')} · {counted(t.units, t.unit)} ({t.universe})"


def cu_words(domain: DomainResult, language: Language) -> str:
    """Return a domain's cu-alpha with its coverage in a few words, or why there is none."""
    cu = domain.figures["cu_alpha_nominal"]
    spoken = f" [{domain.language}]" if domain.language else ""
    if not cu.defined:
        return f"cu-α{spoken}: {cu.sentence(language)}"
    covered = printed(float(cu.params["coverage"]))
    return f"cu-α{spoken} {printed(cu.value)}" + (
        f"（覆盖率 {covered}）" if language == "zh" else f" (coverage {covered})"
    )


def _name(code: Any, language: Language) -> str:
    return (code.name_zh if language == "zh" else "") or str(code.name)


def _unique_names(codes: Any, language: Language) -> list[str]:
    """Return a name for each code; where two are alike, the path."""
    names = [_name(c, language) for c in codes]
    return [name if names.count(name) == 1 else c.path for name, c in zip(names, codes, strict=True)]


def _row_names(rows: Sequence[CodeRow], language: Language) -> list[str]:
    """Return an indented name for each row, no two alike, with the language where languages are kept apart."""
    unique = {r.code.uid: r.code for r in rows}
    names = dict(zip(unique, _unique_names(unique.values(), language), strict=True))
    spoken = [f" [{r.language}]" if r.language else "" for r in rows]
    # a chart strips leading blanks; a blank of no width in front keeps them
    indents = ["\u200b" + "\u2003" * r.code.level if r.code.level else "" for r in rows]
    return [i + names[r.code.uid] + tail for i, r, tail in zip(indents, rows, spoken, strict=True)]


def _shown(result: AgreementResult) -> tuple[list[CodeRow], tuple[int, int]]:
    """Return the rows that a figure holds, in the order of the tree, and how many it leaves out.

    A figure of 170 rows is read by nobody: codes that no coder used are counted in the caption, and of the others
    the most used are drawn, with the lowest figures whatever their use: those are what one has to see.
    """
    used = [r for r in result.table.rows if any(r.units)]
    lowest = sorted((r for r in used if not isnan(r.alpha)), key=lambda r: r.alpha)[:LOWEST_ROWS]
    low = {id(r) for r in lowest}
    kept = sorted(used, key=lambda r: (id(r) not in low, -sum(r.units)))[:MOST_ROWS]
    chosen = {id(r) for r in kept}
    counted_rows = [result.table.rows[i] for i in result.table.headline_rows]  # the same basis as the headline's
    rare = sum(any(r.units) and id(r) not in chosen for r in counted_rows)
    return [r for r in used if id(r) in chosen], (rare, sum(not any(r.units) for r in counted_rows))


def _left_out(counts: tuple[int, int], language: Language) -> str:
    rare, unused = counts
    words = {
        "en": (f" · {counted(rare, 'rarer code')} left out", f" · {counted(unused, 'code')} nobody used"),
        "zh": (f" · 略去 {rare} 个较少使用的代码", f" · {unused} 个代码无人使用"),
    }[language]
    return (words[0] if rare else "") + (words[1] if unused else "")


def _codes(result: AgreementResult, language: Language) -> Any:
    import pandas as pd

    from coding.charts import agreement as figures

    rows, left_out = _shown(result)
    frame = pd.DataFrame(
        {
            "code": _row_names(rows, language),
            "alpha": [r.alpha for r in rows],
            "low": [r.interval.low if r.interval.defined else r.alpha for r in rows],
            "high": [r.interval.high if r.interval.defined else r.alpha for r in rows],
            "band": [r.band for r in rows],
            "reason": [r.note(language) for r in rows],
        }
    )
    below = caption(result, language) + _left_out(left_out, language)
    return figures.agreement_by_code(frame, caption=below, language=language)


def _coders(result: AgreementResult, language: Language) -> Any:
    import pandas as pd

    from coding.charts import agreement as figures

    rows, left_out = _shown(result)
    names = dict(zip(((r.code.uid, r.language) for r in rows), _row_names(rows, language), strict=True))
    cells = [
        (f"{c['first']} · {c['second']}", names[c["code_uid"], c["language"]], c["alpha"])
        for c in result.table.by_pair()
        if (c["code_uid"], c["language"]) in names
    ]
    frame = pd.DataFrame(cells, columns=["pair", "code", "alpha"])
    below = caption(result, language) + _left_out(left_out, language)
    return figures.agreement_by_pair(frame, caption=below, language=language)


def _matrix_frame(matrix: ChoiceMatrix, language: Language) -> pd.DataFrame:
    """Return a matrix of choices as rows: row, column, count, share, same."""
    import pandas as pd

    names = [*_unique_names(matrix.codes, language), "未编码" if language == "zh" else "not coded"]
    rows = []
    for i, row in enumerate(matrix.counts.tolist()):
        total = sum(row) or 1
        rows += [(names[i], names[j], n, n / total, i == j) for j, n in enumerate(row)]
    return pd.DataFrame(rows, columns=["row", "column", "count", "share", "same"])


def _matrix(result: AgreementResult, language: Language, coders: tuple[str, str] | None = None) -> Any:
    from coding.charts import agreement as figures

    parent = next((d.code.uid for d in result.table.domains), None)
    matrix = result.matrix(parent, *(coders or ()))
    frame = _matrix_frame(matrix, language)
    used = {n for n in frame["row"] if frame[(frame["row"] == n) | (frame["column"] == n)]["count"].sum()}
    frame = frame[frame["row"].isin(used) & frame["column"].isin(used)]
    about = [caption(result, language), *(cu_words(d, language) for d in result.table.domains if d.code.uid == parent)]
    return figures.choices(
        frame, first=matrix.first, second=matrix.second, caption=" · ".join(about), language=language
    )


def _levels(result: AgreementResult, language: Language) -> Any:
    from coding.charts import agreement as figures

    return figures.agreement_levels(result.by("level"), caption=caption(result, language), language=language)


def rounds_frame(result: AgreementResult, language: Language = "en") -> pd.DataFrame:
    """Return alpha per code and closed round, with the median of each."""
    import pandas as pd

    if result.project is None:
        raise InvalidValue("A plain table has no rounds.")
    rows = []
    options = {k: v for k, v in result.options.items() if k in ("unit", "universe")}
    for item in result.project.rounds:
        if item.status != "closed" or item.purpose == "production":
            continue
        table = result.project.agreement(list(result.table.coders), round=item.number, draws=0, **options).table
        rows += [
            (
                item.name,
                item.number,
                _name(r.code, language),
                r.code.name_zh,
                f"{r.code.uid} {r.language}",
                r.alpha,
                False,
            )
            for r in table.rows
            if not r.merged
        ]
        rows.append(
            (item.name, item.number, _MEDIAN[language == "zh"], _MEDIAN[1], "median", table.headline.median, True)
        )
    return pd.DataFrame(rows, columns=["round", "number", "code", "name_zh", "key", "alpha", "median"])


def _rounds(result: AgreementResult, language: Language) -> Any:
    from coding.charts import agreement as figures

    return figures.agreement_rounds(
        rounds_frame(result, language), caption=caption(result, language), language=language
    )


def _places(result: AgreementResult, language: Language) -> Any:
    import pandas as pd

    from coding.charts import agreement as figures

    lengths = {d.uid: d.length for d in result.table.material.documents}

    def row(d: Disagreement) -> tuple[Any, ...]:
        codes = " / ".join(_name(c, language) for c in d.codes)
        n = lengths[d.document_uid]
        return d.document, d.start / n, d.end / n, kind_words(d.kind, language), codes

    frame = pd.DataFrame(
        [row(d) for d in result.differences()], columns=["document", "begin", "finish", "kind", "codes"]
    )
    kinds = [kind_words(kind, language) for kind in _KINDS]
    return figures.agreement_places(frame, kinds=kinds, caption=caption(result, language), language=language)
