"""What the head and foot of a pasted page say about it, offered as variables; titled parts of one file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from coding.language.scripts import BLANK, HAN_CLASS, strip_span
from coding.model import Outline, Paragraph

__all__ = ["Part", "offered_variables", "parts_of", "unfinished"]

_DOI: Final = re.compile(r"\b10\.\d{4,9}/[^\s\"'<>，。；）]+[A-Za-z0-9]")
_ORCID: Final = re.compile(r"\b(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\b")
_DATE: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日|(\d{1,2})\s+([A-Z][a-z]{2,8})\s+(\d{4})"
    r"|([A-Z][a-z]{2,8})\.?\s+(\d{1,2}),\s+(\d{4})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISSUE = re.compile(
    r"(\d{4}),?\s*Vol\.?\s*(\d+)\s*(?:Issue|No\.?)\s*\(?(\d+)\)?\s*[:：]?\s*(\d+\s*[-–]\s*\d+)?", re.IGNORECASE
)
_LABELS: Final = (
    "Posted on|Degree|Type|Country|Candidate|GTID|Full Text|Subject|Supervisor|Title|Area|Stream|Presentation Type|Received|Revised|"
    "Accepted|Published|收稿日期|修回日期|录用日期|作者简介|基金项目|中图分类号|文章编号|学位级别|专业|导师|访谈时间|访谈地点|访谈日期|访谈编号|"
    "时间|地点|日期|时长|记录人|整理人|Date|Place|Location|Time|Duration|Venue|Interview No|Recorded by|Transcribed by"
)
_FIELD = re.compile(rf"({_LABELS})\s*[:：]\s*")
_DATES = frozenset(
    (
        "Posted on",
        "Received",
        "Revised",
        "Accepted",
        "Published",
        "收稿日期",
        "修回日期",
        "录用日期",
        "访谈日期",
        "日期",
        "Date",
    )
)
_KEYWORDS_HEAD = re.compile(r"(?:key\s?-?words?(?:/search tags)?|search tags|关键词|关键字)\s*[:：]?\s*", re.IGNORECASE)
_NUMBERED = re.compile(rf"(?<=[\w{HAN_CLASS}])\s?[\d*†]{{1,3}}(?=\s*[,，;；、]|\s*\Z)")
_STOPS = ".。!！?？…”\"’')）]】》"


@dataclass(frozen=True, slots=True)
class Part:
    """A titled piece of a text that could be a document of its own."""

    name: str
    start: int
    end: int
    incomplete: bool = False
    """Whether the last line stops without a full stop, as a text that was cut off does."""


def offered_variables(text: str, outline: Outline) -> dict[str, str]:
    r"""Return what the paratext says about the document, for the user to take as variables.

    Args:
        text: the stored text.
        outline: its units.

    Returns:
        Name to value, as written except for dates, which become ISO 8601. Nothing is taken from the body.

    >>> from coding.language.outline import outline
    >>> page = "Posted on:2021-03-05Degree:MasterType:Thesis\nGTID:42Subject:Sociology\nAbstract/Summary:PDF Full Text Request"
    >>> offered_variables(page, outline(page))
    {'Posted on': '2021-03-05', 'Degree': 'Master', 'Type': 'Thesis', 'GTID': '42', 'Subject': 'Sociology'}
    """
    out: dict[str, str] = {}
    for paragraph in outline.paragraphs:
        line = text[paragraph.start : paragraph.end].strip(BLANK)
        for name, value in _from_line(line, paragraph).items():
            if value:
                out.setdefault(name, value)
    return out


def _from_line(line: str, paragraph: Paragraph) -> dict[str, str]:
    suffix = " (zh)" if paragraph.language == "zh" else ""
    match paragraph.role:
        case "title":
            return {"Title" + suffix: line}
        case "author":
            return {"Authors" + suffix: _authors(line)}
        case "keywords":
            return {"Keywords" + suffix: _keywords(line)}
        case "fields":
            return _fields(line) | _identifiers(line)
        case "citation" | "navigation" | "boilerplate" | "affiliation":
            return _identifiers(line) | _journal(line)
    return {}


def _authors(line: str) -> str:
    if "(" in line and line.endswith(")"):
        return ""  # people with roles: a panel, not one paper's authors
    names = re.split(r"\s*[,，;；、]\s*", _NUMBERED.sub("", line))
    return "; ".join(n for n in names if n)


def _keywords(line: str) -> str:
    words = re.split(r"\s*[,，;；、]\s*|[\xa0 \u3000]{2,}", _KEYWORDS_HEAD.sub("", line, count=1))
    return "; ".join(w.strip(BLANK) for w in words if w.strip(BLANK))


def _fields(line: str) -> dict[str, str]:
    """Split “Posted on:2020-01-02Degree:Doctor” at the labels."""
    found = list(_FIELD.finditer(line))
    out: dict[str, str] = {}
    for i, label in enumerate(found):
        end = found[i + 1].start() if i + 1 < len(found) else len(line)
        value = line[label.end() : end].strip(BLANK)
        if label[1] == "Full Text":
            continue  # a link's name, not a fact about the document
        out[label[1]] = (_iso(value) or value) if label[1] in _DATES else value
    return out


def _identifiers(line: str) -> dict[str, str]:
    out: dict[str, str] = {}
    if doi := _DOI.search(line):
        value = doi.group()
        # a journal's own address has the DOI after its language: …/soc/EN/10.3785/…
        out["DOI"] = value
    if orcids := _ORCID.findall(line):
        out["ORCID"] = "; ".join(dict.fromkeys(orcids))
    return out


def _journal(line: str) -> dict[str, str]:
    found = _ISSUE.search(line)
    if found is None:
        return {}
    out = {"Journal": line[: found.start()].strip(BLANK + ","), "Year": found[1], "Volume": found[2], "Issue": found[3]}
    if found[4]:
        out["Pages"] = re.sub(r"\s*[-–]\s*", "-", found[4])
    return out


def _iso(value: str) -> str | None:
    """Return the first date of a value as ISO 8601, or None."""
    found = _DATE.search(value)
    if found is None:
        return None
    g = found.groups()
    if g[0] or g[3]:
        year, month, day = (int(x) for x in (g[0:3] if g[0] else g[3:6]))
    else:
        word, day, year = (g[7], int(g[6]), int(g[8])) if g[6] else (g[9], int(g[10]), int(g[11]))
        if word[:3].lower() not in _MONTHS:
            return None
        month = _MONTHS.index(word[:3].lower()) + 1
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def unfinished(text: str, start: int = 0, end: int | None = None) -> bool:
    """Say whether a passage of prose stops without a full stop, as a text that was cut off does.

    >>> unfinished("It ends. And then it"), unfinished("It ends.")
    (True, False)
    """
    first, last = strip_span(text, start, len(text) if end is None else end)
    return last > first and text[last - 1] not in _STOPS


def parts_of(text: str, outline: Outline) -> list[Part]:
    """Return the titled pieces of a text that holds several, such as a panel and its abstracts.

    Args:
        text: the stored text.
        outline: its units.

    Returns:
        Pieces in order, the first with what stands before the first titled one; [] where the text is one
        piece. Each begins with its title line. This is an offer: the text itself stays as it is.
    """
    lines = [p for p in outline.paragraphs if p.role not in ("navigation", "boilerplate", "teaser")]
    heads = [i for i, p in enumerate(lines) if p.role == "title" and i + 1 < len(lines) and lines[i + 1].role in ("body", "abstract")
             and lines[i + 1].end - lines[i + 1].start >= 300]  # fmt: skip
    if len(heads) < 2:
        return []
    out: list[Part] = []
    if heads[0] > 0:
        first = lines[0]
        name = text[first.start : first.end].strip(BLANK)
        before = lines[: heads[0]]
        if before[-1].role == "heading" and len(before) > 1:
            before = before[:-1]
        out.append(Part(name[:120], first.start, before[-1].end, unfinished(text, first.start, before[-1].end)))
    for here, there in zip(heads, [*heads[1:], len(lines)], strict=True):
        while there - 1 > here + 1 and lines[there - 1].role == "heading":
            there -= 1  # a heading belongs to what comes after it
        start, end = lines[here].start, lines[there - 1].end
        name = text[lines[here].start : lines[here].end].strip(BLANK)
        out.append(Part(name[:120], start, end, unfinished(text, start, end)))
    return out
