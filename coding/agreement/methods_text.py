"""The paragraph for the methods section, in English or Chinese, from a result and what the round knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from coding.agreement.figure import ReportLanguage, printed
from coding.agreement.notes import quoted
from coding.agreement.result import AgreementTable, CodeRow, DomainResult, Headline
from coding.agreement.units import UNIT_ZH
from coding.errors import InvalidValue

__all__ = ["MethodsFacts", "methods_text"]


@dataclass(frozen=True, slots=True)
class MethodsFacts:
    """What a result does not know by itself; what is left empty is not said."""

    independent: bool = False
    """Only where separate files or the server kept coders from seeing each other's work."""
    corpus_documents: int | None = None
    """Documents of the whole study, for the sample's share."""
    sample: str = ""
    """How the sample was drawn, such as “drawn at random within each language (seed 7)”."""
    sample_zh: str = ""
    training: str = ""
    """Such as “two training rounds on documents outside the sample”."""
    training_zh: str = ""
    coder_languages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Coder to the languages she works in."""
    codebook: str = ""
    """Name and version of the codebook under which the compared codings were made."""
    stale: Sequence[str] = ()
    """Names of the codes whose rules have changed in meaning since, in the paragraph's language."""
    codebook_now: int | None = None
    """Version of the codebook now, said where rules have changed since."""
    pooled: str = ""
    """The rounds whose codings are pooled, where they are of more than one."""
    pooled_zh: str = ""
    settled_by: str = ""
    """Who settled disputes, such as “the two coders in discussion, with the third author deciding”."""
    settled_by_zh: str = ""
    beside: str = ""
    """Another measure with its source and what came out, such as “Conger's κ (Conger, 1980) had the median .74”."""
    beside_zh: str = ""
    settled: bool = False
    """Whether the figures are from after settling, which measure no reliability."""
    exploratory: str = ""
    """How unit, text or measure differ from what the round fixed."""
    exploratory_zh: str = ""
    name_coders: bool = False
    """Whether coders are named; by default only their number is given."""


_UNIVERSE_EN: Final = {
    "respondents": "the respondents' text, without the interviewer's turns and paratext",
    "all": "all of the text",
    "coded": "the text that at least one coder coded",
}
_UNIVERSE_ZH: Final = {
    "respondents": "受访者文本（不含访谈者话轮与非正文）",
    "all": "全部文本",
    "coded": "至少一名编码员编码过的文本",
}
_LANGUAGE_EN: Final = {"en": "English", "zh": "Chinese", "und": "unknown language"}
_LANGUAGE_ZH: Final = {"en": "英文", "zh": "中文", "und": "未知语言"}
_MOST_CODES: Final = 6
"""Codes that a list names; a paper's readers look the others up in the table."""
_MOST_DOMAINS: Final = 3
_SOURCE: Final = "Krippendorff, 2019, ch. 12"
_NUMBERS: Final = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def methods_text(table: AgreementTable, facts: MethodsFacts | None = None, language: ReportLanguage = "en") -> str:
    """Return the paragraph.

    Args:
        table: the result.
        facts: what the round knows: sample, training, codebook, who settled disputes.
        language: en or zh.
    """
    known = facts or MethodsFacts()
    if language not in ("en", "zh"):
        raise InvalidValue(f"The paragraph exists in en and zh, not in {language!r}.")
    sentences = _english(table, known) if language == "en" else _chinese(table, known)
    return (" " if language == "en" else "").join(s for s in sentences if s)


def _count(n: int, one: str, many: str = "", *, capital: bool = False) -> str:
    word = _NUMBERS[n] if n < len(_NUMBERS) else f"{n:,}"
    word = word.capitalize() if capital else word
    return f"{word} {one if n == 1 else many or one + 's'}"


def _spread(row: CodeRow, join: str, level: str) -> str:
    if not row.interval.defined:
        return ""
    return f"{level}{printed(row.interval.low)}{join}{printed(row.interval.high)}"


def _listed(names: Sequence[str], language: ReportLanguage) -> str:
    """Return the first few names, each in quotation marks, and how many others the table has."""
    shown, others = names[:_MOST_CODES], len(names) - _MOST_CODES
    if language == "zh":
        return "、".join(shown) + (f"等 {len(names)} 个（见表）" if others > 0 else "")
    return ", ".join(shown) + (f" and {_count(others, 'other')} (see the table)" if others > 0 else "")


