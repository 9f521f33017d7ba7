"""Invented interviews of a wanted size, and passages on them: the same for every program that is measured."""

from __future__ import annotations

import random

EN = ["county", "ranking", "office", "counter", "queue", "street", "officer", "pilot", "village", "deadline", "visit", "report", "model", "honour", "budget", "letter", "people", "we", "they", "because", "when", "after", "before", "quite", "sometimes", "never", "and", "but", "so", "of", "in", "to", "the", "a", "was", "had", "asked", "went", "came"]  # fmt: skip
ZH = [
    "街道",
    "排名",
    "考核",
    "压力",
    "窗口",
    "村民",
    "干部",
    "试点",
    "汇报",
    "经费",
    "荣誉",
    "我们",
    "他们",
    "因为",
    "后来",
    "其实",
    "有时候",
    "从来",
    "但是",
    "大家",
    "觉得",
    "没有",
    "办法",
    "每个月",
    "领导",
    "检查",
]
CODES = [f"{group} {kind}" for group in ("Pressure", "Driving", "Pulling", "Honour", "Queue", "Report", "Model", "Visit")
         for kind in ("early", "late", "shared", "denied", "hoped")]  # fmt: skip


def text(size: int, language: str, *, lines: bool = True) -> str:
    """Return about `size` bytes of turns; without `lines` in one paragraph."""
    draw, out, length, turn = random.Random(f"{size}{language}"), [], 0, 0
    while length < size:
        words = draw.choices(ZH if language == "zh" else EN, k=draw.randint(12, 40))
        if language == "zh":
            piece = ("访谈者：" if turn % 2 == 0 else "受访者：") * lines + "".join(words) + "。"
        else:
            piece = ("Interviewer: " if turn % 2 == 0 else "P01: ") * lines + " ".join(words).capitalize() + "."
        out.append(piece)
        length += len(piece.encode()) + 1
        turn += 1
    return ("\n" if lines else " ").join(out)


def passages(text: str, number: int, *, depth: int = 0) -> list[tuple[int, int, int]]:
    """Return (start, end, code) over the whole text; a quarter overlap, or all lie `depth` deep."""
    draw = random.Random(number)
    step = (len(text) - 200) / number
    out: list[tuple[int, int, int]] = []
    for i in range(number):
        start = int(i * step)
        if out and draw.random() < 0.25:
            start = out[-1][0] + draw.randint(1, 8)
        length = int(step * depth) if depth else draw.randint(8, 60)
        out.append((start, min(len(text) - 1, start + max(8, length)), draw.randrange(len(CODES))))
    return out
