"""Everything NVivo can take from us in one folder, and result tables with the columns of its own exports.

Coded text enters NVivo only through ``project_nvivo.qdpx``; the rest are tables. The clicks stand in
``docs/nvivo.md``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from coding.errors import ExportFailed, InvalidValue
from coding.exporters.files import write_bytes
from coding.exporters.nvivo_comparison import COMPARISON_COLUMNS, comparison_rows, groups_of, paths
from coding.exporters.passages import Passages
from coding.exporters.refi_plan import Plan, profile_named
from coding.exporters.refi_qda import Newline, write_codebook, write_project
from coding.exporters.report import ExportReport, Loss
from coding.exporters.tabular import Table, write_csv, write_tab, write_xlsx
from coding.model import Snapshot, Variable
from coding.refi import guid
from coding.spans import total

__all__ = ["write_folder"]

_REFERENCES: Final = (
    "Reference ID", "File", "Case", "Code", "Code Path", "Coder", "Start", "End", "Unit", "Coded On", "Comment", "Text",
)  # fmt: skip
_CODEBOOK: Final = (
    "Name", "Description", "Files", "References", "Hierarchical Name", "Parent", "Level", "Color", "GUID",
)  # fmt: skip
_BY_CODE: Final = ("Code", "Hierarchical Name", "Files", "References", "Coders", "Characters", "Coverage (%)")
_BY_FILE: Final = ("File", "Code", "Coder", "References", "Characters", "Coverage (%)")
_HEADER_LIMIT: Final = 64
_DATASET_COLUMNS: Final = 256


def write_folder(
    snapshot: Snapshot,
    folder: str | Path,
    *,
    coders: tuple[str, str] | None = None,
    classification: str = "Person",
    unit: str = "codepoint",
    newline: Newline = "lf",
    excel_safe: bool = False,
    full_text: bool = False,
    progress: bool = False,
) -> ExportReport:
    """Write the project, codebook, classification sheets and result tables for NVivo into a folder.

    Args:
        snapshot: the project.
        folder: made if it is not there; files of an earlier export are replaced one by one.
        coders: names of the two to compare; by default the two with most codings.
        classification: name of the case classification, as NVivo will call it.
        unit: what the comparison counts: ``codepoint``, or ``utf16`` for a figure equal to NVivo's to the byte.
        newline: ``crlf`` for sources with CR LF; see `write_project`.
        excel_safe: put an apostrophe before texts in csv that Excel would take for a formula.
        full_text: whether the project holds what may not be quoted too; see `write_project`. The tables never do.
        progress: whether to show a progress bar.

    Returns:
        What was written, renamed, cut and lost; the same stands in ``export_report.md``.
    """
    if unit not in ("codepoint", "utf16"):
        raise InvalidValue(f"unit is {unit!r}; it is “codepoint” or “utf16”.")
    target = Path(folder)
    job = _Folder(snapshot, target, excel_safe)
    pair = groups_of(job.plan, coders)  # before anything is written: a name may be misspelt
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ExportFailed(f"The folder {target.name} cannot be made: {error.strerror or error}.") from error
    report = write_project(
        snapshot, target / "project_nvivo.qdpx", profile="nvivo", newline=newline, full_text=full_text,
        progress=progress,
    )  # fmt: skip
    job.files.append("project_nvivo.qdpx")
    if job.plan.codes:
        write_codebook(snapshot, target / "codebook.qdc", profile="nvivo")
        job.files.append("codebook.qdc")
    job.sheets("case", classification)
    job.sheets("document", "Document")
    job.references()
    job.responses()
    job.codebook()
    job.comparison(pair, unit)
    job.matrix()
    job.summaries()
    names = sorted([*job.files, "export_report.json", "export_report.md"])
    report = replace(
        report,
        format="nvivo",
        target=target.name,
        files=tuple(names),
        losses=(*report.losses, *job.losses()),
        notes=(*report.notes, *job.notes),
    )
    data = json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n"
    write_bytes(target / "export_report.json", data.encode())
    write_bytes(target / "export_report.md", report.as_markdown().encode())
    return report


class _Folder:
    """One export on its way: every table is written as csv and as a workbook."""

    def __init__(self, snapshot: Snapshot, folder: Path, excel_safe: bool) -> None:
        self.snapshot, self.folder, self.excel_safe = snapshot, folder, excel_safe
        self.plan = Plan(snapshot, profile_named("nvivo"), full_text=True)  # for names; passages come from below
        self.passages = Passages(snapshot)
        self.paths = dict(paths(self.plan, "\\"))
        self.files: list[str] = []
        self.notes: list[str] = []
        self.joined = 0
        self.cut: list[str] = []

    def losses(self) -> list[Loss]:
        """Return what happened to single cells."""
        out = []
        if self.joined:
            out.append(Loss("line breaks", self.joined, "cells of csv and txt with line breaks have spaces instead; "
                            "the workbooks keep them"))  # fmt: skip
        if self.cut:
            out.append(Loss("cells", len(self.cut), "longer than the 32,767 characters of a cell, cut in the workbook; "
                            "whole in the csv", tuple(self.cut[:10])))  # fmt: skip
        if self.passages.withheld:
            out.append(Loss("passages", self.passages.withheld, "may not be quoted; their words are withheld in "
                            "coded_references"))  # fmt: skip
        return out

    def put(
        self, name: str, columns: Sequence[str], rows: Callable[[], Iterable[Sequence[Any]]], *, tab: bool = False
    ) -> None:
        """Write one table as csv and xlsx, and as txt where NVivo on Windows wants it."""
        headers = tuple(columns)
        table = Table(headers, rows())
        write_csv(self.folder / f"{name}.csv", table, excel_safe=self.excel_safe)
        self.joined += table.joined
        self.files.append(f"{name}.csv")
        table = Table(headers, rows())
        write_xlsx(self.folder / f"{name}.xlsx", table, sheet=name)
        self.cut += [f"{name}: {place}" for place in table.cut]
        self.files.append(f"{name}.xlsx")
        if tab:
            write_tab(self.folder / f"{name}.txt", Table(headers, rows()))
            self.files.append(f"{name}.txt")

    def headers(self, names: Iterable[str]) -> list[str]:
        """Return names as NVivo takes them in a heading: 64 characters, nothing reserved, no two alike."""
        out: list[str] = []
        taken: set[str] = set()
        for name in names:
            base = self.plan.safe(name)[:_HEADER_LIMIT]
            header, number = base, 2
            while header.casefold() in taken:
                mark = f" ({number})"
                header, number = base[: _HEADER_LIMIT - len(mark)] + mark, number + 1
            taken.add(header.casefold())
            out.append(header)
            if header != name:
                self.notes.append(f"The column “{name[:80]}” is called “{header}”.")
        return out

    # -- tables that NVivo imports -------------------------------------------------------------------

    def sheets(self, on: str, classification: str) -> None:
        """Write the classification sheet of cases or files: A1 is its name, then one attribute a column."""
        things: Sequence[Any] = self.snapshot.cases if on == "case" else self.snapshot.documents
        variables = [v for v in self.snapshot.variables if v.on == on]
        names = self.plan.case_names if on == "case" else self.plan.document_names
        if not things or not variables:
            return
        kind = "cases" if on == "case" else "files"
        head = self.headers([classification, *(v.name for v in variables)])
        self.put(
            f"{kind}_{_file_part(classification)}",
            head,
            lambda: ([names[x.uid], *self._cells(x.uid, variables)] for x in things),
            tab=True,
        )

    def _cells(self, owner: str, variables: Sequence[Variable]) -> list[Any]:
        values = {v.variable: v.value for v in self.plan.values_of.get(owner, ())}
        return [values.get(v.uid) for v in variables]

    def references(self) -> None:
        """Write one row per coding; `Text` is last and the only column to be coded."""

        def rows() -> Iterable[Sequence[Any]]:
            at = self.passages.tree.at
            for number, p in enumerate(self.passages, start=1):
                yield [
                    number, self.plan.document_names[p.document.uid], self.plan.case_names[p.case.uid] if p.case else "",
                    self.plan.code_names[p.code.uid], f"Codes\\\\{self.paths[at[p.code.uid]]}", p.coder.name, p.start,
                    p.end, "character", p.created, "\n".join(m.body for m in p.memos), p.text,
                ]  # fmt: skip

        every = list(rows())  # read twice: as csv and as workbook
        self.put("coded_references", _REFERENCES, lambda: every)

    def responses(self) -> None:
        """Write survey-like answers: one row a respondent, a column for each of her documents of one kind."""
        surveys = [d for d in self.snapshot.documents if d.kind == "survey"]
        if not surveys:
            return
        owner = {x.document: x.case for x in self.snapshot.case_links}
        answers: dict[str, dict[str, str]] = {}
        questions: dict[str, None] = {}
        cases, closed = {c.uid: c for c in self.snapshot.cases}, self.passages.closed
        for document in surveys:
            case = cases.get(owner.get(document.uid, ""))
            if case is None:
                continue
            question = document.folder or document.name
            questions[question] = None
            words = "[text withheld]" if document.uid in closed else self.snapshot.texts[document.uid]
            before = answers.setdefault(case.uid, {}).get(question)
            answers[case.uid][question] = f"{before}\n{words}" if before else words
        variables = [v for v in self.snapshot.variables if v.on == "case"]
        head = self.headers(["Respondent", *(v.name for v in variables), *questions])
        if len(head) > _DATASET_COLUMNS:
            self.notes.append(f"responses has {len(head)} columns; NVivo takes {_DATASET_COLUMNS}. Split the sheet.")
        self.put(
            "responses",
            head,
            lambda: (
                [self.plan.case_names[uid], *self._cells(uid, variables), *(given.get(q) for q in questions)]
                for uid, given in answers.items()
            ),
        )

    # -- tables to read ---------------------------------------------------------------------------------

    def codebook(self) -> None:
        """Write the code tree with the columns of NVivo's codebook first."""
        codes = self.snapshot.codes
        t = self.snapshot.codings
        amount = np.bincount(self.plan.code_of, minlength=len(codes)) if len(t) else np.zeros(len(codes), int)
        files = _distinct(self.plan.code_of, t.document, len(codes))
        rows = []
        for position, path in self.paths.items():
            code = codes[position]
            parent, _, _ = path.rpartition("\\")
            rows.append([
                self.plan.code_names[code.uid], code.definition, int(files[position]), int(amount[position]),
                f"Codes\\\\{path}", parent, path.count("\\") + 1, self.plan.colours[code.uid], guid(code.uid),
            ])  # fmt: skip
        self.put("codebook", _CODEBOOK, lambda: rows)

    def comparison(self, pair: tuple[int, int] | None, unit: str) -> None:
        """Write NVivo's coding comparison of two coders, given by their places."""
        if pair is None:
            self.notes.append("No coding_comparison: fewer than two coders have coded.")
            return
        a, b = (self.snapshot.coders[i].name for i in pair)
        self.notes.append(f"coding_comparison: A is {a}, B is {b}.")
        if any(r.status == "open" and r.blind for r in self.snapshot.rounds):
            self.notes.append("coding_comparison: without the documents of the blind round that is open.")
        self.notes.append(
            "coding_comparison: over all rounds and every document that either has coded, as NVivo counts; what only one of "
            "the two coded lowers the figures. An agreement of one round comes from `project.agreement(round=…)`."
        )
        rows = comparison_rows(self.plan, *pair, unit=unit)
        self.put("coding_comparison", COMPARISON_COLUMNS, lambda: rows)

    def matrix(self) -> None:
        """Write codes by cases (documents where there are none): references, and files."""
        s, t = self.snapshot, self.snapshot.codings
        things: Sequence[Any] = s.cases or s.documents
        names = self.plan.case_names if s.cases else self.plan.document_names
        of = self.passages.units.case if s.cases else t.document.astype(np.int64)
        grid = np.zeros((len(s.codes), len(things)), dtype=np.int64)
        files = grid.copy()
        inside = of >= 0
        np.add.at(grid, (self.plan.code_of[inside], of[inside]), 1)
        seen = np.unique(np.stack([self.plan.code_of[inside], of[inside], t.document[inside]]), axis=1)
        np.add.at(files, (seen[0], seen[1]), 1)
        head = ["", *(names[x.uid] for x in things)]
        for name, counts in (("code_matrix", grid), ("code_matrix_files", files)):
            rows = [[f"Codes\\\\{path}", *counts[i].tolist()] for i, path in self.paths.items()]
            self.put(name, head, lambda rows=rows: rows)  # type: ignore[misc]

    def summaries(self) -> None:
        """Write the summaries by code and by file; a coder's overlaps count once."""
        s = self.snapshot
        by_code: dict[int, list[int]] = {}
        pieces: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        t = s.codings
        columns = (t.document, self.plan.code_of, t.coder, t.start, t.end)
        for row, (document, code, coder, start, end) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
            by_code.setdefault(code, []).append(row)
            pieces.setdefault((document, code, coder), []).append((start, end))
        together: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for (document, code, _), found in pieces.items():
            together.setdefault((code, document), []).extend(found)
        characters: dict[int, int] = {}
        for (code, _), found in together.items():
            characters[code] = characters.get(code, 0) + total(found)
        everything = sum(d.length for d in s.documents) or 1
        rows = []
        for position, path in self.paths.items():
            mine = np.array(by_code.get(position, []), dtype=np.int64)
            n = characters.get(position, 0)
            rows.append([
                self.plan.code_names[s.codes[position].uid], f"Codes\\\\{path}", len(np.unique(t.document[mine])),
                len(mine), len(np.unique(t.coder[mine])), n, 100 * n / everything,
            ])  # fmt: skip
        self.put("summary_by_code", _BY_CODE, lambda: rows)
        order = {position: rank for rank, position in enumerate(self.paths)}
        by_file = []
        for document, code, coder in sorted(pieces, key=lambda k: (k[0], order[k[1]], k[2])):
            found, d = pieces[document, code, coder], s.documents[document]
            n = total(found)
            by_file.append([
                self.plan.document_names[d.uid], self.paths[code], s.coders[coder].name, len(found), n,
                100 * n / (d.length or 1),
            ])  # fmt: skip
        self.put("summary_by_file", _BY_FILE, lambda: by_file)


def _distinct(of: Any, what: Any, n: int) -> Any:
    """Return how many different things each of n groups has."""
    out = np.zeros(n, dtype=np.int64)
    if len(of):
        pairs = np.unique(np.stack([of, what]), axis=1)
        np.add.at(out, pairs[0], 1)
    return out


def _file_part(name: str) -> str:
    """Return a classification's name as part of a file name."""
    return "".join(c if c.isalnum() or c in " -_" else "~" for c in name)[:60] or "sheet"
