"""Speaker turns of interviews: who speaks where, and who of them asks.

A line opens a turn when it begins with a speaker: “Wang Li:”, “访谈者：”, “问：”, “Q.”, “**P03**:”,
“[00:12:03] Moderator:”, or the header of an automatic transcript, “Speaker 1  00:12:03”. A name that is no
known role counts only if it recurs, so that “Note: …” in prose and “Title: …” of a web page are no speakers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coding.language.scripts import BLANK, HAN_CLASS, strip_span, word_set
from coding.model import SpeakerRole, Turn
from coding.spans import Span

__all__ = ["is_generic_speaker", "speaker_role", "turns_in"]

_TIME = r"(?:\d{1,2}[:：])?\d{1,2}[:：]\d{2}(?:[.,]\d{1,3})?"


def _stamp(group: str) -> str:
    """Return the pattern of a time such as [00:12:03] or (12:03 - 12:40); `group` takes the first."""
    return rf"[\[(（【<]?\s*(?P<{group}>{_TIME})(?:\s*(?:-->|[-–—~至])\s*{_TIME})?\s*[\])）】>]?"


_NAME = rf"[\w{HAN_CLASS}][\w{HAN_CLASS} .'’·・&/#\-\xa0]{{0,40}}?(?:\s?[(（][^()（）:：\n]{{1,24}}[)）])?"
_LINE = re.compile(
    rf"[ \t\xa0\u3000>\-–—•]*(?:{_stamp('before')}\s*)?"
    rf"(?P<bold>[*_]{{0,3}})(?P<name>{_NAME})(?:[*_]{{1,3}})?"
    rf"(?:\s*{_stamp('after')})?"
    rf"[ \xa0\u3000]*(?P<colon>[:：][*_]{{0,3}}|(?=\n|\Z))[ \t\xa0\u3000]*"
)
_LETTER_LINE = re.compile(r"[ \t]*(?P<bold>[*_]{0,3})(?P<name>[QA问答访受]\d{0,3})[.．、)）][ \t]*(?=\S)")

_ASKS_EN: Final = word_set(
    "interviewer|moderator|facilitator|researcher|host|int|iv|i|q|question|interviewer's question|chair|examiner|"
    "investigator|interv|mod|inv",
    "|",
)
_ASKS_ZH: Final = word_set(
    "访谈者|采访者|访问者|访员|访谈人|采访人|访问员|主持人|研究者|调查员|调查者|调研员|调研者|笔者|提问|提问者|问|访|记者|主持|问者|采访|提问人|课题组",
    "|",
)
_ANSWERS_EN: Final = word_set(
    "respondent|interviewee|participant|informant|r|a|p|answer|speaker|ie|resp|subject|official|cadre|resident|s", "|"
)
_ANSWERS_ZH: Final = word_set(
    "受访者|被访者|受访人|被访人|访谈对象|受访对象|被访谈者|被采访者|受采访者|答|受|回答|答者|参与者|被访|受访|说话人|发言人|居民|村民|干部|受访居民|受访干部",
    "|",
)
_ASKS = _ASKS_EN | _ASKS_ZH
_ANSWERS = _ANSWERS_EN | _ANSWERS_ZH
_SHORT = word_set("i q a p r s 问 答 访 受")
"""Labels so short that they count only beside another one or when they recur."""

_NEVER: Final = word_set(
    "title area stream note notes nb abstract summary keywords keyword key words address email e-mail tel fax phone url "
    "doi source sources table figure fig date time place location duration version example e.g. received accepted "
    "published posted on degree type country candidate subject gtid download export service copyright author authors "
    "introduction method methods results conclusion conclusions discussion background purpose objective aim findings "
    "warning important remark comment http https ftp www chapter section part step tip hint ps p.s. cc to from re "
    "panel abstracts presentation related items references question answer "
    "注 注意 备注 说明 摘要 关键词 关键字 目录 地址 电话 邮箱 邮编 网址 来源 图 表 日期 时间 地点 时长 记录 记录人 整理 整理人 录音 "
    "收稿日期 作者简介 作者 基金项目 引用本文 链接本文 全文 输出 例如 比如 如 举例 标题 题目 结论 目的 方法 结果 背景 第一 第二 第三 首先 "
    "其次 再次 最后 总之 同时 另外 因此 所以 原因 问题 建议 访谈时间 访谈地点 访谈日期 访谈编号 编号 性别 年龄 职业 职务 单位 学历 "
    "优点 缺点 特点 优势 劣势 机遇 挑战 出处 主题 内容 技术支持 版权所有"
) | {"key words", "posted on", "presentation type", "full text", "panel abstracts", "related items", "for example"}
_CASED = re.compile(r"(?:[A-Z][\w.'’\-]*|\d{1,4}|[A-Z]\d{1,4}|de|van|von|der|bin|al|la|and|&|of|the)\Z")
_TRAILING = re.compile(r"[\s_\-#.]*(?:\d{1,4}|[A-Za-z]|[甲乙丙丁一二三四五六七八九十]|[①-⑳])\Z")
_BRACKET = re.compile(r"\s?[(（][^()（）]*[)）]\Z")


@dataclass(frozen=True, slots=True)
class _Label:
    paragraph: int
    start: int
    end: int
    name: str
    begin_ms: int | None
    header: bool
    """Whether it stands alone on its line without colon, as in automatic transcripts."""


def speaker_role(label: str) -> SpeakerRole | None:
    """Return the role that a speaker's label states, or None for a name.

    >>> speaker_role("Interviewer 2"), speaker_role("受访者A"), speaker_role("Wang Li")
    ('interviewer', 'respondent', None)
    """
    name = _BRACKET.sub("", label).strip(BLANK + "*_").casefold()
    for form in (name, _TRAILING.sub("", name)):
        if form in _ASKS:
            return "interviewer"
        if form in _ANSWERS:
            return "respondent"
    return None


def turns_in(text: str, paragraphs: Sequence[Span]) -> list[Turn]:
    """Return the speaker turns of a text, in order; () when nothing shows that people take turns.

    Args:
        text: the whole text.
        paragraphs: its lines.

    Returns:
        Turns that begin with a label and reach to the end of the last line before the next label.
    """
    labels = _accepted(_candidates(text, paragraphs))
    if not labels:
        return []
    out: list[Turn] = []
    asks = _unnamed_asker(text, labels)
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        last = len(paragraphs) if following is None else following.paragraph
        end = label.end
        for a, b in paragraphs[label.paragraph : last]:
            first, stop = strip_span(text, a, b)
            if stop > first:
                end = max(end, stop)
        speech, _ = strip_span(text, label.end, end)
        role = speaker_role(label.name) or ("interviewer" if label.name.casefold() in asks else "respondent")
        out.append(Turn(label.start, end, speech, label.name, role, label.begin_ms))
    return out


def _candidates(text: str, paragraphs: Sequence[Span]) -> list[_Label]:
    out: list[_Label] = []
    for i, (start, end) in enumerate(paragraphs):
        if start == end:
            continue
        window = min(end, start + 120)
        colon = text.find(":", start, window) >= 0 or text.find("：", start, window) >= 0
        found = _LINE.match(text, start, window) if colon else None
        if found is not None and found["colon"] == "" and not (found["after"] or found["before"]):
            found = None
        if found is not None and found.end() < end and found["colon"] == "":
            found = None  # the window ended, not the line
        found = found or _LETTER_LINE.match(text, start, end)
        if found is None or text.startswith("//", found.end()):
            continue
        name = found["name"].strip(BLANK)
        groups = found.groupdict()
        stamp = groups.get("before") or groups.get("after")
        header = groups.get("colon") == ""
        first, _ = strip_span(text, start, found.end())
        out.append(_Label(i, first, found.end(), name, _milliseconds(stamp), header))
    return out


def _milliseconds(stamp: str | None) -> int | None:
    if not stamp:
        return None
    parts = stamp.replace("：", ":").replace(",", ".").split(":")
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + float(part)
    return round(seconds * 1000)


def _looks_like_name(name: str) -> bool:
    bare = _BRACKET.sub("", name)
    if not bare or bare.isdecimal():
        return False
    if re.fullmatch(rf"[{HAN_CLASS}·・]{{1,8}}[A-Za-z0-9]{{0,3}}", bare):
        return True
    words = bare.split()
    return len(words) <= 4 and words[0][:1].isupper() and all(_CASED.match(w) for w in words)


def _accepted(labels: list[_Label]) -> list[_Label]:
    """Keep the labels that are known roles or recurring names."""
    labels = [k for k in labels if k.name.casefold() not in _NEVER or speaker_role(k.name) is not None]
    times = Counter(k.name.casefold() for k in labels)
    roles = {name: speaker_role(name) for name in times}
    named = {name for name, n in times.items() if n >= 2}
    short = {n for n in times if _TRAILING.sub("", n) in _SHORT or n in _SHORT}
    both = {role for name, role in roles.items() if role} == {"interviewer", "respondent"}
    known = {n for n, role in roles.items() if role and n not in _NEVER and (n not in short or both or times[n] > 1)}
    chosen = known | {n for n in named if n not in _NEVER and (n not in short or roles[n])}
    # a name beside a time in brackets is a speaker, however rarely he speaks
    timed = {k.name.casefold() for k in labels if k.begin_ms is not None and _looks_like_name(k.name)}
    known, chosen = known | timed, chosen | timed
    kept = [
        k for k in labels if k.name.casefold() in chosen and (k.name.casefold() in known or _looks_like_name(k.name))
    ]
    distinct = {k.name.casefold() for k in kept}
    if not distinct & known and (len(kept) < 3 or (len(distinct) < 2 and len(kept) < 4)):
        return []
    # beside speakers that are sure, a name that comes once is a speaker too: the deputy who says one sentence
    if len(kept) >= 4 and len(distinct) >= 2:
        seen = {k.paragraph for k in kept}
        first = min(seen)
        extra = [
            k for k in labels
            if k.paragraph not in seen and k.paragraph > first and _looks_like_name(k.name) and not _is_wordy(k.name)
        ]  # fmt: skip
        kept = sorted(kept + extra, key=lambda k: k.paragraph)
    return kept


def _is_wordy(name: str) -> bool:
    """Say whether a single label may be prose rather than a name: “这一点”, “The answer”."""
    return (
        name.split()[0] in ("The", "A", "This", "That", "My", "Our") or re.search("的|是|这|那|就|说", name) is not None
    )


def _unnamed_asker(text: str, labels: list[_Label]) -> set[str]:
    """Return the name, folded, of a speaker without a stated role who asks most of the questions."""
    if any(speaker_role(k.name) == "interviewer" for k in labels):
        return set()
    asked: Counter[str] = Counter()
    turns: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        speech = text[label.end : len(text) if following is None else following.start]
        name = label.name.casefold()
        turns[name] += 1
        size[name] += len(speech)
        asked[name] += "?" in speech or "？" in speech
    candidates = [n for n in turns if turns[n] >= 2 and asked[n] / turns[n] >= 0.7]
    if len(candidates) != 1 or len(turns) < 2:
        return set()
    name = candidates[0]
    others = [size[n] / turns[n] for n in turns if n != name]
    return {name} if size[name] / turns[name] < 0.6 * (sum(others) / len(others)) else set()


def is_generic_speaker(label: str) -> bool:
    """Say whether a label states a role rather than a name, so that it may be someone else in each file.

    >>> is_generic_speaker("受访者"), is_generic_speaker("P"), is_generic_speaker("P03"), is_generic_speaker("王主任")
    (True, True, False, False)
    """
    name = _BRACKET.sub("", label).strip(BLANK + "*_").casefold()
    numbered = re.search(r"\d", name) is not None and name[:1] in "pr"
    return speaker_role(label) is not None and not numbered
