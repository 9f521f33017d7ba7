"""The appendix that reviewers ask for: how the codebook grew, how coders agreed, what was settled and why.

It holds nothing that a participant could be known by: no passage, no case, no document name; documents
are numbered. Memos of method and theory, and reasons, are the researchers' own words; where they name a document,
a case or a speaker of the project, its number stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import InvalidValue
from coding.language import is_generic_speaker
from coding.model import Coder, Memo, Round, Speaker, Uid
from coding.project.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from coding.project.project import Project

Language = Literal["en", "zh"]

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Audit trail of the analysis", "分析过程记录"),
    "made": (
        "Made on {date} with version {version} of the coding workbench.",
        "{date} 由编码工作台 {version} 版生成。",
    ),
    "corpus": ("Material", "材料"),
    "corpus text": (
        "{documents} documents ({languages}), {characters} characters, {coders} coders, {codings} codings.",
        "共 {documents} 份文档（{languages}），{characters} 字符，{coders} 位编码员，{codings} 条编码。",
    ),
    "codebook": ("The codebook", "编码手册"),
    "history": ("How the codebook changed", "编码手册的变更"),
    "no reason": ("No reason was given.", "未说明理由。"),
    "one document": ("[document {n}]", "[文档 {n}]"),
    "one case": ("[case {n}]", "[个案 {n}]"),
    "no history": ("No code changed after it was made.", "代码建立后未作变更。"),
    "rounds": ("Rounds", "轮次"),
    "no rounds": ("No rounds were held.", "未设轮次。"),
    "agreement": ("Agreement", "编码员间一致性"),
    "no agreement": (
        "Agreement could not be computed: {reason}",
        "无法计算一致性：{reason}",
    ),
    "consensus": ("Consensus", "共识"),
    "no consensus": ("No disagreement was settled in the project.", "项目中没有商定的分歧。"),
    "saturation": ("Theoretical saturation", "理论饱和"),
    "saturation text": (
        "New codes by document, in the order of coding. The last new code appeared in document {last} of {all}.",
        "按编码顺序统计每份文档的新代码。最后一个新代码出现在第 {last} 份文档（共 {all} 份）。",
    ),
    "memos": ("Memos of method and theory", "方法与理论备忘录"),
    "no memos": ("There are none.", "无。"),
}
_HEADS: dict[str, tuple[list[str], list[str]]] = {
    "codebook": (
        ["Code", "Definition", "Include", "Exclude", "Codings", "Version"],
        ["代码", "定义", "纳入标准", "排除标准", "编码数", "版本"],
    ),
    "history": (
        ["Date", "Code", "Version", "Kind", "Changed", "Reason", "By"],
        ["日期", "代码", "版本", "性质", "变更内容", "理由", "编码员"],
    ),
    "rounds": (
        ["Round", "Purpose", "Blind", "Opened", "Closed", "Documents", "Coders", "Protocol"],
        ["轮次", "目的", "盲编", "开始", "结束", "文档数", "编码员数", "协议"],
    ),
    "consensus": (["Decision", "Times", "Reasons"], ["决定", "次数", "理由"]),
    "saturation": (["Document", "New codes", "Codes so far"], ["文档", "新代码", "累计代码"]),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the appendix: a heading, paragraphs, and a table where there is one."""

    title: str
    paragraphs: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def audit(project: Project, path: str | Path, *, language: Language = "en") -> Path:
    """Write the appendix as Word (``.docx``) or HTML; see `Project.audit`."""
    if language not in ("en", "zh"):
        raise InvalidValue(f"The appendix is written in en or zh; {language!r} was given.")
    from coding.exporters import appendix

    target = Path(path)
    parts = [(s.title, s.paragraphs, s.columns, s.rows) for s in sections(project, language)]
    title = _word("title", language)
    if target.suffix.lower() == ".docx":
        return appendix.write_docx(target, title, parts, language=language)
    if target.suffix.lower() in (".html", ".htm"):
        return appendix.write_html(target, title, parts, language=language)
    raise InvalidValue(f"The appendix is written as .docx or .html; {target.name} was given.")


def sections(project: Project, language: Language) -> list[Section]:
    """Return the parts of the appendix in their order."""
    return [
        _corpus(project, language),
        _codebook(project, language),
        _history(project, language),
        _rounds(project, language),
        _agreement(project, language),
        _consensus(project, language),
        _saturation(project, language),
        _memos(project, language),
    ]


def _word(key: str, language: Language, **values: Any) -> str:
    return _WORDS[key][language == "zh"].format(**values)


def _without_names(project: Project, language: Language) -> Callable[[str], str]:
    """Return what puts a number in place of every document, case and speaker that free words name."""
    names: dict[str, str] = {}
    numbers: dict[Uid, str] = {}
    for n, document in enumerate(project.documents, 1):
        names[document.name] = numbers[document.uid] = _word("one document", language, n=n)
        short = document.name.split()[0]  # “P05” of “P05 night shift”
        if any(c.isdigit() for c in short):
            names.setdefault(short, names[document.name])
    for n, case in enumerate(project.cases, 1):
        names[case.name] = numbers[case.uid] = _word("one case", language, n=n)
    for speaker in project.store.all(Speaker):
        if speaker.role != "interviewer" and not is_generic_speaker(speaker.label):
            names.setdefault(speaker.label, numbers[speaker.case or speaker.document])
    return (lambda words: Pseudonyms.of(names).text(words)[0]) if names else str


def _head(key: str, language: Language) -> tuple[str, ...]:
    return tuple(_HEADS[key][language == "zh"])