def _english(table: AgreementTable, facts: MethodsFacts) -> list[str]:
    h = table.headline
    coders = _count(len(table.coders), "coder", capital=True)
    named = f" ({', '.join(table.coders)})" if facts.name_coders else ""
    alone = " independently" if facts.independent else ""
    size = f"{table.units:,} {table.unit}s" if table.unit != "document" else f"{table.characters:,} characters"
    return [
        f"{coders}{named} coded {_count(table.documents, 'document')} ({size}){alone}"
        + (f" with {facts.codebook}." if facts.codebook else "."),
        _sample_en(table, facts),
        f"Before this the coders completed {facts.training}." if facts.training else "",
        f"The figures pool the codings of {facts.pooled}; they are not those of any one round." if facts.pooled else "",
        _languages_en(table, facts),
        _counting_en(table),
        (
            f"Agreement is Krippendorff's α (nominal, coded or not coded; {_SOURCE}), computed for each code, since codes may "
            "overlap."
        ),
        _interval_en(table),
        _headline_en(h),
        _stale_en(facts),
        *_domains_en(table),
        f"{facts.beside}." if facts.beside else "",
        _settled_en(facts),
        f"Exploratory, not in the protocol: {facts.exploratory}." if facts.exploratory else "",
        f"Figures were computed with Coding Workbench {table.version}.",
    ]


def _stale_en(facts: MethodsFacts) -> str:
    if not facts.stale:
        return ""
    now = f" (the codebook is now at version {facts.codebook_now})" if facts.codebook_now else ""
    rules = "rule of this code has" if len(facts.stale) == 1 else "rules of these codes have"
    return (
        f"Stale: {quoted(facts.stale)}. The {rules} changed in meaning since the codings were made{now}, so that the "
        f"figure{'' if len(facts.stale) == 1 else 's'} hold{'s' if len(facts.stale) == 1 else ''} for the earlier wording only."
    )


def _counting_en(table: AgreementTable) -> str:
    carries = "" if table.unit == "character" else f"a {table.unit} carries a code when any of its characters does, "
    uncoded = (
        "text that no coder coded does not enter, and of the rest what a coder left without the code counts as a judgement "
        "that it does not apply"
        if table.universe == "coded"
        else "text that coders left uncoded counts as agreement that the code does not apply"
    )
    return (
        f"The unit of analysis was the {table.unit}, taken from {_UNIVERSE_EN[table.universe]}; {carries}"
        f"overlapping passages of one coder count once, and {uncoded}."
    )


def _settled_en(facts: MethodsFacts) -> str:
    if facts.settled:
        who = f" by {facts.settled_by}" if facts.settled_by else ""
        return f"The figures are from after disagreements were settled{who}, and do not measure reliability."
    if facts.settled_by:
        return f"Disagreements were settled by {facts.settled_by}; the figures are from before that."
    return ""


def _sample_en(table: AgreementTable, facts: MethodsFacts) -> str:
    if not facts.corpus_documents and not facts.sample:
        return ""
    share = ""
    if facts.corpus_documents:
        percent = 100 * table.documents / facts.corpus_documents
        share = f" are {percent:.0f} % of the {facts.corpus_documents:,} documents of the study"
    drawn = f" {facts.sample}" if facts.sample else ""
    if share:
        return f"They{share}" + (f",{drawn}." if drawn else ".")
    return f"They were{drawn}."


def _languages_en(table: AgreementTable, facts: MethodsFacts) -> str:
    texts = [_LANGUAGE_EN.get(x, x) for x in table.languages if x != "und"]
    parts = [f"The documents are in {' and '.join(texts)}"] if texts else []
    shared: dict[tuple[str, ...], int] = {}
    for languages in facts.coder_languages.values():
        shared[tuple(languages)] = shared.get(tuple(languages), 0) + 1
    said = [
        f"{_count(n, 'coder')} {'works' if n == 1 else 'work'} in {' and '.join(_LANGUAGE_EN.get(x, x) for x in known)}"
        for known, n in shared.items()
        if known
    ]
    if said:
        parts.append("; ".join(said))
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "." if text else ""


def _percent(table: AgreementTable) -> str:
    return f"{100 * next((r.interval.confidence for r in table.rows), 0.95):g} %"


def _interval_en(table: AgreementTable) -> str:
    if not table.draws or not table.resampled:
        return ""
    methods = {r.interval.method for r in table.rows if r.interval.defined}
    if not methods:
        return "No intervals are given, since there are too few documents."
    how = (
        "bias-corrected and accelerated"
        if methods == {"bca"}
        else "percentile"
        if methods == {"percentile"}
        else "bootstrap"
    )
    return (
        f"Intervals are {_percent(table)} {how} intervals from {table.draws:,} resamples of {table.resampled} and hold for these "
        "coders only."
    )


