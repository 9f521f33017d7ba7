"""Which words may be quoted: the strictest word that a document, a case or a passage says of them wins.

A passage's own "verbatim" never opens what its document or its case keeps closed: whoever gave the words
decided about them, and a mark on one passage is made in passing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from coding.model import CaseLink, Outline, Quotable, Snapshot, Uid
from coding.refi import BLOCK
from coding.spans import Span, subtract

__all__ = ["Closed"]

_ORDER: Final[tuple[Quotable, ...]] = ("verbatim", "paraphrase", "no")


class Closed:
    """The stretches of every document whose words may not be quoted."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._s = snapshot
        self._at = {d.uid: d for d in snapshot.documents}
        self._found: dict[Uid, list[tuple[int, int, int]]] = {}
        for document in snapshot.documents:
            if document.quotable != "verbatim":
                self._close(document.uid, 0, document.length, document.quotable)
        self._close_cases()
        self._close_passages()
        self._close_translations()

    def _close(self, document: Uid, start: int, end: int, word: Quotable) -> None:
        self._found.setdefault(document, []).append((start, end, _ORDER.index(word)))

    def _close_cases(self) -> None:
        s = self._s
        words = {c.uid: c.quotable for c in s.cases if c.quotable != "verbatim"}
        for link in s.case_links:
            if link.case in words and link.document in self._at:
                for start, end in self._of_tie(link):
                    self._close(link.document, start, end, words[link.case])
        for speaker in s.speakers:
            if speaker.case in words and speaker.document in self._at:
                for turn in (s.outlines.get(speaker.document) or Outline()).turns:
                    if turn.speaker == speaker.label:
                        self._close(speaker.document, turn.start, turn.end, words[speaker.case])

    def _of_tie(self, link: CaseLink) -> list[Span]:
        """Return what a tie to a case covers: not the turns that are known to be somebody else's."""
        start, end = link.start or 0, self._at[link.document].length if link.end is None else link.end
        others = {
            x.label: x.role == "interviewer" or x.case not in (None, link.case)
            for x in self._s.speakers
            if x.document == link.document
        }
        turns = (self._s.outlines.get(link.document) or Outline()).turns
        foreign = [(t.start, t.end) for t in turns if others.get(t.speaker, t.role == "interviewer")]
        return subtract([(start, end)], foreign)

    def _close_passages(self) -> None:
        s, t = self._s, self._s.codings
        own = {uid: x["quotable"] for uid, x in s.details.items() if x.get("quotable", "") not in ("", "verbatim")}
        if own:
            for row, uid in enumerate(t.uid.tolist()):
                if uid in own:
                    document = s.documents[int(t.document[row])].uid
                    self._close(document, int(t.start[row]), int(t.end[row]), own[uid])

    def _close_translations(self) -> None:
        """Close a translation with its original; which words of it are whose cannot be told."""
        for document in self._s.documents:
            strictest = max((x[2] for x in self._found.get(document.original or "", ())), default=0)
            if strictest:
                self._close(document.uid, 0, document.length, _ORDER[strictest])

    def __contains__(self, document: Uid) -> bool:
        """Say whether any word of a document may not be quoted."""
        return document in self._found

    def permission(self, document: Uid, start: int, end: int) -> Quotable:
        """Return the strictest word on anything that a passage touches."""
        found = self._found.get(document)
        if not found:
            return "verbatim"
        return _ORDER[max((word for a, b, word in found if a < end and start < b), default=0)]

    def text(self, document: Uid) -> str:
        """Return a document's text with blocks in the place of what may not be quoted; line ends stay."""
        text = self._s.texts[document]
        for start, end, _ in self._found.get(document, ()):
            text = text[:start] + re.sub(r"[^\n]", BLOCK, text[start:end]) + text[end:]
        return text

    def withheld(self) -> Snapshot:
        """Return the project with blocks in its texts, and the same offsets."""
        return replace(self._s, texts=_Texts(self._s, self))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the documents that hold such words."""
        return tuple(d.name for d in self._s.documents if d.uid in self._found)


class _Texts(Mapping[Uid, str]):
    """Texts with blocks, made when they are asked for: a project may hold more than fits into memory."""

    def __init__(self, snapshot: Snapshot, closed: Closed) -> None:
        self._texts, self._closed = snapshot.texts, closed

    def __getitem__(self, uid: Uid) -> str:
        return self._closed.text(uid) if uid in self._closed else self._texts[uid]

    def __iter__(self) -> Iterator[Uid]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
