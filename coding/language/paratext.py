"""What each line of a pasted page is: text, heading, or the page's own furniture (paratext).

Two kinds of sign are used. Strong ones (a copyright line, a row of menu entries, a DOI line) speak for
themselves. Weak ones (a short line between a menu and an abstract) count only on a page that shows several
strong ones and where nobody takes turns to speak, so that an interview is never greyed. Everything is a
proposal; a person can switch any line back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from coding.language.lists import LINE_MARKER
from coding.language.scripts import HAN_CLASS, word_set
from coding.model import ParagraphRole, Turn
from coding.spans import Span

__all__ = ["paragraph_roles"]

Role = ParagraphRole

_NAVIGATION: Final = word_set(
    "home|service|rss|e-mail alert|email alert|add to my bookshelf|add to citation manager|e-mail this article|"
    "articles by authors|cite this article|related items|related articles|related content|share|share this|menu|search|"
    "sign in|log in|login|register|back to top|top|next|previous|download|download pdf|full text|pdf|html|"
    "pdf full text request|abstract/summary:pdf full text request|view pdf|references|metrics|citations|supporting information|"
    "current issue|archive|adv search|view full abstract|print|bookmark|comments|skip to main content|"
    "服务|把本文推荐给朋友|加入我的书架|加入引用管理器|作者相关文章|相关文章|首页|返回顶部|分享|收藏|打印|下载|登录|注册|上一篇|下一篇|"
    "参考文献|全文下载|在线阅读|扩展功能|本文信息|导出|推荐|评论|目录|留言板|高级检索",
    "|",
)
_NAVIGATION_START = re.compile(
    r"(?:font size\s*[:：]|download\s*[:：]\s*pdf|export\s*[:：]|全文\s*[:：]\s*(?:pdf|html)|输出\s*[:：]|go to (?:room|page|top)\b"
    r"|skip to |you are here|首页\s*[|>»]|字体\s*[:：]|.*pdf full text request\s*\Z)",
    re.IGNORECASE,
)
_AUTHORS_BOX = frozenset(("articles by authors", "作者相关文章"))
_CITATION = re.compile(
    r"\[[JDMCPRN](?:/OL)?\][.．,，]|(?:\bVol\.?\s*\d+.{0,40}\b(?:Issue|No)\b|第\s*\d+\s*卷|\b\d{1,4}\s*\(\d{1,3}\)\s*[:：]\s*\d+\s*[-–]\s*\d+)",
    re.IGNORECASE,
)
_CITATION_START = re.compile(
    r"(?:cite this article|how to cite|to cite this|citation\s*[:：]|引用本文|引用格式|本文引用格式|链接本文|url\s*[:：]|doi\s*[:：])",
    re.IGNORECASE,
)
_URL_LINE = re.compile(r"(?:https?://|www\.)\S+(?:\s+(?:or|或|OR)\s+(?:https?://|www\.)\S+)?\s*\Z")
_BOILERPLATE = re.compile(
    r"©|\(c\)\s*(?:19|20)\d\d|copyright\b|all rights reserved|版权所有|ICP[备证]|公网安备|技术支持|supported? by\b.*(?:@|co\.|ltd|magtech)"
    r"|powered by\b|邮编\s*[:：]|this (?:panel|session|paper|talk) is (?:on|in)\b|privacy policy|terms of use|cookie policy|未经许可",
    re.IGNORECASE,
)
_KEYWORDS = re.compile(
    r"(?:key\s?-?words?(?:\s?/\s?search tags)?|index terms|search tags|关键词|关键字|主题词)(?:\s*[:：/]|\s|(?=[a-z“\"])|(?=["
    + HAN_CLASS
    + r"]))",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"(?:abstract|摘\s*要|内容提要|中文摘要|提要|summary)(?:\s*[:：]\s*|\s+|\Z)", re.IGNORECASE)
_FIELD = (
    r"posted on|degree|type|country|candidate|full text|gtid|subject|supervisor|advisor|received|revised|accepted|published(?: online)?|"
    r"title|area|stream|presentation type|panel|session|room|author(?:s)?|affiliation|e-?mail|tel|fax|issn|isbn|doi|language|year|volume|issue|pages|"
    r"收稿日期|修回日期|录用日期|发布日期|出版日期|网络出版日期|作者简介|通讯作者|基金项目|基金资助|中图分类号|文献标识码|文章编号|分类号|学位级别|学位|专业|导师|授予单位|"
    r"作者|单位|地址|电话|邮箱|网址"
)
_FIELD_START = re.compile(rf"(?:{_FIELD})\s*[:：]", re.IGNORECASE)
_FIELD_ANY = re.compile(rf"(?<![^\W\d_])(?:{_FIELD})\s*[:：]|(?<=[a-z\d])(?=[A-Z])(?:{_FIELD})[:：]", re.IGNORECASE)
_HEAD_FIELD = re.compile(
    r"(?:访谈|采访|调研|录音|转录)?(?:时间|日期|地点|时长|编号|形式|方式|记录人|记录者|记录|整理人|整理者|转录|转录人|对象编号)\s*[:：]"
    r"|(?:interview )?(?:date|place|location|time|duration|venue|recorded by|transcribed by|transcriber|interview (?:no|id|number))\.?\s*[:：]",
    re.IGNORECASE,
)
_PERSON_ROLE = re.compile(
    r"[A-Z][^,，:：]{1,60},\s.{2,140}\((?:[\w-]+,\s*)*(?:organi[sz]er|presenter|chair|discussant|author|co-author|moderator|speaker)(?:,\s*[\w-]+)*\)\s*\Z"
)
_NAME_EN = r"[A-Z][\w'’\-]+(?:\s+[A-Z][\w.'’\-]*){1,3}"
_AUTHORS = re.compile(
    rf"(?:{_NAME_EN}\s?[\d*†,]{{1,6}}(?:\s*[,，;；、]?\s*(?:and\s+|&\s*)?(?={_NAME_EN})|\s*\Z)){{1,20}}\Z"
    rf"|(?:[{HAN_CLASS}]{{2,4}}(?:·[{HAN_CLASS}]{{1,8}})?\s?[\d*]{{1,3}}(?:\s*[,，;；、]?\s*(?=[{HAN_CLASS}])|\s*\Z)){{1,20}}\Z"
)
_INSTITUTION = re.compile(
    r"universit|college|institute|school of|department of|academy|faculty|centre|center|大学|学院|研究院|研究所|研究中心|党校|一飞院|研究室|"
    r"社会科学院|公司", re.IGNORECASE
)  # fmt: skip
_AFFILIATION = re.compile(
    r"\s*(?:[(（]?\d{1,2}[.．、)）]?|[a-d*†]\s)\s*\S.{3,160}?(?:[,，\s]\s*\d{5,6}[)）]?(?:\s*[,，]\s*[A-Z]\w+)?|[,，]\s*(?:P\.?\s?R\.?\s*)?(?:China|USA|UK|Singapore|Germany|Japan|Australia|France|Canada|United Kingdom|United States))\s*[)）.;；]?\s*\Z"
)
_TEASER_END = re.compile(
    r"\s*(?:\.\.\.|…+)?\s*(?:\[\s*view full abstract\s*\]|\[?\s*(?:read|show|see) more\s*\]?|\[?(?:展开全文|查看全文|阅读全文|更多)\]?|\.\.\.|…+)\s*\Z",
    re.IGNORECASE,
)
_HEADING_NUMBER = re.compile(
    r"(?:#{1,6}\s|第[一二三四五六七八九十\d]{1,3}[章节部分篇]|[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）]|\d{1,2}(?:\.\d{1,2}){0,3}[.．、]?\s|(?:chapter|section|part)\s+\w+)",
    re.IGNORECASE,
)
_STOPS = ".。!！?？;；,，:：…"


def paragraph_roles(text: str, spans: Sequence[Span], turns: Sequence[Turn]) -> list[Role]:
    """Return the role of each line.

    Args:
        text: the whole text.
        spans: its lines that show anything.
        turns: its speaker turns; from the first one on every line is text.
    """
    words = [" ".join(text[s : min(e, s + 400)].split()) for s, e in spans]
    size = [e - s for s, e in spans]
    if turns:
        return _interview(spans, words, size, turns[0].start)
    page = _Page(text, spans, words, size)
    return page.roles()


def _interview(spans: Sequence[Span], words: list[str], size: list[int], first: int) -> list[Role]:
    """Lines before the first turn may be a title or fields; all others are what was said."""
    out: list[Role] = []
    for i, (start, _) in enumerate(spans):
        if start >= first:
            out.append("body")
        elif size[i] <= 160 and (_HEAD_FIELD.match(words[i]) or _FIELD_START.match(words[i])):
            out.append("fields")
        elif size[i] <= 80 and words[i][-1:] not in _STOPS:
            out.append("title" if i == 0 else "heading")
        else:
            out.append("body")
    return out


class _Page:
    """A text without speakers: plain prose, a list, or something pasted from a web page."""

    def __init__(self, text: str, spans: Sequence[Span], words: list[str], size: list[int]) -> None:
        self.text, self.spans, self.words, self.size = text, spans, words, size
        self.found: list[Role | None] = [self._strong(i) for i in range(len(spans))]
        furniture = ("navigation", "citation", "boilerplate", "fields", "keywords", "author", "affiliation")
        signs = {r for r in self.found if r in furniture}
        many = sum(r in furniture for r in self.found)
        self.is_page = len(signs) >= 2 or many >= 3

    def _strong(self, i: int) -> Role | None:
        words, size = self.words[i], self.size[i]
        low = words.casefold()
        if _ABSTRACT.match(words) and (size > 120 or size < 12) and not _NAVIGATION_START.match(low):
            return "abstract"
        if size > 400 and not (_FIELD_START.match(words) or _CITATION_START.match(words) or _CITATION.search(words)):
            return "keywords" if _KEYWORDS.match(words) and size < 800 else None
        if self._is_navigation(low):
            return "navigation"
        for role, pattern in _ORDER:
            if pattern(words):
                return role
        return None

    def _is_navigation(self, low: str) -> bool:
        if low.rstrip(" :：") in _NAVIGATION or _NAVIGATION_START.match(low):
            return True
        cells = [c.strip() for c in low.split("|")]
        return (
            len(cells) >= 3 and max(map(len, cells[1:])) <= 40 and not any(c.endswith(("。", ".")) for c in cells[:-1])
        )

    def roles(self) -> list[Role]:
        self._teaser()
        if self.is_page:
            self._sidebar_names()
            self._titles_by_authors()
            self._head_and_tail()
        self._titles_over_long_lines()
        return [self.found[i] or self._weak(i) for i in range(len(self.spans))]

    def _teaser(self) -> None:
        """A line that repeats how a later one begins, and stops short with “…” or “[ view full abstract ]”."""
        for i in range(len(self.words) - 1):
            end = _TEASER_END.search(self.text, max(self.spans[i][0], self.spans[i][1] - 60), self.spans[i][1])
            if end is None or self.size[i] < 100:
                continue
            start = self.spans[i][0]
            prefix = self.text[start : end.start()].strip()
            if len(prefix) < 100:
                continue
            if any(self.text.startswith(prefix, self.spans[j][0]) for j in range(i + 1, min(i + 6, len(self.spans)))):
                self.found[i] = "teaser"

    def _sidebar_names(self) -> None:
        """Names listed under “Articles by authors” belong to the page's side bar."""
        for i, words in enumerate(self.words):
            if words.casefold().rstrip(" :：") in _AUTHORS_BOX:
                for j in range(i + 1, min(i + 12, len(self.words))):
                    if self.found[j] or self.size[j] > 40 or self.words[j][-1:] in _STOPS:
                        break
                    self.found[j] = "navigation"

    def _titles_by_authors(self) -> None:
        for i, role in enumerate(self.found):
            above = i - 1
            if role == "author" and i and self.found[above] is None and 4 < self.size[above] < 400:
                self.found[above] = None if self.words[above][-1:] in ".。" else "title"

    def _head_and_tail(self) -> None:
        """Short lines before the title are the page's head; after its foot has begun, its foot."""
        content = [
            i for i, r in enumerate(self.found) if r in ("title", "abstract") or (r is None and self.size[i] > 200)
        ]
        if not content:
            return
        first = content[0]
        head = [i for i in range(first) if self.found[i] is None]
        has_title = any(self.found[i] == "title" for i in content)
        before_menu = any(self.found[i] == "navigation" for i in range(first))
        for i in head:
            if has_title and before_menu and self.size[i] <= 80:
                self.found[i] = "boilerplate"
            elif not has_title and self.words[i][-1:] not in _STOPS[:8] and self.size[i] <= 300:
                self.found[i], has_title = "title", True
        foot = max(content) + 1
        ends = ("citation", "boilerplate")
        begin = next((i for i in range(foot, len(self.found)) if self.found[i] in ends), None)
        if begin is not None:
            for i in range(begin, len(self.found)):
                if self.found[i] is None and self.size[i] <= 120 and self.words[i][-1:] not in ".。":
                    self.found[i] = "boilerplate"

    def _titles_over_long_lines(self) -> None:
        """A short line over a long one, several times: a collection of titled abstracts."""
        n = len(self.spans)
        pairs = [
            i for i in range(n - 1)
            if self.found[i] is None and 12 <= self.size[i] <= 250 and self.size[i + 1] >= 400
            and self.found[i + 1] in (None, "abstract") and self.words[i][-1:] not in ".。;；,，:："
            and self._after_gap(i)
        ]  # fmt: skip
        if len(pairs) >= 2:
            for i in pairs:
                self.found[i] = "title"

    def _after_gap(self, i: int) -> bool:
        """Say whether a blank line, or a line that ends with a colon, stands before."""
        if i == 0:
            return True
        gap = self.text[self.spans[i - 1][1] : self.spans[i][0]]
        return gap.count("\n") >= 2 or self.words[i - 1][-1:] in ":："

    def _weak(self, i: int) -> Role:
        words, size = self.words[i], self.size[i]
        longest = max(self.size)
        if LINE_MARKER.match(self.text, *self.spans[i]):
            numbered = _HEADING_NUMBER.match(words) is not None
            followed = i + 1 < len(self.size) and self.size[i + 1] > max(80, 2 * size)
            if numbered and followed and size <= 60 and words[-1:] not in _STOPS:
                return "heading"
            return "list"
        if self.is_page and self.found.count("abstract") <= 1 and size >= 300 and self._under_abstract(i):
            return "abstract"
        if size > 120 or words[-1:] in ".。!！;；,，…":
            return "body"
        if words.startswith("#") or (_HEADING_NUMBER.match(words) and words[-1:] not in _STOPS):
            return "heading"
        if i == 0 and longest >= 100 and words[-1:] not in _STOPS and (self.is_page or self._next_is_longer(i)):
            return "title"
        leads = self._next_is_longer(i) or words[-1:] in ":："
        ends_open = words[-1:] in ":：" or words[-1:] not in _STOPS
        return "heading" if ends_open and size <= 80 and self._after_gap(i) and leads else "body"

    def _next_is_longer(self, i: int) -> bool:
        return i + 1 < len(self.size) and self.size[i + 1] >= max(60, 2 * self.size[i])

    def _under_abstract(self, i: int) -> bool:
        before = self.words[i - 1].casefold() if i else ""
        return before.startswith(("abstract", "摘要", "摘 要", "summary"))


def _is_fields(words: str) -> bool:
    if len(words) > 400:
        words = words[:400]
    if _HEAD_FIELD.match(words) and len(words) <= 60:
        return True
    if _FIELD_START.match(words):
        return (len(words) <= 300 and (words[-1:] not in ".。" or len(words) < 120)) or words.startswith(
            ("作者简介", "基金项目")
        )
    if words.count(":") + words.count("：") < 3:
        return False  # every field has its colon; most lines of prose have none
    return len(_FIELD_ANY.findall(words)) >= 3


_ORDER: Final[tuple[tuple[Role, Callable[[str], bool]], ...]] = (
    ("boilerplate", lambda w: len(w) <= 200 and _BOILERPLATE.search(w) is not None),
    ("keywords", lambda w: _KEYWORDS.match(w) is not None),
    ("citation", lambda w: bool(_CITATION_START.match(w) or _URL_LINE.match(w) or _CITATION.search(w))),
    ("fields", _is_fields),
    ("author", lambda w: len(w) <= 300 and bool(_PERSON_ROLE.match(w) or _AUTHORS.match(w))),
    ("affiliation", lambda w: len(w) <= 200 and _AFFILIATION.match(w) is not None and _INSTITUTION.search(w) is not None),
)  # fmt: skip
