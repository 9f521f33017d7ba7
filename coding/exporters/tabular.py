"""Tables as files that Excel, NVivo and programs read alike, with nothing turned into a formula or a date."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from coding.errors import ExportFailed
from coding.exporters.files import atomic

__all__ = ["CELL_LIMIT", "Table", "write_csv", "write_tab", "write_xlsx"]

CELL_LIMIT: Final = 32_767
"""Characters of a cell in Excel, counted as UTF-16 units."""
ROW_LIMIT: Final = 1_048_576
_BREAKS = re.compile(r"\s*[\r\n\v\f\x85\u2028\u2029]+\s*")
_ANY_BREAK = re.compile("[\r\n\v\f\x85\u2028\u2029]")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_PLACE = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(slots=True)
class Table:
    """A table on its way into a file, and what had to be changed for it."""

    columns: tuple[str, ...]
    rows: Iterable[Sequence[Any]]
    joined: int = 0
    """Cells whose line breaks became spaces, since NVivo wants one record a line."""
    cut: list[str] = field(default_factory=list)
    """Cells that were longer than Excel allows: column and row."""


def _flat(value: Any, table: Table, excel_safe: bool) -> Any:
    if not isinstance(value, str):
        return "" if value is None else value
    if _ANY_BREAK.search(value):
        value = _BREAKS.sub(" ", value)
        table.joined += 1
    if "\x00" in value:
        value = value.replace("\x00", "")
    # an option, since the apostrophe changes the words; numbers such as -3 stay numbers
    if excel_safe and _FORMULA.match(value) and not _PLACE.fullmatch(value):
        return "'" + value
    return value


def write_csv(path: Path, table: Table, *, excel_safe: bool = False, keep_breaks: bool = False) -> None:
    """Write UTF-8 with BOM, comma, CR LF, every text quoted (RFC 4180).

    Args:
        path: the file.
        table: its rows are used up.
        excel_safe: put an apostrophe before texts that Excel would take for a formula.
        keep_breaks: keep line breaks inside cells instead of one record a line.
    """
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="", errors="replace") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow(table.columns)
        if keep_breaks and not excel_safe:
            writer.writerows(["" if v is None else v for v in row] for row in table.rows)
        else:
            writer.writerows([_flat(v, table, excel_safe) for v in row] for row in table.rows)


def write_tab(path: Path, table: Table) -> None:
    """Write UTF-8 with BOM, tab, CR LF, for NVivo's classification sheets on Windows."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter="\t", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_flat(v, table, False) for v in row] for row in table.rows)
    with atomic(path) as temporary:
        temporary.write_bytes(buffer.getvalue().encode("utf-8-sig", "replace"))


def write_xlsx(path: Path, table: Table, *, sheet: str = "Sheet1") -> None:
    """Write a workbook of typed cells: a text that begins with ``=`` stays a text.

    Raises:
        ExportFailed: more rows than a sheet can hold.
    """
    from coding.exporters.workbook import write_sheet

    with atomic(path) as temporary:
        write_sheet(temporary, sheet, table.columns, _rows_for_excel(path, table))


def _rows_for_excel(path: Path, table: Table) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(table.rows, start=1):
        if number >= ROW_LIMIT:
            raise ExportFailed(f"{path.name}: Excel has {ROW_LIMIT:,} rows; export csv, or fewer documents.")
        for value in row:  # a loop and not any(): this runs for every cell of the largest tables
            if isinstance(value, str) and len(value) > CELL_LIMIT // 2:
                row = [_fitting(v, table, number, i) if isinstance(v, str) else v for i, v in enumerate(row)]
                break
        yield row


def _fitting(value: str, table: Table, row: int, column: int) -> str:
    units = value.encode("utf-16-le", "replace")
    if len(units) <= 2 * CELL_LIMIT:
        return value
    table.cut.append(f"{table.columns[column]}, row {row + 1}")
    return units[: 2 * (CELL_LIMIT - 2)].decode("utf-16-le", "ignore") + " …"
