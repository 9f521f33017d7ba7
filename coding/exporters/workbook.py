"""A workbook of one sheet, streamed: typed cells, texts inline, never a formula, the same bytes every time.

XlsxWriter in its constant-memory mode writes the same parts; ten times slower for the million cells of
a large project, and with the time of day inside.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from coding.exporters.files import entry

__all__ = ["write_sheet"]

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
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SPECIAL: Final = re.compile('[\x00-\x08\x0b-\x1f&<>"_\ufffe\uffff\ud800-\udfff]')
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def write_sheet(path: Path, sheet: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write one sheet: a bold, frozen row of headings, then the rows.

    Args:
        path: the file.
        sheet: name of the sheet.
        columns: the headings.
        rows: cells of str, bool, int, float or None; anything not finite stays empty.
    """
    letters = [_letters(i) for i in range(max(len(columns), 1))]
    with zipfile.ZipFile(path, "w") as archive:
        name = _text(re.sub(r"[\[\]:*?/\\']", "~", sheet)[:31]) or "Sheet1"
        book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/>'
        for part, xml in {**_PARTS, "xl/workbook.xml": f"{book}</sheets></workbook>"}.items():
            with entry(archive, part) as out:
                out.write((_HEAD + xml).encode())
        with entry(archive, "xl/worksheets/sheet1.xml") as out:
            pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
            out.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{view}<sheetData>'.encode())
            out.write(_row(1, columns, letters, ' s="1"').encode())
            waiting: list[str] = []
            for number, row in enumerate(rows, start=2):
                waiting.append(_row(number, row, letters, ""))
                if len(waiting) == 500:
                    out.write("".join(waiting).encode())
                    waiting.clear()
            out.write("".join(waiting).encode())
            out.write(b"</sheetData></worksheet>")


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


def _row(number: int, cells: Sequence[Any], letters: Sequence[str], style: str) -> str:
    out = [f'<row r="{number}">']
    for letter, value in zip(letters, cells, strict=False):
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