def _headline_en(h: Headline) -> str:
    if not h.defined or h.lowest is None:
        return f"None of the {h.codes} codes has a defined figure."
    spread = _spread(h.lowest, " to ", f", {100 * h.lowest.interval.confidence:g} % interval ")
    text = (
        f"Over {_basis_en(h)} the median α was {printed(h.median)}; the lowest was "
        f"{printed(h.lowest.alpha)}{spread} (“{h.lowest.code.name}”)."
    )
    if h.below:
        text += f" Below .667: {_listed([f'“{r.code.name}” ({printed(r.alpha)})' for r in h.below], 'en')}."
    else:
        text += " No code lay below .667."
    if h.undefined:
        text += f" Undefined, and in no average: {_listed([f'“{r.code.name}”' for r in h.undefined], 'en')}."
    return text


def _basis_en(h: Headline) -> str:
    """Return how many codes of how many have a figure, and what is not counted."""
    counted = _count(h.defined, "code") if h.defined == h.codes else f"{h.defined:,} of {_count(h.codes, 'code')}"
    own = "its" if h.merging == 1 else "their"
    said = (
        "the codes of each language counted apart" if h.lowest and h.lowest.language else "",
        f"not counted: {_count(h.merging, 'parent')} with no codings of {own} own" if h.merging else "",
    )
    listed = "; ".join(part for part in said if part)
    return f"{counted} ({listed})" if listed else counted


def _defined_domains(table: AgreementTable) -> list[DomainResult]:
    """Return the first domains that have a figure; why others have none stands in the table."""
    return [d for d in table.domains if d.figures["cu_alpha_nominal"].defined][:_MOST_DOMAINS]


def _domains_en(table: AgreementTable) -> list[str]:
    out = []
    for d in _defined_domains(table):
        cu = d.figures["cu_alpha_nominal"]
        where = f"“{d.code.name}”" + (f" ({_LANGUAGE_EN.get(d.language, d.language)})" if d.language else "")
        out.append(
            f"Within {where}, whose codes exclude each other, cu-α on characters was {printed(cu.value)}"
            f" (coverage {printed(float(cu.params['coverage']))}; Krippendorff et al., 2016)."
        )
    if out:  # a bare 1.00 would be read as agreement on everything
        out.append(
            "Cu-α is agreement on which of these codes a text has, given that coders both coded it with one of them; it says "
            "nothing of whether to code, and is no overall agreement. Coverage is the share of the coded text that another "
            "coder coded too."
        )
    return out


def _chinese(table: AgreementTable, facts: MethodsFacts) -> list[str]:
    h = table.headline
    unit = UNIT_ZH[table.unit]
    named = f"（{'、'.join(table.coders)}）" if facts.name_coders else ""
    alone = "独立" if facts.independent else ""
    size = f"{table.units:,} 个{unit}" if table.unit != "document" else f"{table.characters:,} 个字符"
    book = f"依据{facts.codebook}" if facts.codebook else ""
    return [
        f"{len(table.coders)} 名编码员{named}{book}{alone}编码了 {table.documents} 份文档（{size}）。",
        _sample_zh(table, facts),
        f"在此之前，编码员完成了 {facts.training_zh or facts.training}。"
        if facts.training_zh or facts.training
        else "",
        f"所报数值合并了{facts.pooled_zh or facts.pooled}的编码，并非某一轮的结果。" if facts.pooled else "",
        _languages_zh(table, facts),
        _counting_zh(table),
        f"由于代码可以重叠，编码员间一致性逐个代码计算，采用 Krippendorff α（名义尺度，编码或未编码；{_SOURCE}）。",
        _interval_zh(table),
        _headline_zh(h),
        _stale_zh(facts),
        *_domains_zh(table),
        f"{facts.beside_zh}。" if facts.beside_zh else "",
        _settled_zh(facts),
        f"属探索性、协议未规定：{facts.exploratory_zh or facts.exploratory}。" if facts.exploratory else "",
        f"数值由 Coding Workbench {table.version} 计算。",
    ]


def _stale_zh(facts: MethodsFacts) -> str:
    if not facts.stale:
        return ""
    now = f"（编码手册现为第 {facts.codebook_now} 版）" if facts.codebook_now else ""
    return f"已过时：{quoted(facts.stale, 'zh')}。编码完成后，其规则的含义已变更{now}，数值仅适用于先前的规则。"


def _counting_zh(table: AgreementTable) -> str:
    carries = "" if table.unit == "character" else "单位中任一字符带有某代码，即视为该单位带有该代码；"
    uncoded = (
        "无人编码的文本不计入，其余文本中编码员未标该代码之处视为判断其不适用"
        if table.universe == "coded"
        else "编码员均未编码的文本视为一致认为该代码不适用"
    )
    where = f"分析单位为{UNIT_ZH[table.unit]}，取自{_UNIVERSE_ZH[table.universe]}；"
    return f"{where}{carries}同一编码员的重叠片段只计一次；{uncoded}。"


