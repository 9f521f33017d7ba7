"""What the reader and the writer of REFI-QDA share: names, GUIDs, times, colours, descriptions.

The standard has no place for include and exclude rules, cues, Chinese names or domains, so they go
into descriptions as labelled lines that a person can read in NVivo and that we read back exactly.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Final

from coding.model import Case, Code, Cue, Document, Uid

__all__ = [
    "BLOCK",
    "BREAKS",
    "CODEBOOK_NS",
    "ILLEGAL",
    "ORIGIN",
    "PROJECT_NS",
    "RELATION_KINDS",
    "canonical_guid",
    "case_text",
    "code_text",
    "colour_hue",
    "derived_guid",
    "document_text",
    "guid",
    "hue_colour",
    "is_automatic",
    "is_date",
    "join_description",
    "memo_tie",
    "one_line",
    "read_case_text",
    "read_code_text",
    "read_document_text",
    "split_description",
    "time_lost",
    "time_ms",
    "time_text",
]

PROJECT_NS: Final = "urn:QDA-XML:project:1.0"
CODEBOOK_NS: Final = "urn:QDA-XML:codebook:1.0"
ORIGIN: Final = "Coding workbench"
RELATION_KINDS: Final = frozenset(
    [
        "is_a",
        "part_of",
        "causes",
        "enables",
        "uses",
        "responds_to",
        "co_occurs_with",
        "precedes",
        "excludes",
        "transforms_into",
        "close_match",
        "broader",
    ]
)

BLOCK: Final = "█"
"""Stands for a character that is withheld from a text, so that every offset stays right."""
ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML forbids."""
BREAKS: Final = re.compile(r"[\t\n\r]")
"""What an attribute of XML, and a list of one line a thing, turn into spaces."""

_SPACE: Final = uuid.UUID("6f1d3c1e-52f5-5e6c-9d1b-7a9e2f0f6f10")
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def guid(uid: Uid) -> str:
    """Return a uid as the GUID that the schema asks for; what is no UUID gets one derived from it."""
    return uid if _GUID.fullmatch(uid) else derived_guid(uid, "uid")


def derived_guid(uid: Uid, part: str) -> str:
    """Return the GUID of something that belongs to a thing, the same in every export."""
    return str(uuid.uuid5(_SPACE, f"{part}:{uid}"))


def canonical_guid(text: str) -> str | None:
    """Return a GUID in lower case without braces; None where it is none.

    >>> canonical_guid("{6F1D3C1E-52F5-5E6C-9D1B-7A9E2F0F6F10}")
    '6f1d3c1e-52f5-5e6c-9d1b-7a9e2f0f6f10'
    """
    low = text.strip().strip("{}").lower()
    return low if _GUID.fullmatch(low) else None


def one_line(text: str) -> str:
    """Return a text with spaces in the place of tabs and line breaks."""
    return BREAKS.sub(" ", text)


_TIMES: Final = range(31_536_000_000, 253_370_764_800_000)
"""1971 to 9998: what lies outside is a mistake, and some programs refuse it."""


def time_lost(ms: int) -> bool:
    """Say whether a time does not come back as it is."""
    return bool(ms) and (ms not in _TIMES or ms % 1000 != 0)


@lru_cache(maxsize=65_536)
def time_text(ms: int) -> str:
    """Return a time as ``YYYY-MM-DDThh:mm:ssZ``, the one form that every program reads; "" for none."""
    if ms not in _TIMES:
        return ""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_ms(text: str | None) -> int | None:
    """Return milliseconds since 1970 of an ISO time, 0 for none, None where it cannot be read."""
    if not text:
        return 0
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    ms = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000) if 1970 < at.year < 9999 else 0
    return ms if ms in _TIMES else None


_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-](0\d|1[0-3]):[0-5]\d)?")


def is_date(text: str, *, with_time: bool = False) -> bool:
    """Say whether a text is a date that the schema takes and a calendar has: not 2024-02-31, nor year 0."""
    if not (_DATE_TIME if with_time else _DATE).fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def memo_tie(memo: Uid, about: Uid) -> Uid:
    """Return the GUID of the link that ties a memo to what has no place for a reference to a note."""
    return derived_guid(f"{guid(memo)}/{guid(about)}", "memo tie")


# -- colours --------------------------------------------------------------------------------------


