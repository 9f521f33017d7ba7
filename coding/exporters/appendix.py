"""Headings, paragraphs and tables as a Word file or as one self-contained page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from coding.exporters.files import atomic

__all__ = ["Part", "write_docx", "write_html"]

Part = tuple[str, Sequence[str], Sequence[str], Sequence[Sequence[str]]]
"""Heading, paragraphs, heads of the table ("" for none), rows."""

_STYLE = (
    "body{font:16px/1.6 Charter,Georgia,'Noto Serif CJK SC',serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}"
    "h1{font-size:1.6em}h2{font-size:1.15em;margin-top:2em}table{border-collapse:collapse;width:100%;font-size:.85em}"
    "th,td{text-align:left;vertical-align:top;padding:.3em .6em;border-bottom:1px solid #ddd}"
    "@media(prefers-color-scheme:dark){body{background:#191919;color:#ddd}th,td{border-color:#444}}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_html(path: Path, title: str, parts: Iterable[Part], *, language: Literal["en", "zh"] = "en") -> Path:
    """Write a page that loads nothing and runs nothing; every word is escaped.

    Args:
        path: of the page.
        title: of the page.
        parts: in their order.
        language: of the page, for fonts and screen readers.
    """
    out = [
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>",
        '<meta name="generator" content="Coding workbench">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><h1>{html.escape(title)}</h1>",
    ]
    for heading, paragraphs, columns, rows in parts:
        out.append(f"<h2>{html.escape(heading)}</h2>")
        out.extend(f"<p>{html.escape(text)}</p>" for text in paragraphs)
        if columns:
            heads = "".join(f"<th scope='col'>{html.escape(c)}</th>" for c in columns)
            body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
            out.append(f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>")
    with atomic(path) as temporary:
        temporary.write_text("".join([*out, "</body></html>"]), encoding="utf-8")
    return path


def write_docx(path: Path, title: str, parts: Iterable[Part], *, language: Literal["en", "zh"] = "en") -> Path:
    """Write a Word file with headings that its navigation pane knows.

    Args:
        path: of the file.
        title: of the document.
        parts: in their order.
        language: of the text, for Word's spelling and fonts.
    """
    import docx
    from docx.oxml.ns import qn

    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.language = {"en": "en-GB", "zh": "zh-CN"}[language]
    # without an East Asian face, Word on Windows falls back to one that has no Latin letters to match
    fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), "宋体")
    document.add_heading(title, 0)
    for heading, paragraphs, columns, rows in parts:
        document.add_heading(heading, 1)
        for text in paragraphs:
            document.add_paragraph(_clean(text))
        if columns:
            table = document.add_table(rows=1, cols=len(columns), style="Light Grid Accent 1")
            for cell, text in zip(table.rows[0].cells, columns, strict=True):
                cell.text = _clean(text)
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = _clean(text)
    with atomic(path) as temporary:
        document.save(str(temporary))
    return path


def _clean(text: str) -> str:
    """Leave out control characters, which XML cannot hold."""
    return "".join(c for c in text if c >= " " or c in "\n\t")