def _date(milliseconds: int) -> str:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).date().isoformat() if milliseconds else ""


def _corpus(project: Project, language: Language) -> Section:
    from coding import __version__

    documents = [d.document for d in project.documents]
    counted: dict[str, int] = {}
    for document in documents:
        counted[document.language] = counted.get(document.language, 0) + 1
    return Section(
        _word("corpus", language),
        (
            _word("made", language, date=dt.datetime.now(dt.UTC).date().isoformat(), version=__version__),
            _word(
                "corpus text", language, documents=len(documents), characters=sum(d.length for d in documents),
                languages=", ".join(f"{n} {name}" for name, n in sorted(counted.items())),
                coders=len(project.coders), codings=len(project.codings),
            ),
        ),
    )  # fmt: skip


def _codebook(project: Project, language: Language) -> Section:
    tree, counts = project.codebook.tree, project.code_counts()
    zh = language == "zh"
    rows = []
    for code in project.codebook:
        name = (code.name_zh if zh else "") or code.name
        rules = [
            (getattr(code, f"{f}_zh") if zh else "") or getattr(code, f) for f in ("definition", "include", "exclude")
        ]
        rows.append(("  " * tree.level(code) + name, *rules, str(counts.get(code.uid, 0)), str(code.version)))
    return Section(_word("codebook", language), (), _head("codebook", language), tuple(rows))


def _history(project: Project, language: Language) -> Section:
    coders = {c.uid: c.name for c in project.store.all(Coder)}
    tree, unnamed = project.codebook.tree, _without_names(project, language)
    silent = _word("no reason", language)
    rows = [
        (
            _date(v.at), tree.path(code, language), str(v.version), v.kind, ", ".join(v.changed),
            unnamed(v.reason) or (silent if v.kind == "semantic" else ""), coders.get(v.coder or "", ""),
        )
        for code in tree
        for v in project.codebook.history(code)
        if v.version > 1
    ]  # fmt: skip
    title = _word("history", language)
    if not rows:
        return Section(title, (_word("no history", language),))
    return Section(title, (), _head("history", language), tuple(sorted(rows)))


def _rounds(project: Project, language: Language) -> Section:
    title = _word("rounds", language)
    rows = []
    for item in project.rounds:
        given = project.rounds.assignments(item)
        shown = ("unit", "measure", "universe", "threshold", "sample")
        protocol = "; ".join(f"{k}: {_plain(item.protocol[k])}" for k in shown if k in item.protocol)
        rows.append(
            (
                item.name, item.purpose, "✓" if item.blind else "", _date(item.opened), _date(item.closed),
                str(len({a.document for a in given})), str(len({a.coder for a in given})), protocol,
            )
        )  # fmt: skip
    if not rows:
        return Section(title, (_word("no rounds", language),))
    return Section(title, (), _head("rounds", language), tuple(rows))


def _plain(value: Any) -> str:
    """Return a part of the protocol without the uids of documents."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items() if k != "documents" and v not in (None, ""))
    return str(value)


def _agreement(project: Project, language: Language) -> Section:
    from coding.errors import CodingError

    title = _word("agreement", language)
    closed = [r for r in project.rounds if r.purpose == "reliability" and r.status == "closed"]
    paragraphs: list[str] = []
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    compared: list[Round | None] = [*closed] or [None]
    for item in compared:
        try:
            result = project.agreement(round=item.number if item else None)
        except CodingError as error:
            paragraphs.append(_word("no agreement", language, reason=error))
            continue
        paragraphs.append(result.methods(language))
        columns, rows = result.printed(language)
    return Section(title, tuple(paragraphs), columns, rows)


def _consensus(project: Project, language: Language) -> Section:
    title = _word("consensus", language)
    counted: dict[str, list[str]] = {}
    for decision in project.consensus:
        counted.setdefault(decision.decision, []).extend(decision.reasons)
    if not counted:
        return Section(title, (_word("no consensus", language),))
    times = {d: sum(1 for x in project.consensus if x.decision == d) for d in counted}
    rows = [(d, str(times[d]), _tally(reasons)) for d, reasons in sorted(counted.items())]
    return Section(title, (), _head("consensus", language), tuple(rows))


def _tally(words: Sequence[str]) -> str:
    counts = {w: words.count(w) for w in dict.fromkeys(words)}
    return "; ".join(f"{w} ({n})" for w, n in sorted(counts.items(), key=lambda pair: -pair[1]))


def _saturation(project: Project, language: Language) -> Section:
    from coding import tables

    frame = tables.saturation(project.snapshot(texts=False))
    title = _word("saturation", language)
    if frame.empty:
        return Section(title)
    rows = [(str(r.number), str(r.new), str(r.seen)) for r in frame.itertuples()]
    last = max((i for i, row in enumerate(rows, 1) if row[1] != "0"), default=0)
    text = _word("saturation text", language, last=last, all=len(rows))
    return Section(title, (text,), _head("saturation", language), tuple(rows))


def _memos(project: Project, language: Language) -> Section:
    kept: list[Memo] = [m for m in project.memos if m.kind in ("method", "theory", "code")]
    title = _word("memos", language)
    if not kept:
        return Section(title, (_word("no memos", language),))
    unnamed = _without_names(project, language)
    words = [
        " · ".join(filter(None, (_date(m.created), unnamed(m.title), unnamed(m.body))))
        for m in sorted(kept, key=lambda m: m.created)
    ]
    return Section(title, tuple(words))
