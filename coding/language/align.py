"""A proposal of which turns of a translation render which turns of its original."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Final

from coding.language.scripts import HAN, HAN_CLASS
from coding.language.turns import speaker_role
from coding.model import Outline
from coding.spans import Span

__all__ = ["Pair", "align", "align_turns"]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LATIN = re.compile(rf"[^\W\d_{HAN_CLASS}]+")
_NAME = re.compile(r"\b[A-Z]{2,}\b")
_SKIP, _MERGE = 2.2, 0.9
_HAN_DIGITS: Final = str.maketrans("〇零一二两三四五六七八九", "001223456789")


@dataclass(frozen=True, slots=True)
class Pair:
    """Turns that belong together; one side may hold two turns, or none."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    confidence: float
    """0 to 1: how much better this is than leaving the turns unpaired."""


@dataclass(frozen=True, slots=True)
class _Side:
    size: float
    """In English words, or what Chinese characters amount to."""
    role: str
    speaker: str
    marks: frozenset[str]
    """Numbers and acronyms, which translations keep."""


def align_turns(left: str, left_outline: Outline, right: str, right_outline: Outline) -> list[Pair]:
    """Propose pairs of turns; where one text has no turns, of its paragraphs.

    Args:
        left: text of the original.
        left_outline: its units.
        right: text of the translation.
        right_outline: its units.
    """
    turns = bool(left_outline.turns and right_outline.turns)
    a, b = _stretches(left_outline, turns=turns), _stretches(right_outline, turns=turns)
    return align(
        left, [(s, e) for s, e, _, _ in a], right, [(s, e) for s, e, _, _ in b],
        [(n, r) for _, _, n, r in a], [(n, r) for _, _, n, r in b],
    )  # fmt: skip


def _stretches(outline: Outline, *, turns: bool) -> list[tuple[int, int, str, str]]:
    if turns:
        return [(t.label_end, t.end, t.speaker, t.role) for t in outline.turns]
    return [(p.start, p.end, "", "") for p in outline.paragraphs if p.codable]


def align(
    left: str, left_spans: Sequence[Span], right: str, right_spans: Sequence[Span],
    left_speakers: Sequence[tuple[str, str]] = (), right_speakers: Sequence[tuple[str, str]] = (),
) -> list[Pair]:  # fmt: skip
    """Propose which stretches of two texts belong together, in order, by length, speaker and numbers.

    Args:
        left: text of the original.
        left_spans: its stretches, in order.
        right: text of the translation.
        right_spans: its stretches, in order.
        left_speakers: (label, role) of each stretch of the original; () where nobody speaks.
        right_speakers: the same of the translation.

    Returns:
        Pairs that cover every stretch once, in order; a proposal, for a person to confirm.

    Source:
        Gale & Church (1993), Computational Linguistics 19(1), 75-102, for aligning by length.
    """
    a = _sides(left, left_spans, left_speakers)
    b = _sides(right, right_spans, right_speakers)
    scale = (sum(s.size for s in b) or 1.0) / (sum(s.size for s in a) or 1.0)
    best = _table(a, b, scale)
    out: list[Pair] = []
    i, j = len(a), len(b)
    while i or j:
        di, dj, cost = best[i][j][1]
        out.append(Pair(tuple(range(i - di, i)), tuple(range(j - dj, j)), _confidence(di, dj, cost)))
        i, j = i - di, j - dj
    return out[::-1]


def _sides(text: str, spans: Sequence[Span], speakers: Sequence[tuple[str, str]]) -> list[_Side]:
    out = []
    for k, (start, end) in enumerate(spans):
        words = text[start:end]
        size = len(HAN.findall(words)) / 1.6 + len(_LATIN.findall(words)) + len(_NUMBER.findall(words))
        label, role = speakers[k] if k < len(speakers) else ("", "")
        marks = set(_NUMBER.findall(words)) | set(_NAME.findall(words))
        marks |= set(re.findall(r"\d{2,}", words.translate(_HAN_DIGITS)))
        out.append(_Side(size, role or (speaker_role(label) or ""), label, frozenset(marks)))
    return out


def _table(a: Sequence[_Side], b: Sequence[_Side], scale: float) -> list[list[tuple[float, tuple[int, int, float]]]]:
    """Fill the dynamic programme; a band keeps long interviews quadratic only in the band."""
    names = _speaker_pairs(a, b)

    @cache
    def cost(i: int, di: int, j: int, dj: int) -> float:
        return _cost(a[i - di : i], b[j - dj : j], scale, names)

    far = float("inf")
    n, m = len(a), len(b)
    band = max(30, abs(n - m) + 30)
    best = [[(far, (0, 0, 0.0))] * (m + 1) for _ in range(n + 1)]
    best[0][0] = (0.0, (0, 0, 0.0))
    for i in range(n + 1):
        middle = i * m // n if n else 0
        for j in range(m + 1) if not n else range(max(0, middle - band), min(m, middle + band) + 1):
            for di, dj in ((1, 1), (1, 0), (0, 1), (2, 1), (1, 2)):
                if i >= di and j >= dj and best[i - di][j - dj][0] < far:
                    here = _SKIP if not di or not dj else cost(i, di, j, dj) + (_MERGE if di + dj > 2 else 0.0)
                    total = best[i - di][j - dj][0] + here
                    if total < best[i][j][0] - 1e-9:
                        best[i][j] = (total, (di, dj, here))
    return best


def _speaker_pairs(a: Sequence[_Side], b: Sequence[_Side]) -> dict[str, str]:
    """Guess which label of the original is which of the translation: by order of first speaking, per role."""
    out: dict[str, str] = {}
    for role in {s.role for s in a}:
        left = list(dict.fromkeys(s.speaker for s in a if s.role == role))
        right = list(dict.fromkeys(s.speaker for s in b if s.role == role))
        if len(left) == len(right):
            out |= dict(zip(left, right, strict=True))
    return out


def _cost(a: Sequence[_Side], b: Sequence[_Side], scale: float, names: dict[str, str]) -> float:
    size_a, size_b = sum(s.size for s in a) * scale + 1, sum(s.size for s in b) + 1
    out = min(2.5, abs(log(size_a / size_b)) * 1.1)
    if len({s.speaker for s in a}) > 1 or len({s.speaker for s in b}) > 1:
        out += 1.5  # a merged pair of turns has one speaker
    if a[0].role and b[0].role and a[0].role != b[0].role:
        out += 2.0
    elif a[0].speaker in names and names[a[0].speaker] != b[0].speaker:
        out += 1.0
    marks_a, marks_b = set().union(*(s.marks for s in a)), set().union(*(s.marks for s in b))
    if marks_a or marks_b:
        out += 0.8 - 1.6 * len(marks_a & marks_b) / min(len(marks_a) or 1, len(marks_b) or 1)
    return out


def _confidence(di: int, dj: int, cost: float) -> float:
    if not di or not dj:
        return 0.0
    return round(max(0.05, min(1.0, 1 - cost / (_SKIP * (di + dj)))), 3)
