"""Which script and language a stretch of text is in, and the spaces and invisible characters around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from coding.errors import InvalidValue
from coding.spans import Span

__all__ = [
    "BLANK",
    "HAN",
    "HAN_CLASS",
    "check_language",
    "han_space",
    "is_han",
    "language_of",
    "lines",
    "paragraph_languages",
    "strip_span",
    "word_set",
]

HAN_CLASS: Final = (
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007\U00020000-\U0002ebef\U0002f800-\U0002fa1f\U00030000-\U000323af"
)
"""Ranges of Han characters for a regular expression's character class."""

HAN: Final = re.compile(f"[{HAN_CLASS}]")

BLANK: Final = (
    "".join(chr(i) for i in range(0x21))
    + "\x7f\x85\xa0\xad\u061c\u1680\u180e"
    + "".join(chr(i) for i in range(0x2000, 0x2010))
    + "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069"
    + "\u3000\ufeff"
)
"""Characters that show nothing: white space, controls, zero-width and direction marks."""


def word_set(words: str, separator: str | None = None) -> frozenset[str]:
    """Return the words of a list that is written as one string, for the sake of the reader.

    >>> sorted(word_set("vs cf"))
    ['cf', 'vs']
    """
    return frozenset(words.split(separator))


_BCP47 = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z")
_HAN_RUN = re.compile(f"[{HAN_CLASS}]")
_LATIN_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = word_set(
    "the of and to in a is that it for was on are with as be this by at from or have not an they we he she you i "
    "but what which there so do my our if one all were has had can will would about their his her when who no me"
)
_HAN_WEIGHT = 2.5
"""Letters that one Han character outweighs: an English word of five letters says what two characters say."""


def is_han(character: str) -> bool:
    """Say whether a character is a Chinese one.

    >>> is_han("街"), is_han("a"), is_han("")
    (True, False, False)
    """
    return "\u4e00" <= character <= "\u9fff" or (character > "\u2fff" and HAN.match(character) is not None)


def lines(text: str) -> list[Span]:
    r"""Return the stretch of every line without its line feed; only LF ends a line.

    >>> lines("a\n\nbc")
    [(0, 1), (2, 2), (3, 5)]
    """
    out: list[Span] = []
    at = 0
    while (feed := text.find("\n", at)) >= 0:
        out.append((at, feed))
        at = feed + 1
    out.append((at, len(text)))
    return out


def strip_span(text: str, start: int, end: int) -> Span:
    r"""Return the span without blank or invisible characters at its edges; empty spans stay at `start`.

    >>> strip_span("\u200b a b \xa0", 0, 7)
    (2, 5)
    """
    piece = text[start:end]
    left = piece.lstrip(BLANK)
    if not left:
        return start, start
    begin = end - len(left)
    return begin, begin + len(left.rstrip(BLANK))


def han_space(text: str) -> str:
    """Put a space around every Han character, so that a word index can find any Chinese term.

    The search index and every search query use this same function; a Chinese term then is a phrase of
    single characters and found exactly, whatever its length.

    >>> han_space("街道办事处的CAB改革")
    '街 道 办 事 处 的 CAB 改 革'
    """
    return " ".join(_HAN_RUN.sub(r" \g<0> ", text).split())


def check_language(language: str | None) -> str | None:
    """Return a language tag in its shortest usual form, or None for none given.

    Args:
        language: BCP 47, such as ``en`` or ``zh-Hans``; the primary part is what counts here.

    Raises:
        InvalidValue: it is not a language tag.

    >>> check_language("zh-Hans"), check_language(None)
    ('zh', None)
    """
    if language is None or language == "":
        return None
    if not isinstance(language, str) or not _BCP47.match(language):
        raise InvalidValue(f"{language!r} is no language; give a tag such as “en”, “zh” or “und”, or leave it out.")
    return language.split("-", 1)[0]


def _counts(text: str, spans: Sequence[Span]) -> npt.NDArray[np.int64]:
    """Count (Han, Latin, kana, Hangul, other letters) in each span; one pass over the text."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lower = points | 0x20
    latin = ((lower >= 0x61) & (lower <= 0x7A)) | ((points >= 0xC0) & (points <= 0x24F))
    masks = [np.zeros(len(points), dtype=bool), latin]
    han, kana, hangul, other = masks[0], *(np.zeros(0, dtype=bool) for _ in range(3))
    if len(points) and int(points.max()) > 0x24F:
        han = ((points >= 0x3400) & (points <= 0x9FFF)) | ((points >= 0xF900) & (points <= 0xFAFF)) | (
            (points >= 0x20000) & (points <= 0x323AF)
        )  # fmt: skip
        kana = (points >= 0x3041) & (points <= 0x30FF) & (points != 0x30FB) & (points != 0x30FC)
        hangul = (points >= 0xAC00) & (points <= 0xD7AF)
        other = (points >= 0x370) & (points <= 0x1FFF)
    out = np.zeros((len(spans), 5), dtype=np.int64)
    starts = np.fromiter((s for s, _ in spans), dtype=np.int64, count=len(spans))
    ends = np.fromiter((e for _, e in spans), dtype=np.int64, count=len(spans))
    for column, mask in enumerate((han, latin, kana, hangul, other)):
        if not len(mask) or not mask.any():
            continue
        total = np.zeros(len(mask) + 1, dtype=np.int32)
        np.cumsum(mask, dtype=np.int32, out=total[1:])
        out[:, column] = total[ends] - total[starts]
    return out


def _decide(counts: Sequence[int], sample: str, latin_language: str) -> str:
    han, latin, kana, hangul, other = counts
    if not han + latin + kana + hangul + other:
        return "und"
    if hangul * _HAN_WEIGHT > latin and hangul > han:
        return "ko"
    if kana and kana * 5 > han and (kana + han) * _HAN_WEIGHT > latin:
        return "ja"
    if han * _HAN_WEIGHT > max(latin, other):
        return "zh"
    if other > latin:
        return "und"
    return latin_language or _latin(sample)


def _latin(sample: str) -> str:
    """Tell English from other languages in Latin script; short stretches are taken as English."""
    if len(sample) < 59:
        return "en"  # thirty words and the gaps between them do not fit
    words = _LATIN_WORD.findall(sample)
    if len(words) < 30:
        return "en"
    share = sum(map(_ENGLISH.__contains__, map(str.lower, words))) / len(words)
    return "en" if share >= 0.12 else "und"


def paragraph_languages(text: str, spans: Sequence[Span], language: str | None = None) -> list[str]:
    """Return the language of each span by its script, ``und`` where it holds no letters.

    Args:
        text: the whole text.
        spans: the paragraphs.
        language: what the document is said to be in; it decides for Latin script only, since a Chinese
            page may quote an English abstract and the other way round.
    """
    given = language if language not in (None, "zh", "ja", "ko", "und") else ""
    counts = _counts(text, spans)
    return [
        _decide(row, text[s : min(e, s + 2000)], given or "")
        for row, (s, e) in zip(counts.tolist(), spans, strict=True)
    ]


def language_of(text: str) -> str:
    """Return the language of one stretch of text.

    >>> language_of("基层的“抵制—协商”模式 in B city"), language_of("Groups(领导小组) are created"), language_of("42")
    ('zh', 'en', 'und')
    """
    return paragraph_languages(text, [(0, len(text))])[0]
