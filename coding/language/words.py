"""Words: Chinese ones by jieba (its port in Rust, which needs no second to load), others by their letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coding.language.scripts import HAN_CLASS
from coding.spans import Span

__all__ = ["word_at", "words"]

_PIECE: Final = re.compile(rf"(?P<han>[{HAN_CLASS}]+)|(?:[^\W_{HAN_CLASS}]+(?:['’.\-·](?=[^\W_{HAN_CLASS}]))?)+")


def words(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the words that begin in a stretch of text, as spans.

    Args:
        text: the whole text.
        start: first code point of the stretch.
        end: code point after it; the end of the text by default.

    >>> text = "审批权下放: the CAB's plan"
    >>> [text[a:b] for a, b in words(text)]
    ['审批权', '下放', 'the', "CAB's", 'plan']
    """
    return list(_words(text, start, len(text) if end is None else end))


def _words(text: str, start: int, end: int) -> Iterator[Span]:
    import rjieba

    for found in _PIECE.finditer(text, start, end):
        if found["han"] is None:
            yield found.span()
            continue
        at = found.start()
        for word in rjieba.cut(found.group()):
            yield at, at + len(word)
            at += len(word)


def word_at(text: str, position: int) -> Span:
    """Return the word at a position, or the single character there where it is no word.

    Args:
        text: the whole text.
        position: code point, 0 to the length; the end of the text counts as its last character.

    >>> text = "审批权下放后"
    >>> start, end = word_at(text, 3); text[start:end]
    '下放'
    """
    if not text:
        return 0, 0
    position = min(max(position, 0), len(text) - 1)
    low = max(0, text.rfind("\n", 0, position) + 1, position - 60)
    high = text.find("\n", position)
    high = min(len(text) if high < 0 else high, position + 60)
    for a, b in _words(text, low, max(high, position + 1)):
        if a <= position < b:
            return a, b
    return position, position + 1
