"""What the workbench itself wrote: results and passages of a study are not its material."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from coding.errors import ImportRejected
from coding.model import fold_name

__all__ = ["refuse_own", "refuse_own_table"]

_AS_CASES: Final = "If its rows are to become cases all the same, say so: --as cases."
_CODINGS: Final = "Take its codings in with: coding import PROJECT FILE --as codings."
_CODEBOOK: Final = "Take its codes in with: coding import PROJECT FILE --as codebook."
_TABLES: Final[tuple[tuple[str, str, str], ...]] = (
    ("document,code,coder,start,end", "a table of codings", _CODINGS),
    ("reference id,file,case,code,code path,coder,start,end", "a table of coded references", _AS_CASES),
    ("code,path,speaker,role,document,paragraph,coder,text", "a table of quotations", _AS_CASES),
    ("原始语句,初始概念,范畴,主范畴", "a table of quotations", _AS_CASES),
    ("name,description,files,references,hierarchical name", "a list of codes", _AS_CASES),
    ("path,name,name_zh,key,definition", "a codebook", _CODEBOOK),
    ("tag,description", "a codebook", _CODEBOOK),
    ("code,file,file folder,file size,kappa", "a coding comparison", "Set it beside ours; see docs/nvivo.md."),
    ("code,hierarchical name,files,references,coders", "a summary by code", _AS_CASES),
    ("file,code,coder,references,characters", "a summary by file", _AS_CASES),
    *((f"document,{unit},start,end", "a matrix of codes", _AS_CASES) for unit in ("unit", "sentence", "paragraph", "turn")),
)  # fmt: skip
"""How the headings of a table begin, what it is, and what to do."""
_HEADS: Final = (
    (b'<meta name="generator" content="Coding workbench">', "a report"),
    (b'{"@context": "http://www.w3.org/ns/anno.jsonld"', "a collection of annotations"),
)
_LINE: Final = (b'{"document": ', b'"code": ', b'"coder": ', b'"start": ')


def refuse_own_table(file: str, columns: Sequence[str], first: Sequence[Any]) -> None:
    """Refuse a table that the workbench wrote, by its headings.

    Args:
        file: for the message.
        columns: the headings.
        first: cells of the first row.

    Raises:
        ImportRejected: with what it is and how to take it in.
    """
    head = ",".join(map(fold_name, columns)) + ","
    for begins, what, remedy in _TABLES:
        if head.startswith(begins + ","):
            raise _own(file, what, remedy)
    if columns[0] == "column 1" and first and str(first[0]).startswith("Codes\\\\"):
        raise _own(file, "a matrix of codes", _AS_CASES)


def refuse_own(source: Path | bytes, data: bytes, file: str) -> None:
    """Refuse what the workbench wrote: by its first bytes, or by the report that lies beside it.

    Raises:
        ImportRejected: with what it is.
    """
    head = data[:1000]
    for mark, what in _HEADS:
        if mark in head:
            raise _own(file, what, "Choose the texts that are to be coded.")
    if head.startswith(_LINE[0]) and all(mark in head for mark in _LINE):
        raise _own(file, "a table of codings", "Export csv and take that in with: --as codings.")
    if isinstance(source, Path) and source.name in _listed(source.with_name("export_report.json")):
        raise _own(file, "part of an export (export_report.json beside it lists it)", _AS_CASES)


def _listed(report: Path) -> frozenset[str]:
    """Return the files of the export that a report speaks of, the report among them."""
    with suppress(OSError, ValueError):  # no report, or none of ours
        if report.stat().st_size < 10_000_000:
            found = json.loads(report.read_bytes())
            if isinstance(found, dict) and found.get("format") == "nvivo" and isinstance(found.get("files"), list):
                return frozenset(name for name in found["files"] if isinstance(name, str))
    return frozenset()


def _own(file: str, what: str, remedy: str) -> ImportRejected:
    return ImportRejected(file, f"this is {what} as the workbench exports it, no material.", remedy=remedy)
