"""Transcripts of meeting programs: a line with name and time above each speech (Otter, Teams, Zoom)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from coding.importers.builder import TextBuilder

__all__ = ["join_words", "milliseconds", "speeches", "write_speeches"]

_HEAD: Final = re.compile(
    r"^\s*(\S.{0,60}?)(?:\s{2,}|\t+|\s*\[|\s+\()((?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)[\])]?\s*$"
)
_HAN: Final = re.compile("[\u3000-\u9fff\uff00-\uffef]")

Speech = tuple[str, int, str]
"""Speaker, begin in milliseconds, words."""


def milliseconds(clock: str) -> int:
    """Return the time of a clock reading.

    >>> milliseconds("01:02:03,5"), milliseconds("2:03")
    (3723500, 123000)
    """
    whole, _, part = clock.replace(",", ".").partition(".")
    seconds = 0
    for number in whole.split(":"):
        seconds = seconds * 60 + int(number)
    return seconds * 1000 + int((part + "000")[:3])


def join_words(first: str, second: str) -> str:
    """Join two pieces of one speech: with a space, but not between Han characters.

    >>> join_words("we went", "home"), join_words("我们", "回家")
    ('we went home', '我们回家')
    """
    if not first or not second:
        return first or second
    return first + ("" if _HAN.match(first[-1]) and _HAN.match(second[0]) else " ") + second


def speeches(lines: Sequence[str]) -> list[Speech] | None:
    """Read lines of a transcript, each speech under a line with name and time; None if it is no such text."""
    heads = [(i, match) for i, line in enumerate(lines) if (match := _HEAD.match(line))]
    filled = sum(1 for line in lines if line.strip())
    if len(heads) < 3 or len(heads) < 0.2 * filled or heads[0][0] > 30:
        return None
    out: list[Speech] = []
    ends = [i for i, _ in heads[1:]] + [len(lines)]
    for (i, match), end in zip(heads, ends, strict=True):
        words = ""
        for line in lines[i + 1 : end]:
            words = join_words(words, line.strip())
        out.append((match.group(1).rstrip(" :："), milliseconds(match.group(2)), words))
    return out


def write_speeches(builder: TextBuilder, found: Sequence[Speech]) -> None:
    """Write each speech as a line ``Name: words`` with its time; neighbours of one speaker are joined."""
    joined: list[tuple[str, int, int, str]] = []
    for k, (name, begin, words) in enumerate(found):
        end = found[k + 1][1] if k + 1 < len(found) else begin
        if joined and joined[-1][0] == name:
            before = joined.pop()
            joined.append((name, before[1], end, join_words(before[3], words)))
        elif words:
            joined.append((name, begin, end, words))
    for name, begin, end, words in joined:
        builder.speaker(name)
        builder.block(f"{name}: {words}", time=(begin, max(begin, end)))
    builder.notes.append("Read as a transcript: names stand before the words, times are kept with the turns.")
