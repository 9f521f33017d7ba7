"""Where and when: codes along the documents, and new codes document by document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from coding.charts.base import MARK, Language, branch_colours, caption, heading, nothing, number_text, say

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["positions", "saturation"]

_SLOTS = 100
"""Parts that a document's width has in a large figure; a coded part is drawn once."""
_MARKS = 4_000
"""More marks than that are too many for a notebook: they are drawn by parts."""


def positions(frame: pd.DataFrame, *, documents: int = 12, top: int = 30, language: Language = "en") -> alt.LayerChart:
    """Draw where in each document each code was applied: a column per document, a row per code.

    Args:
        frame: from `coding.tables.positions`; filter it to draw one coder or some codes.
        documents: how many documents at most, in the frame's order; the caption says how many there are.
        top: how many codes at most, the most frequent.
        language: of title and caption.
    """
    import altair as alt
    import pandas as pd

    if frame.empty:
        return nothing(say("Where the codes lie", language), language)
    every = list(dict.fromkeys(frame["document"]))
    names = every[:documents]
    frequent = frame["code"].value_counts().head(top).index
    shown = frame[frame["document"].isin(names) & frame["code"].isin(frequent)].sort_values("order", kind="stable")
    codes = list(dict.fromkeys(shown["code"]))
    n = len(shown)
    shown = _by_parts(shown) if n > _MARKS else shown
    at = shown["document"].map({name: i for i, name in enumerate(names)})
    room = 0.94  # of a column; the rest is the gap to the next document
    shown = shown.assign(x=at + room * shown["begins"], x2=at + room * shown["ends"], colour=branch_colours(shown))
    wide = min(150, max(46, 620 // max(len(names), 1)))
    scale = alt.Scale(domain=[-0.03, len(names) - 0.03], nice=False)
    middles = [i + room / 2 for i in range(len(names))]
    labels = f"{json.dumps(names, ensure_ascii=False)}[floor(datum.value)]"
    slanted = {"labelAngle": -40, "labelAlign": "left"} if wide < 120 else {"labelAngle": 0}
    axis = alt.Axis(
        orient="top", values=middles, labelExpr=labels, grid=False, labelLimit=170, labelOverlap=False, **slanted
    )
    y = alt.Y("code:N", sort=codes, scale=alt.Scale(domain=codes), title=None)
    size = {"width": wide * max(len(names), 1), "height": alt.Step(20)}
    lanes = pd.DataFrame([{"code": c, "x": i, "x2": i + room} for i in range(len(names)) for c in codes])
    ground = (
        alt.Chart(lanes, **size)
        .mark_bar(height=13, color="#808080", opacity=0.1, cornerRadius=2)
        .encode(x=alt.X("x:Q", scale=scale, axis=axis, title=None), x2="x2:Q", y=y)
    )
    marks = (
        alt.Chart(shown)
        .mark_bar(height=13, opacity=0.85, cornerRadius=1, minBandSize=2)
        .encode(
            x=alt.X("x:Q", scale=scale, axis=axis, title=None),
            x2="x2:Q",
            y=y,
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("document:N", title=say("document", language)),
                alt.Tooltip("path:N", title=say("path", language)),
                alt.Tooltip("coder:N", title=say("coder", language)),
                alt.Tooltip("start:Q", title=say("characters", language), format=","),
                alt.Tooltip("begins:Q", title=say("position", language), format=".0%"),
            ],
        )
    )
    parts: list[tuple[int, str] | str] = [(n, "codings"), (len(codes), "codes"), (len(names), "documents")]
    if len(every) > len(names):
        parts.append(f"共 {len(every)} 篇" if language == "zh" else f"of {len(every)}")
    tail = " · 每列自左至右为全文" if language == "zh" else " · each column is a document from beginning to end"
    title = heading(say("Where the codes lie", language), caption(language, *parts) + tail)
    return alt.layer(ground, marks, title=title)


def _by_parts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each hundredth of a document that a code touches."""
    first = np.floor(frame["begins"] * _SLOTS).clip(upper=_SLOTS - 1)
    cut = frame.assign(begins=first / _SLOTS, ends=np.maximum(np.ceil(frame["ends"] * _SLOTS), first + 1) / _SLOTS)
    return cut.drop_duplicates(["document", "code", "begins", "ends"])


def saturation(frame: pd.DataFrame, *, language: Language = "en") -> alt.LayerChart:
    """Draw how many codes were new in each further document, and how many had been seen by then.

    Args:
        frame: from `coding.tables.saturation`.
        language: of title and caption.
    """
    import altair as alt

    if frame.empty:
        return nothing(say("Codes that were new", language), language)
    names = frame["document"].tolist()
    wide = min(56, max(22, 560 // max(len(names), 1)))
    x = alt.X("document:N", sort=names, title=None, axis=alt.Axis(labelAngle=-40, labelAlign="right", labelLimit=150))
    tip = [
        alt.Tooltip("document:N", title=say("document", language)),
        alt.Tooltip("new:Q", title=say("new codes", language)),
        alt.Tooltip("new_codes:N", title=" "),
        alt.Tooltip("seen:Q", title=say("codes seen so far", language)),
    ]
    base = alt.Chart(frame, width=alt.Step(wide), height=230).encode(x=x, tooltip=tip)
    axis = alt.Axis(tickMinStep=1, tickCount=5)
    bars = base.mark_bar(width={"band": 0.56}).encode(y=alt.Y("new:Q", title=say("codes", language), axis=axis))
    grown = base.mark_line(strokeDash=[4, 3], strokeWidth=1.6, opacity=0.9).encode(y="seen:Q")
    ends = base.mark_point(size=34, opacity=1, fill=MARK, strokeWidth=0).encode(y="seen:Q")
    # a number only where something changed, and the total at the end
    moved = alt.datum.new > 0
    numbers = base.mark_text(**number_text(dy=-7)).encode(y="new:Q", text="new:Q")
    numbers = numbers.transform_filter(moved & (alt.datum.new < alt.datum.seen))
    seen = base.mark_text(**number_text(dy=-11)).encode(y="seen:Q", text="seen:Q")
    seen = seen.transform_filter(moved | (alt.datum.number == len(names)))
    parts = caption(language, (int(frame["seen"].max()), "codes"), (len(frame), "documents"))
    legend = " · 柱：新代码；线：累计" if language == "zh" else " · bars: new codes; line: seen so far"
    return alt.layer(
        bars, grown, ends, numbers, seen, title=heading(say("Codes that were new", language), parts + legend)
    )
