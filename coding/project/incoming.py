"""Taking in whole projects of other programs, beside what is already here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding import language
from coding.importers.projects import read_project, read_qualcoder
from coding.importers.refi_match import match
from coding.model import Outline, Snapshot, Uid
from coding.project.documents import FileReport
from coding.storage import Change

if TYPE_CHECKING:
    from coding.project.project import Project


def take_project(project: Project, path: Path, **options: Any) -> FileReport:
    """Take in a project of another program, or merge one of our own.

    What is already here (same GUID, path of a code, text of a document) is used; the rest is added.
    Everything arrives in one transaction, or nothing does.
    """
    if path.suffix.lower() == ".coding":
        merged = project.store.merge(path)
        return FileReport(path.name, "imported", notes=tuple(str(merged).splitlines()))
    incoming, report = read_qualcoder(path) if path.suffix.lower() == ".qda" else read_project(path, **options)
    matching = match(project.snapshot(texts=False), incoming)
    known = set(matching.uids.values())
    arriving = matching.apply(incoming)
    with project.store.change("import project") as change:
        documents = _documents(change, arriving, known)
        _things(change, arriving, known)
        codings = change.put_codings(arriving.iter_codings())
    changes = (*report.changes, *(f"not taken: {line}" for line in report.left_out))
    return FileReport(
        path.name,
        "imported_with_changes" if changes else "imported",
        changes=changes,
        documents=documents,
        codes=sum(code.uid not in known for code in arriving.codes),
        codings=len(codings),
        notes=(*report.notes, *matching.conflicts, *([str(matching)] if matching.uids else [])),
    )


def _documents(change: Change, arriving: Snapshot, known: set[Uid]) -> int:
    new = 0
    for document in arriving.documents:
        if document.uid in known:
            continue
        text = arriving.texts[document.uid]
        outline = arriving.outlines.get(document.uid) or Outline()
        if not outline.paragraphs:
            outline = language.outline(text, document.language if document.language != "und" else None)
        change.put_document(replace(document, language=outline.language), text, outline)
        new += 1
    return new


def _things(change: Change, arriving: Snapshot, known: set[Uid]) -> None:
    groups: Iterable[Iterable[Any]] = (
        arriving.coders, arriving.codes, arriving.cases, arriving.variables, arriving.case_links, arriving.speakers,
        arriving.values, arriving.rounds, arriving.memos, arriving.relations, arriving.sets, arriving.links,
    )  # fmt: skip
    for group in groups:
        for thing in group:
            if thing.uid not in known:
                change.put(thing)
