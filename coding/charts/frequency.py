"""How often: codes by frequency, codes by group, directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from coding.charts.base import MARK, Language, branch_colours, caption, heading, nothing, number_text, say

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["code_frequency", "codes_by", "directions"]


def code_frequency(
    counts: pd.DataFrame, *, top: int = 30, below: bool = False, language: Language = "en"
) -> alt.LayerChart:
    """Draw how often each code was applied, the most frequent first.

    Args:
        counts: from `coding.tables.code_counts`.
        top: how many codes at most; the caption says how many were left out.
        below: count a code's subcodes with it.
        language: of title and caption; the codes' names are those in the frame.
    """
    import altair as alt

    column, what = ("codings_below", "codings with subcodes") if below else ("codings", "codings")
    used = counts[counts[column] > 0].sort_values([column, "path"], ascending=[False, True], kind="stable")
    if used.empty:
        return nothing(say("Codes by frequency", language), language)
    shown = used.head(top).assign(colour=lambda f: branch_colours(f))
    left_out = len(used) - len(shown)
    more = (f"最多的 {top} 个代码" if language == "zh" else f"the {top} most frequent codes") if left_out else ""
    parts: list[tuple[int, str] | str] = [(int(counts["codings"].sum()), "codings"), (len(used), "codes")]
    parts += [more] if more else []
    y = alt.Y("code:N", sort=shown["code"].tolist(), title=None)
    base = alt.Chart(shown, height=alt.Step(23), width=420).encode(y=y, x=alt.X(f"{column}:Q", axis=None))
    tip = [
        alt.Tooltip("path:N", title=say("path", language)),
        alt.Tooltip("codings:Q", title=say("codings", language)),
        alt.Tooltip("codings_below:Q", title=say("codings with subcodes", language)),
        alt.Tooltip("documents:Q", title=say("documents", language)),
        alt.Tooltip("coders:Q", title=say("coders", language)),
        alt.Tooltip("share:Q", title=say("share", language), format=".1%"),
    ]
    bars = base.mark_bar(height=13).encode(color=alt.Color("colour:N", scale=None), tooltip=tip)
    numbers = base.mark_text(align="left", dx=6, **number_text()).encode(text=alt.Text(f"{column}:Q", format=","))
    title = heading(say("Codes by frequency", language), caption(language, *parts) + _unit(what, below, language))
    return alt.layer(bars, numbers, title=title)


def _unit(what: str, below: bool, language: Language) -> str:
    return f" · {say(what, language)}" if below else ""


def codes_by(
    frame: pd.DataFrame,
    *,
    measure: Literal["codings", "share"] = "codings",
    top: int = 30,
    language: Language = "en",
) -> alt.LayerChart:
    """Draw how often each code was applied in each group, as a table whose cells are shaded.

    Args:
        frame: from `coding.tables.codes_by` or `codes_by_case`.
        measure: ``codings`` counts; ``share`` is of the group's codings, which compares groups of
            different size.
        top: how many codes at most, the most frequent, shown in the order of the tree.
        language: of title and caption.
    """
    import altair as alt

    if frame.empty:
        return nothing(f"{say('Codes by', language)} {say('group', language)}", language)
    frequent = frame.groupby("path")["codings"].sum().nlargest(top).index
    shown = frame[frame["path"].isin(frequent)].sort_values("order")
    by = say(str(frame["by"].iloc[0]), language)
    totals = frame.groupby("group")["codings"].sum()
    cells = alt.Chart(shown, height=alt.Step(24), width=alt.Step(46 if measure == "codings" else 52)).encode(
        x=_column_axis(totals.index.tolist()),
        y=alt.Y("code:N", sort=shown["code"].unique().tolist(), title=None),
        tooltip=[
            alt.Tooltip("path:N", title=say("path", language)),
            alt.Tooltip("group:N", title=by),
            alt.Tooltip("codings:Q", title=say("codings", language)),
            alt.Tooltip("share:Q", title=say("share", language), format=".1%"),
            alt.Tooltip("documents:Q", title=say("documents", language)),
        ],
    )
    shade = alt.Opacity(f"{measure}:Q", scale=alt.Scale(range=[0.1, 0.95], zero=True), legend=None)
    squares = cells.mark_rect(color=MARK, cornerRadius=3, width={"band": 0.93}, height={"band": 0.9}).encode(
        opacity=shade
    )
    text = alt.Text(f"{measure}:Q", format="," if measure == "codings" else ".0%")
    numbers = cells.mark_text(**number_text(opacity=0.95)).encode(text=text)
    below = caption(language, (int(totals.sum()), "codings"), (len(totals), "groups"))
    if measure == "share":
        below += " · 占各列编码的比例" if language == "zh" else " · share of each column’s codings"
    return alt.layer(squares, numbers, title=heading(f"{say('Codes by', language)} {by}", below))


def _column_axis(groups: list[str]) -> alt.X:
    """Return the axis above a table: flat where the names are short, slanted where they are not."""
    import altair as alt

    long = max((sum(2 if ord(c) > 0x2E80 else 1 for c in str(g)) for g in groups), default=0) > 6
    slant = {"labelAngle": -40, "labelAlign": "left", "labelBaseline": "middle"} if long else {"labelAngle": 0}
    return alt.X("group:N", title=None, axis=alt.Axis(orient="top", labelLimit=170, **slant))


_DIRECTIONS = {
    "top-down": 250, "bottom-up": 145, "horizontal": 85, "oblique": 55, "two-way": 110, "outward": 20, "inward": 320,
    "internal": 290,
}  # fmt: skip


def directions(frame: pd.DataFrame, *, language: Language = "en") -> alt.LayerChart:
    """Draw in which directions the coded mechanisms run, as shares of each group's codings.

    Args:
        frame: from `coding.tables.directions`.
        language: of title and words.
    """
    import altair as alt

    from coding.charts.base import colour

    if frame.empty:
        return nothing(f"{say('Direction of the codes by', language)} {say('group', language)}", language)
    rank = {name: i for i, name in enumerate(_DIRECTIONS)}
    shown = frame.assign(
        rank=frame["direction"].map(rank).fillna(len(rank)).astype(int),
        said=frame["direction"].map(lambda d: say(d, language)),
    ).sort_values(["group", "rank"])
    shown["to"] = shown.groupby("group")["share"].cumsum()
    shown["middle"] = shown["to"] - shown["share"] / 2
    shown["written"] = shown["share"].map(lambda s: f"{s:.0%}" if s >= 0.06 else "")
    there = [name for name in _DIRECTIONS if name in set(shown["direction"])]
    by = say(str(frame["by"].iloc[0]), language)
    base = alt.Chart(shown, height=alt.Step(30), width=460).encode(
        y=alt.Y("group:N", title=None),
        tooltip=[
            alt.Tooltip("group:N", title=by),
            alt.Tooltip("said:N", title=say("direction", language)),
            alt.Tooltip("codings:Q", title=say("codings", language)),
            alt.Tooltip("share:Q", title=say("share", language), format=".1%"),
        ],
    )
    scale = alt.Scale(domain=[say(d, language) for d in there], range=[colour(_DIRECTIONS[d]) for d in there])
    bars = base.mark_bar(height=20, cornerRadius=2).encode(
        x=alt.X("share:Q", stack="zero", axis=None, scale=alt.Scale(domain=[0, 1])),
        order="rank:Q",
        color=alt.Color("said:N", scale=scale, legend=alt.Legend(title=None, direction="horizontal")),
    )
    words = base.mark_text(color="#ffffff", fontSize=11, fontWeight=600).encode(x="middle:Q", text="written:N")
    below = caption(language, (int(frame["codings"].sum()), "codings"), (shown["group"].nunique(), "groups"))
    return alt.layer(bars, words, title=heading(f"{say('Direction of the codes by', language)} {by}", below))
