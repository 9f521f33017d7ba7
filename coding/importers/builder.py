"""A text put together block by block, with the roles, times and comments that belong to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.results import ImportedComment, ImportedDocument, ImportResult
from coding.importers.text import checked, normalise, stem
from coding.model import ParagraphRole, Scalar

__all__ = ["TextBuilder"]


class TextBuilder:
    r"""Collects paragraphs; what comes out obeys the text rule, and offsets fit it.

    >>> builder = TextBuilder("a.docx")
    >>> builder.block("Title", "heading"); builder.block("One\r\ntwo")
    >>> builder.result().documents[0].structure
    ((0, 5, 'heading'),)
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.notes: list[str] = []
        self._parts: list[str] = []
        self._at = 0
        self._structure: list[tuple[int, int, ParagraphRole]] = []
        self._times: list[tuple[int, int, int]] = []
        self._comments: list[ImportedComment] = []
        self._changes: dict[str, int] = {}
        self._speakers: dict[str, None] = {}

    @property
    def at(self) -> int:
        """Where the next block will begin."""
        return self._at

    def block(self, text: str, role: ParagraphRole = "body", *, time: tuple[int, int] | None = None) -> None:
        """Add a paragraph on a line of its own.

        Args:
            text: without a line end at the end; line ends inside are kept.
            role: what the file says it is.
            time: begin and end in milliseconds.
        """
        stored, replaced = checked(text, self.file)
        self.changed(replaced)
        end = self._at + len(stored)
        if end > limits.current().text_characters:
            raise limits.exceeded(self.file, "the text has too many characters", "text_characters")
        if role != "body" and stored.strip():
            self._structure.append((self._at, end, role))
        if time is not None and stored:
            self._times.append((self._at, *time))
        self._parts.append(stored)
        self._at = end + 1

    def comment(self, start: int, end: int, author: str, text: str) -> None:
        """Note a comment on a stretch of the text; it becomes a memo."""
        if len(text) > limits.current().memo_characters:
            raise limits.exceeded(self.file, "a comment has too many characters", "memo_characters", found=len(text))
        self._comments.append(ImportedComment(start, max(start, end), normalise(author)[:500], normalise(text)))

    def change(self, what: str, number: int = 1) -> None:
        """Count something that was removed or replaced: "scripts were removed"."""
        self._changes[what] = self._changes.get(what, 0) + number

    def changed(self, lines: Iterable[str]) -> None:
        """Count changes that begin with their number: "3 NUL characters were replaced"."""
        for line in lines:
            number, _, what = line.partition(" ")
            self.change(what, int(number))

    def speaker(self, name: str) -> None:
        """Note a name that the file itself marks as a speaker."""
        self._speakers[name] = None

    def result(self, options: Mapping[str, Any] | None = None, *, variables: Mapping[str, Scalar] | None = None,
               kind: str = "document", encoding: str = "") -> ImportResult:  # fmt: skip
        """Return the document.

        Args:
            options: the person's own word on ``kind`` and ``language``; ``plain`` keeps empty lines at both ends,
                for texts that another program's offsets lie on.
            variables: what the file says of itself.
            kind: of the document, unless the person said another.
            encoding: the text was read with.

        Raises:
            ImportRejected: there is no text in it.
        """
        given = options or {}
        text = "\n".join(self._parts)
        lead = 0 if given.get("plain") else len(text) - len(text.lstrip("\n"))
        text = text if given.get("plain") else text.strip("\n")
        if not text.strip():
            raise ImportRejected(
                self.file,
                "the file holds no text.",
                remedy="If it holds pictures of text, have the text recognised first.",
            )

        def fit(offset: int) -> int:
            return min(max(offset - lead, 0), len(text))

        document = ImportedDocument(
            stem(self.file),
            text,
            kind=given.get("kind", kind),
            language=given.get("language"),
            encoding=encoding,
            source_name=self.file,
            variables=dict(variables or {}),
            speakers=tuple(self._speakers),
            structure=tuple((fit(s), fit(e), role) for s, e, role in self._structure),
            times=tuple((fit(start), begin, end) for start, begin, end in self._times),
            comments=tuple(ImportedComment(fit(c.start), fit(c.end), c.author, c.text) for c in self._comments),
            changes=tuple(f"{number} {what}" for what, number in self._changes.items()),
        )
        return ImportResult((document,), notes=tuple(self.notes))
