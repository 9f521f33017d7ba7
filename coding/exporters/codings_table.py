"""Codings as one tidy table: csv, xlsx, Parquet, JSON Lines; and units by codes as 0 and 1."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np

from coding.errors import InvalidValue, MissingExtra
from coding.exporters.files import atomic
from coding.exporters.passages import Passage, Passages
from coding.exporters.report import ExportReport, Loss
from coding.exporters.tabular import Table, write_csv, write_xlsx
from coding.model import Snapshot, Uid

__all__ = ["write_csv_table", "write_json_lines", "write_matrix", "write_parquet", "write_xlsx_table"]

Unit = Literal["document", "paragraph", "sentence", "turn"]
_FIXED = (
    "document", "code", "coder", "start", "end", "code_name", "code_name_zh", "case", "pseudonym", "speaker", "role",
    "paragraph", "sentence", "turn", "language", "origin", "round", "created", "quotable", "uid", "document_uid",
    "code_uid",
)  # fmt: skip


class _Rows:
    """Rows of the tidy table: fixed columns, one per level, one per variable, then memo and words."""

    def __init__(self, snapshot: Snapshot, text: bool, language: str) -> None:
        self.passages, self.text = Passages(snapshot, language=language), text
        self.depth = self.passages.tree.ancestors.shape[1] if snapshot.codes else 0
        self.variables = snapshot.variables
        self.values: dict[tuple[Uid, Uid], Any] = {(v.variable, v.owner): v.value for v in snapshot.values}
        names: list[str] = []
        for v in snapshot.variables:  # two may bear one name
            name = f"{v.on}: {v.name}"
            names.append(name if name not in names else f"{name} ({names.count(name) + 1}) {v.uid}")
        self.columns = (*_FIXED, *(f"level_{i + 1}" for i in range(self.depth)), *names, *(("memo", "text") * text))

    def __iter__(self) -> Iterator[list[Any]]:
        at = self.passages.tree.at
        chains = self.passages.tree.chains
        names = self.passages.tree.names
        for p in self.passages:
            levels = [names[i] for i in chains[at[p.code.uid]]]
            row = [*_fixed(p), *levels, *[""] * (self.depth - len(levels))]
            for variable in self.variables:
                owner = p.document.uid if variable.on == "document" else p.case.uid if p.case else ""
                row.append(self.values.get((variable.uid, owner)))
            if self.text:
                row += ["\n\n".join(m.body for m in p.memos), p.text]
            yield row


def _fixed(p: Passage) -> list[Any]:
    case, pseudonym = (p.case.name, p.case.pseudonym) if p.case else ("", "")
    return [
        p.document.name, p.path, p.coder.name, p.start, p.end, p.code.name, p.code.name_zh, case, pseudonym, p.speaker,
        p.role, p.paragraph or None, p.sentence or None, p.turn or None, p.document.language, p.origin, p.round,
        p.created, p.quotable, p.uid, p.document.uid, p.code.uid,
    ]  # fmt: skip


def _report(name: str, target: Path, rows: _Rows, table: Table | None = None) -> ExportReport:
    losses = []
    withheld = rows.passages.withheld if rows.text else 0
    if withheld:
        losses.append(Loss("passages", withheld, "may not be quoted; their words are withheld"))
    if table and table.cut:
        losses.append(Loss("cells", len(table.cut), "longer than Excel allows, cut", tuple(table.cut[:10])))
    if table and table.joined:
        losses.append(Loss("line breaks", table.joined, "cells with line breaks have spaces instead"))
    return ExportReport(
        name, target.name, files=(target.name,), counts={"codings": len(rows.passages)}, losses=tuple(losses)
    )


def write_csv_table(
    snapshot: Snapshot,
    path: str | Path,
    *,
    text: bool = True,
    language: str = "en",
    excel_safe: bool = False,
    progress: bool = False,
) -> ExportReport:
    """Write one row per coding as csv (UTF-8 with BOM, line breaks inside cells kept).

    Args:
        snapshot: the project.
        path: the file.
        text: whether the words of passages and memos are written; what may not be quoted never is.
        language: of the names of codes, ``en`` or ``zh``.
        excel_safe: put an apostrophe before texts that Excel would take for a formula.
        progress: unused; every format takes it.
    """
    del progress
    target, rows = Path(path), _Rows(snapshot, text, language)
    table = Table(rows.columns, rows)
    write_csv(target, table, excel_safe=excel_safe, keep_breaks=True)
    return _report("csv", target, rows, table)


def write_xlsx_table(
    snapshot: Snapshot, path: str | Path, *, text: bool = True, language: str = "en", progress: bool = False
) -> ExportReport:
    """Write one row per coding as a workbook of typed cells; see `write_csv_table`."""
    del progress
    target, rows = Path(path), _Rows(snapshot, text, language)
    table = Table(rows.columns, rows)
    write_xlsx(target, table, sheet="codings")
    return _report("xlsx", target, rows, table)


def write_json_lines(
    snapshot: Snapshot, path: str | Path, *, text: bool = True, language: str = "en", progress: bool = False
) -> ExportReport:
    """Write one JSON object per coding and line; see `write_csv_table`."""
    del progress
    target, rows = Path(path), _Rows(snapshot, text, language)
    with atomic(target) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            kept = {k: v for k, v in zip(rows.columns, row, strict=True) if v not in (None, "") and _is_json(v)}
            out.write(json.dumps(kept, ensure_ascii=False, allow_nan=False) + "\n")
    return _report("jsonl", target, rows)


def write_parquet(
    snapshot: Snapshot, path: str | Path, *, text: bool = True, language: str = "en", progress: bool = False
) -> ExportReport:
    """Write one row per coding as Parquet; see `write_csv_table`.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    del progress
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtra.named("Parquet", "parquet") from error
    target, rows = Path(path), _Rows(snapshot, text, language)
    columns = list(zip(*rows, strict=True)) or [() for _ in rows.columns]
    arrays = {name: _uniform(values) for name, values in zip(rows.columns, columns, strict=True)}
    with atomic(target) as temporary:
        pq.write_table(pa.table(arrays), str(temporary), compression="zstd")
    return _report("parquet", target, rows)


