"""One figure of agreement: a value, or the reason why there is none.

A figure that cannot be computed is NaN with a machine-readable reason and a sentence in English and
Chinese. It is never 0 and never 1, because either would be read as a finding.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from coding.errors import InvalidValue

__all__ = ["LOW", "REASONS", "SOLID", "Figure", "ReportLanguage", "printed", "reason_text", "undefined"]

LOW: Final = 2 / 3
"""Below this, Krippendorff advises, a figure supports not even tentative conclusions (2019, p. 356)."""
SOLID: Final = 0.8
"""From here on a figure may be relied on (the same)."""

ReportLanguage = Literal["en", "zh"]

REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "no_units": ("There is no text to judge.", "没有可供判断的文本。"),
        "no_pairs": ("No unit was judged by two coders.", "没有任何单位由两名编码员共同判断。"),
        "one_coder": ("Only one coder took part.", "只有一名编码员参与。"),
        "two_coders_needed": ("This measure compares exactly two coders.", "该指标只比较两名编码员。"),
        "nothing_coded": ("No coder used it here.", "没有编码员在此使用该代码。"),
        "everything_coded": (
            "Every coder coded all of the text, so there is nothing to tell apart.",
            "所有编码员都编码了全部文本，没有可区分之处。",
        ),
        "one_value": (
            "Only one value occurs, so agreement by chance is complete.",
            "只出现一个取值，偶然一致已达到最大。",
        ),
        "one_category": ("Only one category is available.", "只有一个可用类别。"),
        "degenerate": (
            "Only one category was used; the value holds by construction.",
            "只使用了一个类别；该值由公式构造决定。",
        ),
        "zero_by_construction": (
            "Only one coder used it; kappa is 0 by construction.",
            "只有一名编码员使用；kappa 由公式构造必然为 0。",
        ),
        "nothing_paired": (
            "No character was coded by two coders, so there is no choice of code to compare.",
            "没有任何字符由两名编码员共同编码，无从比较代码的选择。",
        ),
        "value_not_used": ("Nobody used this code where two coders coded.", "在两名编码员共同编码处无人使用该代码。"),
        "one_code": ("With a single code there is no choice to agree on.", "只有一个代码，没有选择可言。"),
        "overlapping_units": (
            "Codes that exclude each other overlap in one coder's work.",
            "同一编码员的互斥代码发生重叠。",
        ),
        "too_many_units": (
            "Too many units to align exactly; compare pairs of coders, or install the extra “gamma”.",
            "单位过多，无法精确对齐；请逐对比较编码员，或安装扩展 “gamma”。",
        ),
        "no_domain": (
            "Its codes may overlap, so the figure is not defined; mark the parent exclusive where they may not.",
            "其代码可以重叠，该值无定义；若代码互斥，请将上级代码标为互斥。",
        ),
        "several_values": (
            "A coder gave one unit several codes, and this measure compares one code a unit.",
            "有编码员给同一单位多个代码，而该指标每单位只比较一个代码。",
        ),
        "no_boundaries": ("No coder set a boundary.", "没有编码员设置边界。"),
        "no_spans": ("Neither coder coded a passage.", "两名编码员都没有编码任何片段。"),
        "no_chance": (
            "Agreement expected by chance is complete, so nothing is left to correct.",
            "期望的偶然一致已达最大，无可校正。",
        ),
        "invalid_values": (
            "The values are not numbers that this level of measurement can compare.",
            "这些取值不适合该测量尺度。",
        ),
        "languages_not_pooled": (
            "Characters of different languages are not pooled; see each language.",
            "不同语言的字符不合并计算；请分别查看各语言。",
        ),
        "too_few_documents": (
            "Too few documents, or blocks of them, for an interval; ten are needed.",
            "文档（或文本块）太少，无法给出区间；需要十份（块）。",
        ),
        "no_spread": (
            "The interval is withheld: no resample gave another figure, which is no proof of certainty.",
            "区间不予给出：所有重抽样结果相同，但这并不证明确定无疑。",
        ),
        "too_many_undefined": (
            "The interval is withheld: too many resamples left the figure undefined.",
            "区间不予给出：过多的重抽样使该值无法计算。",
        ),
    }
)
"""Machine-readable reason to its sentence in English and in Chinese."""


def reason_text(reason: str, language: ReportLanguage = "en") -> str:
    """Return the sentence of a reason, "" for the empty reason.

    >>> reason_text("nothing_coded")
    'No coder used it here.'
    >>> reason_text("nothing_coded", "zh")
    '没有编码员在此使用该代码。'
    """
    if not reason:
        return ""
    return REASONS[reason][0 if language == "en" else 1]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its show of work."""

    value: float
    """NaN where undefined."""
    reason: str = ""
    """Key of `REASONS`; "" where the value needs no comment."""
    measure: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    """What the value depends on: categories, thresholds, coverage, number of undefined pairs …"""

    @property
    def defined(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)

    def sentence(self, language: ReportLanguage = "en") -> str:
        """Return the reason in plain words, "" where there is none."""
        return reason_text(self.reason, language)

    def __float__(self) -> float:
        return self.value


def undefined(reason: str, measure: str = "", **params: Any) -> Figure:
    """Make a figure without a value.

    Args:
        reason: a key of `REASONS`.
        measure: name of the measure.
        params: what the figure would have depended on.

    >>> undefined("no_units").defined
    False
    """
    if reason not in REASONS:
        raise InvalidValue(f"“{reason}” is not a known reason; add it to REASONS with both sentences.")
    return Figure(math.nan, reason, measure, params)


def printed(value: float) -> str:
    """Return a figure as journals print it; three decimals where two would mislead.

    >>> [printed(v) for v in (0.74, 1.0, -0.05, 0.7961, 0.6651, -0.0021, float("nan"))]
    ['.74', '1.00', '−.05', '.796', '.665', '−.002', '–']
    """
    if math.isnan(value):
        return "–"
    misleads = any((round(value, 2) >= round(t, 2)) != (value >= t) for t in (LOW, SOLID))
    nearly_nothing = 0.0005 <= abs(value) < 0.005
    text = f"{value:.{3 if misleads or nearly_nothing else 2}f}".replace("0.", ".", 1)
    return text.replace("-", "−") if text != "-.00" else ".00"
