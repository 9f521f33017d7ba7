"""What a file is, by its content; the name only decides between kinds of plain text."""

from __future__ import annotations

import re
from typing import Final

from coding.errors import ImportRejected
from coding.importers.archive import SafeZip

__all__ = ["detect"]

_REFUSED: Final = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", ""),
    (b"ID3", "a recording"),
    (b"OggS", "a recording"),
    (b"RIFF", "a recording or picture"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\x1f\x8b", "a packed archive"),
    (b"7z\xbc\xaf\x27\x1c", "a packed archive"),
    (b"Rar!", "a packed archive"),
    (b"BZh", ""),
    (b"\xfd7zXZ", "a packed archive"),
    (b"MZ", ""),
    (b"\x7fELF", "a program"),
    (b"\x00asm", "a program"),
)
_REMEDIES: Final = {
    "a picture": "Only text can be coded; type up the text or let it be recognised, and import that.",
    "a recording": "Only text can be coded; import the transcript (txt, docx, srt, vtt).",
    "a recording or picture": "Only text can be coded; import the transcript (txt, docx, srt, vtt).",
    "a video": "Only text can be coded; import the transcript (txt, docx, srt, vtt).",
    "a packed archive": "Unpack it and import the files in it.",
    "a program": "Import the document itself.",
}
_TABLES: Final = {"csv": "csv", "tsv": "csv", "tab": "csv"}
_SRT: Final = re.compile(r"\s*\d+\s*\n\s*\d{1,3}:\d\d:\d\d[,.]\d{1,3}\s*-->")
_RIS: Final = re.compile(r"\s*TY  ?- ")
_HTML: Final = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_CODEBOOK: Final = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?(CodeBook|Project)\b", re.DOTALL)
_RTF_LIKE: Final = re.compile(rb"^\s*\{\\rtf")


def detect(data: bytes, file: str) -> str:
    """Return the kind of a file: txt, md, csv, html, docx, xlsx, odt, epub, rtf, pdf, vtt, srt, json, ris, qdpx, qdc.

    Args:
        data: the whole file.
        file: its name; the suffix decides only what the bytes leave open.

    Raises:
        ImportRejected: a kind that holds no text, with the way to get one.
    """
    suffix = file.rpartition(".")[2].lower() if "." in file else ""
    if not data:
        raise ImportRejected(file, "the file is empty.", remedy="Check that it was copied whole.")
    if data.startswith(b"PK") and data[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08"):
        return _zip_kind(data, file)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if _RTF_LIKE.match(data[:64]):
        return "rtf"
    _refuse_binary(data, file)
    _refuse_wrong_suffix(file, suffix)
    return _text_kind(data, file, suffix)


def _text_kind(data: bytes, file: str, suffix: str) -> str:
    head = _head(data)
    if found := _CODEBOOK.match(head):
        return "qdc" if found.group(1) == "CodeBook" else "qde"
    if suffix in _TABLES:
        return "csv"
    if head.startswith("WEBVTT"):
        return "vtt"
    if _SRT.match(head):
        return "srt"
    if suffix in {"md", "markdown", "mdown"}:
        return "md"
    if _HTML.match(head) or suffix in {"html", "htm", "xhtml"}:
        return "html"
    if _RIS.match(head):
        return "ris"
    if suffix in {"vtt", "srt", "ris", "json", "qdc", "qde"}:
        return suffix
    if suffix == "xml" or head.lstrip().startswith("<?xml"):
        raise ImportRejected(
            file,
            "this is XML of a kind that holds no document we know.",
            remedy="Export the text as docx, html or txt.",
        )
    return "txt"


def _head(data: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(mark):
            return data[len(mark) : 4096].decode(encoding, "ignore").replace("\r\n", "\n")
    head = data[:4096]
    if head[1:2] == b"\x00" and head[:1] in b"<{[W":
        return head.decode("utf-16-le", "ignore")
    return head.decode("latin-1").replace("\r\n", "\n")


def _refuse_binary(data: bytes, file: str) -> None:
    if data.startswith(b"SQLite format 3\x00"):
        raise ImportRejected(
            file,
            "this is a database, not a document.",
            remedy="A project is taken in with: coding import --as project.",
        )
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data[: 1 << 20]:
            raise ImportRejected(file, "it is encrypted with a password.", remedy="Save the file without a password.")
        raise ImportRejected(
            file,
            "this is the old binary format of Word or Excel.",
            remedy="Save it as docx, xlsx or pdf and import that.",
        )
    for magic, what in _REFUSED:
        if data.startswith(magic) and (what or b"\x00" in data[:512]):
            raise ImportRejected(
                file,
                f"this is {what or 'a binary file'}, whatever its name says.",
                remedy=_REMEDIES.get(what, "Import the text itself, as txt, docx, pdf, odt, rtf, html or csv."),
            )


_BINARY_SUFFIX: Final = frozenset({"docx", "docm", "xlsx", "xlsm", "odt", "epub", "pdf", "rtf", "qdpx"})


def _refuse_wrong_suffix(file: str, suffix: str) -> None:
    if suffix in _BINARY_SUFFIX:
        raise ImportRejected(
            file,
            f"the name says {suffix}, but the content is something else or damaged.",
            remedy="Open it in the program that wrote it and save it again, or give it its right suffix.",
        )


def _zip_kind(data: bytes, file: str) -> str:
    with SafeZip(data, file) as archive:
        names = set(archive.names())
        if "mimetype" in names and archive.size("mimetype") < 200:
            kind = {"application/vnd.oasis.opendocument.text": "odt", "application/epub+zip": "epub"}.get(
                archive.read("mimetype").decode("ascii", "ignore").strip()
            )
            if kind:
                return kind
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(name.lower().endswith(".qde") for name in names):
        return "qdpx"
    if "META-INF/container.xml" in names:
        return "epub"
    suffix = file.rpartition(".")[2].lower()
    if suffix in _BINARY_SUFFIX:
        raise ImportRejected(
            file,
            f"the archive has not the parts of a {suffix} file.",
            remedy="Open it in the program that wrote it and save it again.",
        )
    what = (
        "a presentation" if "ppt/presentation.xml" in names else "an archive of a kind that holds no document we know"
    )
    raise ImportRejected(
        file, f"this is {what}.", remedy="Unpack it, or save its text as docx, pdf or txt, and import that."
    )
