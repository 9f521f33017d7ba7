"""What a search found, as a list of keywords in their context; every line leads to the text and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets

from coding.errors import NotFound
from coding.widget.asking import STATIC, Answer, AskingWidget
from coding.widget.i18n import Interface
from coding.widget.passages import language_at

if TYPE_CHECKING:
    from coding.project.search import Places

__all__ = ["SearchScreen", "search_screen"]

PAGE = 100


class SearchScreen(AskingWidget):
    """Shows places of a project, page by page.

    Args:
        places: what `Project.search` or a query found.
        language: of the interface; by default that of JupyterLab.
    """

    _esm = STATIC / "search.js"
    title = "Search"
    command = "project.search(…).show()"

    def __init__(self, places: Places, *, language: Interface | None = None) -> None:
        self.places, self.project, self.language = places, places._project, language
        self.slot: ipywidgets.Box | None = None
        super().__init__()

    def answers(self) -> Mapping[str, Answer]:
        """Return the questions of this screen."""
        return {
            "hello": self._hello,
            "search": self._search,
            "rows": self._rows,
            "open": self._open,
            "back": self._back,
        }

    def _hello(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"found": self.found(0)}

    def _search(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Search again for other words, within the same limits."""
        limits = {k: v for k, v in self.places.asked.items() if k not in ("kind", "query")}
        if self.places.asked.get("kind") != "text":
            limits = {}
        self.places = self.project.search(str(asked.get("query") or ""), **limits)
        return {"found": self.found(0)}

    def _rows(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"found": self.found(max(0, int(asked.get("from") or 0)))}

    def found(self, start: int) -> dict[str, Any]:
        """Return a page of the list with the words around each place."""
        rows = self.places.rows
        return {
            "query": self.places.query, "total": len(rows), "from": start, "language": self.language,
            "documents": len({r.document_uid for r in rows if r.document_uid}),
            "again": self.places.asked.get("kind") == "text",
            "rows": [
                {
                    "id": str(start + i), "document": r.document, "where": r.where, "note": r.note, "left": r.left,
                    "match": r.match, "right": r.right, "opens": bool(r.document_uid), **self._place(r),
                }
                for i, r in enumerate(rows[start : start + PAGE])
            ],
        }  # fmt: skip

    def _place(self, row: Any) -> dict[str, Any]:
        if not row.document_uid or row.where == "memo":
            return {"paragraph": None, "language": "und"}
        paragraphs = self.project.store.outline(row.document_uid).paragraphs
        return {
            "paragraph": 1 + sum(p.end <= row.start for p in paragraphs),
            "language": language_at(paragraphs, row.start),
        }

    def _open(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Open a place in the text coder below."""
        from coding.widget.text_coder import TextCoder

        at = str(asked.get("row"))
        if not at.isdigit() or int(at) >= len(self.places.rows):
            raise NotFound("That place is not on the list any more. Search again.")
        row = self.places.rows[int(at)]
        if not row.document_uid:
            raise NotFound("This memo is not on a document; project.memos has it.")
        if self.slot is not None:
            goto = (row.start, row.end) if row.end > row.start else None
            self.slot.children = (TextCoder(self.project, row.document_uid, goto=goto, language=self.language),)
        return {}

    def _back(self, _: Mapping[str, Any]) -> dict[str, Any]:
        if self.slot is not None:
            self.slot.children = ()
        return {}


def search_screen(places: Places, *, language: Interface | None = None) -> ipywidgets.VBox:
    """Open the list of places, with a place below it where documents open in the text coder."""
    screen = SearchScreen(places, language=language)
    screen.slot = ipywidgets.VBox()
    return ipywidgets.VBox([screen, screen.slot])
