"""What the figures share: type, colours that hold on light and dark grounds, captions with their n.

The ground is transparent and no text has a colour of its own: JupyterLab gives labels the ink of its
theme, and we only lower their opacity. Text inside a figure borrows the labels' style for the same
reason. Colours of codes have one lightness that stands out on white and on black.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = [
    "FONT", "INK", "MARK", "Language", "branch_colours", "caption", "colour", "enable_theme", "heading", "nothing", "number_text", "say",
]  # fmt: skip

Language = Literal["en", "zh"]

FONT: Final = (
    "Inter, 'Segoe UI', 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', "
    "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
)
"""Latin faces first, Han faces behind them: each character takes the first face that has it."""
MARK: Final = "#4f76a8"
"""Colour of marks that stand for no single code; 4.7:1 on white, 4.0:1 on JupyterLab's dark ground."""
INK: Final = "guide-label"
"""Style of text inside a figure: the theme's ink, black on light and white on dark."""
_GREY: Final = "#808080"

_WORDS: Final = {
    "codings": "编码",
    "codes": "代码",
    "code": "代码",
    "documents": "文档",
    "document": "文档",
    "coders": "编码员",
    "coder": "编码员",
    "case": "个案",
    "share": "占比",
    "group": "分组",
    "together": "共现",
    "co-occurrences": "共现",
    "groups": "组",
    "sentence": "句",
    "paragraph": "段",
    "turn": "话轮",
    "position": "位置",
    "path": "路径",
    "level": "层级",
    "direction": "方向",
    "new codes": "新代码",
    "codes seen so far": "累计代码",
    "codings with subcodes": "编码（含下级）",
    "top-down": "自上而下",
    "bottom-up": "自下而上",
    "horizontal": "横向",
    "oblique": "斜向",
    "outward": "向外",
    "inward": "向内",
    "internal": "内部",
    "two-way": "双向",
    "Codes by frequency": "代码频次",
    "Codes by": "代码 ×",
    "Direction of the codes by": "代码方向 ×",
    "Codes that meet": "代码共现",
    "Where the codes lie": "代码在文档中的位置",
    "Codes that were new": "新代码的出现",
    "beginning": "开头",
    "end": "结尾",
    "language": "语言",
    "speaker": "说话人",
    "round": "轮次",
    "characters": "字符",
    "Words typical of": "突出词",
    "word": "词",
    "inside": "片段内",
    "in the rest": "其余文字",
    "log ratio": "对数比（以 2 为底）",
}


def say(word: str, language: Language) -> str:
    """Return a word of our own in the reader's language; others, such as a variable's name, as they are."""
    return _WORDS.get(word, word) if language == "zh" else word


_COUNTED: Final = {
    "codings": "条",
    "codes": "个",
    "documents": "份",
    "co-occurrences": "次",
    "coders": "名",
    "words inside": "个",
}


def caption(language: Language, *parts: tuple[int, str] | str) -> str:
    """Return what stands below a title: how many of what, and which unit was counted.

    >>> caption("en", (1200, "codings"), (10, "documents"))
    'n = 1,200 codings · 10 documents'
    >>> caption("zh", (12, "codings"), (2, "documents"))
    'n = 12 条编码 · 2 份文档'
    """
    zh = language == "zh"
    out = [
        part
        if isinstance(part, str)
        else f"{part[0]:,} {_COUNTED.get(part[1], '') if zh else ''}{say(part[1], language)}"
        for part in parts
    ]
    return "n = " + " · ".join(out)


def heading(text: str, below: str) -> alt.TitleParams:
    """Return the title of a figure with its caption."""
    import altair as alt

    return alt.TitleParams(text=text, subtitle=below)


_NOTHING: Final = ("There are no codings to draw yet.", "还没有可以作图的编码")


