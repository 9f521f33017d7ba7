"""List items: lines that begin with a number or a bullet, and the inline ones, “(1) … (2) …”."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from coding.language.scripts import strip_span
from coding.language.sentences import all_markers, marker_runs
from coding.spans import Span

__all__ = ["LINE_MARKER", "list_items"]

LINE_MARKER = re.compile(
    r"[ \t\u3000]*(?:[•●○◦▪■□‣·*][ \t\u3000]*(?=\S)|[-–—][ \t]+|[(（](?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-zA-Z]|[ivx]{1,4})[)）]"
    r"|(?:\d{1,3})(?:[.．、)）](?![\d])|(?=[ \t]))|[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十]{1,3}[，、,]|[①-⑳]|[a-zA-Z][)）][ \t])"
)
"""What a line of a list begins with."""

_HAN_FIRST = re.compile(
    r"(?<![一二三四五六七八九十第唯统])([一二三四五六七八九])是|第([一二三四五六七八九])(?=[，、,])"
)


def list_items(text: str, paragraphs: Sequence[Span], sentences: Sequence[Span]) -> list[Span]:
    """Return the items of lists, sorted; neighbouring lines with markers, and inline runs that count on.

    Args:
        text: the whole text.
        paragraphs: its lines.
        sentences: its sentences, sorted.
    """
    out: list[Span] = []
    out += _line_items(text, paragraphs)
    for start, end in paragraphs:
        if end - start < 8:
            continue
        runs = marker_runs(text, all_markers(text, start, end)) if _may_hold(text, start, end) else []
        for run in runs + _han_runs(text, start, end):
            out += _inline_items(run, text, end, sentences)
    return sorted(set(out))


def _may_hold(text: str, start: int, end: int) -> bool:
    return any(text.find(sign, start, end) >= 0 for sign in ("(", "（", "①"))


def _line_items(text: str, paragraphs: Sequence[Span]) -> list[Span]:
    marked = [LINE_MARKER.match(text, s, e) is not None and e - s > 2 for s, e in paragraphs]
    out = []
    for i, (start, end) in enumerate(paragraphs):
        near = (i > 0 and marked[i - 1]) or (i + 1 < len(marked) and marked[i + 1])
        # the last or first line of a list may be separated by one line of explanation
        near = near or (i > 1 and marked[i - 2]) or (i + 2 < len(marked) and marked[i + 2])
        if marked[i] and near:
            out.append(strip_span(text, start, end))
    return out


def _han_runs(text: str, start: int, end: int) -> list[list[Span]]:
    """Find “一是 … 二是 …” and “第一，… 第二，…” of one line."""
    if text.find("二是", start, end) < 0 and text.find("第二", start, end) < 0:
        return []
    runs: list[list[Span]] = []
    for group in (1, 2):
        run: list[Span] = []
        for found in _HAN_FIRST.finditer(text, start, end):
            sign = found[group]
            if sign is None:
                continue
            number = "一二三四五六七八九".index(sign) + 1
            if number == len(run) + 1:
                run.append(found.span())
            elif number == 1:
                runs.append(run)
                run = [found.span()]
        runs.append(run)
    return [r for r in runs if len(r) > 1]


def _inline_items(run: list[Span], text: str, end: int, sentences: Sequence[Span]) -> list[Span]:
    """Cut one run; the last item holds as many sentences as the others usually do."""
    starts = [s for s, _ in sentences]
    ends = [e for _, e in sentences]
    begins = [a for a, _ in run]
    out: list[Span] = []
    counts = []
    for here, there in pairwise(begins):
        out.append(strip_span(text, here, there))
        first = max(0, bisect_right(starts, here) - 1)
        counts.append(max(1, bisect_left(starts, there) - first))
    first = max(0, bisect_right(starts, begins[-1]) - 1)
    wanted = int(median(counts))
    last = min(len(ends) - 1, first + wanted - 1)
    stop = min(end, ends[last]) if ends else end
    out.append(strip_span(text, begins[-1], max(stop, run[-1][1])))
    return [(a, b) for a, b in out if b > a]
