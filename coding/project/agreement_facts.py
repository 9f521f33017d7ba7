"""What a project knows about a comparison: codebook versions, rules changed since, rounds pooled, departures."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from coding.agreement.figure import ReportLanguage
from coding.agreement.named import known
from coding.agreement.naming import described
from coding.agreement.notes import Note
from coding.agreement.units import UNIT_ZH
from coding.model import Coding, Round, counted
from coding.project.agreement_options import DEFAULT_MEASURE

if TYPE_CHECKING:
    from coding.agreement.result import AgreementTable, CodeRow
    from coding.project.agreement import AgreementResult
    from coding.project.project import Project

__all__ = [
    "FIXED_BY_ROUND",
    "codebook_of",
    "codebook_version",
    "compared_rounds",
    "departures",
    "note_of",
    "paths_of",
    "pooled",
    "pooled_note",
    "round_said",
    "stale_codes",
    "stale_paths",
]

FIXED_BY_ROUND: Final = {"unit": "sentence", "universe": "respondents"}
_UNIVERSE_ZH: Final = {"respondents": "受访者文本", "all": "全部文本", "coded": "编码过的文本"}
_PURPOSE_ZH: Final = {"training": "培训", "reliability": "信度", "production": "正式编码"}


# -- the codebook ---------------------------------------------------------------------------------


def codebook_version(versions: Iterable[int]) -> int:
    """Return the version of a codebook from those of its codes: 1, and one more for every change."""
    return 1 + sum(version - 1 for version in versions)


def codebook_of(result: AgreementResult, language: ReportLanguage = "en") -> str:
    """Return the size and version of the codebook under which the compared codings were made."""
    project, item = result.project, result.round
    if project is None:
        return ""
    fixed: Mapping[str, int] = item.protocol.get("codebook", {}) if item else {}
    if fixed:
        version = codebook_version(fixed.values())
        said = (f"version {version}, fixed when the round was opened", f"第 {version} 版，本轮开始时固定")
        return _named(len(fixed), said, language)
    first, last = _versions_used(result, project)
    said = (
        (f"version {first}", f"第 {first} 版")
        if first == last
        else (f"versions {first} to {last}", f"第 {first} 至 {last} 版")
    )
    return _named(len(project.codebook), said, language)


def _named(codes: int, said: tuple[str, str], language: ReportLanguage) -> str:
    if language == "zh":
        return f"共 {codes} 个代码的编码手册（{said[1]}）"
    return f"a codebook of {counted(codes, 'code')} ({said[0]})"


def _versions_used(result: AgreementResult, project: Project) -> tuple[int, int]:
    """Return the codebook's version when the first and the last of the compared codings were made."""
    made = [c.created for c in _codings(result) if c.created]
    changed = sorted(v.at for v in project.store.code_history() if v.version > 1)
    if not made:
        return 1 + len(changed), 1 + len(changed)
    return 1 + bisect_right(changed, min(made)), 1 + bisect_right(changed, max(made))


def stale_codes(result: AgreementResult) -> list[str]:
    """Return the paths of codes whose rules changed in meaning since the round fixed them, or codings were made."""
    project = result.project
    if project is None:
        return []
    if result.round is not None and result.round.purpose == "reliability":
        return project.rounds.stale(result.round)
    latest = {v.code: v.version for v in project.store.code_history() if v.kind == "semantic" and v.version > 1}
    if not latest:
        return []  # the codings need not be read
    old = {c.code for c in _codings(result) if c.code_version < latest.get(c.code, 1)}
    return [project.codebook.path(code) for code in project.codebook.tree if code.uid in old]


def stale_paths(result: AgreementResult, language: ReportLanguage = "en") -> list[str]:
    """Return the paths of the stale codes as a reader of that language knows them."""
    shown = paths_of(result.table, language)
    known_as = {code.path: shown[code.uid] for code in result.table.material.codes}
    return [known_as.get(path, path) for path in result.stale]


def paths_of(table: AgreementTable, language: ReportLanguage) -> dict[str, str]:
    """Return the path of every code, in Chinese where the codes have Chinese names."""
    codes = table.material.codes
    if language != "zh":
        return {code.uid: code.path for code in codes}
    out: dict[str, str] = {}
    for code in codes:  # a parent stands before its children
        above = out.get(codes[code.parent].uid, "") if code.parent >= 0 else ""
        out[code.uid] = (f"{above} > " if above else "") + (code.name_zh or code.name)
    return out


