"""A workbook, streamed: typed cells, texts inline, never a formula, the same bytes every time.

XlsxWriter in its constant-memory mode writes the same parts; ten times slower for the million cells of
a large project, and with the time of day inside.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from coding.exporters.files import entry

__all__ = ["Sheet", "write_book", "write_sheet"]

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SPECIAL: Final = re.compile('[\x00-\x08\x0b-\x1f&<>"_\ufffe\uffff\ud800-\udfff]')
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a bold, frozen row of headings, then the rows."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    """Cells of str, bool, int, float or None; anything not finite stays empty."""
    rounded: frozenset[int] = frozenset()
    """Positions of the columns that are shown with two decimals; the cells keep the exact number."""
    widths: Sequence[int] = ()
    """Widths of the first columns, in characters."""


def write_sheet(path: Path, sheet: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook of one sheet.

    Args:
        path: the file.
        sheet: name of the sheet.
        columns: the headings.
        rows: as in `Sheet`.
    """
    write_book(path, [Sheet(sheet, columns, rows)])


def write_book(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook.

    Args:
        path: the file.
        sheets: in their order; the first one is shown when the file is opened.
    """
    with zipfile.ZipFile(path, "w") as archive:
        for part, xml in _parts(sheets).items():
            with entry(archive, part) as out:
                out.write((_HEAD + xml).encode())
        for number, sheet in enumerate(sheets, start=1):
            with entry(archive, f"xl/worksheets/sheet{number}.xml") as out:
                for chunk in _sheet(sheet):
                    out.write(chunk.encode())


def _parts(sheets: Sequence[Sheet]) -> dict[str, str]:
    """Return the parts that say which sheets there are."""
    numbers = range(1, len(sheets) + 1)
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    styles = f'<Relationship Id="rId{len(sheets) + 1}" Type="{_RELS}/styles" Target="styles.xml"/>'
    names = [_text(re.sub(r"[\[\]:*?/\\']", "~", s.name)[:31]) or f"Sheet{n}" for n, s in enumerate(sheets, 1)]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names, strict=True)
    )
    return {
        **_PARTS,
        "[Content_Types].xml": f"{_PARTS['[Content_Types].xml']}{kinds}</Types>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}{styles}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>{listed}</sheets></workbook>',
    }


def _sheet(sheet: Sheet) -> Iterator[str]:
    """Yield the XML of a sheet, some hundred rows at a time."""
    width = max(len(sheet.columns), 1)
    letters = [_letters(i) for i in range(width)]
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    if sheet.widths:
        columns = (
            f'<col min="{i}" max="{i}" width="{w}" customWidth="1"/>' for i, w in enumerate(sheet.widths, start=1)
        )
        yield f"<cols>{''.join(columns)}</cols>"
    yield "<sheetData>" + _row(1, sheet.columns, letters, [' s="1"'] * width)
    styles = [' s="2"' if i in sheet.rounded else "" for i in range(width)]
    waiting: list[str] = []
    for number, row in enumerate(sheet.rows, start=2):
        waiting.append(_row(number, row, letters, styles))
        if len(waiting) == 500:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)
    yield "</sheetData></worksheet>"


def _letters(index: int) -> str:
    out = ""
    while index >= 0:
        out, index = chr(65 + index % 26) + out, index // 26 - 1
    return out


def _text(value: str) -> str:
    if not _SPECIAL.search(value):
        return value
    if _CONTROL.search(value):
        value = _CONTROL.sub("", value)
    if "_x" in value:
        value = _ESCAPE.sub("_x005F_", value)
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return value.replace("\r", "&#13;")


def _row(number: int, cells: Sequence[Any], letters: Sequence[str], styles: Sequence[str]) -> str:
    out = [f'<row r="{number}">']
    for letter, style, value in zip(letters, styles, cells, strict=False):
        if value is None or value == "":
            continue
        place = f'<c r="{letter}{number}"{style}'
        if isinstance(value, str):
            out.append(f'{place} t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>')
        elif isinstance(value, bool):
            out.append(f'{place} t="b"><v>{int(value)}</v></c>')
        elif isinstance(value, int) or math.isfinite(value):
            out.append(f"{place}><v>{value!r}</v></c>")
    out.append("</row>")
    return "".join(out)
