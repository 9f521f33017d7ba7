"""Files of other programs to documents, cases and codings: bytes in, values and warnings out, no database.

Plain text, Markdown and csv are read here; every other kind in a fenced worker process. An importer
returns an `ImportResult` or raises `coding.errors.ImportRejected`; it never raises anything else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.importers.batch import read, read_codings_table, read_many
from coding.importers.results import CodingRow, ImportedCase, ImportedComment, ImportedDocument, ImportResult
from coding.importers.text import normalise, text_document

if TYPE_CHECKING:
    from coding.codebook import Codebook
    from coding.importers.refi_report import ImportReport
    from coding.model import Snapshot

__all__ = [
    "CodingRow",
    "ImportResult",
    "ImportedCase",
    "ImportedComment",
    "ImportedDocument",
    "normalise",
    "read",
    "read_codebook",
    "read_codings_table",
    "read_many",
    "read_project",
    "text_document",
]


def read_codebook(path: Path, **options: Any) -> Codebook:
    """Read a REFI-QDA codebook (``.qdc``).

    Raises:
        ImportRejected: with place, reason and remedy.
    """
    from coding.importers import refi

    codebook: Codebook = refi.read_codebook(path, **options)
    return codebook


def read_project(path: Path, **options: Any) -> tuple[Snapshot, ImportReport]:
    """Read a project of another program (``.qdpx``, ``.qde``).

    Raises:
        ImportRejected: with place, reason and remedy.
    """
    from coding.importers import refi

    return refi.read_project(path, **options)
