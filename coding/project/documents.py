"""The documents of a project: adding files, reading texts, correcting what was recognised."""

from __future__ import annotations

import glob
import hashlib
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from coding import importers
from coding import language as languages
from coding.errors import ImportRejected, InvalidValue, NotFound, Refused
from coding.model import (
    Coding,
    Document,
    Outline,
    Paragraph,
    Quotable,
    Scalar,
    Speaker,
    SpeakerRole,
    Uid,
    counted,
)
from coding.project.arrivals import Arrivals
from coding.project.collections import Collection, by_name
from coding.project.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    import pandas as pd

    from coding.project.project import Project

LONGEST_NAME = 255
"""Bytes of one part of a path on every common file system."""
MOST_COMPARED = 400
"""Documents among which near-duplicates are looked for at import; `Documents.similar` compares any number."""

MOST_LINES = 25
"""Of a batch's report; a folder of thousands must not fill the notebook."""

BATCH_BYTES = 4_000_000
"""Texts committed together: enough that a folder of small files is not one disk flush a file."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file.

    Attributes:
        status: imported (nothing removed or replaced), imported_with_changes, or rejected.
        reason: why it was rejected, with place and remedy; "" otherwise.
        changes: what was removed or replaced in the text, one line each.
    """

    file: str
    status: Literal["imported", "imported_with_changes", "rejected"]
    reason: str = ""
    changes: tuple[str, ...] = ()
    documents: int = 0
    codes: int = 0
    codings: int = 0
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``coding import --json`` prints."""
        return {
            "file": self.file,
            "status": self.status,
            "reason": self.reason,
            "changes": list(self.changes),
            "documents": self.documents,
            "codes": self.codes,
            "codings": self.codings,
            "notes": list(self.notes),
        }


class ImportReport(tuple[FileReport, ...]):
    """What became of each file of a batch; shows itself as a short table."""

    __slots__ = ()

    @property
    def rejected(self) -> tuple[FileReport, ...]:
        """The files that were not taken."""
        return tuple(r for r in self if r.status == "rejected")

    def __repr__(self) -> str:
        done = len(self) - len(self.rejected)
        lines = [
            f"{done} of {counted(len(self), 'file')} imported, {counted(sum(r.documents for r in self), 'document')}"
        ]
        for r in self:
            if r.status == "rejected":
                lines.append(f"  not imported: {r.reason}")
            lines.extend(f"  {r.file}: {note}" for note in (*r.changes, *r.notes))
        if len(lines) > MOST_LINES:
            lines[MOST_LINES:] = [f"  … {len(lines) - MOST_LINES} more lines; each file's report has its own"]
        return "\n".join(lines)


class ProjectDocument:
    """One document of a project, bound to it; the text is read when it is asked for."""

    def __init__(self, project: Project, document: Document) -> None:
        self._project = project
        self.document = document

    @property
    def uid(self) -> Uid:
        """The document's uid."""
        return self.document.uid

    @property
    def name(self) -> str:
        """The document's name."""
        return self.document.name

    @property
    def length(self) -> int:
        """Length of the text in code points."""
        return self.document.length

    @property
    def language(self) -> str:
        """Main language of the text."""
        return self.document.language

    @property
    def text(self) -> str:
        """The stored text, whole."""
        return self._project.store.text(self.uid)

    @property
    def outline(self) -> Outline:
        """The units of the text: paragraphs, turns, sentences, items."""
        return self._project.store.outline(self.uid)

    @property
    def codings(self) -> list[Coding]:
        """The codings on this document that this coder may see, by start, longer first."""
        return self._project.codings.of(self.uid)

    def set_paragraph(self, index: int, **changes: Any) -> None:
        """Correct what was recognised about one paragraph: codable, role, language.

        Args:
            index: 0-based number of the paragraph.
            changes: fields of `coding.model.Paragraph` except start and end.
        """
        outline = self.outline
        if not 0 <= index < len(outline.paragraphs):
            raise InvalidValue(f"{self.name} has paragraphs 0 to {len(outline.paragraphs) - 1}; {index} was given.")
        allowed = {"codable", "role", "language"}
        if not set(changes) <= allowed:
            raise InvalidValue(f"A paragraph has {', '.join(sorted(allowed))}; {', '.join(changes)} was given.")
        paragraphs = list(outline.paragraphs)
        paragraphs[index] = replace(paragraphs[index], **changes)
        self._project.store_outline(self.document, replace(outline, paragraphs=tuple(paragraphs)))

    def set_speaker(self, label: str, *, case: str | None = None, role: SpeakerRole | None = None) -> Speaker:
        """Say who stands behind a speaker label: a case, and whether it is the interviewer.

        Args:
            label: the label as it stands in the text, without colon.
            case: name or uid of a case; made if there is none of that name.
            role: respondent or interviewer.
        """
        return self._project.cases.set_speaker(self.document, label, case=case, role=role)

    def offered(self) -> dict[str, str]:
        """Return what the page says of itself (title, DOI, date, keywords …), to be taken as variables."""
        return languages.offered_variables(self.text, self.outline)

    def take_offered(self, *names: str) -> dict[str, str]:
        """Keep offered fields as variables of the document; all of them, or those named."""
        offered = self.offered()
        taken = {name: offered[name] for name in names or offered if name in offered}
        if unknown := sorted(set(names) - set(offered)):
            raise NotFound.among("offered field", unknown[0], offered)
        self._project.cases.set_values(self.uid, taken, on="document")
        return taken

    def split(self) -> list[ProjectDocument]:
        """Add each titled piece of the text, such as the abstracts of a panel, as a document of its own.

        The document itself stays as it is; take it out when the pieces are what you code.
        """
        text = self.text
        parts = languages.parts_of(text, self.outline)
        if not parts:
            raise InvalidValue(f"“{self.name}” holds no titled pieces; nothing was added.")
        made = []
        for part in parts:
            note = ("it seems to be cut off",) if part.incomplete else ()
            made.append(
                self._project.documents.add(part.name, text[part.start : part.end], kind=self.document.kind, notes=note)
            )
        return made

    def unused_text(self) -> list[Paragraph]:
        """Return the paragraphs recognised as paratext: greyed, left out of units and counts."""
        return [p for p in self.outline.paragraphs if not p.codable]

    def __repr__(self) -> str:
        d = self.document
        return f"{d.name} · {d.kind} · {d.language} · {d.length} characters"


