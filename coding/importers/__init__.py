"""Files of other programs to documents, cases and codings: bytes in, values and warnings out, no database.

Plain text, Markdown and csv are read here; every other kind in a fenced worker process, whole projects
(`coding.importers.projects`) too. An importer returns an `ImportResult` or raises
`coding.errors.ImportRejected`; it never raises anything else.
"""

from coding.importers.batch import read, read_codings_table, read_many
from coding.importers.results import CodingRow, ImportedCase, ImportedComment, ImportedDocument, ImportResult
from coding.importers.text import normalise, text_document

__all__ = [
    "CodingRow",
    "ImportResult",
    "ImportedCase",
    "ImportedComment",
    "ImportedDocument",
    "normalise",
    "read",
    "read_codings_table",
    "read_many",
    "text_document",
]
