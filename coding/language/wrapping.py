"""Plain text whose lines were broken at a margin, as in old e-mail or a text taken out of a PDF: its paragraphs.

Such lines can be told by their ends: each is so full that the next word would not have fitted, and most end in the
middle of a sentence. Verse, lists, tables and one sentence a line do not look so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import islice, pairwise
from typing import Final

from coding.language.scripts import HAN_CLASS
from coding.spans import Span

__all__ = ["flat", "paragraphs"]

_NARROW, _WIDE = 40, 130
"""Columns between which a margin lies; a Han character takes two."""
_FEW: Final = 3
_HAN: Final = re.compile(rf"[{HAN_CLASS}\u3000-\u303f\uff00-\uff60]")
_OPENS: Final = re.compile(
    r"[ \t]{3,}|\u3000|[ \t]*(?:[-–—•*·▪#|]|[(（]?\d{1,3}[.)、．）]|[（(]?[一二三四五六七八九十]{1,3}[)）、．]|[①-⑳]|第[一二三四五六七八九十]+[章节])"
)
"""What begins a paragraph or an item of a list, however full the line before is."""
_STOPS: Final = re.compile(r"[.!?。！？…:：;；][\"”’」』)）\]*_]*\Z")
_WORD: Final = re.compile(r"\s*(\S+)")


def paragraphs(text: str, spans: Sequence[Span], begins: Collection[int] = ()) -> list[Span]:
    """Return the paragraphs of a text: its lines, or runs of them where they were broken at a margin.

    Args:
        text: the text.
        spans: its lines that show anything.
        begins: where a line begins a paragraph in any case, such as a speaker's turn.
    """
    joined = _joined(text, spans, begins) if _may_be(spans, begins) else []
    if not joined:
        return list(spans)
    out: list[Span] = []
    for (start, end), goes_on in zip(spans, [False, *joined], strict=True):
        if goes_on:
            out[-1] = out[-1][0], end
        else:
            out.append((start, end))
    return out


def flat(text: str, spans: Sequence[Span]) -> str:
    """Return the text with the line ends inside paragraphs read over: as a space, or as nothing between Han characters.

    Every character keeps its place.
    """
    ends = [at for start, end in spans for at in _line_ends(text, start, end)]
    if not ends:
        return text
    pieces, last = [], 0
    for at in ends:
        han = _HAN.match(text[at - 1]) and _HAN.match(text[at + 1 : at + 2] or " ")
        pieces += [text[last:at], "\u2060" if han else " "]
        last = at + 1
    return "".join([*pieces, text[last:]])


def _line_ends(text: str, start: int, end: int) -> list[int]:
    out, at = [], text.find("\n", start, end)
    while at >= 0:
        out.append(at)
        at = text.find("\n", at + 1, end)
    return out


def _may_be(spans: Sequence[Span], begins: Collection[int]) -> bool:
    """Say whether enough lines lie right below each other and none of the usual ones is long; costs next to nothing."""
    near = (b[0] == a[1] + 1 and b[0] not in begins for a, b in pairwise(spans))
    if sum(islice(filter(None, near), _FEW)) < _FEW:
        return False
    lengths = sorted(end - start for start, end in spans)
    return _NARROW // 2 <= lengths[-1 - len(lengths) // 20] <= _WIDE


def _joined(text: str, spans: Sequence[Span], begins: Collection[int]) -> list[bool]:
    """Say of each line but the first whether it goes on from the one before; nothing where the text is not broken so."""
    columns = [_columns(text[start:end]) for start, end in spans]
    margin = sorted(columns)[-1 - len(columns) // 20]
    if not _NARROW <= margin <= _WIDE:
        return []
    out: list[bool] = []
    within = stops = short = 0
    for i in range(1, len(spans)):
        (start, end), (begin, stop) = spans[i - 1], spans[i]
        near = begin == end + 1 and begin not in begins and not _OPENS.match(text, begin)
        ends = bool(_STOPS.search(text[max(start, end - 8) : end]))
        full = columns[i - 1] + _next(text, begin, stop) > margin
        out.append(near and full)
        if near and full:
            within, stops = within + (not ends), stops + ends
        elif near:
            short += 1 if ends else -2
    # the last line of a paragraph ends a sentence; where short lines do not, the lines are meant
    return out if within >= _FEW and within >= stops and short >= 0 else []


def _next(text: str, start: int, end: int) -> int:
    """Return the columns that the beginning of a line would have taken at the end of the line before."""
    word = _WORD.match(text, start, end)
    if word is None:
        return 0
    if _HAN.match(word[1]):
        return 4  # a character, and a sign that may not begin a line
    return 1 + _columns(word[1])


def _columns(words: str) -> int:
    return len(words) + len(_HAN.findall(words)) if not words.isascii() else len(words)
