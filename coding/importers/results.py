"""What an importer hands back: plain values that also travel as JSON between processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from coding.model import ParagraphRole, Scalar

__all__ = ["CodingRow", "ImportResult", "ImportedCase", "ImportedComment", "ImportedDocument"]

NO_VALUES: Final[Mapping[str, Scalar]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """A comment of the file on a stretch of the text; it becomes a memo."""

    start: int
    end: int
    author: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """A case that the file describes, such as a row of a table."""

    name: str
    variables: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportedDocument:
    """One text as it will be stored, with what the file says of its structure.

    Offsets are code points of `text`, half-open.
    """

    name: str
    text: str = field(repr=False)
    kind: str = "document"
    language: str | None = None
    encoding: str = ""
    """Encoding the bytes were read with; "" where the format fixes it."""
    source_name: str = ""
    variables: Mapping[str, Scalar] = field(default_factory=dict)
    case: str = ""
    """Name of the case that the whole text belongs to."""
    speakers: tuple[str, ...] = ()
    """Labels that the file itself marks as speakers; they stand in the text as ``Name:``."""
    structure: tuple[tuple[int, int, ParagraphRole], ...] = ()
    """(start, end, role) of paragraphs the file marks as heading, list, table, comment …"""
    times: tuple[tuple[int, int, int], ...] = ()
    """(start, begin_ms, end_ms): when the turn that starts there was spoken."""
    comments: tuple[ImportedComment, ...] = ()
    changes: tuple[str, ...] = ()
    """What was removed or replaced, in plain words."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """All that one file held.

    Attributes:
        notes: what a person should know although nothing was changed, such as a guessed encoding.
        changes: what was removed or replaced in the file as a whole.
    """

    documents: tuple[ImportedDocument, ...] = ()
    cases: tuple[ImportedCase, ...] = ()
    variables: tuple[str, ...] = ()
    """Names of the variables, in the order of the columns."""
    notes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodingRow:
    """One row of a table of codings."""

    document: str
    code: str
    coder: str
    start: int
    end: int
    row: int
    """Row of the table, counted as a spreadsheet does: the header is row 1."""


def as_json(result: ImportResult) -> dict[str, Any]:
    """Return the result as values that JSON can hold."""
    return {
        "documents": [_document_json(d) for d in result.documents],
        "cases": [{"name": c.name, "variables": dict(c.variables)} for c in result.cases],
        "variables": list(result.variables),
        "notes": list(result.notes),
        "changes": list(result.changes),
    }


def _document_json(document: ImportedDocument) -> dict[str, Any]:
    names = ("name", "text", "kind", "language", "encoding", "source_name", "case")
    return {
        **{name: getattr(document, name) for name in names},
        "variables": dict(document.variables),
        "speakers": list(document.speakers),
        "structure": [list(item) for item in document.structure],
        "times": [list(item) for item in document.times],
        "comments": [[c.start, c.end, c.author, c.text] for c in document.comments],
        "changes": list(document.changes),
    }


def from_json(data: Mapping[str, Any]) -> ImportResult:
    """Build the result again from what `as_json` made.

    Raises:
        KeyError, TypeError, ValueError: the data did not come from `as_json`; the caller treats the
            worker that sent it as broken.
    """
    return ImportResult(
        documents=tuple(_document(d) for d in data["documents"]),
        cases=tuple(ImportedCase(str(c["name"]), _values(c["variables"])) for c in data["cases"]),
        variables=_strings(data["variables"]),
        notes=_strings(data["notes"]),
        changes=_strings(data["changes"]),
    )


def _document(data: Mapping[str, Any]) -> ImportedDocument:
    language = data["language"]
    return ImportedDocument(
        name=str(data["name"]),
        text=str(data["text"]),
        kind=str(data["kind"]),
        language=None if language is None else str(language),
        encoding=str(data["encoding"]),
        source_name=str(data["source_name"]),
        variables=_values(data["variables"]),
        case=str(data["case"]),
        speakers=_strings(data["speakers"]),
        structure=tuple((int(start), int(end), role) for start, end, role in data["structure"]),
        times=tuple((int(start), int(begin), int(end)) for start, begin, end in data["times"]),
        comments=tuple(
            ImportedComment(int(s), int(e), str(author), str(text)) for s, e, author, text in data["comments"]
        ),
        changes=_strings(data["changes"]),
    )


def _strings(items: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(item) for item in items)


def _values(data: Mapping[str, Any]) -> Mapping[str, Scalar]:
    if not all(isinstance(value, str | bool | int | float) for value in data.values()):
        raise TypeError("a variable holds something that is no single value")
    return dict(data)