def _rgb(lightness: float, chroma: float, hue: float) -> tuple[int, int, int]:
    """Convert OKLCH to 8-bit sRGB (Ottosson 2020, "A perceptual color space for image processing")."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    l3 = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m3 = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s3 = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
        -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
        -0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3,
    )
    out = [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in (max(0.0, c) for c in linear)]
    red, green, blue = (round(255 * min(1.0, c)) for c in out)
    return red, green, blue


@cache
def _colours() -> tuple[str, ...]:
    """Return 720 different colours: for each hue one that a person set and, behind all those, one of the tree's.

    Neighbours that round to the same bytes differ in lightness.
    """
    out: dict[str, None] = {}
    for lightness in (0.7, 0.69):
        for hue in range(360):
            steps = (lightness + step / 500 for step in range(60))
            out[next(c for c in ("#{:02x}{:02x}{:02x}".format(*_rgb(s, 0.11, hue)) for s in steps) if c not in out)] = (
                None
            )
    return tuple(out)


def hue_colour(hue: int, *, automatic: bool = False) -> str:
    """Return the colour of a hue as ``#rrggbb``.

    Args:
        hue: in degrees.
        automatic: whether the tree gave it, so that it does not come back as one that a person set.
    """
    return _colours()[hue % 360 + 360 * automatic]


def is_automatic(colour: str) -> bool:
    """Say whether a colour is one that we wrote for a code that has none of its own.

    >>> is_automatic(hue_colour(123, automatic=True)), is_automatic(hue_colour(123))
    (True, False)
    """
    return colour.strip().lower() in _colours()[360:]


def colour_hue(colour: str) -> int | None:
    """Return the hue of a colour, exactly for ours; None for greys and for what is no colour.

    >>> colour_hue(hue_colour(123))
    123
    """
    low = colour.strip().lower()
    if re.fullmatch("#[0-9a-f]{3}", low):
        low = "#" + "".join(c * 2 for c in low[1:])
    if not re.fullmatch("#[0-9a-f]{6}", low):
        return None
    if low in _colours():
        return _colours().index(low) % 360
    red, green, blue = (int(low[i : i + 2], 16) / 255 for i in (1, 3, 5))
    if max(red, green, blue) - min(red, green, blue) < 0.04:
        return None
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue))
    l1 = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    m1 = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    s1 = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    a = 1.9779984951 * l1 - 2.4285922050 * m1 + 0.4505937099 * s1
    bb = 0.0259040371 * l1 + 0.7827717662 * m1 - 0.8086757660 * s1
    return round(math.degrees(math.atan2(bb, a))) % 360


# -- descriptions ---------------------------------------------------------------------------------


def join_description(body: str, fields: Mapping[str, str], body_label: str) -> str:
    """Write a text and labelled fields as one description.

    The fields stand after the last empty line, one "Label: value" each, further lines of a value
    indented by two spaces. A text that could be mistaken for fields is itself given a label.

    >>> print(join_description("Being ranked.", {"Include": "monthly lists"}, "Definition"))
    Being ranked.
    <BLANKLINE>
    Include: monthly lists
    """
    kept = {label: value for label, value in fields.items() if value}
    block = "\n".join(f"{label}: " + value.replace("\n", "\n  ") for label, value in kept.items())
    plain = f"{body}\n\n{block}" if body and block else body or block
    if split_description(plain, (*kept, body_label, *_LABELS), body_label) == (body, kept):
        return plain
    inner = f"{body_label}: " + body.replace("\n", "\n  ")
    return f"{inner}\n{block}" if block else inner


def split_description(text: str, labels: Sequence[str], body_label: str) -> tuple[str, dict[str, str]]:
    """Read what `join_description` wrote; a foreign description comes back whole as the text."""
    head, gap, tail = text.rpartition("\n\n")
    fields: dict[str, str] = {}
    known, label = {*labels, body_label}, ""
    for line in tail.split("\n"):
        name, colon, value = line.partition(": ")
        if label and line.startswith("  "):
            fields[label] += "\n" + line[2:]
        elif colon and name in known and name not in fields:
            label = name
            fields[label] = value
        else:
            return text, {}
    body = fields.pop(body_label, None)
    if body is not None:
        return (body, fields) if not gap else (text, {})
    return head, fields


_CODE_FIELDS: Final = {
    "Name in project": "name",
    "中文名": "name_zh",
    "定义": "definition_zh",
    "Include": "include",
    "纳入标准": "include_zh",
    "Exclude": "exclude",
    "排除标准": "exclude_zh",
    "Example": "example",
    "例子": "example_zh",
    "Direction": "direction",
    "Stage": "stage",
    "Key": "key",
    "Codebook": "book",
}
_CODE_LISTS: Final = {"Also called": "aliases", "To review": "review"}
_CODE_FLAGS: Final = {
    "Domain": ("exclusive", "its subcodes exclude each other"),
    "Retired": ("retired", "no longer in use"),
}
_DOCUMENT_FIELDS: Final = {
    "Name in project": "name",
    "Kind": "kind",
    "Language": "language",
    "Folder": "folder",
    "Translation of": "original",
    "Translator": "translator",
    "Quotable": "quotable",
}
_CASE_FIELDS: Final = {"Name in project": "name", "Kind": "kind", "Pseudonym": "pseudonym", "Quotable": "quotable"}
_LABELS: Final = frozenset(
    {*_CODE_FIELDS, *_CODE_LISTS, *_CODE_FLAGS, *_DOCUMENT_FIELDS, *_CASE_FIELDS, "Cues", "On", "About", "Modified"}
)
_CUE = re.compile(r"(.*) \(([^()\n]*?)(, weak)?\)", re.DOTALL)


def code_text(code: Code, *, renamed: bool = False) -> str:
    """Return the description of a code: definition, then rules, cues and marks as labelled lines."""
    fields = {label: str(getattr(code, name) or "") for label, name in _CODE_FIELDS.items() if name != "name"}
    if renamed:
        fields = {"Name in project": code.name, **fields}
    cues = (f"{one_line(c.text)} ({c.language}{', weak' if c.weak else ''})" for c in code.cues)
    fields["Cues"] = "\n".join(cues)
    for label, name in _CODE_LISTS.items():
        fields[label] = "\n".join(map(one_line, getattr(code, name)))
    for label, (name, words) in _CODE_FLAGS.items():
        fields[label] = words if getattr(code, name) else ""
    return join_description(code.definition, fields, "Definition")


def read_code_text(text: str) -> dict[str, object]:
    """Return the fields of a code that its description holds."""
    labels = (*_CODE_FIELDS, *_CODE_LISTS, *_CODE_FLAGS, "Cues")
    body, fields = split_description(text, labels, "Definition")
    out: dict[str, object] = {"definition": body}
    for label, value in fields.items():
        if label in _CODE_FIELDS:
            out[_CODE_FIELDS[label]] = value
        elif label in _CODE_LISTS:
            out[_CODE_LISTS[label]] = tuple(value.split("\n"))
        elif label in _CODE_FLAGS:
            out[_CODE_FLAGS[label][0]] = True
    cues = (_CUE.fullmatch(line) for line in fields.get("Cues", "").split("\n") if line)
    found = tuple(Cue(m[1], m[2], bool(m[3])) for m in cues if m)
    return {**out, "cues": found} if found else out


_DEFAULTS: Final = {"kind": ("document", "person"), "language": ("und",), "quotable": ("verbatim",)}


def _plain_text(thing: Document | Case, fields: Mapping[str, str], renamed: bool) -> str:
    shown = {}
    for label, name in fields.items():
        value = str(getattr(thing, name) or "")
        if name == "name":
            value = value if renamed else ""
        elif name in _DEFAULTS and value == _DEFAULTS[name][isinstance(thing, Case) and name == "kind"]:
            value = ""
        shown[label] = guid(value) if name == "original" and value else value
    return join_description(thing.description, shown, "About")


def document_text(document: Document, *, renamed: bool = False) -> str:
    """Return the description of a document with its kind, language, folder and permission to quote."""
    return _plain_text(document, _DOCUMENT_FIELDS, renamed)


def case_text(case: Case, *, renamed: bool = False) -> str:
    """Return the description of a case with its kind, pseudonym and permission to quote."""
    return _plain_text(case, _CASE_FIELDS, renamed)


def _read_plain(text: str, fields: Mapping[str, str]) -> dict[str, str]:
    body, found = split_description(text, tuple(fields), "About")
    out = {fields[label]: value for label, value in found.items()}
    if out.get("quotable") not in (None, "verbatim", "paraphrase", "no"):
        del out["quotable"]
    return {"description": body, **out}


def read_document_text(text: str) -> dict[str, str]:
    """Return the fields of a document that its description holds."""
    return _read_plain(text, _DOCUMENT_FIELDS)


def read_case_text(text: str) -> dict[str, str]:
    """Return the fields of a case that its description holds."""
    return _read_plain(text, _CASE_FIELDS)


@dataclass(frozen=True, slots=True)
class Convention:
    """How a file counts characters."""

    unit: str = "codepoint"
    """``codepoint`` or ``utf16``."""
    crlf: int = 1
    """What a CR LF in the file counts."""
    inclusive: bool = False
    """Whether the end position is the last character rather than the one after it."""