def _uniform(values: tuple[Any, ...]) -> list[Any]:
    """Return a column of one kind: where a variable holds several, or numbers of over 18 digits, all become text."""
    kinds = {type(v) for v in values if v is not None}
    fits = not any(type(v) is int and abs(v) >= 10**18 for v in values)
    return list(values) if len(kinds) <= 1 and fits else [None if v is None else str(v) for v in values]


def _is_json(value: Any) -> bool:
    """Say whether JSON can hold a value; NaN and infinity are left out as missing."""
    return not isinstance(value, float) or math.isfinite(value)


def write_matrix(
    snapshot: Snapshot,
    path: str | Path,
    *,
    unit: Unit = "sentence",
    coder: str | None = None,
    language: str = "en",
    progress: bool = False,
) -> ExportReport:
    """Write units by codes as 0 and 1, for R, SPSS or Stata: csv or xlsx by the suffix.

    Args:
        snapshot: the project.
        path: the file.
        unit: document, paragraph, sentence or turn. A unit has a code when any part of it is coded.
        coder: name of the one coder to look at; None is all together.
        language: of the names of codes.
        progress: unused; every format takes it.
    """
    del progress
    if unit not in ("document", "paragraph", "sentence", "turn"):
        raise InvalidValue(f"unit is {unit!r}; it is document, paragraph, sentence or turn.")
    if coder is not None and coder not in {c.name for c in snapshot.coders}:
        raise InvalidValue(f"There is no coder “{coder}”; there are: {', '.join(c.name for c in snapshot.coders)}.")
    target, p = Path(path), Passages(snapshot, language=language)
    used = sorted({int(c) for c in np.unique(p.code_of)}, key=lambda i: int(p.tree.order[i]))
    live = [i for i in range(len(snapshot.codes)) if not snapshot.codes[i].redirect and not snapshot.codes[i].retired]
    codes = sorted({*used, *live}, key=lambda i: int(p.tree.order[i]))
    columns = ("document", unit if unit != "document" else "unit", "start", "end", *(p.tree.paths[i] for i in codes))
    outside: list[int] = []
    table = Table(columns, _matrix_rows(p, unit, coder, codes, outside))
    (write_xlsx if target.suffix.lower() == ".xlsx" else write_csv)(target, table)
    losses = (Loss("codings", len(outside), f"lie in no {unit}, so that no row has them"),) if outside else ()
    return ExportReport("matrix", target.name, files=(target.name,), counts={"codes": len(codes)}, losses=losses)


def _matrix_rows(
    p: Passages, unit: Unit, coder: str | None, codes: list[int], outside: list[int]
) -> Iterator[list[Any]]:
    """Yield a row for each unit; the codings that lie in none are added to `outside`."""
    t, by_document = p.snapshot.codings, dict(p.units.rows)
    column = {code: i for i, code in enumerate(codes)}
    for index, document in enumerate(p.snapshot.documents):
        spans = _spans(p, index, unit)
        rows = by_document.get(index, np.empty(0, np.int64))
        if coder is not None:
            rows = rows[[p.snapshot.coders[c].name == coder for c in t.coder[rows]]]
        grid = np.zeros((len(spans), len(codes)), dtype=np.int8)
        for row in rows.tolist():
            hit = (spans[:, 0] < t.end[row]) & (spans[:, 1] > t.start[row])
            grid[hit, column[int(p.code_of[row])]] = 1
            if not hit.any():
                outside.append(row)
        for number, ((start, end), cells) in enumerate(zip(spans.tolist(), grid.tolist(), strict=True), start=1):
            yield [document.name, number, start, end, *cells]


def _spans(p: Passages, index: int, unit: Unit) -> Any:
    document = p.snapshot.documents[index]
    if unit == "document":
        return np.array([[0, document.length]], dtype=np.int64)
    return p.units.spans(index, unit)
