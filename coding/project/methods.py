"""What the methods paragraph says beyond the numbers: sample, training, blinding, codebook, who settled."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Any

from coding.agreement import MethodsFacts, methods_text, printed
from coding.agreement.naming import described
from coding.model import Coder, Round
from coding.project.agreement_facts import codebook_of, codebook_version, compared_rounds, departures, pooled

if TYPE_CHECKING:
    from coding.agreement.figure import ReportLanguage
    from coding.project.agreement import AgreementResult
    from coding.project.project import Project


def methods_paragraph(result: AgreementResult, language: ReportLanguage = "en") -> str:
    """Return the paragraph for the methods section from a result and what its project knows."""
    return methods_text(result.table, facts_of(result, language), language)


def facts_of(result: AgreementResult, language: ReportLanguage = "en") -> MethodsFacts:
    """Gather what the project knows of a round; what it does not know stays unsaid."""
    project = result.project
    if project is None:
        return MethodsFacts(beside=_beside(result, "en"), beside_zh=_beside(result, "zh"))
    sample = result.round.protocol.get("sample", {}) if result.round else {}
    training, together = _training(result, project), pooled(result)
    apart = departures(result)
    compared = {d.uid for d in result.table.material.documents}
    deciders = {d.coder for d in project.consensus if d.document in compared}
    who = sorted(c.name for c in project.store.all(Coder) if c.uid in deciders)
    return MethodsFacts(
        independent=_kept_apart(result),
        corpus_documents=len(project.documents),
        sample=_sample(sample, "en"),
        sample_zh=_sample(sample, "zh"),
        training=f"{len(training)} training round{'s' if len(training) > 1 else ''}" if training else "",
        training_zh=f"{len(training)} 轮培训" if training else "",
        coder_languages={c.name: c.languages for c in project.coders if c.name in result.table.coders and c.languages},
        codebook=codebook_of(result, language),
        stale=_stale_names(result, project, language),
        codebook_now=codebook_version(c.version for c in project.codebook),
        pooled=together or "",
        pooled_zh=together.chinese if together else "",
        settled_by=", ".join(who),
        settled_by_zh="、".join(who),
        beside=_beside(result, "en"),
        beside_zh=_beside(result, "zh"),
        settled=result.settled,
        exploratory=apart or "",
        exploratory_zh=apart.chinese if apart else "",
    )


def _training(result: AgreementResult, project: Project) -> list[Round]:
    """Return the closed training rounds before the compared one, without those whose codings are in the figures."""
    inside = {r.uid for r in compared_rounds(result)[0]}
    last = result.round.number if result.round else math.inf
    return [
        r for r in project.rounds
        if r.purpose == "training" and r.status == "closed" and r.uid not in inside and r.number < last
    ]  # fmt: skip


def _stale_names(result: AgreementResult, project: Project, language: ReportLanguage) -> list[str]:
    """Return the names of codes whose rules have changed, the path where a name alone is not theirs."""
    names = [(c.name_zh if language == "zh" else "") or c.name for c in project.codebook]
    found = []
    for path in result.stale:
        code = project.codebook[path]
        name = (code.name_zh if language == "zh" else "") or code.name
        found.append(name if names.count(name) == 1 else path)
    return found


def _beside(result: AgreementResult, language: ReportLanguage) -> str:
    """Return what a measure that was asked for came to, with its source and the convention it follows."""
    name, zh = described(result.measure, language), language == "zh"
    if result.overall is not None:
        figure = result.overall
        shown = printed(figure.value) if figure.defined else ("无法计算" if zh else "undefined")
        return f"全部代码合计，{name} 为 {shown}" if zh else f"Over all codes at once, {name} was {shown}"
    if result.beside is None:
        return ""
    good = [figure.value for i in result.table.headline_rows if (figure := result.beside[i]).defined]
    if not good:
        return f"{name} 对所有代码均无法计算" if zh else f"{name} was undefined for every code"
    middle, least = printed(median(good)), printed(min(good))
    if zh:
        return f"另报 {name}：{len(good)} 个代码的中位数为 {middle}，最低为 {least}"
    return f"Beside it, {name} had the median {middle} and the lowest {least} over {len(good)} codes"


def _kept_apart(result: AgreementResult) -> bool:
    """Say whether files of their own or a server kept coders apart; one shared file is a courtesy only."""
    project = result.project
    if project is None:
        return False
    by_files = result.round is not None and result.round.blind and project.rounds.kept_apart(result.round)
    return by_files or bool(getattr(project.store, "keeps_coders_apart", False))


def _sample(sample: dict[str, Any], language: str) -> str:
    if not sample or not sample.get("share"):
        return ""
    seed, by = sample.get("seed"), sample.get("stratify")
    if language == "zh":
        by = {"language": "语言", "kind": "类型"}.get(str(by), by) if by else by
        return f"按{by}分层随机抽取（种子 {seed}）" if by else f"随机抽取（种子 {seed}）"
    return f"drawn at random within each {by} (seed {seed})" if by else f"drawn at random (seed {seed})"
