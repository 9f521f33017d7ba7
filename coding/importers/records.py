"""Reference lists (RIS, CSL JSON of Zotero) and transcripts in JSON (Whisper)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.builder import TextBuilder
from coding.importers.results import ImportedDocument, ImportResult
from coding.importers.subtitles import write_cues
from coding.importers.text import checked, decoded_text
from coding.model import Scalar

__all__ = ["read"]

_RIS_LINE: Final = re.compile(r"^([A-Z][A-Z0-9])  ?- ?(.*)$")
_RIS_NAMES: Final = {
    "TY": "type", "TI": "title", "T1": "title", "AU": "authors", "A1": "authors", "PY": "year", "Y1": "year", "DA": "date",
    "JO": "journal", "JF": "journal", "T2": "journal", "JA": "journal", "VL": "volume", "IS": "issue", "SP": "first page",
    "EP": "last page", "DO": "doi", "UR": "url", "KW": "keywords", "PB": "publisher", "SN": "issn", "LA": "language",
    "AD": "affiliation", "CY": "place", "N1": "note",
}  # fmt: skip
_CSL: Final = {
    "type": "type", "title": "title", "container-title": "journal", "volume": "volume", "issue": "issue", "page": "pages",
    "DOI": "doi", "URL": "url", "publisher": "publisher", "ISSN": "issn", "language": "language", "keyword": "keywords",
    "publisher-place": "place", "note": "note",
}  # fmt: skip
_REMEDY: Final = "Export the list again as RIS or CSL JSON."


def read(data: bytes, file: str, *, kind_of_file: str, encoding: str | None = None, **options: Any) -> ImportResult:
    """Read references, each with an abstract a document; or a transcript of Whisper.

    Raises:
        ImportRejected: broken, or JSON of another kind.
    """
    text, used, changes, notes = decoded_text(data, file, encoding)
    if kind_of_file == "ris":
        return _references(_ris(text, file), file, used, changes, notes, options)
    try:
        found = json.loads(text, parse_constant=lambda word: word)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise ImportRejected(file, "the JSON is broken.", place=f"line {line}", remedy="Export it again.") from None
    if isinstance(found, dict) and isinstance(found.get("segments"), list):
        return _whisper(found, file, used, changes, options)
    if isinstance(found, dict) and isinstance(found.get("items"), list):
        found = found["items"]
    if isinstance(found, list) and found and all(isinstance(i, dict) and "title" in i for i in found):
        return _references([_csl(i) for i in found], file, used, changes, notes, options)
    raise ImportRejected(
        file,
        "this JSON is neither a transcript of Whisper nor a list of references.",
        remedy="Import the text as txt or csv.",
    )


def _ris(text: str, file: str) -> list[dict[str, str]]:
    records: list[dict[str, str]] = []
    record: dict[str, str] = {}
    last = ""
    for number, line in enumerate(text.split("\n"), 1):
        match = _RIS_LINE.match(line)
        if match is None:
            if last and line.strip():
                record[last] += "\n" + line.strip()
            continue
        tag, value = match.groups()
        if tag == "ER":
            records.append(record)
            record, last = {}, ""
        elif tag == "TY" and record:
            raise ImportRejected(
                file, "a record begins before the last one ended.", place=f"line {number}", remedy=_REMEDY
            )
        elif value.strip():
            name = "abstract" if tag in {"AB", "N2"} else _RIS_NAMES.get(tag, tag)
            joint = "\n" if name == "abstract" else "; "
            record[name] = (
                record[name] + joint + value.strip()
                if name in record and record[name] != value.strip()
                else value.strip()
            )
            last = name
    return [*records, record] if record else records


def _csl(item: Mapping[str, Any]) -> dict[str, str]:
    out = {
        name: str(item[key]) for key, name in _CSL.items() if isinstance(item.get(key), str | int) and str(item[key])
    }
    people = item.get("author")
    if isinstance(people, list):
        names = [
            str(p.get("literal") or ", ".join(str(p[k]) for k in ("family", "given") if p.get(k)))
            for p in people
            if isinstance(p, dict)
        ]
        out["authors"] = "; ".join(n for n in names if n)
    issued = item.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        out["year"] = str(parts[0][0])
    if isinstance(item.get("abstract"), str):
        out["abstract"] = item["abstract"]
    return out


def _references(
    records: list[dict[str, str]], file: str, encoding: str, changes: tuple[str, ...], notes: tuple[str, ...],
    options: Mapping[str, Any],
) -> ImportResult:  # fmt: skip
    documents, bare, names = [], 0, dict[str, None]()
    for number, record in enumerate(records, 1):
        title = " ".join(record.get("title", "").split())
        text = record.pop("abstract", "") or title
        bare += text == title
        if not text.strip():
            continue
        values: dict[str, Scalar] = {k: int(v) if k == "year" and v.isdigit() else v for k, v in record.items() if v}
        names.update(dict.fromkeys(values))
        stored, replaced = checked(text, file, place=f"record {number}")
        documents.append(
            ImportedDocument(
                title[: limits.current().name_characters] or f"{file} record {number}",
                stored,
                kind=options.get("kind", "abstract"),
                language=options.get("language"),
                encoding=encoding,
                source_name=file,
                variables=values,
                changes=replaced,
            )
        )
    if not documents:
        raise ImportRejected(file, "there is no reference with a title or an abstract in it.", remedy=_REMEDY)
    more = (f"{bare} references without abstract: the title is their text.",) if bare else ()
    return ImportResult(tuple(documents), (), tuple(names), (*notes, *more), changes)


def _whisper(
    found: Mapping[str, Any], file: str, encoding: str, changes: tuple[str, ...], options: Mapping[str, Any]
) -> ImportResult:
    builder = TextBuilder(file)
    builder.changed(changes)
    cues = []
    for number, segment in enumerate(found["segments"], 1):
        try:
            begin, end = (round(float(segment[key]) * 1000) for key in ("start", "end"))
            words, speaker = str(segment["text"]).strip(), str(segment.get("speaker") or "")
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
            raise ImportRejected(
                file,
                "the segment has no start, end and text.",
                place=f"segment {number}",
                remedy="Transcribe it again.",
            ) from None
        if words:
            cues.append((begin, max(begin, end), speaker, words))
    write_cues(builder, cues)
    language = found.get("language")
    given = {"language": language, **options} if isinstance(language, str) and 2 <= len(language) <= 3 else options
    return builder.result(given, kind="transcript", encoding=encoding)
