"""Word documents: text with headings, lists, tables, comments and notes; accepted text where changes are tracked.

An own reader over the checked archive: nothing of the file is ever loaded from elsewhere, and what is no
text (pictures, macros, fields that fetch, embedded files) is left out and listed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import Element

from coding.importers.archive import SafeZip
from coding.importers.builder import TextBuilder
from coding.importers.results import ImportResult
from coding.importers.transcripts import speeches, write_speeches
from coding.importers.xml import local, parse
from coding.model import ParagraphRole

__all__ = ["read"]

_SKIPPED: Final = {
    "del": "tracked deletions were left out",
    "moveFrom": "tracked moves were read at their new place",
    "altChunk": "embedded foreign documents were left out",
    "object": "embedded objects were left out",
    "pict": "pictures were left out",
    "drawing": "pictures were left out",
}
_FETCHING: Final = re.compile(r"^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|MACROBUTTON)\b", re.IGNORECASE)
_LABEL: Final = 40


@dataclass
class _Paragraph:
    """One paragraph while it is being read."""

    text: str = ""
    bold: int = 0
    """How many characters at the start are bold."""
    only_bold: bool = True
    opened: list[tuple[str, int]] = field(default_factory=list)
    closed: list[tuple[str, int]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    def add(self, text: str, *, bold: bool = False) -> None:
        """Add the words of a run."""
        if text and bold and self.only_bold:
            self.bold += len(text)
        elif text.strip():
            self.only_bold = False
        self.text += text


def read(data: bytes, file: str, **options: Any) -> ImportResult:
    """Read a Word document.

    Raises:
        ImportRejected: damaged, or holding a document type; with the part.
    """
    with SafeZip(data, file) as archive:
        return _Reader(archive, file).read(options)


class _Reader:
    def __init__(self, archive: SafeZip, file: str) -> None:
        self.archive = archive
        self.file = file
        self.out = TextBuilder(file)
        self.styles = self._styles()
        self.comments = {
            _attribute(c, "id"): (_attribute(c, "author"), _plain(c))
            for c in self._part("word/comments.xml", "comment")
        }
        self.notes = {
            (kind, _attribute(n, "id")): _plain(n)
            for kind in ("footnote", "endnote")
            for n in self._part(f"word/{kind}s.xml", kind)
        }
        self.cited: list[tuple[str, str]] = []
        self.opened: dict[str, int] = {}
        self.paragraphs: list[tuple[_Paragraph, ParagraphRole]] = []

    def _part(self, name: str, tag: str) -> list[Element]:
        if name not in self.archive:
            return []
        root = parse(self.archive.read(name), self.file, place=name)
        return [e for e in root.iter() if local(e) == tag]

    def _styles(self) -> dict[str, ParagraphRole]:
        roles: dict[str, ParagraphRole] = {}
        for style in self._part("word/styles.xml", "style"):
            name = next((_attribute(e, "val").lower() for e in style if local(e) == "name"), "")
            if name.startswith("heading") or any(local(e) == "outlineLvl" for e in style.iter()):
                roles[_attribute(style, "styleId")] = "heading"
            elif name == "title":
                roles[_attribute(style, "styleId")] = "title"
            elif name.startswith("list") or any(local(e) == "numPr" for e in style.iter()):
                roles[_attribute(style, "styleId")] = "list"
        return roles

    def read(self, options: dict[str, Any]) -> ImportResult:
        # other parts are parsed only to refuse what must not be in them, such as a document type
        for name in self.archive.names():
            if name.endswith((".rels", "[Content_Types].xml")):
                self._look_at_relations(name)
            elif name.endswith("vbaProject.bin"):
                self.out.change("macros were left out")
        root = parse(self.archive.read("word/document.xml"), self.file, place="word/document.xml")
        body = next((e for e in root if local(e) == "body"), root)
        self._blocks(body)
        if options.get("plain"):  # the words of the paragraphs and nothing that would move an offset
            for paragraph, role in self.paragraphs:
                self._write_paragraph(paragraph, role)
            return self.out.result(options)
        kind = self._write()
        return self.out.result(options, kind=kind)

    def _look_at_relations(self, name: str) -> None:
        for relation in parse(self.archive.read(name), self.file, place=name):
            kind = relation.get("Type", "").rpartition("/")[2]
            if relation.get("TargetMode") == "External" and kind != "hyperlink":
                self.out.change(f"references to files elsewhere ({kind}) were not followed")

    def _blocks(self, parent: Element, role: ParagraphRole | None = None) -> None:
        for element in parent:
            tag = local(element)
            if tag == "p":
                self._paragraph(element, role)
            elif tag == "tbl":
                self._table(element)
            elif tag in _SKIPPED:
                self.out.change(_SKIPPED[tag])
            elif tag == "AlternateContent":
                self._blocks(element[0] if len(element) else element, role)
            elif tag not in {"sectPr", "pPr", "tblPr", "sdtPr"}:
                self._blocks(element, role)

    def _paragraph(self, element: Element, role: ParagraphRole | None) -> None:
        read = _Paragraph()
        self._inline(element, read)
        self.paragraphs.append((read, role or self._role(element)))
        for box in read.boxes:
            self._blocks(box)

    def _role(self, element: Element) -> ParagraphRole:
        properties = next((e for e in element if local(e) == "pPr"), None)
        if properties is None:
            return "body"
        for e in properties:
            if local(e) == "outlineLvl" and _attribute(e, "val") != "9":
                return "heading"
            if local(e) == "pStyle" and _attribute(e, "val") in self.styles:
                return self.styles[_attribute(e, "val")]
            if local(e) == "numPr":
                return "list"
        return "body"

    def _inline(self, parent: Element, read: _Paragraph) -> None:
        for e in parent:
            tag = local(e)
            if tag == "r":
                self._run(e, read)
            elif tag == "commentRangeStart":
                read.opened.append((_attribute(e, "id"), len(read.text)))
            elif tag == "commentRangeEnd":
                read.closed.append((_attribute(e, "id"), len(read.text)))
            elif tag == "AlternateContent":
                self._inline(e[0] if len(e) else e, read)
            elif tag in _SKIPPED:
                self._skip(e, tag, read)
            elif tag == "fldSimple" and _FETCHING.match(_attribute(e, "instr")):
                self.out.change("fields that fetch or run something were left out")
            elif tag not in {"pPr", "rPr", "sdtPr"}:
                self._inline(e, read)

    def _run(self, run: Element, read: _Paragraph) -> None:
        properties = next((e for e in run if local(e) == "rPr"), None)
        set_ = (
            {local(e) for e in properties if _attribute(e, "val") not in {"0", "false", "none"}}
            if properties is not None
            else set()
        )
        if "vanish" in set_ and _plain(run):
            self.out.change("stretches of hidden text were left out")
            return
        for e in run:
            tag = local(e)
            if tag in {"t", "delText"}:
                read.add(e.text or "" if tag == "t" else "", bold="b" in set_)
            elif tag in _MARKS:
                read.add(_MARKS[tag])
            elif tag in {"footnoteReference", "endnoteReference"}:
                self.cited.append((tag.removesuffix("Reference"), _attribute(e, "id")))
                read.add(f"[{len(self.cited)}]")
            elif tag == "instrText" and _FETCHING.match(e.text or ""):
                self.out.change("fields that fetch or run something were left out")
            elif tag == "sym":
                self.out.change("symbols of special fonts were left out")
            elif tag == "AlternateContent":
                self._inline(e, read)
            elif tag in _SKIPPED:
                self._skip(e, tag, read)

    def _skip(self, element: Element, tag: str, read: _Paragraph) -> None:
        boxes = [e for e in element.iter() if local(e) == "txbxContent"]
        read.boxes.extend(boxes)
        if not boxes:
            self.out.change(_SKIPPED[tag])

    def _table(self, table: Element) -> None:
        for row in _children(table, "tr"):
            cells = []
            for cell in _children(row, "tc"):
                inner = [p for p in cell.iter() if local(p) == "p"]
                reads = []
                for p in inner:
                    reads.append(_Paragraph())
                    self._inline(p, reads[-1])
                cells.append("\n".join(r.text for r in reads if r.text))
            # a row of one cell is a frame round ordinary text, not a table
            joined = _Paragraph("\t".join(cells), only_bold=False)
            if joined.text.strip():
                self.paragraphs.append((joined, "table" if len(cells) > 1 else "body"))

    def _write(self) -> str:
        """Write everything read; return what kind of document it is."""
        found = speeches([line for p, _ in self.paragraphs for line in p.text.split("\n")])
        if found is not None and not any(p.opened for p, _ in self.paragraphs):
            write_speeches(self.out, found)
        else:
            self._name_bold_speakers()
            for paragraph, role in self.paragraphs:
                self._write_paragraph(paragraph, role)
        for number, key in enumerate(self.cited, 1):
            self.out.block(f"[{number}] {self.notes.get(key, '')}".rstrip(), "comment")
        return "document" if found is None else "transcript"

    def _write_paragraph(self, paragraph: _Paragraph, role: ParagraphRole) -> None:
        at = self.out.at
        self.opened.update((key, at + offset) for key, offset in paragraph.opened)
        self.out.block(paragraph.text, role)
        for key, offset in paragraph.closed:
            author, words = self.comments.get(key, ("", ""))
            if words:
                self.out.comment(self.opened.get(key, at), at + offset, author, words)

    def _name_bold_speakers(self) -> None:
        """Give a colon to names that only bold type marks, where such names come back."""
        starts = [(p, p.text[: p.bold].strip()) for p, role in self.paragraphs if role == "body" and not p.only_bold]
        names = Counter(
            name for _, name in starts if 0 < len(name) <= _LABEL and not re.search(r"[.!?。！？,，;；]", name)
        )
        for p, name in starts:
            if name.rstrip(" :：") and names[name] >= 2:
                self.out.speaker(name.rstrip(" :："))
                rest = p.text[p.bold :]
                if not name.endswith((":", "：")) and not rest.lstrip().startswith((":", "：")):
                    head = p.text[: p.bold].rstrip()
                    tail = rest.lstrip()
                    moved = len(head) + 2 - (len(p.text) - len(tail))
                    p.opened = [(k, o + moved if o >= p.bold else o) for k, o in p.opened]
                    p.closed = [(k, o + moved if o >= p.bold else o) for k, o in p.closed]
                    p.text = f"{head}: {tail}"
                    self.out.change("bold speaker names were given a colon")


_MARKS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}


def _children(parent: Element, tag: str) -> Iterator[Element]:
    """Yield the children of a kind, also those inside a content control or a tracked insertion."""
    for e in parent:
        if local(e) == tag:
            yield e
        elif local(e) in {"sdt", "sdtContent", "ins", "customXml"}:
            yield from _children(e, tag)


def _attribute(element: Element, name: str) -> str:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return ""


def _plain(element: Element) -> str:
    paragraphs = [p for p in element.iter() if local(p) == "p"] or [element]
    return "\n".join("".join(t.text or "" for t in p.iter() if local(t) == "t") for p in paragraphs).strip()
