"""Electronic books: the chapters in reading order, each read like a web page."""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote

from coding.errors import ImportRejected
from coding.importers.archive import SafeZip
from coding.importers.builder import TextBuilder
from coding.importers.html import write_page
from coding.importers.results import ImportResult
from coding.importers.xml import decode_xml, local, parse

__all__ = ["read"]

_CONTAINER = "META-INF/container.xml"
_REMEDY = "Save the book again, or export its text as docx or html."


def read(data: bytes, file: str, **options: Any) -> ImportResult:
    """Read a book.

    Raises:
        ImportRejected: damaged, protected, or holding a document type; with the part.
    """
    with SafeZip(data, file) as archive:
        if "META-INF/encryption.xml" in archive and b"EncryptedData" in archive.read("META-INF/encryption.xml"):
            raise ImportRejected(file, "the book is protected against copying.", remedy="Ask for an unprotected copy.")
        builder = TextBuilder(file)
        container = parse(archive.read(_CONTAINER), file, place=_CONTAINER)
        package = next((e.get("full-path", "") for e in container.iter() if local(e) == "rootfile"), "")
        root = parse(archive.read(package), file, place=package)
        base = posixpath.dirname(package)
        items = {
            e.get("id", ""): posixpath.normpath(posixpath.join(base, unquote(e.get("href", ""))))
            for e in root.iter()
            if local(e) == "item"
        }
        order = [items.get(e.get("idref", ""), "") for e in root.iter() if local(e) == "itemref"]
        if not order:
            raise ImportRejected(file, "the book has no reading order.", place=package, remedy=_REMEDY)
        if len(order) > len(archive.names()):
            raise ImportRejected(file, "the reading order names parts again and again.", place=package, remedy=_REMEDY)
        for name in order:
            if name not in archive:
                raise ImportRejected(file, "a chapter is missing.", place=name or package, remedy=_REMEDY)
            write_page(builder, _chapter(archive.read(name), file, name))
        title = next((" ".join((e.text or "").split()) for e in root.iter() if local(e) == "title"), "")
    return builder.result(options, variables={"title": title[:500]} if title else {})


def _chapter(data: bytes, file: str, name: str) -> str:
    """Return the source of a chapter; the plain HTML document type is let through, an internal subset is not."""
    head = data[:2000].lower()
    at = head.find(b"<!doctype html")
    end = data.find(b">", at) if at >= 0 else -1
    if 0 <= at < end and b"[" not in data[at:end]:
        data = data[:at] + data[end + 1 :]
    return decode_xml(data, file, place=name)
