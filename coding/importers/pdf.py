"""PDF with a text layer, page by page; one without is refused, because guessing at pictures is not reading."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.builder import TextBuilder
from coding.importers.results import ImportResult
from coding.model import Scalar

__all__ = ["read"]

_DAMAGED: Final = "Open it in a PDF program, print or save it anew as PDF, and import that."
_ACTIVE: Final = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/RichMedia")


def read(data: bytes, file: str, **options: Any) -> ImportResult:
    """Read the text layer.

    Raises:
        ImportRejected: encrypted, damaged, or pictures without text.
        LimitExceeded: more pages than ``Limits.pages``.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ImportRejected(file, "it is encrypted with a password.", remedy="Save the file without a password.")
        count = _count(reader, file)
        pages = [_lines(reader.pages[i].extract_text()) for i in range(count)]
        title = reader.metadata.title if reader.metadata else None
    except PyPdfError as error:
        raise ImportRejected(file, f"the PDF is damaged ({type(error).__name__}).", remedy=_DAMAGED) from None
    # the library meets crafted files with these; anything else ends the worker, which the fence reports
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        AssertionError,
        ZeroDivisionError,
        OSError,
    ) as error:
        raise ImportRejected(file, f"the PDF is damaged ({type(error).__name__}).", remedy=_DAMAGED) from None
    except NotImplementedError:
        raise ImportRejected(file, "it is packed in a way that cannot be read.", remedy=_DAMAGED) from None
    return _result(data, file, pages, title, options)


def _count(reader: Any, file: str) -> int:
    count = len(reader.pages)
    if count > limits.current().pages:
        raise limits.exceeded(file, "the PDF has too many pages", "pages", found=count)
    return count


def _result(data: bytes, file: str, pages: list[list[str]], title: Any, options: dict[str, Any]) -> ImportResult:
    empty = sum(not any(line.strip() for line in page) for page in pages)
    if empty == len(pages):
        raise ImportRejected(
            file,
            "it has no text layer: its pages are pictures.",
            remedy="Have the text recognised (OCR) and save it as PDF or txt.",
        )
    builder = TextBuilder(file)
    for mark in _ACTIVE:
        if mark in data:
            builder.change(f"parts that act or embed ({mark[1:].decode()}) were left out", data.count(mark))
    if empty:
        builder.notes.append(f"{empty} of {len(pages)} pages hold no text.")
    builder.notes.append("Read from the text layer of a PDF: look at line ends, columns, headers and page numbers.")
    for page in pages:
        for line in _paragraphs(page):
            builder.block(line)
    values: dict[str, Scalar] = {"title": str(title)[:500]} if title and str(title).strip() else {}
    return builder.result(options, variables=values)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _paragraphs(lines: list[str]) -> list[str]:
    """Join the lines of a page into paragraphs: a full line that ends in mid-sentence goes on in the next."""
    wide = max((_width(line) for line in lines), default=0)
    out: list[str] = []
    go_on = False
    for line in lines:
        words = line.strip()
        if not words:
            go_on = False
            continue
        if go_on and out:
            out[-1] = _joined(out[-1], words)
        else:
            out.append(words)
        go_on = _width(line) > 0.75 * wide and not re.search(r"[.!?。！？:：；;…”』」]$", words)
    return out


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def _joined(first: str, second: str) -> str:
    if first.endswith("-") and second[:1].islower() and first[-2:-1].isalpha():
        return first[:-1] + second  # a word parted at the line end
    han = re.compile("[\u3000-\u9fff\uff00-\uffef]")
    return first + ("" if han.match(first[-1]) and han.match(second[0]) else " ") + second