class Documents(Collection[ProjectDocument]):
    """The documents of a project."""

    kind = "document"

    def _all(self) -> Sequence[ProjectDocument]:
        return [ProjectDocument(self._project, d) for d in self._store.all(Document)]

    def __len__(self) -> int:
        return len(self._store.all(Document))

    def __getitem__(self, ref: str) -> ProjectDocument:
        return ProjectDocument(self._project, self.find(ref))

    def find(self, ref: str | Document | ProjectDocument) -> Document:
        """Return the description of a document by name or uid."""
        if isinstance(ref, Document):
            return ref
        if isinstance(ref, ProjectDocument):
            return ref.document
        return by_name(self._store.all(Document), ref, "document")

    def add(
        self,
        name: str,
        text: str,
        *,
        kind: str = "document",
        language: str | None = None,
        variables: dict[str, Scalar] | None = None,
        pseudonyms: Pseudonyms | Mapping[str, str] | str | Path | None = None,
        **fields: Any,
    ) -> ProjectDocument:
        """Add a text that is already at hand.

        Args:
            name: shown everywhere; a second document of the same name gets a number. Where the same text
                is there already, that document is returned and nothing is added.
            text: line ends become LF and a byte order mark is dropped; nothing else changes.
            kind: interview, abstract … ; free.
            language: of the whole text; recognised per paragraph when None.
            variables: values of document variables, made when they are new.
            pseudonyms: name to pseudonym, or a table that holds them; replaced before anything is stored.
            fields: further fields of `coding.model.Document`: folder, description, original …
        """
        arriving = importers.text_document(name, text, kind=kind, language=language, variables=variables or {})
        if pseudonyms is not None:
            arriving = Pseudonyms.of(pseudonyms).document(arriving)
        arrivals = Arrivals(self._project)
        with self._store.change("import") as change:
            document = arrivals.put(change, arriving, languages.outline(arriving.text, arriving.language), **fields)
        if document is None:  # the same text is there: a cell that is run again adds nothing
            digest = hashlib.sha256(arriving.text.encode()).hexdigest()
            document = next(d for d in self._store.all(Document) if d.sha256 == digest)
            if document.name != name:
                there = f"“{name}” has the very text of “{document.name}”, which is in the project already"
                warnings.warn(f"{there}; nothing was added, and “{document.name}” is returned.", stacklevel=2)
        return ProjectDocument(self._project, document)

    def add_files(
        self,
        *patterns: str | Path,
        progress: bool = True,
        pseudonyms: Pseudonyms | Mapping[str, str] | str | Path | None = None,
        **options: Any,
    ) -> ImportReport:
        """Add files, folders or glob patterns; one bad file never stops the others.

        Files that are already in the project (same text) are left out, so an interrupted import is
        finished by running it again.

        Args:
            patterns: paths, folders (with what lies below) or globs such as ``"interviews/*.docx"``.
            progress: whether to show a bar.
            pseudonyms: name to pseudonym, or a table that holds them (csv or xlsx; `project.privacy.write_table`);
                names are replaced before anything is stored, and the table itself is never kept.
            options: handed to the importer: ``encoding="gb18030"``, ``as_="survey"``, ``kind="interview"`` …
        """
        paths = list(expand(patterns))
        table = None if pseudonyms is None else Pseudonyms.of(pseudonyms)
        reports: list[FileReport] = []
        waiting: list[tuple[str, importers.ImportResult]] = []
        size = 0
        before = {d.uid for d in self._store.all(Document)}
        with languages.Cutters() as cutters:
            for path, result in importers.read_many(paths, progress=progress, **options):
                if isinstance(result, ImportRejected):
                    reports.append(FileReport(path.name, "rejected", reason=str(result)))
                    continue
                waiting.append((path.name, table.result(result) if table else result))
                size += sum(len(d.text) for d in result.documents)
                if size > BATCH_BYTES:
                    reports.extend(self.take(waiting, cutters))
                    waiting, size = [], 0
            reports.extend(self.take(waiting, cutters))
        alike = self._alike(before)
        reports = [replace(r, notes=(*r.notes, *alike.get(r.file, ()))) for r in reports]
        order = {path.name: i for i, path in enumerate(paths)}
        return ImportReport(sorted(reports, key=lambda r: order.get(r.file, len(order))))

    def _alike(self, before: set[Uid]) -> dict[str, list[str]]:
        """Say by file which new texts lie largely in others: the same page twice, an abstract inside its page."""
        documents = {d.uid: d for d in self._store.all(Document)}
        new = documents.keys() - before
        if not new or len(documents) > MOST_COMPARED:
            return {}
        notes: dict[str, list[str]] = {}
        pairs = languages.near_duplicates({uid: self._store.text(uid) for uid in documents})
        for a, b, share in pairs:
            if a in new or b in new:
                note = (
                    f"{share:.0%} of the shorter text stands in both “{documents[a].name}” and “{documents[b].name}”."
                )
                notes.setdefault(documents[a if a in new else b].source_name, []).append(note)
        return notes

    def take(
        self, results: Sequence[tuple[str, importers.ImportResult]], cutters: languages.Cutters | None = None
    ) -> list[FileReport]:
        """Store what was read, all in one transaction, and say what became of each file.

        Args:
            results: name of the file and what was read from it.
            cutters: who cuts the texts into units; by default this process.
        """
        if not results:
            return []
        arrivals = Arrivals(self._project)
        texts = [(d.text, d.language) for _, result in results for d in result.documents]
        outlines = (cutters or languages.Cutters(0)).cut(texts)
        reports = []
        with self._store.change("import") as change:
            for name, result in results:
                taken = arrivals.put_result(change, result, outlines)
                changes = tuple(dict.fromkeys([*result.changes, *(c for d in result.documents for c in d.changes)]))
                reports.append(
                    FileReport(
                        name,
                        "imported_with_changes" if changes else "imported",
                        changes=changes,
                        documents=taken,
                        notes=(*result.notes, *arrivals.pop_notes()),
                    )
                )
        return reports

    def rename(self, ref: str, name: str) -> None:
        """Give a document another name.

        Raises:
            Refused: another document bears it; looking for either would be ambiguous.
        """
        document = self.find(ref)
        if any(d.name == name and d.uid != document.uid for d in self._store.all(Document)):
            raise Refused(f"Another document is called “{name}” already. Give {document.name} a name of its own.")
        self._set(document.uid, name=name)

    def set_quotable(self, ref: str, quotable: Quotable) -> None:
        """Say whether passages may be quoted: verbatim, paraphrase or no; every export obeys."""
        self._set(ref, quotable=quotable)

    def translate(self, original: str, translation: str, *, translator: str = "") -> None:
        """Say that one document is the translation of another; the pair counts once."""
        source = self.find(original)
        self._set(translation, original=source.uid, translator=translator)

    def _set(self, ref: str, **fields: Any) -> None:
        document = self.find(ref)
        with self._store.change("edit document") as change:
            change.put(replace(document, **fields))

    def correct(self, ref: str, text: str, *, reason: str = "") -> list[Coding]:
        """Store a corrected text as a new version; codings are re-anchored, none is deleted.

        Returns:
            The codings whose place is unclear; they wait on the review list.
        """
        document = self.find(ref)
        text = importers.normalise(text)
        if not text.strip():
            raise InvalidValue(f"The text given for {document.name} is empty. To be rid of the document, remove it.")
        if hashlib.sha256(text.encode()).hexdigest() == document.sha256:
            raise Refused(f"The text given for {document.name} is the one that is stored; nothing to correct.")
        with self._store.change("correct text", reason=reason) as change:
            return list(change.revise_document(document.uid, text, languages.outline(text)))

    def remove(self, ref: str) -> None:
        """Take a document out of the project; undo brings it back, and nothing is erased."""
        document = self.find(ref)
        codings = self._store.codings(documents=[document.uid])
        others = {c.coder for c in codings} - {self._project.coder_uid}
        if others:
            raise Refused(f"{document.name} carries codings of others; it stays until they are removed.")
        with self._store.change("remove document") as change:
            for coding in codings:
                change.remove(Coding, coding.uid)
            change.remove(Document, document.uid)

    def similar(self, threshold: float = 0.6) -> pd.DataFrame:
        """Return pairs of documents that share much of their text: columns a, b, similarity (0 to 1)."""
        import pandas as pd

        documents = {d.uid: d for d in self._store.all(Document)}
        pairs = languages.near_duplicates({uid: self._store.text(uid) for uid in documents}, threshold=threshold)
        rows = [(documents[a].name, documents[b].name, share) for a, b, share in pairs]
        return pd.DataFrame(rows, columns=["a", "b", "similarity"])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per document: name, kind, language, length, units, codings, variables, uid."""
        from coding import tables

        return tables.documents(self._project.snapshot(texts=False))

    def _columns(self) -> Sequence[str]:
        return ("name", "kind", "language", "characters")

    def _summary(self) -> list[tuple[Any, ...]]:
        return [(d.name, d.kind, d.language, d.length) for d in self._store.all(Document)]


def _is_material(path: Path) -> bool:
    """Leave out hidden files, and projects that lie beside the texts; a path that is named is always taken."""
    return path.is_file() and not path.name.startswith(".") and ".coding" not in path.name


def expand(patterns: Iterable[str | Path]) -> Iterator[Path]:
    """Yield the files that paths, folders and globs name, each once, in a stable order.

    Raises:
        ImportRejected: a path that names nothing.
    """
    seen: set[Path] = set()
    for pattern in patterns:
        if not isinstance(pattern, str | Path):
            raise InvalidValue(
                f"add_files takes paths one after the other; a {type(pattern).__name__} was given. "
                "Put a star before it: add_files(*paths)."
            )
        path = Path(pattern).expanduser()
        if not str(pattern).strip() or "\0" in str(pattern) or len(path.name.encode("utf-8", "replace")) > LONGEST_NAME:
            raise ImportRejected(f"{str(pattern)[:60]!r}", "no file can be called this.", remedy="Give a path.")
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if _is_material(p))
        elif path.exists():
            found = [path]
        else:
            found = sorted(p for p in map(Path, glob.glob(str(path), recursive=True)) if _is_material(p))
            if not found:
                raise ImportRejected(str(pattern), "there is no such file.", remedy="Check the path and the spelling.")
        for file in found:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


__all__ = ["Documents", "FileReport", "ImportReport", "ProjectDocument", "expand"]
