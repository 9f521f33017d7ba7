"""Marks of identity in a text: numbers found by rules with checks, names and places only suggested.

This is an aid to a person's review. A text from which these are gone is pseudonymised at best, never anonymous:
an office, a year and a rank may still name one human being.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from coding.language.scripts import HAN_CLASS
from coding.spans import Span, overlaps

__all__ = ["Finding", "Kind", "find_identifiers", "suggest_names"]

Kind = Literal[
    "identity card", "mobile", "landline", "e-mail", "orcid", "passport", "bank card", "name", "place", "organisation"
]  # fmt: skip

_EDGE, _EDGE_END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_ID: Final = re.compile(rf"{_EDGE}[1-8]\d{{5}}(?:19|20)\d{{2}}[01]\d[0-3]\d{{4}}[\dXx]{_EDGE_END}")
_OLD_ID: Final = re.compile(rf"{_EDGE}[1-8]\d{{5}}\d{{2}}[01]\d[0-3]\d{{4}}{_EDGE_END}")
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z])(?:(?:\+|00)?86[\s\-]?)?1[3-9]\d(?:[\s\-]?\d{4}){2}(?![0-9])")
_LANDLINE: Final = re.compile(
    r"(?<![0-9A-Za-z\-.])(?:(?:\+|00)?86[\s\-]?)?[(（]?0(?:10|2\d|[3-9]\d{2})[)）]?[\s\-]?[2-9]\d{3}[\s\-]?\d{3,4}(?:(?:-|转|ext\.?\s?)\d{1,5})?(?![0-9])"
)
_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9\-])"
)
_ORCID: Final = re.compile(rf"{_EDGE}\d{{4}}-\d{{4}}-\d{{4}}-\d{{3}}[\dXx]{_EDGE_END}")
_PASSPORT: Final = re.compile(rf"{_EDGE}(?:E[A-HJ-NP-Z]?\d{{7,8}}|[GDSP]E?\d{{7,8}}){_EDGE_END}")
_CARD: Final = re.compile(rf"{_EDGE}[3-6]\d{{3}}(?:[\s\-]?\d{{4}}){{2,3}}(?:[\s\-]?\d{{1,4}})?{_EDGE_END}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TITLES_EN = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Director|Secretary|Mayor|Chief|Officer)\.?\s+([A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+){0,2})"
)
_HAN_TITLED = re.compile(
    r"([赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房丁邓石崔吉龚程裴陆荣翁曾关温庄晏柴瞿阎慕连习欧阳])"
    r"(?:某某|某|书记|主任|局长|处长|科长|镇长|乡长|区长|市长|县长|老师|教授|部长|所长|站长|村长|支书|经理|女士|先生|师傅)"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch that may identify a person."""

    start: int
    end: int
    kind: Kind
    certain: bool
    """Whether a rule with a check found it; a suggestion is for a person to decide."""


def find_identifiers(text: str) -> list[Finding]:
    """Return the identity numbers, telephone numbers, addresses and account numbers of a text.

    Args:
        text: any text, in any language.

    Returns:
        Sorted findings that do not overlap. `certain` is True where a checksum held, or the form leaves
        no doubt (e-mail, mobile number); a passport number, a landline and an identity number of the old
        form have no checksum and stay for review.

    >>> text = "证件11010519491231002X，手机 138-0013-8000，邮箱 li@example.org"
    >>> [(f.kind, text[f.start:f.end]) for f in find_identifiers(text)]
    [('identity card', '11010519491231002X'), ('mobile', '138-0013-8000'), ('e-mail', 'li@example.org')]
    """
    out: list[Finding] = []
    for finding in _candidates(text):
        span = (finding.start, finding.end)
        if not any(overlaps(span, (f.start, f.end)) for f in out):
            out.append(finding)
    return sorted(out, key=lambda f: f.start)


def _candidates(text: str) -> Iterator[Finding]:
    """Yield findings, the surest kinds first, so that they win where two claim the same digits."""
    for found in _EMAIL.finditer(text):
        yield Finding(*found.span(), "e-mail", certain=True)
    for found in _ORCID.finditer(text):
        if _orcid_holds(found.group()):
            yield Finding(*found.span(), "orcid", certain=True)
    for found in _ID.finditer(text):
        if _birthday(found.group()[6:14]) and _id_holds(found.group()):
            yield Finding(*found.span(), "identity card", certain=True)
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if 13 <= len(digits) <= 19 and _luhn_holds(digits):
            yield Finding(*found.span(), "bank card", certain=True)
    for found in _MOBILE.finditer(text):
        yield Finding(*found.span(), "mobile", certain=True)
    for found in _OLD_ID.finditer(text):
        if _birthday("19" + found.group()[6:12]):
            yield Finding(*found.span(), "identity card", certain=False)
    for found in _LANDLINE.finditer(text):
        yield Finding(*found.span(), "landline", certain=False)
    for found in _PASSPORT.finditer(text):
        yield Finding(*found.span(), "passport", certain=False)


def _birthday(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return born.year >= 1900


def _id_holds(number: str) -> bool:
    """Check an identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    remainder = sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False)) % 11
    return "10X98765432"[remainder] == number[-1].upper()


def _orcid_holds(number: str) -> bool:
    """Check an ORCID (ISO 7064 MOD 11-2)."""
    digits = number.replace("-", "").upper()
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return digits[-1] == ("X" if check == 10 else str(check))


def _luhn_holds(digits: str) -> bool:
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if i % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 1


def suggest_names(text: str) -> list[Finding]:
    """Return stretches that may be names of people, places or organisations, all for a person to decide.

    Chinese ones come from jieba's tags, which find about seven in ten; English ones only after a form of
    address. Never call a text cleared of these anonymous.
    """
    import rjieba

    kinds: dict[str, Kind] = {"nr": "name", "nrfg": "name", "nrt": "name", "ns": "place", "nt": "organisation"}
    out: list[Finding] = []
    for run in re.finditer(rf"[{HAN_CLASS}·]+", text):
        at = run.start()
        for word, flag in rjieba.tag(run.group()):
            if flag in kinds and len(word) > 1:
                out.append(Finding(at, at + len(word), kinds[flag], certain=False))
            at += len(word)
    spans: list[Span] = [(f.start, f.end) for f in out]
    for pattern, group in ((_HAN_TITLED, 0), (_TITLES_EN, 1)):
        out += [
            Finding(*found.span(group), "name", certain=False)
            for found in pattern.finditer(text)
            if not any(overlaps(found.span(group), s) for s in spans)
        ]
    return sorted(out, key=lambda f: (f.start, f.end))
