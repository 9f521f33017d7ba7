"""Excel workbooks: the cells of one sheet, as they were last calculated; nothing is ever calculated here.

An own reader over the checked archive, because a sheet may claim a million rows by one cell: only cells
that exist are looked at.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any, Final
from xml.etree.ElementTree import Element

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.archive import SafeZip
from coding.importers.results import ImportResult
from coding.importers.table import Table, headers, table_result
from coding.importers.text import checked
from coding.importers.xml import local, parse
from coding.model import Scalar

__all__ = ["read", "read_table"]

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_WORKBOOK: Final = "xl/workbook.xml"


def read(data: bytes, file: str, *, sheet: str | None = None, **options: Any) -> ImportResult:
    """Read a sheet; each row is a document, a case or a respondent; see `coding.importers.table.table_result`."""
    return table_result(read_table(data, file, sheet=sheet), **options)


def read_table(data: bytes, file: str, *, sheet: str | None = None) -> Table:
    """Read the cells of one sheet.

    Args:
        data: the workbook.
        file: its name.
        sheet: name of the sheet; the first that holds something when None.

    Raises:
        ImportRejected: damaged, or no such sheet.
    """
    with SafeZip(data, file) as archive:
        return _Book(archive, file).table(sheet)


class _Book:
    def __init__(self, archive: SafeZip, file: str) -> None:
        self.archive, self.file = archive, file
        self.changes: dict[str, int] = {}
        self.notes: list[str] = []
        book = self._parse(_WORKBOOK)
        self.epoch = dt.datetime(1899, 12, 30)  # noqa: DTZ001 (a cell's date has no zone)
        if any(local(e) == "workbookPr" and e.get("date1904") in {"1", "true"} for e in book.iter()):
            self.epoch = dt.datetime(1904, 1, 1)  # noqa: DTZ001
        self.sheets = self._sheets(book)
        self.strings = self._strings()
        self.dates = self._date_styles()
        for name in archive.names():
            if name.endswith("vbaProject.bin"):
                self._change("macros were left out")
            elif name.startswith(("xl/externalLinks/external", "xl/connections", "xl/queryTables/")):
                self._change("links to other files were not followed")

    def _change(self, what: str, number: int = 1) -> None:
        self.changes[what] = self.changes.get(what, 0) + number

    def _parse(self, name: str) -> Element:
        return parse(self.archive.read(name), self.file, place=name)

    def _sheets(self, book: Element) -> dict[str, str]:
        relations = {}
        if "xl/_rels/workbook.xml.rels" in self.archive:
            for r in self._parse("xl/_rels/workbook.xml.rels"):
                target = r.get("Target", "")
                relations[r.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        sheets = {}
        for e in book.iter():
            if local(e) == "sheet":
                key = next((v for k, v in e.attrib.items() if k.endswith("}id")), "")
                sheets[e.get("name", "")] = relations.get(key, "")
        return {name: part for name, part in sheets.items() if part in self.archive}

    def _strings(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self.archive:
            return []
        return [_rich(e) for e in self._parse("xl/sharedStrings.xml") if local(e) == "si"]

    def _date_styles(self) -> set[int]:
        """Return the numbers of the cell formats that show a date or a time."""
        if "xl/styles.xml" not in self.archive:
            return set()
        root = self._parse("xl/styles.xml")
        own = set()
        for e in root.iter():
            code = re.sub(r"\[[^\]]*\]|\"[^\"]*\"|\\.", "", e.get("formatCode", ""))
            if local(e) == "numFmt" and re.search(r"[ymdhs]", code, re.IGNORECASE) and e.get("numFmtId", "").isdigit():
                own.add(int(e.get("numFmtId", "0")))
        formats = next((e for e in root if local(e) == "cellXfs"), None)
        kinds = [e.get("numFmtId", "0") for e in formats] if formats is not None else []
        return {i for i, kind in enumerate(kinds) if kind.isdigit() and int(kind) in _DATE_FORMATS | own}

    def table(self, wanted: str | None) -> Table:
        if wanted is not None and wanted not in self.sheets:
            raise ImportRejected(
                self.file, f"there is no sheet “{wanted}”.", remedy=f"There are: {', '.join(self.sheets) or 'none'}."
            )
        filled = []
        for name in [wanted] if wanted is not None else self.sheets:
            rows = self._rows(name)
            if rows:
                filled.append((name, rows))
                break
        if not filled:
            raise ImportRejected(
                self.file, "the workbook holds no cells.", remedy="Check that the right file was saved."
            )
        name, rows = filled[0]
        others = [s for s in self.sheets if s != name]
        if wanted is None and others:
            self.notes.append(f"Read sheet “{name}”; not read: {', '.join(others[:10])}. Name another with sheet=….")
        return self._table(rows)

    def _rows(self, sheet: str) -> list[tuple[int, dict[int, Scalar]]]:
        place = f"sheet {sheet!r}"
        allowed, cells = limits.current(), 0
        rows: list[tuple[int, dict[int, Scalar]]] = []
        root = self._parse(self.sheets[sheet])
        for row in (e for data in root if local(data) == "sheetData" for e in data):
            found: dict[int, Scalar] = {}
            for at, c in enumerate(row):
                reference = _REFERENCE.match(c.get("r", ""))
                column = _column(reference.group(1)) if reference else at
                if column >= allowed.table_columns:
                    raise limits.exceeded(
                        self.file, "the table has too many columns", "table_columns", found=column + 1, place=place
                    )
                value = self._value(c)
                if value != "":
                    found[column] = value
            cells += len(found)
            if cells > allowed.table_cells:
                raise limits.exceeded(self.file, "the table has too many cells", "table_cells", place=place)
            if found:
                number = row.get("r", "")
                rows.append((int(number) if number.isdigit() and len(number) < 8 else len(rows) + 1, found))
            if len(rows) > allowed.table_rows + 1:
                raise limits.exceeded(self.file, "the table has too many rows", "table_rows", place=place)
        return rows

    def _value(self, cell: Element) -> Scalar:
        kind = cell.get("t", "n")
        raw = next((e.text or "" for e in cell if local(e) == "v"), "")
        if kind == "inlineStr":
            return "".join(_rich(e) for e in cell if local(e) == "is")
        if raw == "":
            if any(local(e) == "f" for e in cell):
                self._change("formulas without a stored result were left empty")
            return ""
        if kind == "s":
            return self.strings[int(raw)] if raw.isdigit() and int(raw) < len(self.strings) else ""
        if kind == "b":
            return raw == "1"
        if kind in {"str", "e", "d"}:
            return _unescape(raw)
        return self._number(cell, raw)

    def _number(self, cell: Element, raw: str) -> Scalar:
        try:
            number = float(raw)
        except ValueError:
            return raw
        if not math.isfinite(number):
            return raw
        style = cell.get("s", "")
        if style.isdigit() and int(style) in self.dates:
            try:
                moment = self.epoch + dt.timedelta(days=number)
            except OverflowError:
                return raw
            moment = (moment + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
            if number < 1:
                return moment.time().isoformat()
            return moment.date().isoformat() if number == int(number) else moment.isoformat()
        return int(number) if number.is_integer() and abs(number) < 1e15 else number

    def _table(self, rows: list[tuple[int, dict[int, Scalar]]]) -> Table:
        first, *body = rows
        width = max(first[1]) + 1
        columns, more = headers([first[1].get(i, "") for i in range(width)], self.file)
        out: list[tuple[int, list[Scalar]]] = []
        for number, found in body:
            if max(found) >= len(columns):
                beyond = f"the row has a value in column {max(found) + 1}, the headings end at {len(columns)}."
                raise ImportRejected(self.file, beyond, place=f"row {number}", remedy="Give each column a heading.")
            out.append((number, [self._stored(found.get(i, ""), number) for i in range(len(columns))]))
        changes = tuple(f"{number} {what}" for what, number in self.changes.items())
        return Table(self.file, columns, _one_type(out, len(columns)), "", changes, (*self.notes, *more))

    def _stored(self, value: Scalar, number: int) -> Scalar:
        if not isinstance(value, str):
            return value
        text, replaced = checked(value, self.file, place=f"row {number}")
        for change in replaced:
            count, _, what = change.partition(" ")
            self._change(what, int(count))
        return text


def _one_type(rows: list[tuple[int, list[Scalar]]], width: int) -> list[tuple[int, list[Scalar]]]:
    """Let a column of mixed types be text throughout: a variable has one type."""
    for i in range(width):
        kinds = {type(row[i]) for _, row in rows if row[i] != ""}
        if kinds == {int, float}:
            for _, row in rows:
                row[i] = float(row[i]) if row[i] != "" else ""
        elif len(kinds) > 1:
            for _, row in rows:
                row[i] = str(row[i])
    return rows


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _rich(element: Element) -> str:
    """Return the words of a string, its formatted runs joined, phonetic guides left out."""
    parts = []
    for e in element:
        if local(e) == "t":
            parts.append(e.text or "")
        elif local(e) == "r":
            parts.extend(t.text or "" for t in e if local(t) == "t")
    return _unescape("".join(parts))


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text) if "_x" in text else text
