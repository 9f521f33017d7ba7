"""Exporters: a Snapshot in, files and a report of what the target loses out.

`FORMATS` names every format; `write` picks one by its name or by the suffix of the target.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from coding.errors import InvalidValue
from coding.exporters.report import ExportReport, Loss, Renamed
from coding.model import Snapshot

__all__ = ["FORMATS", "ExportReport", "Format", "Loss", "Renamed", "losses", "write"]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a project; calling it writes."""

    name: str
    module: str
    function: str
    what: str
    suffixes: tuple[str, ...] = ()
    """Of targets that mean this format when none is named."""

    def __call__(self, snapshot: Snapshot, target: str | Path, **options: Any) -> ExportReport:
        """Write a project; see the function that `module` and `function` name."""
        write_it = getattr(import_module(f"coding.exporters.{self.module}"), self.function)
        known = [n for n, p in inspect.signature(write_it).parameters.items() if p.kind is p.KEYWORD_ONLY]
        if unknown := sorted(set(options) - set(known)):
            raise InvalidValue(f"The format {self.name} has no {', '.join(unknown)}; it has: {', '.join(known)}.")
        report: ExportReport = write_it(snapshot, target, **options)
        return report


FORMATS: Final[dict[str, Format]] = {
    f.name: f
    for f in (
        Format("refi-qda", "refi_qda", "write_project", "project for NVivo, ATLAS.ti, MAXQDA, QualCoder …", (".qdpx",)),
        Format("qdc", "refi_qda", "write_codebook", "codebook for the same programs", (".qdc",)),
        Format("nvivo", "nvivo", "write_folder", "folder with everything NVivo can take, and its result tables"),
        Format("csv", "codings_table", "write_csv_table", "one row per coding", (".csv",)),
        Format("xlsx", "codings_table", "write_xlsx_table", "one row per coding", (".xlsx",)),
        Format("parquet", "codings_table", "write_parquet", "one row per coding", (".parquet",)),
        Format("jsonl", "codings_table", "write_json_lines", "one object per coding", (".jsonl", ".ndjson")),
        Format("matrix", "codings_table", "write_matrix", "units by codes as 0 and 1, csv or xlsx"),
        Format("html", "html_report", "write_report", "codes with their passages, one page", (".html", ".htm")),
        Format("quotes", "quotes", "write_quotes", "passages with speaker, paragraph, original and translation"),
        Format("axial", "quotes", "write_axial", "原始语句 → 初始概念 → 范畴 → 主范畴, csv or xlsx"),
        Format("packet", "html_report", "write_packet", "one page per participant for member checking (a folder)"),
        Format("taguette", "taguette", "write_codebook", "codebook csv for Taguette"),
        Format("web-annotation", "web_annotation", "write_json_ld", "W3C Web Annotation collection", (".jsonld",)),
        Format("spacy", "spacy_docbin", "write_docbin", "spaCy DocBin with span groups, for training", (".spacy",)),
    )
}


def write(snapshot: Snapshot, target: str | Path, *, format: str | None = None, **options: Any) -> ExportReport:
    """Write a project in a format.

    Args:
        snapshot: the project.
        target: file or folder.
        format: a name in `FORMATS`; None takes the one of the suffix.
        options: what the format knows.

    Raises:
        InvalidValue: an unknown format or option; the known ones are listed.
        ExportFailed: nothing was written.
    """
    if format is None:
        suffix = Path(target).suffix.lower()
        fitting = [f.name for f in FORMATS.values() if suffix and suffix in f.suffixes]
        if not fitting:
            raise InvalidValue(f"“{Path(target).name}” does not say its format; give format=, one of {_known()}.")
        format = fitting[0]  # noqa: A001
    if format not in FORMATS:
        raise InvalidValue(f"There is no format “{format}”; there are {_known()}.")
    return FORMATS[format](snapshot, target, **options)


def _known() -> str:
    return ", ".join(FORMATS)


def losses(snapshot: Snapshot, profile: str = "standard", *, full_text: bool = False) -> list[Loss]:
    """Return what a REFI-QDA file loses of a project, without writing anything; see `refi_plan.losses`."""
    from coding.exporters import refi_plan

    return refi_plan.losses(snapshot, profile, full_text=full_text)
