"""Agreement as figures: codes with interval and thresholds, coder by code, who chose what instead, rounds, places."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from coding.charts.base import MARK, Language, nothing, number_text

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = [
    "agreement_by_code",
    "agreement_by_pair",
    "agreement_levels",
    "agreement_places",
    "agreement_rounds",
    "choices",
]

THRESHOLDS: Final = (2 / 3, 0.8)
_WARN: Final = "#c2603f"
_WORDS: Final = {
    "title": ("Agreement by code", "各代码的一致性"),
    "pairs": ("Agreement by pair of coders", "各对编码员的一致性"),
    "choices": ("Who chose what instead", "替代选择"),
    "levels": ("Agreement at each level of the tree", "各层级的一致性"),
    "rounds": ("Agreement by round", "各轮次的一致性"),
    "places": ("Where coders differ", "分歧所在位置"),
    "undefined": ("undefined", "无法计算"),
    "position": ("share of the document", "文档位置"),
    "units": ("units", "单位"),
    "solid": (".8 and above", ".8 及以上"),
    "tentative": (".667 to .8", ".667 至 .8"),
    "low": ("below .667, or no interval", "低于 .667，或无区间"),
    "level": ("level of the tree, 0 the top", "层级（0 为最上层）"),
}
_NO_ROUNDS: Final = (
    "No round is closed yet; drift shows once two are.",
    "尚无已结束的轮次；结束两轮后可见变化。",
)
_NO_CODES: Final = ("No coder coded anything here.", "没有编码员在此编码。")
_ALL_AGREE: Final = ("The coders do not differ anywhere.", "编码员之间没有分歧。")


def _say(key: str, language: Language) -> str:
    return _WORDS[key][language == "zh"]


def _scale(values: Iterable[float]) -> alt.Scale:
    """Return a scale from 0 to 1, from below where a figure lies below chance: nothing is drawn at 0 that is not."""
    import altair as alt

    lowest = min((v for v in values if v == v), default=0.0)
    start = 0.0 if lowest > -0.05 else math.floor(10 * lowest) / 10
    return alt.Scale(domain=[start, 1], clamp=True)


def _rules(horizontal: bool = False) -> alt.Chart:
    """Return Krippendorff's thresholds as thin rules: an eye's aid, not a verdict."""
    import altair as alt
    import pandas as pd

    base = alt.Chart(pd.DataFrame({"at": THRESHOLDS}))
    channel = {"y" if horizontal else "x": alt.Y("at:Q") if horizontal else alt.X("at:Q")}
    return base.mark_rule(opacity=0.35, strokeDash=[2, 3], color="#808080").encode(**channel)


def agreement_by_code(frame: pd.DataFrame, *, caption: str = "", language: Language = "en") -> alt.LayerChart:
    """Draw alpha per code as a mark with its interval; undefined codes are said to be so, never drawn at 0.

    Args:
        frame: columns code, alpha (NaN where undefined), low, high, band, reason; one row per code.
        caption: what stands below the title: coders, N, unit.
        language: of title and words.
    """
    import altair as alt

    if not len(frame):
        return nothing(_say("title", language), language, _NO_CODES)
    order = frame["code"].tolist()
    said = frame.assign(said=[f"{_say('undefined', language)}: {reason}" for reason in frame["reason"]])
    base = alt.Chart(said, height=alt.Step(24), width=420).encode(
        y=alt.Y("code:N", sort=order, scale=alt.Scale(domain=order), title=None, axis=_names_axis(order)),
        tooltip=["code:N", alt.Tooltip("alpha:Q", format=".3f"), alt.Tooltip("low:Q", format=".2f"),
                 alt.Tooltip("high:Q", format=".2f"), "reason:N"],
    )  # fmt: skip
    scale = _scale([*frame["alpha"], *frame["low"]])
    defined = base.transform_filter("isValid(datum.alpha)")
    spans = defined.mark_rule(strokeWidth=1.6, opacity=0.7, color=MARK).encode(
        x=alt.X("low:Q", scale=scale, title="α"), x2="high:Q"
    )
    points = defined.mark_point(filled=True, size=74, stroke=MARK, strokeWidth=1.6, opacity=1).encode(
        x=alt.X("alpha:Q", scale=scale), fill=_bands(language)
    )
    words = base.transform_filter("!isValid(datum.alpha)").mark_text(**number_text(align="left", dx=4)).encode(
        x=alt.value(0), text="said:N"
    )  # fmt: skip
    title = alt.TitleParams(text=_say("title", language), subtitle=caption)
    return alt.layer(_rules(), spans, points, words, title=title)


def _bands(language: Language) -> alt.Fill:
    """Return the fill of a mark by what its figure supports, with a legend that says so."""
    import altair as alt

    # what supports least is hollow on a light ground and on a dark one
    bands = {"solid": MARK, "tentative": f"{MARK}73", "low": "transparent", "no interval": "transparent"}
    named = list(bands)[:3]  # two are drawn alike, and the legend names them together
    said = "{" + ", ".join(f"{band}: '{_say(band, language)}'" for band in named) + "}[datum.label]"
    legend = alt.Legend(title=None, values=named, labelExpr=said, symbolStrokeColor=MARK, symbolSize=74)
    return alt.Fill("band:N", scale=alt.Scale(domain=list(bands), range=list(bands.values())), legend=legend)


def _names_axis(names: Iterable[str]) -> alt.Axis:
    """Return an axis whose labels begin at the left, so that indentation shows the tree."""
    import altair as alt

    widest = max((sum(12 if c > "\u2e7f" or c == "\u2003" else 6.4 for c in name) for name in names), default=0)
    return alt.Axis(labelAlign="left", labelPadding=min(widest, 330) + 8, labelLimit=330)


def agreement_by_pair(frame: pd.DataFrame, *, caption: str = "", language: Language = "en") -> alt.LayerChart:
    """Draw codes by pair of coders, dark where they agree; undefined cells are dots.

    Args:
        frame: columns code, pair, alpha.
        caption: what stands below the title.
        language: of the title.
    """
    import altair as alt

    if not len(frame):
        return nothing(_say("pairs", language), language, _NO_CODES)
    order = list(dict.fromkeys(frame["code"]))
    shown = frame.assign(shown=["·" if math.isnan(a) else f"{a:.2f}" for a in frame["alpha"]])
    base = alt.Chart(shown, height=alt.Step(24), width=alt.Step(84)).encode(
        x=alt.X("pair:N", title=None, axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("code:N", sort=order, title=None, axis=_names_axis(order)),
        tooltip=["code:N", "pair:N", alt.Tooltip("alpha:Q", format=".3f")],
    )
    cells = base.transform_filter("isValid(datum.alpha)").mark_rect(cornerRadius=3, color=MARK).encode(
        opacity=alt.Opacity("alpha:Q", scale=alt.Scale(domain=[0, 1], range=[0.08, 0.9], clamp=True), legend=None)
    )  # fmt: skip
    text = base.mark_text(**number_text(opacity=0.95)).encode(text=alt.Text("shown:N"))
    title = alt.TitleParams(text=_say("pairs", language), subtitle=caption)
    return alt.layer(cells, text, title=title)


def choices(
    frame: pd.DataFrame, *, first: str, second: str, caption: str = "", language: Language = "en"
) -> alt.LayerChart:
    """Draw who chose what instead: rows the first coder's codes, columns the second's.

    Args:
        frame: columns row, column, count, share (of the row), same (bool).
        first: name of the coder in the rows.
        second: name of the coder in the columns.
        caption: what stands below the title.
        language: of the title.
    """
    import altair as alt

    order = list(dict.fromkeys([*frame["row"], *frame["column"]]))
    base = alt.Chart(frame[frame["count"] > 0], height=alt.Step(26), width=alt.Step(30)).encode(
        x=alt.X("column:N", sort=order, scale=alt.Scale(domain=order), title=second,
                axis=alt.Axis(orient="top", labelAngle=-40, labelAlign="left", labelLimit=180)),
        y=alt.Y("row:N", sort=order, scale=alt.Scale(domain=order), title=first),
        tooltip=["row:N", "column:N", "count:Q", alt.Tooltip("share:Q", format=".0%")],
    )  # fmt: skip
    agreed = base.transform_filter("datum.same").mark_rect(color="#808080", opacity=0.22, cornerRadius=3)
    other = base.transform_filter("!datum.same").mark_rect(color=_WARN, cornerRadius=3).encode(
        opacity=alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 0.6], range=[0.12, 0.85], clamp=True), legend=None)
    )  # fmt: skip
    numbers = base.mark_text(**number_text(opacity=0.95)).encode(text="count:Q")
    title = alt.TitleParams(text=_say("choices", language), subtitle=caption)
    return alt.layer(agreed, other, numbers, title=title)


def agreement_levels(frame: pd.DataFrame, *, caption: str = "", language: Language = "en") -> alt.LayerChart:
    """Draw the median at each level of the tree with the lowest code; a drop at the leaves is siblings' trouble.

    Args:
        frame: columns level, median, lowest.
        caption: what stands below the title.
        language: of the title.
    """
    import altair as alt

    drawn = frame[frame["median"].notna()]
    if not len(drawn):
        return nothing(_say("levels", language), language, _NO_CODES)
    x = alt.X("level:O", title=_say("level", language), axis=alt.Axis(labelAngle=0))
    scale = _scale(drawn["lowest"])
    base = alt.Chart(drawn, width=260, height=200)
    span = base.mark_rule(opacity=0.6, color=MARK).encode(
        x=x, y=alt.Y("lowest:Q", scale=scale, title="α"), y2="median:Q"
    )
    line = base.mark_line(color=MARK, opacity=0.6).encode(x=x, y=alt.Y("median:Q", scale=scale))
    points = base.mark_point(filled=True, size=70, color=MARK).encode(
        x=x, y=alt.Y("median:Q", scale=scale), tooltip=["level:O", alt.Tooltip("median:Q", format=".2f"), "codes:Q"]
    )
    title = alt.TitleParams(text=_say("levels", language), subtitle=caption)
    return alt.layer(_rules(horizontal=True), span, line, points, title=title)


def agreement_rounds(frame: pd.DataFrame, *, caption: str = "", language: Language = "en") -> alt.LayerChart:
    """Draw alpha per code over rounds, the median bold; an undefined round is a gap.

    Args:
        frame: columns round, number, code, key (unlike code never twice), alpha, median (bool).
        caption: what stands below the title.
        language: of the title.
    """
    import altair as alt

    if not len(frame):
        return nothing(_say("rounds", language), language, _NO_ROUNDS)
    order = list(dict.fromkeys(frame.sort_values("number")["round"]))
    base = alt.Chart(frame, width=360, height=230).encode(
        x=alt.X("round:N", sort=order, scale=alt.Scale(domain=order), title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("alpha:Q", scale=_scale(frame["alpha"]), title="α"),
        detail="key:N",
        tooltip=["code:N", "round:N", alt.Tooltip("alpha:Q", format=".2f")],
    )
    codes = base.transform_filter("!datum.median")
    middle = base.transform_filter("datum.median")
    return alt.layer(
        _rules(horizontal=True),
        codes.mark_line(color="#808080", opacity=0.4),
        codes.mark_point(filled=True, size=18, color="#808080", opacity=0.5),
        middle.mark_line(color=MARK, strokeWidth=2.6),
        middle.mark_point(filled=True, size=60, color=MARK, opacity=1),
        title=alt.TitleParams(text=_say("rounds", language), subtitle=caption),
    )


def agreement_places(
    frame: pd.DataFrame, *, kinds: Sequence[str] = (), caption: str = "", language: Language = "en"
) -> alt.Chart | alt.LayerChart:
    """Draw a small map of where in the documents coders differ.

    Args:
        frame: columns document, begin, finish (share of the document, 0 to 1), kind, codes.
        kinds: all kinds in their order, so that each keeps its colour; those that occur by default.
        caption: what stands below the title.
        language: of the title.
    """
    import altair as alt

    if not len(frame):
        return nothing(_say("places", language), language, _ALL_AGREE)
    order = list(dict.fromkeys(frame["document"]))
    return (
        alt.Chart(frame, height=alt.Step(22), width=520, title=alt.TitleParams(text=_say("places", language), subtitle=caption))
        .mark_bar(height=12, opacity=0.75, cornerRadius=1)
        .encode(
            x=alt.X("begin:Q", scale=alt.Scale(domain=[0, 1]), title=_say("position", language), axis=alt.Axis(format="%", tickCount=5)),
            x2="finish:Q",
            y=alt.Y("document:N", sort=order, title=None),
            color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=list(kinds) or sorted(set(frame["kind"])), range=[_WARN, MARK, "#8a8a8a", "#7d6bb0"])),
            tooltip=["document:N", "kind:N", "codes:N"],
        )
    )  # fmt: skip
