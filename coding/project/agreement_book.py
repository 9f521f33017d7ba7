"""Agreement as a workbook: a table for a paper, what it is of, and all figures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coding.agreement import binary
from coding.agreement.naming import described
from coding.agreement.notes import note_in, quoted
from coding.agreement.result import AgreementTable, CodeRow
from coding.agreement.units import UNIT_ZH
from coding.exporters.workbook import Sheet, write_book
from coding.project.agreement_facts import codebook_of, note_of, paths_of, round_said, stale_paths
from coding.project.agreement_options import DEFAULT_MEASURE

if TYPE_CHECKING:
    from coding.agreement.figure import ReportLanguage
    from coding.project.agreement import AgreementResult

__all__ = ["write_agreement"]

_SHEETS: Final = {"en": ("Agreement", "What it is of", "All figures"), "zh": ("一致性", "说明", "全部数据")}
_MERGED: Final = {"en": "Merged from the codes below it; not counted. ", "zh": "由下级代码合并而成，不计入。"}
_UNIVERSE: Final = {
    "respondents": ("the respondents' text, without the interviewer's turns and paratext", "受访者文本（不含访谈者话轮与非正文）"),
    "all": ("all of the text", "全部文本"),
    "coded": ("the text that at least one coder coded", "至少一名编码员编码过的文本"),
}  # fmt: skip


def write_agreement(path: Path, result: AgreementResult, language: ReportLanguage = "en") -> None:
    """Write a result as a workbook.

    Args:
        path: the file.
        result: the figures.
        language: of headings and notes; the last sheet has the names of `to_frame` in either.
    """
    table, about, every = _SHEETS[language]
    frame = result.to_frame()
    cells = frame.astype(object).where(frame.notna(), None)
    write_book(path, [
        _paper(table, result, language),
        Sheet(about, ("说明", "内容") if language == "zh" else ("What", "Value"), _about(result, language), widths=(26, 100)),
        Sheet(every, list(frame.columns), cells.itertuples(index=False, name=None)),
    ])  # fmt: skip


def _paper(name: str, result: AgreementResult, language: ReportLanguage) -> Sheet:
    """Return the table that a paper shows: a row per code, with what the figure rests on."""
    table = result.table
    spoken = any(row.language for row in table.rows)
    figures = [_alpha_head(language), *_interval_heads(table, language)]
    if result.beside is not None:
        figures.append(described(result.measure, language))
    counts = _count_heads(table, language)
    code, tongue, note = ("代码", "语言", "说明") if language == "zh" else ("Code", "Language", "Note")
    heads = [code, *([tongue] if spoken else []), *figures, *counts, note]
    first = 1 + spoken
    return Sheet(
        name, heads, _paper_rows(result, language, spoken=spoken), frozenset(range(first, first + len(figures) + 1)),
        (52, *[12] * (len(heads) - 2), 60),
    )  # fmt: skip


def _alpha_head(language: ReportLanguage) -> str:
    return "Krippendorff α" if language == "zh" else "Krippendorff's α"


def _interval_heads(table: AgreementTable, language: ReportLanguage) -> tuple[str, str]:
    percent = f"{100 * next((r.interval.confidence for r in table.rows), 0.95):g}"
    if language == "zh":
        return f"{percent}% 区间下限", f"{percent}% 区间上限"
    return f"{percent} % interval, from", f"{percent} % interval, to"


def _count_heads(table: AgreementTable, language: ReportLanguage) -> list[str]:
    """Return the heads of percent and counts; of more than two coders their pairs are added up."""
    if language == "zh":
        more = "（各对编码员合计）" if len(table.coders) > 2 else ""
        own = [f"{coder} 编码的单位" for coder in table.coders]
        return ["一致率 %", *own, f"双方均编码的单位{more}", f"一致的单位{more}", f"比较的单位{more}"]
    more = ", added up over pairs of coders" if len(table.coders) > 2 else ""
    own = [f"Units coded by {coder}" for coder in table.coders]
    return ["% agreement", *own, f"Units coded by both{more}", f"Units agreed on{more}", f"Units compared{more}"]


def _paper_rows(result: AgreementResult, language: ReportLanguage, *, spoken: bool) -> list[list[Any]]:
    table, stale = result.table, set(result.stale)
    names, in_headline = paths_of(table, language), set(table.headline_rows)
    beside = result.beside or (None,) * len(table.rows)
    rows = []
    for at, (row, other, pairs) in enumerate(zip(table.rows, beside, _pair_counts(table), strict=True)):
        apart = "" if at in in_headline else _MERGED[language]
        said = (apart + note_of(row, stale, language)).strip()
        head = [names[row.code.uid], *([row.language] if spoken else [])]
        figures = [row.alpha, *_interval(row), *([other.value] if other is not None else []), 100 * row.percent]
        rows.append([*head, *figures, *row.units, *pairs, said])
    return rows


def _interval(row: CodeRow) -> tuple[float, float]:
    known = row.defined and row.interval.defined
    return (row.interval.low, row.interval.high) if known else (math.nan, math.nan)


def _pair_counts(table: AgreementTable) -> list[tuple[int, int, int]]:
    """Return for every row the units that both coded, that they agree on, and that were compared, over all pairs."""
    out: list[tuple[int, int, int]] = []
    for part in table.parts:
        both, first, second, n = binary.pair_counts(part.counts.totals())
        agreed = n - first - second + 2 * both
        columns = both.sum(axis=-1), agreed.sum(axis=-1), (n + 0 * both).sum(axis=-1)
        out += [(round(b), round(a), round(c)) for b, a, c in zip(*(x.tolist() for x in columns), strict=True)]
    return out


def _about(result: AgreementResult, language: ReportLanguage) -> list[tuple[str, Any]]:
    """Return what a reader of the table must know: of whom, of what, under which rules."""
    t, h, zh = result.table, result.table.headline, language == "zh"
    lines: list[tuple[str, str, Any]] = [
        ("Coders", "编码员", ("、" if zh else ", ").join(t.coders)),
        ("Documents", "文档数", t.documents),
        ("Unit", "分析单位", UNIT_ZH[t.unit] if zh else t.unit),
        ("Text", "文本范围", _UNIVERSE[t.universe][zh]),
        ("Units compared, N", "比较的单位数 N", t.units),
        ("Characters compared", "比较的字符数", t.characters),
        ("Measure", "指标", _measures(result, language)),
        ("Round", "轮次", _round(result, language)),
        ("Codebook", "编码手册", codebook_of(result, language)),
        ("Stale codes", "已过时的代码", _stale(result, language)),
        ("Codes with a figure", "可计算的代码", h.defined),
        ("Codes counted", "计入的代码", h.codes),
        ("Parents not counted", "不计入的上级代码", h.merging),
    ]
    if result.overall is not None:
        lines.append(("All codes at once", "全部代码合计", result.overall_said(language)))
    lines += [("Note", "注", note) for note in result.notes(language)]
    lines.append(("Computed with", "计算软件", f"Coding Workbench {t.version}"))
    return [(chinese if zh else english, value) for english, chinese, value in lines if value != ""]


def _stale(result: AgreementResult, language: ReportLanguage) -> str:
    if result.project is None:
        return ""  # a plain table has no rules that could change
    return quoted(stale_paths(result, language), language) or ("无" if language == "zh" else "none")


def _round(result: AgreementResult, language: ReportLanguage) -> str:
    if result.project is None:
        return ""
    if result.round is None:
        return "全部编码" if language == "zh" else "all work"
    return note_in(language, round_said(result.round))


def _measures(result: AgreementResult, language: ReportLanguage) -> str:
    shown = [described(DEFAULT_MEASURE, language)]
    if result.measure != DEFAULT_MEASURE:
        shown.append(described(result.measure, language))
    return ("；" if language == "zh" else "; ").join(shown)
