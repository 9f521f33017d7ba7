"""Plain text and Markdown, and the one text rule that every importer's text goes through.

The rule: line ends become LF and a byte order mark at the start is dropped, which is no change to the
text; NUL and lone surrogates, which no database holds, are replaced one for one and listed. Nothing
else is touched: no normalisation, no repair, because offsets and the participant's words would move.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.encoding import decode
from coding.importers.results import NO_VALUES, ImportedDocument, ImportResult
from coding.model import ParagraphRole, Scalar

__all__ = ["checked", "normalise", "read_markdown", "read_text", "stem", "text_document"]

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_HEADING: Final = re.compile(r"^ {0,3}#{1,6}(?:[ \t].*)?$")
_ITEM: Final = re.compile(r"^ {0,12}(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_CLOCK: Final = re.compile(r"\d:\d\d[\])]?[ \t]*$", re.MULTILINE)
_FENCE: Final = re.compile(r"^ {0,3}(?:```|~~~)")


def normalise(text: str) -> str:
    r"""Return the text as it is stored: LF line ends, no mark at the start, nothing a database refuses.

    >>> normalise("\ufeffone\r\ntwo\rthree")
    'one\ntwo\nthree'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSTORABLE.sub("\ufffd", text.removeprefix("\ufeff"))


def checked(text: str, file: str, *, place: str = "") -> tuple[str, tuple[str, ...]]:
    """Return the text as it is stored, and what was replaced.

    Raises:
        LimitExceeded: more characters than `Limits.text_characters`.
    """
    if len(text) > limits.current().text_characters:
        raise limits.exceeded(file, "the text has too many characters", "text_characters", found=len(text), place=place)
    changes = []
    nul = text.count("\x00")
    surrogates = len(_UNSTORABLE.findall(text)) - nul
    if nul:
        changes.append(f"{nul} NUL characters were replaced by �")
    if surrogates:
        changes.append(f"{surrogates} lone surrogates were replaced by �")
    return normalise(text), tuple(changes)


def stem(file: str) -> str:
    """Return the name a document gets from the name of its file: without folder and suffix.

    >>> stem("P03 interview.docx"), stem(".txt")
    ('P03 interview', '.txt')
    """
    last = re.split(r"[/\\]", file)[-1]
    head, dot, suffix = last.rpartition(".")
    name = head if dot and head and len(suffix) <= 8 and " " not in suffix else last
    return _UNSTORABLE.sub("\ufffd", name).strip() or "untitled"


def text_document(
    name: str,
    text: str,
    *,
    kind: str = "document",
    language: str | None = None,
    variables: Mapping[str, Scalar] = NO_VALUES,
) -> ImportedDocument:
    """Make a document of a text that is already at hand.

    Raises:
        LimitExceeded: a text or name longer than the settings allow.
    """
    if len(name) > limits.current().name_characters:
        raise limits.exceeded(name[:40] + "…", "the name has too many characters", "name_characters", found=len(name))
    stored, changes = checked(text, name)
    return ImportedDocument(
        name, stored, kind=kind, language=language, variables=dict(variables), structure=(), changes=changes
    )


def decoded_text(data: bytes, file: str, encoding: str | None) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """Decode a text file and hold it to the text rule.

    Returns:
        text, encoding, changes, notes.
    """
    found = decode(data, file, encoding)
    text, replaced = checked(found.text, file)
    notes = []
    if found.guessed:
        notes.append(
            f"Read as {found.encoding}, which is a guess; if words look wrong, import it with another encoding."
        )
    if _BIDI.search(text):
        notes.append(
            f"Holds {len(_BIDI.findall(text))} characters that steer the direction of writing; they were kept."
        )
    return text, found.encoding, (*found.changes, *replaced), tuple(notes)


def read_text(data: bytes, file: str, *, encoding: str | None = None, **options: Any) -> ImportResult:
    """Read plain text; a transcript with names and times on lines of their own becomes turns."""
    text, used, changes, notes = decoded_text(data, file, encoding)
    if _CLOCK.search(text[:5000]):
        transcript = _transcript(text, file, used, changes, notes, options)
        if transcript is not None:
            return transcript
    return _result(text, file, used, changes, notes, (), options)


def read_markdown(data: bytes, file: str, *, encoding: str | None = None, **options: Any) -> ImportResult:
    """Read Markdown: its marks stay in the text, raw HTML stays inert text, headings and lists are noted."""
    text, used, changes, notes = decoded_text(data, file, encoding)
    return _result(text, file, used, changes, notes, markdown_structure(text), options)


def markdown_structure(text: str) -> tuple[tuple[int, int, ParagraphRole], ...]:
    r"""Return headings, list items and table rows as (start, end, role).

    >>> markdown_structure("# One\n\ntext\n- item")
    ((0, 5, 'heading'), (12, 18, 'list'))
    """
    out: list[tuple[int, int, ParagraphRole]] = []
    at, fenced = 0, False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            if _HEADING.match(line):
                out.append((at, at + len(line), "heading"))
            elif _ITEM.match(line):
                out.append((at, at + len(line), "list"))
            elif line.startswith("|") and line.rstrip().endswith("|") and len(line) > 2:
                out.append((at, at + len(line), "table"))
        at += len(line) + 1
    return tuple(out)


def _transcript(
    text: str,
    file: str,
    encoding: str,
    changes: tuple[str, ...],
    notes: tuple[str, ...],
    options: Mapping[str, Any],
) -> ImportResult | None:
    from coding.importers.builder import TextBuilder  # it builds on this module
    from coding.importers.transcripts import speeches, write_speeches

    found = speeches(text.split("\n"))
    if found is None:
        return None
    builder = TextBuilder(file)
    write_speeches(builder, found)
    result = builder.result(options, kind="transcript", encoding=encoding)
    document = replace(result.documents[0], changes=changes)
    return ImportResult((document,), notes=(*notes, *result.notes))


def _result(
    text: str,
    file: str,
    encoding: str,
    changes: tuple[str, ...],
    notes: tuple[str, ...],
    structure: tuple[tuple[int, int, ParagraphRole], ...],
    options: Mapping[str, Any],
) -> ImportResult:
    if not text.strip():
        raise ImportRejected(file, "the file holds no text.", remedy="Check that the right file was saved.")
    document = ImportedDocument(
        stem(file),
        text,
        kind=options.get("kind", "document"),
        language=options.get("language"),
        encoding=encoding,
        source_name=file,
        structure=structure,
        changes=changes,
    )
    return ImportResult((document,), notes=notes)
