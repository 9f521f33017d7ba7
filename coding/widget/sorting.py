"""The sorting board: loose codes gathered under parents, with the passages of each in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets

from coding.codebook.info import RELATION_KINDS
from coding.errors import InvalidValue
from coding.widget.asking import STATIC, Answer, AskingWidget
from coding.widget.i18n import Interface
from coding.widget.passages import language_at

if TYPE_CHECKING:
    from coding.model import Code
    from coding.project import Project

__all__ = ["SortingBoard", "SortingScreen"]

PAGE = 30
_KIND_ZH = {
    "is_a": "属于一类", "part_of": "是其部分", "causes": "导致", "enables": "促成", "uses": "运用", "responds_to": "回应",
    "co_occurs_with": "同时出现", "precedes": "先于", "excludes": "排斥", "transforms_into": "转化为",
    "close_match": "相近", "broader": "更宽",
}  # fmt: skip
_MEMO_KINDS = ("theory", "method", "code")


class SortingScreen(AskingWidget):
    """Shows the codes of a project and changes their places, stages and relations, one step of undo each.

    Args:
        project: an open project.
        language: of the interface; by default that of JupyterLab.
    """

    _esm = STATIC / "sorting.js"
    title = "Sorting board"
    command = "qc.SortingBoard(project)"

    def __init__(self, project: Project, *, language: Interface | None = None) -> None:
        self.project, self.language = project, language
        self.slot: ipywidgets.Box | None = None
        super().__init__()

    def answers(self) -> Mapping[str, Answer]:
        """Return the questions of this screen."""
        return {
            "hello": self._board, "passages": self._passages, "move": self._move, "gather": self._gather,
            "stage": self._stage, "rename": self._rename, "merge": self._merge, "relate": self._relate,
            "unrelate": self._unrelate, "memo": self._memo, "undo": self._undo, "redo": self._redo,
            "open": self._open, "axial": self._axial,
        }  # fmt: skip

    # -- showing ----------------------------------------------------------------------------------

    def board(self) -> dict[str, Any]:
        """Return codes and relations, without words of a document."""
        tree, counts = self.project.codebook.tree, self.project.code_counts()
        codes = [c for c in tree if not c.retired and c.redirect is None]
        memos: dict[str, int] = {}
        for memo in self.project.memos:
            for uid in memo.about:
                memos[uid] = memos.get(uid, 0) + 1
        live = {c.uid for c in codes}
        return {
            "codes": [
                {
                    "uid": c.uid, "parent": c.parent, "level": tree.level(c), "name": c.name, "name_zh": c.name_zh,
                    "hue": tree.hue(c), "stage": c.stage, "count": counts.get(c.uid, 0), "memos": memos.get(c.uid, 0),
                    "definition": c.definition, "definition_zh": c.definition_zh,
                }
                for c in codes
            ],
            "relations": [
                {"uid": r.uid, "source": r.source, "kind": r.kind, "target": r.target, "note": r.note, "shown": len(r.codings)}
                for r in self.project.codebook.relations
                if r.source in live and r.target in live
            ],
            "kinds": [{"key": k, "words": {"en": k.replace("_", " "), "zh": _KIND_ZH.get(k, k)}} for k in RELATION_KINDS],
            "language": self.language,
            "coder": self.project.coder_name,
        }  # fmt: skip

    def _board(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"board": self.board()}

    def _passages(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return the passages of a code and its memos; of a parent also those of the codes below it."""
        project, tree = self.project, self.project.codebook.tree
        code = self._code(asked, "code")
        family = {code.uid, *(c.uid for c in tree.descendants(code))}
        family |= {c.uid for c in tree if c.redirect is not None and tree.resolve(c.uid).uid in family}
        found = project.visible(project.store.codings(codes=sorted(family)))
        start = int(asked.get("from") or 0)
        items = []
        for c in found[start : start + PAGE]:
            outline = project.store.outline(c.document)
            own = tree.resolve(c.code)
            items.append(
                {
                    "uid": c.uid, "document": c.document, "name": project.documents[c.document].name,
                    "paragraph": 1 + sum(p.end <= c.start for p in outline.paragraphs),
                    "language": language_at(outline.paragraphs, c.start), "start": c.start, "end": c.end,
                    "text": project.store.text(c.document)[c.start : c.end], "code": own.name, "code_zh": own.name_zh,
                    "own": own.uid == code.uid,
                }
            )  # fmt: skip
        memos = [
            {"uid": m.uid, "title": m.title, "kind": m.kind, "body": m.body} for m in project.memos.about(code.uid)
        ]
        return {"code": code.uid, "items": items, "total": len(found), "memos": memos if start == 0 else []}

    # -- changing ---------------------------------------------------------------------------------

    def _code(self, asked: Mapping[str, Any], key: str) -> Code:
        return self.project.codebook.tree.get(str(asked.get(key)))

    def _codes(self, asked: Mapping[str, Any]) -> Sequence[Code]:
        uids = asked.get("codes")
        if not isinstance(uids, list) or not uids:
            raise InvalidValue("Mark a code first.")
        return [self.project.codebook.tree.get(str(uid)) for uid in uids]

    def _move(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        parent = self._code(asked, "parent") if asked.get("parent") else None
        self.project.codebook.gather(self._codes(asked), under=parent)
        return {"board": self.board()}

    def _gather(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        codes = self._codes(asked)
        name = str(asked.get("name") or "").strip()
        under = self.project.codebook.tree.parent(codes[0])
        made = self.project.codebook.gather(codes, name=name, under=under)
        return {"board": self.board(), "made": made.uid if made else None}

    def _stage(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        code, stage = self._code(asked, "code"), str(asked.get("stage") or "")
        self.project.codebook.set(code, stage="" if code.stage == stage else stage)
        return {"board": self.board()}

    def _rename(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.project.codebook.rename(self._code(asked, "code"), str(asked.get("name") or "").strip())
        return {"board": self.board()}

    def _merge(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.project.codebook.merge(self._code(asked, "code"), into=self._code(asked, "into"), reason="sorting board")
        return {"board": self.board()}

    def _relate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        kind = str(asked.get("kind"))
        if kind not in RELATION_KINDS:
            raise InvalidValue(f"There is no relation “{kind}”. There are: {', '.join(RELATION_KINDS)}.")
        shown = [self.project.codings[str(uid)].uid for uid in asked.get("codings") or ()]
        ends = self._code(asked, "source"), self._code(asked, "target")
        note = str(asked.get("note") or "")[:2000]
        self.project.codebook.relate(ends[0], kind, ends[1], note=note, codings=shown)
        return {"board": self.board()}

    def _unrelate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.project.codebook.unrelate(str(asked.get("relation")))
        return {"board": self.board()}

    def _memo(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        kind: Any = asked.get("kind")
        if kind not in _MEMO_KINDS:
            raise InvalidValue(f"A memo here is one of {', '.join(_MEMO_KINDS)}; {kind!r} was given.")
        body = str(asked.get("body") or "").strip()
        if not body:
            raise InvalidValue("The memo is empty; write a word or press Escape.")
        about = [self._code(asked, "code")] if asked.get("code") else []
        self.project.memos.add(body, about=about, title=str(asked.get("title") or "")[:200], kind=kind)
        return {"board": self.board()}

    def _undo(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"said": self.project.undo(), "board": self.board()}

    def _redo(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"said": self.project.redo(), "board": self.board()}

    # -- leading on -------------------------------------------------------------------------------

    def _open(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Open a passage in the text coder below."""
        from coding.widget.text_coder import TextCoder

        coding = self.project.codings[str(asked.get("coding"))]
        if self.slot is not None and self.project.visible([coding]):
            place = coding.start, coding.end
            self.slot.children = (TextCoder(self.project, coding.document, goto=place, language=self.language),)
        return {}

    def _axial(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Write the table 原始语句 → 初始概念 → 范畴 → 主范畴 beside the notebook."""
        name = f"{self.project.name} axial.xlsx"
        self.project.export(name, format="axial")
        return {"file": name}


def SortingBoard(project: Project, *, language: Interface | None = None) -> ipywidgets.VBox:  # noqa: N802  it reads as the screen it opens
    """Open the sorting board, with a place below it where passages open in the text coder.

    Args:
        project: an open project.
        language: of the interface, "en" or "zh"; by default that of JupyterLab.
    """
    screen = SortingScreen(project, language=language)
    screen.slot = ipywidgets.VBox()
    return ipywidgets.VBox([screen, screen.slot])
