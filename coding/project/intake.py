"""Taking in files of any kind: documents, codebooks, whole projects, tables of codings."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding import importers
from coding.errors import CodingError, ImportRejected, InvalidCodebook
from coding.project.documents import FileReport, expand

if TYPE_CHECKING:
    from coding.project.project import Project

CODEBOOK_SUFFIXES = frozenset({".yaml", ".yml", ".qdc"})
PROJECT_SUFFIXES = frozenset({".qdpx", ".qde", ".qda", ".coding"})


def take_files(
    project: Project,
    files: Sequence[str | Path],
    *,
    as_: str | None = None,
    progress: bool = True,
    pseudonyms: str | Path | None = None,
    **options: Any,
) -> list[FileReport]:
    """Take in files, each of its kind; one report a file, and one bad file never stops the others.

    Args:
        project: where to.
        files: paths, folders or globs.
        as_: document, codebook, project, codings, survey or cases; None goes by the suffix.
        progress: whether to show a bar.
        pseudonyms: a table of names that are replaced in documents before anything is stored.
        options: handed to the importer, such as ``encoding``.
    """
    options = {key: value for key, value in options.items() if value is not None}
    reports: list[FileReport] = []
    documents: list[Path] = []
    for name in files:
        try:
            whole = Path(name).suffix.lower() in PROJECT_SUFFIXES and os.path.exists(name)  # a .qda is a folder
            paths = [Path(name)] if whole else list(expand([name]))
        except ImportRejected as error:
            reports.append(FileReport(Path(name).name, "rejected", reason=str(error)))
            continue
        for path in paths:
            kind = as_ or _guess(path)
            take = _TAKERS.get(kind)
            if pseudonyms is not None and kind in ("project", "codings"):
                reason = (
                    f"{path.name}: names are replaced in documents only, and places in this file would no longer fit."
                )
                reports.append(FileReport(path.name, "rejected", reason=reason))
            elif take is None:
                documents.append(path)
            else:
                reports.append(_reported(project, path, take, options))
    if documents:
        extra = {"as_": as_} if as_ in ("survey", "cases") else {}
        taken = project.documents.add_files(*documents, progress=progress, pseudonyms=pseudonyms, **extra, **options)
        reports.extend(taken)
    return reports


def _guess(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in CODEBOOK_SUFFIXES:
        return "codebook"
    return "project" if suffix in PROJECT_SUFFIXES else "document"


def _reported(project: Project, path: Path, take: Callable[..., FileReport], options: dict[str, Any]) -> FileReport:
    try:
        return take(project, path, **options)
    except (ImportRejected, InvalidCodebook) as error:
        return FileReport(path.name, "rejected", reason=str(error))
    except CodingError as error:  # a name that is not there, a round that is closed …
        return FileReport(path.name, "rejected", reason=f"{path.name}: {error}")


def _take_codebook(project: Project, path: Path, **_: Any) -> FileReport:
    codes = project.codebook.read(path)
    return FileReport(path.name, "imported", codes=len(codes))


def _take_codings(project: Project, path: Path, **options: Any) -> FileReport:
    rows = importers.read_codings_table(path, **options)
    added = project.codings.add_rows(((r.document, r.start, r.end, r.code, r.coder) for r in rows), origin="imported")
    return FileReport(path.name, "imported", codings=len(added))


def _take_project(project: Project, path: Path, **options: Any) -> FileReport:
    from coding.project.incoming import take_project  # lxml comes with it

    return take_project(project, path, **options)


_TAKERS: dict[str, Callable[..., FileReport]] = {
    "codebook": _take_codebook,
    "codings": _take_codings,
    "project": _take_project,
}
