"""REFI-QDA in: projects (``.qdpx``, ``.qde``) and codebooks (``.qdc``) of any program.

Source: REFI-QDA Standard 1.5; what NVivo, ATLAS.ti, MAXQDA, QualCoder and Taguette really write is
described in ``docs/interchange.md``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.refi_container import Container, events, local_name
from coding.importers.refi_elements import CodingRecord, DocumentRecord, Elements, SelectionRecord, _same_name
from coding.importers.refi_offsets import RawText, find_convention
from coding.importers.refi_report import ImportReport, Log
from coding.model import (
    Case,
    Code,
    Coder,
    Link,
    Memo,
    ProjectInfo,
    Set,
    Snapshot,
    Uid,
    Variable,
)
from coding.refi import (
    CODEBOOK_NS,
    PROJECT_NS,
    Convention,
    derived_guid,
    read_case_text,
    split_description,
)

__all__ = ["read_codebook", "read_project"]

_PROGRAMS: Final = {
    "coding workbench": ("coding", Convention("codepoint", 1)),
    "nvivo": ("nvivo", Convention("utf16", 2)),
    "atlas": ("atlasti", Convention("codepoint", 1)),
    "maxqda": ("maxqda", Convention("codepoint", 1)),
    "qualcoder": ("qualcoder", Convention("codepoint", 1)),
    "taguette": ("taguette", Convention("codepoint", 1)),
}
_DECLARED: Final = re.compile(r"Coding workbench; offsets in (code points|UTF-16 units), CRLF counts ([12])")
_MEMO_KINDS: Final = ("memo", "theory", "method", "code", "question", "reply")
_MEDIA: Final = {"PDFSource": "PDF", "PictureSource": "picture", "AudioSource": "recording", "VideoSource": "video"}
_TOP: Final = (
    "Project", "User", "CodeBook", "Variable", "Case", "TextSource", *_MEDIA, "Note", "Link", "Set", "Graph",
)  # fmt: skip


def read_project(data: bytes, file: str) -> tuple[Snapshot, ImportReport]:
    """Do what `coding.importers.projects.read_project` promises, in this very process, from a file's bytes."""
    container = Container(data, file)
    try:
        reader = _Reader(container)
        reader.parse()
        return reader.finish()
    finally:
        container.close()


def read_codebook(data: bytes, file: str) -> tuple[tuple[Code, ...], ImportReport]:
    """Read the codes of a ``.qdc``, ``.qdpx`` or ``.qde``, and say what was changed.

    Raises:
        ImportRejected: it holds no codebook.
    """
    container = Container(data, file)
    log, notes, origin = Log(), [], ""
    codes: list[Code] | None = None
    try:
        elements = Elements(container, log)
        for event, element in events(container.xml, container.file, "CodeBook", "Project"):
            origin = origin or element.get("origin") or ""
            if event == "end" and local_name(element) == "CodeBook" and codes is None:
                notes += _namespace_note(element.tag, CODEBOOK_NS, PROJECT_NS)
                codes = [code for code, _ in elements.codes(element)]
                for collection in element.findall("{*}Sets/{*}Set"):
                    log.leave("set of codes", collection.get("name") or "")
    finally:
        container.close()
    if codes is None:
        raise ImportRejected(container.file, "it holds no CodeBook.", remedy="Export a codebook as REFI-QDA (.qdc).")
    report = ImportReport(
        container.file, origin, _program(origin)[0], counts={"codes": len(codes)}, changes=log.changes,
        left_out=log.left_out, notes=tuple(notes),
    )  # fmt: skip
    return tuple(codes), report


def _program(origin: str) -> tuple[str, Convention, bool]:
    low = origin.casefold()
    for start, (program, convention) in _PROGRAMS.items():
        if low.startswith(start) or start in low:
            return program, convention, True
    return "", Convention("codepoint", 2), False


def _namespace_note(tag: Any, *known: str) -> list[str]:
    space = str(tag).rpartition("}")[0].lstrip("{")
    return [] if space in known else [f"The namespace “{space[:80]}” is not the standard's; read by element names."]


