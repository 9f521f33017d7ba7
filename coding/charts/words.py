"""Which words: what the passages of a code say more often than the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coding.charts.base import MARK, Language, caption, heading, nothing, number_text, say

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["keywords"]

SURE = 10.83
"""Log-likelihood from which one word in a thousand would stand out by chance (Rayson & Garside 2000, p. 3)."""


def keywords(frame: pd.DataFrame, *, top: int = 20, language: Language = "en") -> alt.LayerChart:
    """Draw the words that a code's passages use more than the rest, the surest first.

    Args:
        frame: from `Project.keywords`.
        top: how many words at most.
        language: of title and caption; the words are those of the texts.

    Returns:
        A row a word: how far it reaches says how much more often it is used, a full mark that this is no chance.
    """
    import altair as alt

    code = str(frame["code"].iloc[0]) if len(frame) else ""
    title = (
        f"{say('Keywords', language)}{'：' if language == 'zh' else ': '}{code}" if code else say("Keywords", language)
    )
    if frame.empty:
        return nothing(title, language)
    shown = frame.sort_values(["g2", "word"], ascending=[False, True], kind="stable").head(top)
    shown = shown.assign(times=lambda f: 2.0 ** f["log_ratio"].clip(upper=7), sure=lambda f: f["g2"] >= SURE)
    y = alt.Y("word:N", sort=shown["word"].tolist(), title=None, axis=alt.Axis(labelLimit=180))
    scale = alt.Scale(type="log", base=2, domainMin=1)
    axis = alt.Axis(values=[1, 2, 4, 8, 16, 32, 64, 128], labelExpr="datum.value + '×'", tickCount=6)
    base = alt.Chart(shown, height=alt.Step(21), width=380).encode(y=y)
    stems = base.mark_rule(color=MARK, opacity=0.55, strokeWidth=1.5).encode(x=alt.X("from:Q"), x2="times:Q")
    stems = stems.transform_calculate(**{"from": "1"})
    tip = [
        alt.Tooltip("word:N", title=say("word", language)),
        alt.Tooltip("inside:Q", title=say("inside", language), format=","),
        alt.Tooltip("outside:Q", title=say("outside", language), format=","),
        alt.Tooltip("g2:Q", title="G²", format=".1f"),
        alt.Tooltip("log_ratio:Q", title="log ratio", format=".2f"),
    ]
    how_much = alt.X("times:Q", scale=scale, axis=axis, title=say("times as often as elsewhere", language))
    filled = alt.condition(alt.datum.sure, alt.value(MARK), alt.value("transparent"))
    marks = base.mark_point(size=70, stroke=MARK, strokeWidth=1.6, opacity=1).encode(
        x=how_much, fill=filled, tooltip=tip
    )
    numbers = base.mark_text(align="left", dx=9, **number_text()).encode(
        x="times:Q", text=alt.Text("inside:Q", format=",")
    )
    parts = caption(language, (int(shown["inside"].sum()), "words inside"))
    said = (
        f" · 实心：G² ≥ {SURE}（p < .001）；数字：片段内次数"
        if language == "zh"
        else f" · filled: G² ≥ {SURE} (p < .001); figures: times inside"
    )
    return alt.layer(stems, marks, numbers, title=heading(title, parts + said))
