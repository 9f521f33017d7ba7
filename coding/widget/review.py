"""The PI's screen: figures, who chose what instead, and the passages behind whatever is clicked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import ipywidgets

from coding.agreement import printed
from coding.agreement.figure import LOW, SOLID, ReportLanguage
from coding.agreement.units import UNIT_ZH
from coding.errors import InvalidValue
from coding.model import counted
from coding.project.agreement_charts import caption, cu_words, kind_words, rounds_frame
from coding.widget.asking import STATIC, Answer, AskingWidget
from coding.widget.i18n import Interface
from coding.widget.passages import Passages

if TYPE_CHECKING:
    from coding.agreement.bootstrap import Interval
    from coding.agreement.disagreements import Disagreement
    from coding.project.agreement import AgreementResult

__all__ = ["AgreementReview", "review"]

PAGE = 20
UNITS = ("character", "sentence", "paragraph", "turn", "document")
NOT_CODED = "not-coded"
_BANDS = {"solid": "high", "tentative": "middle", "low": "low"}


class AgreementReview(AskingWidget):
    """Shows an agreement result; asks for nothing but what is clicked.

    Args:
        result: of `Project.agreement`.
        code: name, path or uid of a code to begin with.
        language: of the interface; by default that of JupyterLab.
    """

    _esm = STATIC / "agreement_review.js"
    title = "Agreement"
    command = "result.review()"

    def __init__(self, result: AgreementResult, *, code: str | None = None, language: Interface | None = None) -> None:
        self.result, self.project = result, result.bound()
        self.language = language
        self._first = self.project.codebook.find(code).uid if code else None
        self.slot: ipywidgets.Box | None = None
        self._pair = _pairs(result)[0]
        super().__init__()

    def answers(self) -> Mapping[str, Answer]:
        """Return the questions of this screen."""
        return {
            "hello": self._hello, "unit": self._unit, "pair": self._choose_pair, "list": self._list,
            "open": self._open, "settle": self._settle,
        }  # fmt: skip

    # -- figures ----------------------------------------------------------------------------------

    def _hello(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"view": self.view()}

    def _unit(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        unit = str(asked.get("unit"))
        if unit not in UNITS:
            raise InvalidValue(f"A unit is one of {', '.join(UNITS)}; {unit!r} was asked for.")
        self.result = self.result.again(unit=unit)
        self.__dict__.pop("_passages", None)
        return {"view": self.view()}

    def _choose_pair(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Count who chose what instead between two other coders."""
        pairs = _pairs(self.result)
        wanted = asked.get("pair")
        found = next((p for p in pairs if list(p) == wanted), None)
        if found is None:
            there = "; ".join(" and ".join(p) for p in pairs)
            raise InvalidValue(f"A pair is one of {there}; {wanted!r} was asked for.")
        self._pair = found
        return {"grids": self._grids()}

    @cached_property
    def _passages(self) -> Passages:
        project = self.project
        return Passages(project, self.result.differences())

    def view(self) -> dict[str, Any]:
        """Return all that the screen shows but the passages."""
        result, table = self.result, self.result.table
        kinds: list[str] = [d.kind for d in self._passages.found]
        return {
            "title": result.round.name if result.round else "", "about": self._about(), "coders": list(table.coders),
            "unit": table.unit, "units": list(UNITS), "universe": table.universe,
            "exploratory": self._note(int(bool(result.stale))) if result.exploratory else None,
            "stale": self._note(0) if result.stale else None,
            "notes": self._notes(), "confidence": self._confidence(),
            "facts": self._facts(kinds), "methods": {"en": result.methods("en"), "zh": result.methods("zh")},
            "rows": [self._row(r) for r in table.rows], "grids": self._grids(), "rounds": self._rounds(),
            "pairs": [list(pair) for pair in _pairs(result)], "pair": list(self._pair),
            "kinds": [
                {"kind": k, "count": kinds.count(k), "words": {"en": kind_words(k, "en").capitalize(), "zh": kind_words(k, "zh")}}
                for k in ("sibling", "boundary", "missing", "other_branch") if k in kinds
            ],
            "language": self.language, "first": self._first,
        }  # fmt: skip

    def _about(self) -> dict[str, str]:
        name = f"{self.result.round.name} · " if self.result.round else ""
        return {"en": name + caption(self.result, "en"), "zh": name + caption(self.result, "zh")}

    def _note(self, at: int) -> dict[str, str]:
        return {"en": self.result.notes("en")[at], "zh": self.result.notes("zh")[at]}

    def _notes(self) -> list[dict[str, str]]:
        """Return what a reader must know beside the figures, but for what the top of the screen says."""
        own = int(bool(self.result.exploratory)) + int(bool(self.result.stale))
        both = zip(self.result.notes("en")[own:], self.result.notes("zh")[own:], strict=True)
        return [{"en": en, "zh": zh} for en, zh in both]

    def _confidence(self) -> str:
        return f"{100 * next((r.interval.confidence for r in self.result.table.rows), 0.95):g}"

    def _facts(self, kinds: Sequence[str]) -> list[dict[str, Any]]:
        t, h = self.result.table, self.result.table.headline
        siblings = kinds.count("sibling")
        lowest = h.lowest
        return [
            {"figure": printed(h.median), "small": _both(""), "words": {"en": "median α over the codes", "zh": "各代码 α 的中位数"}},
            {"figure": printed(lowest.alpha) if lowest else "–", "small": _names(lowest.code) if lowest else _both(""),
             "words": {"en": "the lowest", "zh": "最低的代码"}},
            {"figure": str(h.defined), "small": _both(f"/ {h.codes}"), "words": {"en": "codes have a defined figure", "zh": "个代码可计算"}},
            {"figure": str(len(h.below)), "small": _both(""), "words": {"en": "codes below .667", "zh": "个代码低于 .667"}},
            {"figure": f"{t.differing_units:,}", "small": {"en": f"/ {counted(t.units, t.unit)}", "zh": f"/ {t.units:,} 个{UNIT_ZH[t.unit]}"},
             "words": {"en": "are coded differently", "zh": "编码不同"}},
            {"figure": str(siblings), "small": _both(f"/ {len(kinds)}"), "words": {"en": "disagreements between sibling codes", "zh": "处分歧在同级代码之间"}},
        ]  # fmt: skip

    def _row(self, r: Any) -> dict[str, Any]:
        project = self.project
        tree = project.codebook.tree
        return {
            "uid": r.code.uid, "level": r.code.level, "name": r.code.name + (f" [{r.language}]" if r.language else ""),
            "name_zh": r.code.name_zh + (f" [{r.language}]" if r.language and r.code.name_zh else ""), "hue": tree.hue(tree.get(r.code.uid)), "merged": r.merged,
            "counts": list(r.units), "percent": f"{100 * r.percent:.1f}" if not math.isnan(r.percent) else "–",
            "alpha": _mark(
                r.alpha, r.interval, alone=r.reason == "zero_by_construction", bounded=r.interval.defined
            ),
            "kappa": _mark(r.kappa, None, bounded=r.interval.defined),
            "positive": printed(r.positive),
            "why": {"en": r.sentence("en"), "zh": r.sentence("zh")} if not r.defined else None,
        }  # fmt: skip

    def _grids(self) -> list[dict[str, Any]]:
        """Return a confusion matrix for every domain, else one table of all codes that anyone used; the worst first."""
        domains = {d.code.uid: d.code for d in self.result.table.domains}  # one, though each language has its figure
        grids = [self._grid(uid, code) for uid, code in domains.items()] or [self._grid(None, None)]
        return sorted((g for g in grids if g["names"]), key=_apart, reverse=True)

    def _grid(self, parent: str | None, info: Any) -> dict[str, Any]:
        matrix = self.result.matrix(parent, *self._pair)
        cells = matrix.counts
        used = [i for i in range(len(matrix.codes)) if cells[i].sum() + cells[:, i].sum()]
        used = sorted(sorted(used, key=lambda i: -(cells[i].sum() + cells[:, i].sum() - 2 * cells[i, i]))[:11])
        rows = [*used, len(matrix.codes)]
        names = [
            {"uid": matrix.codes[i].uid, "name": matrix.codes[i].name, "name_zh": matrix.codes[i].name_zh} for i in used
        ]
        more = [{"uid": NOT_CODED, "name": "not coded", "name_zh": "未编码"}]
        title = {"en": "Who chose what instead", "zh": "替代选择"}
        if info is not None:
            title = {"en": f"{info.name}: who chose what instead", "zh": f"{info.name_zh or info.name}：替代选择"}
        table = self.result.table
        axes = f"{matrix.first} ↓ {matrix.second} →"
        return {
            "title": title, "axes": {
                "en": f"{axes}, {matrix.unit}s{self._choice(parent, 'en')}",
                "zh": f"{axes}，{UNIT_ZH[table.unit]}{self._choice(parent, 'zh')}",
            },
            "names": names + more if names else [], "cells": cells[rows][:, rows].tolist(),
            "kind": "confusion" if matrix.exclusive else "together",
        }  # fmt: skip

    def _choice(self, parent: str | None, language: ReportLanguage) -> str:
        """Return cu-alpha of a domain in each language, or why there is none."""
        said = [cu_words(d, language) for d in self.result.table.domains if d.code.uid == parent]
        return "".join(f" · {words}" for words in said)

    def _rounds(self) -> dict[str, Any]:
        frame = rounds_frame(self.result)
        labels = list(dict.fromkeys(frame["round"]))
        if len(labels) < 2:
            return {"labels": [], "series": []}
        series = []
        for key, rows in frame.groupby("key", sort=False):
            values = dict(zip(rows["round"], rows["alpha"], strict=True))
            marks = [_mark(values.get(label, math.nan), None) for label in labels]
            if sum(m is not None for m in marks) > 1:
                name = {"name": rows["code"].iloc[0], "name_zh": rows["name_zh"].iloc[0]}
                series.append({**name, "main": key == "median", "values": marks})
        lines = [s for s in series if not s["main"]]
        worst = sorted(lines, key=lambda s: (s["values"][-1] or {"value": 2})["value"])
        return {"labels": labels, "series": [*[s for s in series if s["main"]], *worst[:2], *worst[2:][-1:]]}

    # -- passages ---------------------------------------------------------------------------------

    def _wanted(self, asked: Mapping[str, Any]) -> list[int]:
        wanted = asked.get("filter") or {}
        return [i for i, d in enumerate(self._passages.found) if self._fits(d, wanted)]

    def _fits(self, d: Disagreement, wanted: Mapping[str, Any]) -> bool:
        if wanted.get("kind") and d.kind != wanted["kind"]:
            return False
        project = self.project
        tree = project.codebook.tree
        if code := wanted.get("code"):
            family = {code, *(c.uid for c in tree.descendants(tree.get(code)))}
            return any(c.uid in family for c in d.codes)
        if pair := wanted.get("pair"):
            if (d.first, d.second) != self._pair:
                return False
            sides = [{p.code.uid for p in side} or {NOT_CODED} for side in (d.a, d.b)]
            # a code below a listed one was counted as it
            below = [
                {uid} if uid == NOT_CODED else {uid, *(c.uid for c in tree.descendants(tree.get(uid)))} for uid in pair
            ]
            return bool(below[0] & sides[0]) and bool(below[1] & sides[1])
        return True

    def _list(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        wanted = self._wanted(asked)
        start = int(asked.get("from") or 0)
        return {"items": [self._passages.item(i) for i in wanted[start : start + PAGE]], "total": len(wanted)}

    def _open(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Open the passage in the text coder below, with both coders' stripes."""
        from coding.widget.text_coder import TextCoder

        d = self._passages.found[int(str(asked.get("item")))]
        coder = TextCoder(self.project, d.document_uid, goto=(d.start, d.end), language=self.language, others=True)
        self._show(coder)
        return {}

    def _settle(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        from coding.widget.consensus import Consensus

        found = [self._passages.found[i] for i in self._wanted(asked)]
        at = asked.get("item")
        if at is not None:  # the one that was stood on comes first
            chosen = self._passages.found[int(str(at))]
            found = [chosen, *(d for d in found if d is not chosen)]
        self._show(Consensus(self.result, found=found, language=self.language))
        return {}

    def _show(self, widget: ipywidgets.DOMWidget) -> None:
        if self.slot is not None:
            self.slot.children = (widget,)


def review(result: AgreementResult, *, code: str | None = None, language: Interface | None = None) -> ipywidgets.VBox:
    """Return the screen with a place below it, where passages open and are settled."""
    screen = AgreementReview(result, code=code, language=language)
    screen.slot = ipywidgets.VBox()
    return ipywidgets.VBox([screen, screen.slot])


def _pairs(result: AgreementResult) -> list[tuple[str, str]]:
    """Return the pairs of coders in the order of the result."""
    return list(combinations(result.table.coders, 2))


def _apart(grid: Mapping[str, Any]) -> int:
    """Return how many units of a matrix lie beside its diagonal."""
    return sum(n for i, row in enumerate(grid["cells"]) for j, n in enumerate(row) if i != j)


def _both(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}


def _names(code: Any) -> dict[str, str]:
    return {"en": code.name, "zh": code.name_zh or code.name}


def _mark(
    value: float, interval: Interval | None, *, alone: bool = False, bounded: bool = True
) -> dict[str, Any] | None:
    """Return a figure as the screen draws it.

    Args:
        value: the figure.
        interval: the interval of this figure, None where it never has one.
        alone: whether only one coder used the code.
        bounded: whether the code has an interval; without one a mark is as hollow as that of a low figure.
    """
    if math.isnan(value):
        return None
    band = "low" if value < LOW or not bounded else "solid" if value >= SOLID else "tentative"
    known = interval is not None and interval.defined
    low, high = (float(interval.low), float(interval.high)) if known and interval else (None, None)
    shown = _both("") if known or interval is None else {"en": "no interval", "zh": "无区间"}
    shown = {"en": "one coder only", "zh": "仅一人使用"} if alone else shown
    if low is not None and high is not None:
        shown = {"en": f"{printed(low)} to {printed(high)}", "zh": f"{printed(low)} 至 {printed(high)}"}
    return {
        "value": float(value),
        "text": printed(value),
        "low": low,
        "high": high,
        "range": shown,
        "band": _BANDS[band],
    }
