"""OpenDocument texts: headings, lists, tables, comments, notes; accepted text where changes are tracked."""

from __future__ import annotations

from typing import Any, Final
from xml.etree.ElementTree import Element

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.archive import SafeZip
from coding.importers.builder import TextBuilder
from coding.importers.results import ImportResult
from coding.importers.xml import local, parse
from coding.model import ParagraphRole

__all__ = ["read"]

_SKIPPED: Final = {
    "frame": "pictures were left out",
    "image": "pictures were left out",
    "object": "embedded objects were left out",
    "script": "scripts were removed",
    "scripts": "",
    "event-listeners": "macros were left out",
    "tracked-changes": "",
    "sequence-decls": "",
    "forms": "",
    "change-start": "",
    "change-end": "",
}


def read(data: bytes, file: str, **options: Any) -> ImportResult:
    """Read an OpenDocument text.

    Raises:
        ImportRejected: damaged, encrypted, or holding a document type; with the part.
    """
    with SafeZip(data, file) as archive:
        if "META-INF/manifest.xml" in archive:
            manifest = parse(archive.read("META-INF/manifest.xml"), file, place="META-INF/manifest.xml")
            if any(local(e) == "encryption-data" for e in manifest.iter()):
                raise ImportRejected(
                    file, "it is encrypted with a password.", remedy="Save the file without a password."
                )
        reader = _Reader(file)
        for name in archive.names():
            if name.startswith(("Basic/", "Scripts/")):
                reader.out.change("macros were left out")
        root = parse(archive.read("content.xml"), file, place="content.xml")
    body = next((e for e in root.iter() if local(e) == "text" and e.tag.startswith("{") and len(e)), None)
    if body is None:
        raise ImportRejected(file, "the text is missing.", place="content.xml", remedy="Save the file again as odt.")
    return reader.read(body, options)


class _Reader:
    def __init__(self, file: str) -> None:
        self.out = TextBuilder(file)
        self._notes: list[str] = []
        self._open: dict[str, tuple[int, str, str]] = {}
        self._words: list[str] = []

    def read(self, body: Element, options: dict[str, Any]) -> ImportResult:
        removed = sum(local(e) == "deletion" for e in body.iter())
        if removed:
            self.out.change("tracked deletions were left out", removed)
        self._blocks(body, None)
        for number, note in enumerate(self._notes, 1):
            self.out.block(f"[{number}] {note}", "comment")
        return self.out.result(options)

    def _blocks(self, parent: Element, role: ParagraphRole | None) -> None:
        for e in parent:
            tag = local(e)
            if tag in {"h", "p"}:
                self._words = []
                at = self.out.at
                self._inline(e, at)
                self.out.block("".join(self._words), "heading" if tag == "h" else role or "body")
            elif tag == "table-row":
                self._row(e)
            elif tag in _SKIPPED:
                self._skip(tag)
            elif tag == "list":
                self._blocks(e, "list")
            else:
                self._blocks(e, role)

    def _skip(self, tag: str) -> None:
        if _SKIPPED[tag]:
            self.out.change(_SKIPPED[tag])

    def _row(self, row: Element) -> None:
        at, cells = self.out.at, []
        for cell in (c for c in row if local(c) == "table-cell"):
            lines = []
            for p in (e for e in cell.iter() if local(e) in {"p", "h"}):
                self._words = []
                self._inline(p, at)
                lines.append("".join(self._words))
            cells.append("\n".join(lines))
        if any(cells):
            self.out.block("\t".join(cells), "table")

    def _inline(self, element: Element, at: int) -> None:
        self._words.append(element.text or "")
        for e in element:
            tag = local(e)
            if tag == "s":
                self._words.append(" " * self._count(e))
            elif tag == "tab":
                self._words.append("\t")
            elif tag == "line-break":
                self._words.append("\n")
            elif tag == "note":
                self._notes.append(_plain(next((n for n in e if local(n) == "note-body"), e)))
                self._words.append(f"[{len(self._notes)}]")
            elif tag == "annotation":
                self._comment(e, at)
            elif tag == "annotation-end":
                self._end_comment(e, at)
            elif tag in _SKIPPED:
                self._skip(tag)
            else:
                self._inline(e, at)
            self._words.append(e.tail or "")

    def _count(self, e: Element) -> int:
        """Return how many spaces an element stands for; a bomb claims billions."""
        raw = next((v for k, v in e.attrib.items() if k.endswith("}c")), "1")
        number = int(raw) if raw.isdigit() and len(raw) < 10 else 10**9
        if number > 100_000:
            raise limits.exceeded(self.out.file, "one run of spaces is too long", "text_characters", found=number)
        return number

    def _comment(self, e: Element, at: int) -> None:
        start = at + sum(map(len, self._words))
        author = next((c.text or "" for c in e if local(c) == "creator"), "")
        words = "\n".join(_plain(p) for p in e if local(p) in {"p", "list"})
        name = next((v for k, v in e.attrib.items() if k.endswith("}name")), "")
        if name:
            self._open[name] = (start, author, words)
        else:
            self.out.comment(start, start, author, words)

    def _end_comment(self, e: Element, at: int) -> None:
        name = next((v for k, v in e.attrib.items() if k.endswith("}name")), "")
        if name in self._open:
            start, author, words = self._open.pop(name)
            self.out.comment(start, at + sum(map(len, self._words)), author, words)


def _plain(element: Element) -> str:
    return "".join(element.itertext()).strip()