class _Reader:
    """One project on its way in: records first, then everything resolved together."""

    def __init__(self, container: Container) -> None:
        self.container, self.file = container, container.file
        self.log = Log()
        self.read = Elements(container, self.log)
        self.notes: list[str] = []
        self.origin = ""
        self.project: ProjectInfo | None = None
        self.users: dict[Uid, Coder] = {}
        self.codes: dict[Uid, Code] = {}
        self.variables: dict[Uid, Variable] = {}
        self.cases: list[Case] = []
        self.documents: list[DocumentRecord] = []
        self.codings: list[CodingRecord] = []
        self.selections: dict[str, SelectionRecord] = {}
        self.values: list[tuple[str, Uid, Any, str]] = []
        self.case_sources: list[tuple[Uid, str]] = []
        self.case_selections: list[tuple[Uid, str]] = []
        self.nameless: list[tuple[list[str], list[tuple[str, Any]], Uid]] = []
        self.memos: dict[Uid, Memo] = {}
        self.about: dict[str, list[Uid]] = {}
        self.links: list[tuple[Uid, str, str, str, str, tuple[str, ...]]] = []
        self.sets: list[tuple[Set, list[str]]] = []
        self.extra: list[Memo] = []
        self.ties: list[Link] = []

    @property
    def ours(self) -> bool:
        """Whether the workbench wrote the file, which then says how it counts."""
        return bool(_DECLARED.match(self.origin))

    def parse(self) -> None:
        """Take in every element as it ends; elements may stand in any order."""
        for event, element in events(self.container.xml, self.file, *_TOP):
            kind = local_name(element)
            if event == "start":
                if kind == "Project" and element.getparent() is None:
                    self.origin = element.get("origin") or ""
                    self.notes += _namespace_note(element.tag, PROJECT_NS)
                continue
            getattr(self, "_take_" + kind.lower(), self._take_media)(element)
            if kind != "Project":
                element.clear(keep_tail=False)
        if self.project is None:
            raise ImportRejected(
                self.file, "it is no REFI-QDA project.", remedy="Export as REFI-QDA project (.qdpx) and try again."
            )

    def _take_project(self, element: Any) -> None:
        for child in element:
            if local_name(child) == "Coding":
                self.log.leave("coding outside of any document", child.get("guid") or "")
        uid = derived_guid(hashlib.sha256(self.container.xml).hexdigest(), "project")
        self.project = ProjectInfo(
            uid, self.read.name(element, "project"), self.read.text(element, "Description"), self.read.time(element)
        )
        self._refer(self.read.notes(element), None)

    def _refer(self, notes: Iterable[str], uid: Uid | None) -> None:
        for note in notes:
            targets = self.about.setdefault(note, [])
            if uid is not None and uid not in targets:
                targets.append(uid)

    def _take_user(self, element: Any) -> None:
        uid = self.read.uid(element, "coder")
        self.users[uid] = Coder(uid, self.read.name(element, "coder"))

    def _take_codebook(self, element: Any) -> None:
        for code, notes in self.read.codes(element):
            self.codes[code.uid] = code
            self._refer(notes, code.uid)

    def _take_variable(self, element: Any) -> None:
        uid, name = self.read.uid(element, "variable"), self.read.name(element, "variable")
        body, fields = split_description(self.read.text(element, "Description"), ("Name in project", "On"), "About")
        kind: Any = element.get("typeOfVariable") or "Text"
        if kind not in ("Text", "Boolean", "Integer", "Float", "Date", "DateTime"):
            self.log.change("variable of an unknown type is text now", name)
            kind = "Text"
        original = fields.get("Name in project", "")
        name = original if _same_name(original, name) else name
        self.variables[uid] = Variable(uid, name, kind, "document" if fields.get("On") == "document" else "case", body)

    def _take_case(self, element: Any) -> None:
        sources = [self.read.reference(x) for x in element.findall("{*}SourceRef")]
        selections = [self.read.reference(x) for x in element.findall("{*}SelectionRef")]
        values = list(self.read.values(element))
        uid = self.read.uid(element, "case")
        if not (element.get("name") or "").strip() and sources and not selections:
            self.nameless.append((sources, values, uid))  # how MAXQDA writes the variables of documents
            return
        name = self.read.name(element, "case")
        fields: dict[str, Any] = read_case_text(self.read.text(element, "Description"))
        original = fields.pop("name", "")
        self.cases.append(Case(uid, original if _same_name(original, name) else name, **fields))
        self.values += [(variable, uid, value, "case") for variable, value in values]
        self.case_sources += [(uid, source) for source in sources]
        self.case_selections += [(uid, selection) for selection in selections]
        for ref in element.findall("{*}CodeRef"):
            code = self.read.reference(ref)
            self.ties.append(Link(derived_guid(f"{uid}/{code}", "case-code"), uid, code, "code of the case"))

    # -- sources ------------------------------------------------------------------------------------------

    def _take_textsource(self, element: Any) -> None:
        self._document(element, self.read.uid(element, "document"), self.read.name(element, "document"))

    def _document(self, element: Any, uid: Uid, name: str) -> int | None:
        found = self.read.raw_text(element, name)
        if found is None:
            lost = sum(1 for _ in element.iter("{*}Coding"))
            if lost:
                self.log.leave(f"document with {lost:,} codings, since its text is not there", name)
            return None
        raw, encoding, changes = found
        index = len(self.documents)
        record = DocumentRecord(
            uid, name, raw, self.read.text(element, "Description"), self.read.time(element), encoding, changes
        )
        self.documents.append(record)
        for inner in element.findall("{*}PlainTextSelection"):
            self._selection(inner, index)
        self.codings += self.read.codings(element, index, None)
        self._refer(self.read.notes(element), uid)
        self.values += [(variable, uid, value, "document") for variable, value in self.read.values(element)]
        return index

    def _selection(self, element: Any, index: int) -> None:
        selection = self.read.selection(element, index)
        if selection is None:
            return
        self.selections[selection.guid] = selection
        self.documents[index].selections.append(selection)
        self.codings += self.read.codings(element, index, selection)
        for coding in element.findall("{*}Coding"):
            notes = self.read.notes(coding)
            if notes:
                written = self.read.reference(coding, "guid")
                self._refer(notes, written if written in selection.codings else (selection.codings or [""])[-1])

    def _take_media(self, element: Any) -> None:
        """Keep the text of a PDF or recording as a document, what is marked in the rest as memos."""
        kind, uid = local_name(element), self.read.uid(element, "document")
        what, name = _MEDIA.get(kind, "medium"), self.read.name(element, "document")
        owner: Uid | None = None
        for inner in element:
            if local_name(inner) in ("Representation", "TextDescription", "Transcript"):
                made = self._document(inner, uid if owner is None else self.read.uid(inner, "document"), name)
                if made is not None:
                    owner = owner or self.documents[made].uid
                    self._transcript(inner, made)
        if owner is None:
            self.log.leave(f"{what}: only texts can be coded here", name)
        else:
            self.log.change(f"{what} is its text alone", name)
        for inner in element:
            if local_name(inner).endswith("Selection"):
                self._media_memo(inner, what, name, owner)
        if owner:
            index = next(i for i, d in enumerate(self.documents) if d.uid == owner)
            self.codings += self.read.codings(element, index, None)
            self.values += [(variable, owner, value, "document") for variable, value in self.read.values(element)]
        self._refer(self.read.notes(element), owner)

    def _media_memo(self, element: Any, what: str, name: str, owner: Uid | None) -> None:
        raw = self.read.reference(element, "guid")
        if raw in self.selections:  # ATLAS.ti writes the area and its words under one GUID
            return
        place = ", ".join(f"{k} {element.get(k)}" for k in ("page", "firstX", "firstY", "secondX", "secondY", "begin",
                                                            "end") if element.get(k))  # fmt: skip
        coded = [
            (self.read.reference(c.find("{*}CodeRef")), self.read.reference(c, "creatingUser"))
            for c in element.findall("{*}Coding")
        ]
        words = self.read.text(element, "Description")
        inner = element.find("{*}Representation")
        if inner is not None:
            words = "\n".join(filter(None, (words, self.read.text(inner, "PlainTextContent"))))
        self.extra.append(
            Memo(
                derived_guid(raw or f"{name}/{place}", "area"),
                "\n".join([f"{what}: {place}", *(f"code\x00{code}\x00{user}" for code, user in coded), words]).strip(),
                title=f"{name}: {place}",
                about=(owner,) if owner else (),
                coder=self.read.reference(element, "creatingUser") or None,
                created=self.read.time(element),
            )
        )
        self.log.change(f"passage marked in a {what} is a memo now", f"{name}, {place}")

    def _transcript(self, element: Any, index: int) -> None:
        """Place selections of a transcript by its points in time, where these have a position."""
        points = {self.read.reference(p, "guid"): p.get("position") for p in element.findall("{*}SyncPoint")}
        for inner in element.findall("{*}TranscriptSelection"):
            ends = [points.get(self.read.reference(inner, a)) for a in ("fromSyncPoint", "toSyncPoint")]
            if None in ends:
                self.log.leave("passage of a transcript without a place in the text", inner.get("guid") or "")
                continue
            inner.set("startPosition", str(ends[0]))
            inner.set("endPosition", str(ends[1]))
            self._selection(inner, index)

    # -- notes, links, sets ---------------------------------------------------------------------------------

    def _take_note(self, element: Any) -> None:
        uid, title = self.read.uid(element, "memo"), element.get("name") or ""
        found = self.read.raw_text(element, title or "memo")
        body, fields = split_description(self.read.text(element, "Description"), ("Kind",), "About")
        text = found[0].text if found else ""
        if self.ours:  # ours to the character; line ends of others become LF as in documents
            text = self.read.text(element, "PlainTextContent")
        if body:
            text = f"{text}\n\n{body}" if text else body
        limit = limits.current().memo_characters
        if len(text) > limit:
            raise limits.exceeded(self.file, "a memo is too long", "memo_characters", found=len(text))
        kind: Any = fields.get("Kind", "memo")
        self.memos[uid] = Memo(
            uid,
            text,
            title,
            kind if kind in _MEMO_KINDS else "memo",
            coder=self.read.reference(element, "creatingUser") or None,
            created=self.read.time(element),
            modified=self.read.time(element, "modifiedDateTime"),
        )
        self._refer(self.read.notes(element), uid)
        for inner in (*element.findall("{*}Coding"), *element.findall("{*}PlainTextSelection/{*}Coding")):
            code = self.read.reference(inner.find("{*}CodeRef"))
            self.ties.append(Link(derived_guid(f"{uid}/{code}", "memo-code"), uid, code, "coded"))
            self.log.change("coding of a memo is a link from the memo to the code now", title)

    def _take_link(self, element: Any) -> None:
        ends = self.read.reference(element, "originGUID"), self.read.reference(element, "targetGUID")
        direction = element.get("direction") or "Associative"
        uid = self.read.uid(element, "link")
        self.links.append((uid, element.get("name") or "", direction, *ends, self.read.notes(element)))

    def _take_set(self, element: Any) -> None:
        members = [
            self.read.reference(x) or self.read.reference(x, "guid")
            for x in element
            if local_name(x).startswith("Member")
        ]
        uid, name = self.read.uid(element, "set"), self.read.name(element, "set")
        self.sets.append((Set(uid, name, (), self.read.text(element, "Description")), members))

    def _take_graph(self, element: Any) -> None:
        self.log.leave("graph: charts are drawn from the data here", element.get("name") or "")

    # -- everything together ------------------------------------------------------------------------------------

    def _samples(self, *, styled: bool) -> list[tuple[RawText, list[tuple[int, int, str]]]]:
        texts = (d for d in self.documents if d.raw.styled == styled)
        return [(d.raw, [(s.start, s.end, s.quote) for s in d.selections]) for d in texts]

    def finish(self) -> tuple[Snapshot, ImportReport]:
        """Place every passage, resolve every reference, and report."""
        from coding.importers.refi_resolve import resolve

        program, likely, known = _program(self.origin)
        declared = _DECLARED.match(self.origin)
        if declared:
            convention = Convention("utf16" if declared[1].startswith("UTF") else "codepoint", int(declared[2]))
            decided, evidence = "declared", ""
        else:
            convention, fitted, evidence = find_convention(self._samples(styled=False), likely)
            decided = "fit" if fitted else "origin" if known else "standard"
        # line ends of a docx are nobody's bytes: they count as they do in that program's plain texts, or else fit
        styled, _, _ = find_convention(self._samples(styled=True), convention)
        snapshot = resolve(self, convention, styled)
        counts = {
            "documents": len(snapshot.documents),
            "codes": len(snapshot.codes),
            "codings": len(snapshot.codings),
            "coders": len(snapshot.coders),
            "cases": len(snapshot.cases),
            "memos": len(snapshot.memos),
        }
        report = ImportReport(
            self.file, self.origin, program, convention, decided, evidence, counts, self.log.changes,
            self.log.left_out, tuple(self.notes),
        )  # fmt: skip
        return snapshot, report
