"""Elements of a REFI-QDA project as plain records; nothing is resolved or placed yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.detect import detect
from coding.importers.encoding import decode
from coding.importers.refi_container import Container, local_name
from coding.importers.refi_offsets import RawText
from coding.importers.refi_report import Log
from coding.importers.worker import read_document
from coding.model import Code, Scalar, Uid, new_uid
from coding.refi import canonical_guid, colour_hue, derived_guid, is_automatic, read_code_text, time_ms

__all__ = ["CodingRecord", "DocumentRecord", "Elements", "SelectionRecord"]

_RESERVED: Final = re.compile(r'[\\/:*?"<>|~\s]')
_STAGES: Final = ("open", "axial", "selective")


@dataclass(slots=True)
class SelectionRecord:
    """A stretch of a document in the file's own way to count."""

    guid: str
    document: int
    start: int
    end: int
    quote: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    user: str = ""
    created: int = 0
    codings: list[Uid] = field(default_factory=list)
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class CodingRecord:
    """A coding before its code and coder are looked up; selection None is the whole document."""

    uid: Uid
    document: int
    code: str
    user: str
    created: int
    selection: SelectionRecord | None


@dataclass(slots=True)
class DocumentRecord:
    """A source that has a text."""

    uid: Uid
    name: str
    raw: RawText = field(repr=False)
    description: str = ""
    created: int = 0
    encoding: str = "utf-8"
    changes: tuple[str, ...] = ()
    selections: list[SelectionRecord] = field(default_factory=list, repr=False)