def note_of(row: CodeRow, stale: Collection[str], language: ReportLanguage) -> str:
    """Return the note of a row: whether its rules have changed since, and why it has no figure or no interval."""
    changed = "已过时：规则已变更。" if language == "zh" else "Stale: its rules have changed since."
    said = (changed if row.code.path in stale else "", row.note(language))
    return ("" if language == "zh" else " ").join(part for part in said if part)


def _codings(result: AgreementResult) -> list[Coding]:
    """Return the compared codings that the project still has."""
    assert result.project is not None
    material = result.table.material
    compared = set(material.uids.tolist())
    there = result.project.store.codings(documents=[d.uid for d in material.documents])
    return [c for c in there if c.uid in compared]


# -- rounds ---------------------------------------------------------------------------------------


def compared_rounds(result: AgreementResult) -> tuple[list[Round], bool]:
    """Return the rounds of the codings that are in the figures, and whether some belong to no round."""
    if result.project is None:
        return [], False
    material = result.table.material
    together = material.columns.assigned.sum(axis=1) >= 2  # a document of one coder alone is in no figure
    at = set(material.rounds[together[material.columns.document]].tolist())
    names = {material.round_names[i] for i in at if i >= 0}
    return [r for r in result.project.rounds if r.name in names], bool({i for i in at if i < 0})


def pooled(result: AgreementResult) -> Note | None:
    """Return in words the rounds whose codings are pooled; None where they are of one round, or of none."""
    rounds, beside = compared_rounds(result)
    if result.round is not None or len(rounds) + beside < 2:
        return None
    said = [*map(round_said, rounds), *[Note("no round", "不属任何轮次")] * beside]
    return Note(f"{', '.join(said[:-1])} and {said[-1]}", "、".join(note.chinese for note in said))


def round_said(item: Round) -> Note:
    """Return number, name and purpose of a round."""
    return Note(
        f"round {item.number} “{item.name}” ({item.purpose})",
        f"第 {item.number} 轮“{item.name}”（{_PURPOSE_ZH[item.purpose]}）",
    )


def pooled_note(result: AgreementResult) -> Note | None:
    """Return the warning that codings of several rounds are pooled, and how to compare one of them."""
    if (said := pooled(result)) is None:
        return None
    rounds, _ = compared_rounds(result)
    one = next((r for r in rounds if r.purpose == "reliability"), rounds[0]).number
    return Note(
        f"Pooled: the codings of {said}. round= compares one of them, such as project.agreement(round={one}).",
        f"合并计算：{said.chinese}的编码。用 round= 可只比较其中一轮，如 project.agreement(round={one})。",
    )


# -- the protocol ---------------------------------------------------------------------------------


def departures(result: AgreementResult) -> Note | None:
    """Return in words what was asked for and what the round's protocol fixed; None where they agree."""
    if not result.exploratory or result.round is None:
        return None
    found = [_departure(name, result, result.round.protocol) for name in result.exploratory]
    return Note("; ".join(found), "；".join(d.chinese for d in found))


def _departure(name: str, result: AgreementResult, protocol: Mapping[str, object]) -> Note:
    if name == "measure":
        return _measure_departure(result.measure, known(str(protocol.get("measure") or DEFAULT_MEASURE)))
    fixed = str(protocol.get(name) or FIXED_BY_ROUND[name])
    if name == "unit":
        asked = str(result.table.unit)
        return Note(f"unit {asked} (protocol: {fixed})", f"分析单位为{UNIT_ZH[asked]}（协议：{UNIT_ZH[fixed]}）")
    asked = str(result.table.universe)
    return Note(f"text {asked} (protocol: {fixed})", f"文本范围为{_UNIVERSE_ZH[asked]}（协议：{_UNIVERSE_ZH[fixed]}）")


def _measure_departure(asked: str, fixed: str) -> Note:
    ours, theirs = described(asked, sourced=False), described(fixed, sourced=False)
    ours_zh, theirs_zh = described(asked, "zh", sourced=False), described(fixed, "zh", sourced=False)
    if fixed == DEFAULT_MEASURE:  # alpha is always reported
        return Note(
            f"measure {ours} is an addition to the protocol's, {theirs}, which is reported too",
            f"指标 {ours_zh}是对协议指标 {theirs_zh} 的补充，后者同时报告",
        )
    return Note(
        f"measure {ours} (protocol: {theirs}, not reported here)", f"指标为 {ours_zh}（协议：{theirs_zh}，此处未报告）"
    )
