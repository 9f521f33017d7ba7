"""NVivo's exported coding comparison read back and set beside ours: the proof that both compute the same."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.encoding import decode
from coding.model import fold_name

__all__ = ["Beside", "ComparisonRow", "beside", "read_comparison"]

_HEADERS: Final = {
    "code": ("code", "node", "code name"),
    "file": ("file", "source", "file name", "document"),
    "folder": ("file folder", "source folder"),
    "size": ("file size", "source size"),
    "kappa": ("kappa",),
    "agreement": ("agreement", "agreement (%)"),
    "both": ("a and b", "a and b (%)"),
    "neither": ("not a and not b", "not a and not b (%)"),
    "disagreement": ("disagreement", "disagreement (%)"),
    "only_a": ("a and not b", "a and not b (%)"),
    "only_b": ("b and not a", "b and not a (%)"),
}
_FIGURES: Final = ("kappa", "agreement", "both", "neither", "disagreement", "only_a", "only_b")


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One code in one file; shares are percent of the file."""

    code: str
    """Last part of the path, since NVivo shows names or paths."""
    file: str
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure of both tables."""

    code: str
    file: str
    figure: str
    theirs: float | None
    ours: float | None

    @property
    def apart(self) -> float | None:
        """How far the two lie apart; None where one has no such row."""
        return None if self.theirs is None or self.ours is None else abs(self.theirs - self.ours)


def read_comparison(path: str | Path, *, name: str | None = None) -> list[ComparisonRow]:
    """Read a coding comparison that NVivo exported, or ours: xlsx, csv or tab-separated text.

    Args:
        path: the file.
        name: name for messages.

    Raises:
        ImportRejected: no column for code, file or kappa; the headings found are named.
    """
    path = Path(path)
    file = name or path.name
    rows = _cells(path, file)
    head = next(rows, [])
    names = [fold_name(str(cell or "")) for cell in head]
    at = {key: names.index(n) for key, known in _HEADERS.items() for n in known if n in names}
    for wanted in ("code", "file"):
        if wanted not in at:
            raise ImportRejected(
                file,
                f"it has no column for the {wanted}; its headings are {', '.join(n for n in names if n)[:300]}.",
                place="row 1",
                remedy="Export the result of NVivo's coding comparison query as a list.",
            )
    out = []
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        figures = {k: _number(row[at[k]], file, number) for k in _FIGURES if k in at and at[k] < len(row)}
        cells = [str(row[at[k]] or "") if at[k] < len(row) else "" for k in ("code", "file")]
        out.append(ComparisonRow(_last(cells[0]), cells[1], {k: v for k, v in figures.items() if v is not None}))
    return out


def _cells(path: Path, file: str) -> Iterator[list[Any]]:
    data = path.read_bytes()
    if len(data) > limits.current().file_bytes:
        raise limits.exceeded(file, "the file has too many bytes", "file_bytes", found=len(data))
    if data.startswith(b"PK"):
        from coding.importers.archive import SafeZip

        with SafeZip(data, file) as archive:  # looked over before a library unpacks it
            for member in archive.names():
                archive.read(member)
        import openpyxl

        sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=64)):
            if number > limits.current().table_rows:
                raise limits.exceeded(file, "the table has too many rows", "table_rows")
            yield list(row)
        return
    text = decode(data, file).text
    first = text.partition("\n")[0]
    yield from csv.reader(io.StringIO(text), delimiter="\t" if "\t" in first else ",", strict=True)


def _number(cell: Any, file: str, row: int) -> float | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    plain = str(cell).strip().removesuffix("%").strip()
    if re.fullmatch(r"[+-]?\d+,\d+", plain):  # the decimal comma of the person's own settings
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        raise ImportRejected(file, f"“{plain[:40]}” is no number.", place=f"row {row}") from None


def _last(path: str) -> str:
    return re.split(r"\\| > ", path)[-1].strip()


def beside(theirs: list[ComparisonRow], ours: list[ComparisonRow]) -> list[Beside]:
    """Set two comparisons beside each other, farthest apart first; rows that only one has come before all.

    Args:
        theirs: what NVivo exported.
        ours: what `coding_comparison.csv` of our export holds.
    """
    mine = {(fold_name(r.code), fold_name(r.file)): r for r in ours}
    other = {(fold_name(r.code), fold_name(r.file)): r for r in theirs}
    out = []
    for key in {**other, **mine}:
        one, two = other.get(key), mine.get(key)
        named = one or two
        assert named is not None
        for figure in _FIGURES:
            a, b = one.figures.get(figure) if one else None, two.figures.get(figure) if two else None
            if a is not None or b is not None:
                out.append(Beside(named.code, named.file, figure, a, b))
    return sorted(out, key=lambda x: -1e9 if x.apart is None else -x.apart)