class Elements:
    """Reads single elements, mends what can be mended and logs it."""

    def __init__(self, container: Container, log: Log) -> None:
        self.container, self.log = container, log
        self.file = container.file
        self._taken: set[str] = set()

    # -- attributes ---------------------------------------------------------------------------------

    def uid(self, element: Any, kind: str) -> Uid:
        """Return the uid of a thing; a malformed, missing or repeated GUID is replaced and logged."""
        raw = element.get("guid")
        if not raw:
            self.log.change(f"{kind} without a GUID got one", element.get("name") or "")
            return new_uid()
        found = canonical_guid(raw)
        if found is None:
            self.log.change(f"{kind} with a malformed GUID got another", raw)
            found = derived_guid(raw, "malformed")
        number, wanted = 2, found
        while found in self._taken:
            found, number = derived_guid(f"{wanted}/{number}", "repeated"), number + 1
        if found != wanted:
            self.log.change(f"{kind} with a GUID that another thing has got a new one", raw)
        self._taken.add(found)
        return found

    def reference(self, element: Any, attribute: str = "targetGUID") -> str:
        """Return the GUID that an element points to; "" for none."""
        raw = element.get(attribute) if element is not None else None
        return (canonical_guid(raw) or derived_guid(raw, "malformed")) if raw else ""

    def name(self, element: Any, kind: str) -> str:
        """Return the name of a thing, within the limit."""
        name = element.get("name") or ""
        limit = limits.current().name_characters
        if len(name) > limit:
            self.log.change(f"name of a {kind} cut to {limit} characters", name[:40])
            name = name[:limit]
        if not name.strip():
            self.log.change(f"{kind} without a name is called “untitled”", element.get("guid") or "")
            return "untitled"
        return str(name)

    def time(self, element: Any, attribute: str = "creationDateTime") -> int:
        """Return a time in milliseconds; one that cannot be is logged and left out."""
        ms = time_ms(element.get(attribute))
        if ms is None:
            self.log.change("time that cannot be was left out", element.get(attribute))
        return ms or 0

    def text(self, element: Any, child: str) -> str:
        """Return the text of a child element."""
        found = element.find(f"{{*}}{child}")
        value = (found.text or "") if found is not None else ""
        if len(value) > limits.current().memo_characters and child != "PlainTextContent":
            raise limits.exceeded(self.file, "a description is too long", "memo_characters", found=len(value))
        return value

    def notes(self, element: Any) -> tuple[str, ...]:
        """Return the GUIDs of the notes that a thing points to."""
        return tuple(self.reference(x) for x in element.findall("{*}NoteRef"))

    # -- codes ------------------------------------------------------------------------------------------

    def codes(self, book: Any) -> Iterator[tuple[Code, tuple[str, ...]]]:
        """Yield the codes of a codebook, parents first, each with the notes on it."""
        allowed = limits.current()
        top = book.find("{*}Codes")
        roots = [x for x in (top if top is not None else ()) if local_name(x) == "Code"]
        stack: list[tuple[Any, Uid | None, int, int]] = []
        stack.extend((e, None, i, 1) for i, e in reversed(list(enumerate(roots))))
        count = 0
        while stack:
            element, parent, position, depth = stack.pop()
            count += 1
            if depth > allowed.code_depth:
                raise limits.exceeded(self.file, "codes lie too deep in each other", "code_depth", found=depth)
            if count > allowed.codes:
                raise limits.exceeded(self.file, "the codebook has too many codes", "codes", found=count)
            code = self._code(element, parent, position)
            yield code, self.notes(element)
            inner = [x for x in element if local_name(x) == "Code"]
            stack.extend((e, code.uid, i, depth + 1) for i, e in reversed(list(enumerate(inner))))

    def _code(self, element: Any, parent: Uid | None, position: int) -> Code:
        name = self.name(element, "code")
        fields: dict[str, Any] = read_code_text(self.text(element, "Description"))
        original = str(fields.pop("name", ""))
        if fields.get("stage") not in _STAGES:
            fields.pop("stage", None)
        colour = element.get("color")
        automatic = is_automatic(colour or "")
        hue = colour_hue(colour) if colour and not automatic else None
        if colour and hue is None and not automatic:
            self.log.change("colour without a hue was left to the tree", colour)
        return Code(
            uid=self.uid(element, "code"),
            name=original if _same_name(original, name) else name,
            parent=parent,
            position=position,
            hue=hue,
            codable=element.get("isCodable", "true").strip().lower() not in ("false", "0"),
            **fields,
        )

    # -- sources ------------------------------------------------------------------------------------------

    def raw_text(self, element: Any, name: str) -> tuple[RawText, str, tuple[str, ...]] | None:
        """Return the text of a source, its encoding and what was replaced; None where there is none."""
        content, path = element.find("{*}PlainTextContent"), element.get("plainTextPath") or ""
        styled = element.get("richTextPath") or ""
        encoding = "utf-8"
        if content is not None and (content.text or not path):
            raw = content.text or ""
        elif (data := self.container.source(path)) is not None:
            try:
                decoded = decode(data, name)
            except ImportRejected as error:
                self.log.leave("text of a document: it cannot be read", f"{name} ({error.reason})")
                return None
            raw, encoding = decoded.text, decoded.encoding
        elif (data := self.container.source(styled)) is not None:
            return self._styled_text(data, styled, name)
        else:
            outside = re.match("(absolute|relative|https?):", (path or styled).strip())
            why = "its file lies outside the archive" if outside else "its file is missing"
            self.log.leave(f"text of a document: {why if path or styled else 'it has none'}", name)
            return None
        raw = raw.removeprefix("\ufeff")
        allowed = limits.current().text_characters
        if len(raw) > allowed:
            raise limits.exceeded(self.file, "a text has too many characters", "text_characters", found=len(raw))
        clean = re.sub("[\x00\ud800-\udfff]", "\ufffd", raw)
        changes = ("NUL characters or half characters were replaced by �",) if clean != raw else ()
        return RawText.of(clean), encoding, changes

    def _styled_text(self, data: bytes, path: str, name: str) -> tuple[RawText, str, tuple[str, ...]] | None:
        """Return the text of a docx, odt or rtf, read here: a project of strangers is in the fenced worker already."""
        member = path.rpartition("/")[2]
        try:
            kind = detect(data, member)
            if kind not in ("docx", "odt", "rtf"):
                raise ImportRejected(name, "its styled version is of a kind that is not read here.")
            document = read_document(kind, data, member, {"plain": True}).documents[0]
        except ImportRejected as error:
            self.log.leave("text of a document: it cannot be read", f"{name} ({error.reason})")
            return None
        self.log.change("document was read from its styled version; check a passage or two", name)
        return RawText.of_styled(document.text), "", document.changes

    def selection(self, element: Any, document: int) -> SelectionRecord | None:
        """Return a selection in a text; None where its offsets are no numbers."""
        start, end = element.get("startPosition"), element.get("endPosition")
        if not _whole(start) or not _whole(end):
            self.log.leave("passage with offsets that are no whole numbers", f"{start}–{end}")
            return None
        return SelectionRecord(
            self.uid(element, "passage"),
            document,
            int(start),
            int(end),
            element.get("name") or "",
            self.text(element, "Description"),
            self.reference(element, "creatingUser"),
            self.time(element),
            [],
            self.notes(element),
        )

    def codings(self, element: Any, document: int, selection: SelectionRecord | None) -> Iterator[CodingRecord]:
        """Yield the codings of a selection or of a whole source; the coding's own user comes first."""
        for coding in element.findall("{*}Coding"):
            user = self.reference(coding, "creatingUser") or self.reference(element, "creatingUser")
            code = self.reference(coding.find("{*}CodeRef"))
            if not code:
                self.log.leave("coding without a code", coding.get("guid") or "")
                continue
            created = self.time(coding) or (selection.created if selection else 0)
            uid = self.uid(coding, "coding")
            if selection:
                selection.codings.append(uid)
            yield CodingRecord(uid, document, code, user, created, selection)

    # -- values -----------------------------------------------------------------------------------------------

    def values(self, element: Any) -> Iterator[tuple[str, Scalar]]:
        """Yield (variable GUID, value) of a case or source; empty cells are missing values."""
        for cell in element.findall("{*}VariableValue"):
            variable = self.reference(cell.find("{*}VariableRef"))
            found = next((x for x in cell if local_name(x).endswith("Value")), None)
            words = found.text or "" if found is not None else ""
            if not variable or found is None or not (words if local_name(found) == "TextValue" else words.strip()):
                continue
            value = _scalar(local_name(found).removesuffix("Value"), words)
            if isinstance(value, str) and local_name(found) in ("BooleanValue", "IntegerValue", "FloatValue"):
                self.log.change("value that is not of its type was kept as text", value)
            yield variable, value


def _whole(text: str | None) -> bool:
    return bool(text) and bool(re.fullmatch(r"\s*[+-]?\d{1,12}\s*", text or ""))


def _scalar(kind: str, text: str) -> Scalar:
    plain = text.strip()
    if kind == "Boolean" and plain.lower() in ("true", "1", "false", "0"):
        return plain.lower() in ("true", "1")
    if kind == "Integer" and re.fullmatch(r"[+-]?\d{1,400}", plain):
        return int(plain)
    if kind == "Float" and re.fullmatch(r"[+-]?(\d{1,400}(\.\d*)?|\.\d+)", plain):
        return float(plain)
    return plain if kind in ("Date", "DateTime") else text


def _same_name(original: str, written: str) -> bool:
    """Say whether a name is what an exporter made of another, and nobody renamed it since."""
    base = re.sub(r" \(\d+\)$", "", written)
    return bool(original) and _RESERVED.sub("~", original).startswith(_RESERVED.sub("~", base))
