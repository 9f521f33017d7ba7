"""XML of strangers: no document type, no entities, no remote anything, no bottomless nesting."""

from __future__ import annotations

import codecs
import re
from typing import Final
from xml.etree.ElementTree import Element  # the class only; parsing goes through defusedxml

from coding.errors import ImportRejected
from coding.importers import limits

__all__ = ["decode_xml", "local", "parse"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARATION: Final = re.compile(r"^\s*<\?xml\b[^>]*?\?>")
_DECLARED: Final = re.compile(rb"^\s*<\?xml\b[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DOCTYPE: Final = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_INERT: Final = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_ALLOWED: Final = frozenset(
    {"utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk", "gb2312", "big5", "shift_jis",
     "euc_jp", "euc_kr", "koi8-r", "iso8859-1", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-15",
     "cp1250", "cp1251", "cp1252", "cp1253", "cp1254"}
)  # fmt: skip
DAMAGED: Final = "Open the file in the program that wrote it and save or export it again."


def local(element: Element) -> str:
    """Return the name of an element without its namespace.

    >>> local(Element("{urn:x}Code"))
    'Code'
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def decode_xml(data: bytes, file: str, *, place: str = "") -> str:
    """Return the document as text without mark and declaration, having looked for a document type.

    Raises:
        ImportRejected: another encoding than it says, or a ``<!DOCTYPE`` or ``<!ENTITY``, whatever the
            encoding they hide in.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            encoding = name
            data = data[len(mark) :] if b"<" not in mark else data
            break
    else:
        declared = _DECLARED.match(data)
        encoding = declared.group(1).decode("ascii") if declared else "utf-8"
    try:
        known = codecs.lookup(encoding).name
    except LookupError:
        known = ""
    if known not in _ALLOWED and known not in {"utf-32-le", "utf-32-be"}:
        raise ImportRejected(file, f"the XML says its encoding is {encoding}.", place=place, remedy="Save it as UTF-8.")
    try:
        text = data.decode(known)
    except UnicodeDecodeError as error:
        where = ", ".join(filter(None, (place, f"byte {error.start}")))
        raise ImportRejected(
            file, f"the XML is not in {known}, which it says it is.", place=where, remedy=DAMAGED
        ) from None
    if _DOCTYPE.search(text) and _DOCTYPE.search(_INERT.sub("", text)):
        raise ImportRejected(
            file,
            "it declares a document type (DOCTYPE) or entities, which can pull in other files or blow up the text.",
            place=place,
            remedy="Remove the DOCTYPE, or save the file again in the program that wrote it.",
        )
    return _DECLARATION.sub("", text, count=1)


def parse(data: bytes, file: str, *, place: str = "") -> Element:
    """Parse a document from a stranger.

    Args:
        data: the bytes as they lie in the file.
        file: name for messages.
        place: the member or part, for messages.

    Raises:
        ImportRejected: no XML, a document type, or nested deeper than ``Limits.xml_depth``.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    text = decode_xml(data, file, place=place)
    try:
        root: Element = fromstring(text.encode(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except ParseError as error:
        line, column = error.position
        where = ", ".join(filter(None, (place, f"line {line}, column {column}")))
        reason = str(error).partition(":")[0]
        raise ImportRejected(file, f"the XML is broken: {reason}.", place=where, remedy=DAMAGED) from None
    except UnicodeEncodeError:
        raise ImportRejected(file, "the XML holds half a character.", place=place, remedy=DAMAGED) from None
    except DefusedXmlException:
        raise ImportRejected(file, "it declares entities or a document type.", place=place, remedy=DAMAGED) from None
    _check_depth(root, file, place)
    return root


def _check_depth(root: Element, file: str, place: str) -> None:
    allowed = limits.current().xml_depth
    level, depth = [root], 1
    while level:
        level = [child for element in level for child in element]
        depth += 1
        if depth > allowed:
            raise limits.exceeded(file, "elements lie too deep in each other", "xml_depth", place=place)
