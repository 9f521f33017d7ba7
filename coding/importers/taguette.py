"""Taguette's codebook csv in: a row is a code, points in its name are levels of the tree."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from coding.codebook import Codebook
from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.encoding import decode
from coding.model import Code, fold_name, new_uid
from coding.refi import read_code_text

__all__ = ["read_codebook"]

_NAMES = ("tag", "name", "path", "code")


def read_codebook(path: str | Path, *, name: str | None = None, separator: str = ".") -> Codebook:
    """Read a codebook csv with a column ``tag``, ``name`` or ``path`` and maybe ``description``.

    Args:
        path: the file.
        name: name for messages.
        separator: what joins the levels of a path; "" reads names as they stand.

    Raises:
        ImportRejected: no such column, or a row without a name.
    """
    path = Path(path)
    file = name or path.name
    data = path.read_bytes()
    if len(data) > limits.current().file_bytes:
        raise limits.exceeded(file, "the file has too many bytes", "file_bytes", found=len(data))
    try:
        rows = list(csv.reader(io.StringIO(decode(data, file).text), strict=True))
    except csv.Error as error:
        raise ImportRejected(file, f"the table is broken: {error}.") from None
    head = [fold_name(cell) for cell in rows[0]] if rows else []
    column = next((head.index(n) for n in _NAMES if n in head), None)
    if column is None:
        raise ImportRejected(
            file, f"it has none of the columns {', '.join(_NAMES)}; it has {', '.join(head)[:200] or 'none'}.",
            place="line 1", remedy="Export the codebook in Taguette as CSV.",
        )  # fmt: skip
    about = head.index("description") if "description" in head else None
    codes: dict[str, Code] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        text = row[column].strip() if column < len(row) else ""
        if not text:
            raise ImportRejected(file, "a code has no name.", place=f"line {number}")
        description = row[about] if about is not None and about < len(row) else ""
        _add(codes, text, description, separator)
    return Codebook(codes.values())


def _add(codes: dict[str, Code], path: str, description: str, separator: str) -> None:
    """Add a code and what is missing above it."""
    parts = [p.strip() for p in path.split(separator)] if separator else [path]
    parts = parts if all(parts) else [path]
    parent: str | None = None
    for depth in range(1, len(parts) + 1):
        key = "\n".join(fold_name(p) for p in parts[:depth])
        if key not in codes:
            position = sum(c.parent == parent for c in codes.values())
            codes[key] = Code(new_uid(), parts[depth - 1], parent, position)
        if depth == len(parts) and description:
            fields = {k: v for k, v in read_code_text(description).items() if k not in ("name", "stage")}
            codes[key] = replace(codes[key], **fields)  # type: ignore[arg-type]
        parent = codes[key].uid
