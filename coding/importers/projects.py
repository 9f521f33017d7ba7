"""Projects and codebooks of other programs, read in the fenced worker like every stranger's file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coding.codebook import Codebook
from coding.errors import ImportRejected
from coding.importers.batch import read_bytes
from coding.importers.fence import run_fenced
from coding.importers.plain import unpack
from coding.importers.refi_report import ImportReport
from coding.model import Code, Snapshot

__all__ = ["read_codebook", "read_project", "read_qualcoder"]


def read_project(path: str | Path, *, name: str | None = None) -> tuple[Snapshot, ImportReport]:
    """Read a REFI-QDA project.

    Args:
        path: a ``.qdpx`` archive, or a bare ``.qde`` (which brings no texts that lie in files).
        name: name of the file for messages.

    Returns:
        The project as values, and what was changed or left out; nothing is dropped without a line.

    Raises:
        ImportRejected: it is no REFI-QDA project, damaged, or dangerous.
        LimitExceeded: it is larger than a setting allows.
    """
    snapshot, report = _fenced("project", Path(path), name, tuple[Snapshot, ImportReport])
    return snapshot, report


def read_codebook(path: str | Path, *, name: str | None = None) -> tuple[Codebook, ImportReport]:
    """Read the codes of a REFI-QDA codebook or project (``.qdc``, ``.qdpx``, ``.qde``), and say what was changed.

    Raises:
        ImportRejected: it holds no codebook.
    """
    codes, report = _fenced("codebook", Path(path), name, tuple[tuple[Code, ...], ImportReport])
    return Codebook(codes), report


def read_qualcoder(path: str | Path, *, name: str | None = None) -> tuple[Snapshot, ImportReport]:
    """Read a QualCoder project: the ``.qda`` folder, or the ``data.qda`` inside it.

    Raises:
        ImportRejected: it is no QualCoder project, or damaged.
        LimitExceeded: it is larger than a setting allows.
    """
    path = Path(path)
    inside = path / "data.qda" if path.is_dir() else path
    if path.is_dir() and not inside.is_file():
        raise ImportRejected(path.name, "there is no data.qda in it.", remedy="Give the .qda folder of the project.")
    # every project's database has the same name; the folder's is the project's
    shown = inside.parent.name if inside.name == "data.qda" else inside.name
    snapshot, report = _fenced("qualcoder", inside, name or shown, tuple[Snapshot, ImportReport])
    return snapshot, report


def _fenced(kind: str, path: Path, name: str | None, wanted: Any) -> Any:
    file = name or path.name
    answer = run_fenced(kind, read_bytes(path, file), file, {})
    try:
        return unpack(wanted, answer)
    except (TypeError, ValueError):
        raise ImportRejected(
            file, "the reader of projects broke off.", remedy="Export the project again in the program that wrote it."
        ) from None
