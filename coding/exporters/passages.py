"""Codings in reading order with all that a table or a report says of them, obeying what may be quoted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.errors import InvalidValue
from coding.exporters.quotable import Closed
from coding.model import ORIGINS, Case, Code, Coder, Document, Memo, Quotable, Snapshot, Uid
from coding.refi import time_text
from coding.tables.resolve import Tree, Units

__all__ = ["WITHHELD", "Passage", "Passages"]

WITHHELD: Final = {
    ("paraphrase", "en"): "[text withheld: may be paraphrased, not quoted]",
    ("no", "en"): "[text withheld: may not be used]",
    ("paraphrase", "zh"): "［原文不予显示：只可转述，不可引用］",
    ("no", "zh"): "［原文不予显示：不可使用］",
}
"""What stands in the place of words that may not be quoted."""


@dataclass(slots=True)  # not frozen: that would take four times as long, and there are as many as codings
class Passage:
    """One coding as reports show it."""

    uid: Uid
    document: Document
    code: Code
    path: str
    coder: Coder
    start: int
    end: int
    paragraph: int
    """Number in its document from 1; 0 where the document has no paragraphs."""
    sentence: int
    turn: int
    speaker: str
    role: str
    case: Case | None
    created: str
    origin: str
    round: str
    quotable: str
    text: str
    """The words, or a note that they are withheld."""
    withheld: bool
    memos: tuple[Memo, ...]


class Passages:
    """The codings of a project in the order of reading: document, start, longest first, code, coder."""

    def __init__(self, snapshot: Snapshot, *, language: str = "en") -> None:
        if language not in ("en", "zh"):
            raise InvalidValue(f"language is {language!r}; it is “en” or “zh”.")
        self.snapshot, self.language = snapshot, language
        self.tree = Tree(snapshot.codes, language)
        self.units = Units(snapshot)
        self.closed = Closed(snapshot)
        self.withheld = 0
        """Passages whose words were withheld, counted while iterating."""

    @cached_property
    def code_of(self) -> npt.NDArray[np.integer[Any]]:
        """Position of the code that each coding counts for, merges followed."""
        found: npt.NDArray[np.integer[Any]] = (
            self.tree.target[self.snapshot.codings.code] if self.snapshot.codes else np.empty(0, np.int64)
        )
        return found

    @cached_property
    def rows(self) -> npt.NDArray[np.intp]:
        """Positions in the table of codings, in reading order."""
        t = self.snapshot.codings
        if not len(t):
            return np.empty(0, dtype=np.intp)
        order = self.tree.order[self.code_of]
        order_found: npt.NDArray[np.intp] = np.lexsort(
            (np.array(t.uid, dtype=str), t.coder, order, -t.end, t.start, t.document)
        )
        return order_found

    @cached_property
    def memos(self) -> dict[Uid, list[Memo]]:
        """Memos by what they are about."""
        out: dict[Uid, list[Memo]] = {}
        for memo in self.snapshot.memos:
            for uid in memo.about:
                out.setdefault(uid, []).append(memo)
        return out

    def __len__(self) -> int:
        return len(self.snapshot.codings)

    def __iter__(self) -> Iterator[Passage]:
        s, rows, closed = self.snapshot, self.rows, self.closed
        t = s.codings
        numbers = [self.units.number(unit)[rows].tolist() for unit in ("paragraph", "sentence", "turn")]
        of_turn = (x[rows].tolist() for x in (self.units.speaker, self.units.role, self.units.case))
        columns = (t.uid, t.document, self.code_of, t.coder, t.start, t.end, t.created, t.origin, t.round)
        documents, codes, coders = s.documents, s.codes, s.coders  # looked up once: this runs for every coding
        paths, memos, text, loaded, shut = self.tree.paths.tolist(), self.memos, "", -1, False
        cases: list[Case | None] = [*s.cases, None]  # -1 is none
        rounds = [*(r.name for r in s.rounds), ""]
        self.withheld = 0
        for uid, d, code, coder, start, end, created, origin, round_, p, n, v, speaker, role, c in zip(
            *(x[rows].tolist() for x in columns), *numbers, *of_turn, strict=True
        ):
            document = documents[d]
            if d != loaded:
                text, loaded, shut = s.texts[document.uid], d, document.uid in closed
            allowed: Quotable = closed.permission(document.uid, start, end) if shut else "verbatim"
            withheld = allowed != "verbatim"
            self.withheld += withheld
            yield Passage(
                uid, document, codes[code], paths[code], coders[coder], start, end, p, n, v, speaker or "", role,
                cases[c], time_text(created), ORIGINS[origin], rounds[round_], allowed,
                WITHHELD[allowed, self.language] if withheld else text[start:end], withheld, tuple(memos.get(uid, ())),
            )  # fmt: skip
