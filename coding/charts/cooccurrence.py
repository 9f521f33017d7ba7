"""Which codes meet: as a table and as a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coding.charts.base import MARK, Language, caption, heading, nothing, number_text, say

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["cooccurrence", "cooccurrence_network"]


def cooccurrence(pairs: pd.DataFrame, *, top: int = 20, language: Language = "en") -> alt.LayerChart:
    """Draw how often each two codes meet, as a triangle of shaded cells in the order of the tree.

    Args:
        pairs: from `coding.tables.cooccurrence`.
        top: how many codes at most: those that meet others most often.
        language: of title and caption.
    """
    import altair as alt

    if pairs.empty:
        return nothing(say("Codes that meet", language), language)
    codes = _most_met(pairs, top)
    shown = pairs[pairs["code_a"].isin(codes) & pairs["code_b"].isin(codes)]
    # the first code has nobody before it and the last nobody after it: neither row nor column stays empty
    rows, columns = codes[1:], codes[:-1]
    base = alt.Chart(shown, height=alt.Step(24), width=alt.Step(30)).encode(
        x=alt.X(
            "code_a:N", sort=columns, scale=alt.Scale(domain=columns), title=None,
            axis=alt.Axis(orient="bottom", labelAngle=-40, labelAlign="right", labelLimit=190),
        ),
        y=alt.Y("code_b:N", sort=rows, scale=alt.Scale(domain=rows), title=None),
        tooltip=[
            alt.Tooltip("code_a:N", title=say("code", language)),
            alt.Tooltip("code_b:N", title=say("code", language) + " "),
            alt.Tooltip("together:Q", title=say("together", language)),
            alt.Tooltip("jaccard:Q", title="Jaccard", format=".2f"),
        ],
    )  # fmt: skip
    shade = alt.Opacity("together:Q", scale=alt.Scale(range=[0.1, 0.95], zero=True), legend=None)
    squares = base.mark_rect(color=MARK, cornerRadius=3, width={"band": 0.92}, height={"band": 0.9}).encode(
        opacity=shade
    )
    numbers = base.mark_text(**number_text(opacity=0.95)).encode(text="together:Q")
    return alt.layer(squares, numbers, title=_title(pairs, len(codes), language))


def _title(pairs: pd.DataFrame, shown: int, language: Language) -> alt.TitleParams:
    n = len(set(pairs["code_a"]) | set(pairs["code_b"]))
    parts: list[tuple[int, str] | str] = [(int(pairs["together"].sum()), "co-occurrences"), (n, "codes")]
    if shown < n:
        parts.append(f"最常共现的 {shown} 个" if language == "zh" else f"the {shown} that meet most")
    return heading(say("Codes that meet", language), caption(language, *parts))


def _most_met(pairs: pd.DataFrame, top: int) -> list[str]:
    """Return the codes that meet others most often, in the order of the tree."""
    met: dict[str, int] = {}
    order: dict[str, int] = {}
    for side in ("a", "b"):
        columns = (pairs[f"code_{side}"], pairs["together"], pairs[f"order_{side}"])
        for code, together, at in zip(*columns, strict=True):
            met[code] = met.get(code, 0) + int(together)
            order[code] = int(at)
    kept = sorted(met, key=lambda code: (-met[code], order[code]))[:top]
    return sorted(kept, key=order.__getitem__)


def cooccurrence_network(
    pairs: pd.DataFrame, *, top: int = 16, least: int = 1, language: Language = "en"
) -> alt.LayerChart:
    """Draw codes as dots and their meetings as lines; near each other stands what meets often.

    Args:
        pairs: from `coding.tables.cooccurrence`.
        top: how many codes at most.
        least: leave out pairs that meet less often.
        language: of title and caption.
    """
    import altair as alt
    import pandas as pd

    if not (pairs["together"] >= least).any():
        return nothing(say("Codes that meet", language), language)
    codes = _most_met(pairs[pairs["together"] >= least], top)
    kept = pairs[pairs["code_a"].isin(codes) & pairs["code_b"].isin(codes) & (pairs["together"] >= least)]
    kept = kept.nlargest(3 * len(codes), "together", keep="first")  # more lines than that hide each other
    at = {code: i for i, code in enumerate(codes)}
    a, b = kept["code_a"].map(at).to_numpy(dtype=int), kept["code_b"].map(at).to_numpy(dtype=int)
    weight = kept["together"].to_numpy(dtype=float)
    place = _layout(len(codes), a, b, weight)
    strength = np.bincount(a, weight, len(codes)) + np.bincount(b, weight, len(codes))
    dots = pd.DataFrame({"code": codes, "x": place[:, 0], "y": place[:, 1], "together": strength.astype(int)})
    uids = dict(zip([*pairs["code_a"], *pairs["code_b"]], [*pairs["code_a_uid"], *pairs["code_b_uid"]], strict=True))
    dots["code_uid"] = [uids[code] for code in codes]
    dots["above"] = dots["y"] + (np.sqrt(60 + 640 * strength / max(strength.max(initial=1), 1)) / 2 + 12) * 2.3 / 440
    lines = pd.DataFrame(
        {
            "x": place[a, 0], "y": place[a, 1], "x2": place[b, 0], "y2": place[b, 1],
            "pair": [f"{p} – {q}" for p, q in zip(kept["code_a"], kept["code_b"], strict=True)],
            "together": kept["together"].to_numpy(), "jaccard": kept["jaccard"].to_numpy(),
            "code_a_uid": kept["code_a_uid"].to_numpy(), "code_b_uid": kept["code_b_uid"].to_numpy(),
        }
    )  # fmt: skip
    x, y = alt.X("x:Q", axis=None, scale=_room()), alt.Y("y:Q", axis=None, scale=_room())
    above = alt.Y("above:Q", axis=None, scale=_room())
    edges = (
        alt.Chart(lines, width=620, height=440)
        .mark_rule(color="#808080", strokeCap="round")
        .encode(
            x=x,
            y=y,
            x2="x2:Q",
            y2="y2:Q",
            strokeWidth=alt.StrokeWidth("together:Q", scale=alt.Scale(range=[0.8, 9], zero=True), legend=None),
            opacity=alt.Opacity("together:Q", scale=alt.Scale(range=[0.22, 0.5], zero=True), legend=None),
            tooltip=[
                alt.Tooltip("pair:N", title=say("codes", language)),
                alt.Tooltip("together:Q", title=say("together", language)),
                alt.Tooltip("jaccard:Q", title="Jaccard", format=".2f"),
            ],
        )
    )
    size = alt.Size("together:Q", scale=alt.Scale(range=[60, 700], zero=True), legend=None)
    tip = [
        alt.Tooltip("code:N", title=say("code", language)),
        alt.Tooltip("together:Q", title=say("together", language)),
    ]
    points = alt.Chart(dots).mark_circle(color=MARK, opacity=1).encode(x=x, y=y, size=size, tooltip=tip)
    names = alt.Chart(dots).mark_text(**number_text(fontSize=12, opacity=0.95)).encode(x=x, y=above, text="code:N")
    return alt.layer(edges, points, names, title=_title(pairs, len(codes), language))


def _room() -> alt.Scale:
    import altair as alt

    return alt.Scale(domain=[-1.15, 1.15], nice=False)


def _layout(n: int, a: npt.NDArray[Any], b: npt.NDArray[Any], weight: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Place n dots so that heavy lines are short and no two dots touch; the same input gives the same picture.

    Source:
        Fruchterman, T. & Reingold, E. (1991). Graph drawing by force-directed placement, pp. 1131–1135.
    """
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    place = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    if n < 3 or not len(weight):
        return np.asarray(place * 0.6, dtype=np.float64)
    pull = np.zeros((n, n))
    pull[a, b] = pull[b, a] = np.sqrt(weight / weight.max())
    ideal = 1.5 / np.sqrt(n)
    for step in np.linspace(0.12, 0.004, 260):
        apart = place[:, None, :] - place[None, :, :]
        distance = np.maximum(np.linalg.norm(apart, axis=2, keepdims=True), 1e-3)
        push = ideal**2 / distance**2
        draw = pull[:, :, None] * distance / ideal
        move = ((push - draw) * apart).sum(axis=1) - 0.6 * place  # a little pull to the middle keeps islands in
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        place = place + move / length * np.minimum(length, step)
    place -= (place.max(axis=0) + place.min(axis=0)) / 2
    spread: npt.NDArray[np.float64] = place / np.maximum(np.abs(place).max(axis=0), 1e-9)
    return spread