def _settled_zh(facts: MethodsFacts) -> str:
    who = facts.settled_by_zh or facts.settled_by
    if facts.settled:
        return f"所报数值为分歧{f'由{who}' if who else ''}裁定之后的结果，不代表信度。"
    return f"分歧由{who}裁定；所报数值均为裁定之前的结果。" if who else ""


def _sample_zh(table: AgreementTable, facts: MethodsFacts) -> str:
    drawn = facts.sample_zh or facts.sample
    if facts.corpus_documents:
        percent = 100 * table.documents / facts.corpus_documents
        share = f"占全部 {facts.corpus_documents:,} 份文档的 {percent:.0f}%"
        return f"这些文档{share}" + (f"，{drawn}。" if drawn else "。")
    return f"这些文档{drawn}。" if drawn else ""


def _languages_zh(table: AgreementTable, facts: MethodsFacts) -> str:
    texts = [_LANGUAGE_ZH.get(x, x) for x in table.languages if x != "und"]
    parts = [f"文档语言为{'和'.join(texts)}"] if texts else []
    shared: dict[tuple[str, ...], int] = {}
    for languages in facts.coder_languages.values():
        shared[tuple(languages)] = shared.get(tuple(languages), 0) + 1
    parts += [
        f"{n} 名编码员的工作语言为{'和'.join(_LANGUAGE_ZH.get(x, x) for x in known)}"
        for known, n in shared.items()
        if known
    ]
    return "；".join(parts) + "。" if parts else ""


def _interval_zh(table: AgreementTable) -> str:
    if not table.draws or not table.resampled:
        return ""
    methods = {r.interval.method for r in table.rows if r.interval.defined}
    if not methods:
        return "因文档太少，不给出区间。"
    how = "偏差校正加速（BCa）" if methods == {"bca"} else "百分位" if methods == {"percentile"} else "自助法"
    what = "文档" if table.resampled == "documents" else "文本块"
    return f"区间为 {_percent(table).replace(' ', '')} {how}区间，由对{what}的 {table.draws:,} 次重抽样得到，仅适用于这些编码员。"


def _headline_zh(h: Headline) -> str:
    def name(row: CodeRow) -> str:
        return row.code.name_zh or row.code.name

    if not h.defined or h.lowest is None:
        return f"{h.codes} 个代码均无法计算。"
    spread = _spread(h.lowest, " 至 ", f"，{100 * h.lowest.interval.confidence:g}% 区间 ")
    text = f"{_basis_zh(h)} α 中位数为 {printed(h.median)}，最低为 {printed(h.lowest.alpha)}{spread}（“{name(h.lowest)}”）。"
    if h.below:
        text += "低于 .667 的代码：" + _listed([f"“{name(r)}”（{printed(r.alpha)}）" for r in h.below], "zh") + "。"
    else:
        text += "没有代码低于 .667。"
    if h.undefined:
        text += "无法计算、不计入平均的代码：" + _listed([f"“{name(r)}”" for r in h.undefined], "zh") + "。"
    return text


def _basis_zh(h: Headline) -> str:
    """Return how many codes of how many have a figure, and what is not counted."""
    said = (
        "各语言分别计算" if h.lowest and h.lowest.language else "",
        f"另有 {h.merging} 个自身无编码的上级代码不计入" if h.merging else "",
    )
    listed = "；".join(part for part in said if part)
    apart = f"（{listed}）" if listed else ""
    return f"{h.codes} 个代码{apart}" + ("的" if h.defined == h.codes else f"中有 {h.defined} 个可计算，其")


def _domains_zh(table: AgreementTable) -> list[str]:
    out = []
    for d in _defined_domains(table):
        cu = d.figures["cu_alpha_nominal"]
        where = (d.code.name_zh or d.code.name) + (
            f"（{_LANGUAGE_ZH.get(d.language, d.language)}）" if d.language else ""
        )
        out.append(
            f"在代码互斥的“{where}”之内，按字符计算的 cu-α 为 {printed(cu.value)}"
            f"（覆盖率 {printed(float(cu.params['coverage']))}；Krippendorff 等，2016）。"
        )
    if out:
        out.append(
            "cu-α 表示在编码员均以其中某一代码编码的文本上，选用哪一代码的一致性；它不反映是否应编码，也不是总体一致性。"
            "覆盖率为已编码文本中另有编码员同样编码的比例。"
        )
    return out