def nothing(text: str, language: Language, said: tuple[str, str] = _NOTHING) -> alt.LayerChart:
    """Return what stands where a figure has nothing to show: its title and a line, in both languages, that says so."""
    import altair as alt
    import pandas as pd

    line = alt.Chart(pd.DataFrame({"said": [said[language == "zh"]]}), width=360, height=40)
    line = line.mark_text(**number_text(align="left", fontSize=12)).encode(x=alt.value(0), text="said:N")
    return alt.layer(line, title=heading(text, caption(language, (0, "codings"))))


def colour(hue: float, *, lightness: float = 0.6, chroma: float = 0.115) -> str:
    """Return the sRGB colour of an OKLCH hue, its chroma lowered where the screen cannot show it.

    Args:
        hue: degrees, 0 to 360.
        lightness: 0 to 1; the default is legible on white and on black.
        chroma: 0 to about 0.3.

    Source:
        Ottosson, B. (2020). A perceptual color space for image processing (the OKLab matrices).

    >>> colour(250)
    '#4584c2'
    """
    while True:
        red, green, blue = _linear_rgb(lightness, chroma, math.radians(hue))
        if chroma < 1e-4 or all(-1e-4 <= part <= 1 + 1e-4 for part in (red, green, blue)):
            return "#" + "".join(f"{round(255 * _gamma(part)):02x}" for part in (red, green, blue))
        chroma -= 0.005


def _linear_rgb(lightness: float, chroma: float, angle: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _gamma(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def branch_colours(frame: pd.DataFrame) -> list[str]:
    """Return a colour for each row: its code's hue, else one that belongs to its branch of the tree.

    Args:
        frame: with ``path``, and ``hue`` where the project gives hues.
    """
    tops = [path.split(" > ")[0] for path in frame["path"]]
    number = {top: i for i, top in enumerate(dict.fromkeys(tops))}
    hues: Sequence[Any] = frame["hue"].tolist() if "hue" in frame else [None] * len(frame)
    # steps of the golden angle keep neighbours apart, however many branches there are
    return [
        colour(float(hue) if isinstance(hue, int) else (250 + 137.5 * number[top]) % 360)
        for hue, top in zip(hues, tops, strict=True)
    ]


def number_text(**options: Any) -> dict[str, Any]:
    """Return the properties of a text mark in the theme's ink."""
    return {"style": INK, "fontSize": 11, "opacity": 0.82, **options}


def enable_theme() -> None:
    """Make the workbench's theme the one that Altair applies to every chart."""
    import altair as alt

    if "coding" not in alt.theme.names():
        alt.theme.register("coding", enable=False)(_theme)
    alt.theme.enable("coding")


def _theme() -> alt.theme.ThemeConfig:
    quiet = {"domain": False, "ticks": False, "labelOpacity": 0.82, "titleOpacity": 0.66, "labelLimit": 260}
    type_ = {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": 12,
        "titleFontSize": 11.5,
        "titleFontWeight": "normal",
    }
    config: dict[str, Any] = {
        "background": "transparent",
        "font": FONT,
        "padding": 8,
        "view": {"stroke": None, "continuousWidth": 460, "continuousHeight": 260},
        "title": {
            "font": FONT, "fontSize": 14, "fontWeight": 600, "anchor": "start", "frame": "bounds", "offset": 12,
            "subtitleFont": FONT, "subtitleFontSize": 11.5, "subtitlePadding": 4,
        },
        "axis": {**quiet, **type_, "labelPadding": 6, "titlePadding": 10, "gridColor": _GREY, "gridOpacity": 0.22},
        "axisBand": {"grid": False},
        "legend": {**type_, "labelOpacity": 0.82, "titleOpacity": 0.66, "symbolType": "circle", "orient": "top"},
        "header": {**type_, "titleAnchor": "start"},
        "bar": {"color": MARK, "cornerRadiusEnd": 2},
        "rect": {"color": MARK},
        "line": {"color": MARK, "strokeWidth": 2},
        "point": {"color": MARK, "filled": True},
        "circle": {"color": MARK},
        "rule": {"color": _GREY},
        "range": {"category": [colour((250 + 137.5 * i) % 360) for i in range(10)], "heatmap": [MARK], "ramp": [MARK]},
    }  # fmt: skip
    return {"config": config}
