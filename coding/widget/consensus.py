"""The consensus screen: settle disagreements by keyboard, names hidden, originals untouched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coding.agreement import printed
from coding.errors import InvalidValue, NotFound
from coding.project.consensus import CHOICES, REASONS
from coding.widget.asking import STATIC, Answer, AskingWidget
from coding.widget.i18n import Interface
from coding.widget.passages import Passages

if TYPE_CHECKING:
    from coding.agreement.disagreements import Disagreement, Passage
    from coding.project.agreement import AgreementResult

__all__ = ["Consensus"]

_REASON_WORDS = {
    "overlooked": {"en": "Overlooked", "zh": "遗漏"},
    "boundary": {"en": "Edges", "zh": "边界"},
    "rule unclear": {"en": "Rule unclear", "zh": "规则不清"},
    "reading differs": {"en": "Reading differs", "zh": "理解不同"},
}


class Consensus(AskingWidget):
    """Shows disagreements one by one to those who settle them.

    Args:
        result: of `Project.agreement`.
        code: only disagreements that touch this code.
        found: the disagreements, where they are chosen already.
        language: of the interface; by default that of JupyterLab.
    """

    _esm = STATIC / "consensus.js"
    title = "Consensus"
    command = "result.settle()"

    def __init__(
        self,
        result: AgreementResult,
        *,
        code: str | None = None,
        found: Sequence[Disagreement] | None = None,
        language: Interface | None = None,
    ) -> None:
        self.result, self.project, self.language = result, result.bound(), language
        self._code = code
        self._passages = Passages(self.project, result.differences(code) if found is None else found)
        super().__init__()

    def answers(self) -> Mapping[str, Answer]:
        """Return the questions of this screen."""
        return {"hello": self._hello, "item": self._item, "settle": self._settle, "undo": self._undo}

    def desk(self) -> dict[str, Any]:
        """Return the list of disagreements and what has been decided, without words of a document."""
        lines = []
        for i, d in enumerate(self._passages.found):
            decision = self.project.consensus.about(p.uid for p in (*d.a, *d.b))
            outline = self.project.store.outline(d.document_uid)
            lines.append(
                {
                    "id": str(i), "name": d.document, "paragraph": 1 + sum(p.end <= d.start for p in outline.paragraphs),
                    "words": self._passages.words(d),
                    "settled": f"{decision.decision}, {'; '.join(decision.reasons)}" if decision else "",
                }
            )  # fmt: skip
        return {
            "title": {"en": self._code or "All codes", "zh": self._code or "全部代码"}, "lines": lines,
            "language": self.language, "before": self._before(), "coder": self.project.coder_name,
            "reasons": [{"key": r, "words": _REASON_WORDS[r]} for r in REASONS],
        }  # fmt: skip

    def _before(self) -> dict[str, Any]:
        table = self.result.table
        if self._code:
            row = table[self.project.codebook.find(self._code).uid]
            return {"words": {"en": f"α, {row.code.name}, before", "zh": f"α（{row.code.name_zh or row.code.name}，共识前）"},
                    "text": printed(row.alpha)}  # fmt: skip
        return {"words": {"en": "median α, before", "zh": "α 中位数（共识前）"}, "text": printed(table.headline.median)}

    def _hello(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"desk": self.desk()}

    def _at(self, asked: Mapping[str, Any], key: str) -> int:
        try:
            number = int(str(asked.get(key)))
        except ValueError:
            number = -1
        if not 0 <= number < len(self._passages.found):
            raise NotFound("That disagreement is not on the list. Reload the page.")
        return number

    def _item(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        number = self._at(asked, "item")
        d = self._passages.found[number]
        item = self._passages.item(number, around=2)
        decision = self.project.consensus.about(p.uid for p in (*d.a, *d.b))
        decided = None
        if decision:
            decided = {
                "decision": decision.decision, "reasons": list(decision.reasons), "note": decision.note,
                "change_rule": decision.change_rule, "confidence": decision.confidence,
                "code": decision.result[0][0] if decision.result else None,
            }  # fmt: skip
        item |= {
            "codesA": self._codes(d.a),
            "codesB": self._codes(d.b),
            "names": [d.first, d.second],
            "decided": decided,
        }
        return {"item": item}

    def _codes(self, passages: Sequence[Passage]) -> list[dict[str, Any]]:
        tree = self.project.codebook.tree
        codes = [tree.get(uid) for uid in dict.fromkeys(p.code.uid for p in passages)]
        return [
            {
                "uid": c.uid, "name": c.name, "name_zh": c.name_zh, "hue": tree.hue(c),
                "definition": c.definition, "definition_zh": c.definition_zh,
            }
            for c in codes
        ]  # fmt: skip

    def _settle(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        d = self._passages.found[self._at(asked, "item")]
        decision = asked.get("decision")
        if decision not in CHOICES:
            raise InvalidValue(f"“{decision}” is no decision; there are {', '.join(CHOICES)}.")
        confidence: Any = asked.get("confidence") or ""
        if confidence not in ("", "low", "medium", "high"):
            raise InvalidValue(f"“{confidence}” is no confidence; there are low, medium and high.")
        needs_code = decision in ("union", "intersection", "redraw")
        self.project.consensus.settle(
            decision,
            a=[p.uid for p in d.a],
            b=[p.uid for p in d.b],
            code=str(asked["code"]) if needs_code and asked.get("code") else None,
            start=asked.get("start"),
            end=asked.get("end"),
            reasons=[str(r)[:200] for r in asked.get("reasons") or ()],
            note=str(asked.get("note") or "")[:2000],
            confidence=confidence,
            change_rule=bool(asked.get("change_rule")),
        )
        return {"desk": self.desk()}

    def _undo(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"undone": self.project.undo(), "desk": self.desk()}
