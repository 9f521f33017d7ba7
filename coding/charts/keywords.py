"""Which words: those that a code's passages use more than the rest, language by language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coding.charts.base import MARK, Language, caption, heading, nothing, number_text, say

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["keywords"]

_SURE: Final = 10.83
"""G² at which one word, looked at alone, has p = .001 at one degree of freedom."""

_NAMES: Final = {"en": ("English", "英文"), "zh": ("Chinese", "中文"), "und": ("Other", "其他")}


def keywords(frame: pd.DataFrame, *, top: int = 15, language: Language = "en") -> alt.HConcatChart | alt.LayerChart:
    """Draw the words typical of a code, the surest first, one panel for each language of the texts.

    Args:
        frame: from `Project.keywords`.
        top: how many words of each language at most; a caption says how many there are.
        language: of title and captions; the words are those of the texts.
    """
    import altair as alt

    title = say("Words typical of", language)
    if frame.empty:
        return nothing(title, language, ("No word stands out.", "没有突出的词。"))
    name = str(frame["code"].iloc[0])
    scale = alt.Scale(domain=[0, max(float(frame["g2"].max()), _SURE) * 1.04], nice=False)
    parts = [_panel(part, scale, top, language) for _, part in frame.groupby("language", sort=True)]
    below = (
        "G²：对数似然；深色：单独看一个词时 p < .001；数字：片段内 / 其余文字"
        if language == "zh"
        else "G²: log-likelihood · darker: p < .001 for one word alone · numbers: inside / in the rest"
    )
    title = f"“{name}”的{title}" if language == "zh" else f"{title} {name}"
    return alt.hconcat(*parts, spacing=36, title=heading(title, below))


def _panel(frame: pd.DataFrame, scale: alt.Scale, top: int, language: Language) -> alt.LayerChart:
    """Draw the words of one language; all panels share the scale of G²."""
    import altair as alt

    shown = frame.sort_values("g2", ascending=False, kind="stable").head(top)
    shown = shown.assign(counts=[f"{a} / {b}" for a, b in zip(shown["inside"], shown["outside"], strict=True)])
    base = alt.Chart(shown, height=alt.Step(23), width=260).encode(
        y=alt.Y("word:N", sort=shown["word"].tolist(), title=None),
        tooltip=[
            alt.Tooltip("word:N", title=say("word", language)),
            alt.Tooltip("inside:Q", title=say("inside", language), format=","),
            alt.Tooltip("outside:Q", title=say("in the rest", language), format=","),
            alt.Tooltip("g2:Q", title="G²", format=".1f"),
            alt.Tooltip("log_ratio:Q", title=say("log ratio", language), format="+.1f"),
        ],
    )
    x = alt.X("g2:Q", scale=scale, title="G²", axis=alt.Axis(tickCount=4, grid=False))
    # the boundary as two shades: a line at it would run through the numbers
    shade = alt.condition(alt.datum.g2 >= _SURE, alt.value(1), alt.value(0.5))
    bars = base.mark_bar(height=13, color=MARK).encode(x=x, opacity=shade)
    numbers = base.mark_text(align="left", dx=6, **number_text()).encode(x=x, text="counts:N")
    first = frame.iloc[0]
    here, there, n, m = int(first["all_inside"]), int(first["all_outside"]), len(shown), len(frame)
    sizes = (
        [f"片段内 {here:,} 词", f"其余 {there:,} 词"]
        if language == "zh"
        else [f"{here:,} words", f"{there:,} in the rest"]
    )
    if m > n:
        sizes.append(f"{m} 个中的前 {n} 个" if language == "zh" else f"the first {n} of {m}")
    name = _NAMES.get(str(first["language"]), (str(first["language"]),) * 2)[language == "zh"]
    return alt.layer(bars, numbers, title=heading(name, caption(language, *sizes)))
