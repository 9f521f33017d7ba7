"""Web pages to text: blocks become paragraphs; whatever could act or fetch is dropped and listed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.builder import TextBuilder
from coding.importers.encoding import decode
from coding.importers.results import ImportResult
from coding.model import ParagraphRole, Scalar

__all__ = ["read", "write_page"]

_HIDDEN: Final = {
    "script": "scripts were removed",
    "style": "",
    "template": "templates were removed",
    "noscript": "",
    "iframe": "embedded pages were removed",
    "object": "embedded objects were removed",
    "applet": "embedded objects were removed",
    "svg": "drawings were removed",
    "math": "",
    "canvas": "drawings were removed",
    "audio": "recordings were removed",
    "video": "recordings were removed",
    "textarea": "form fields were removed",
    "select": "form fields were removed",
    "button": "buttons were removed",
}
_VOID: Final = {
    "embed": "embedded objects were removed",
    "input": "form fields were removed",
    "img": "pictures were left out",
    "link": "",
    "base": "",
}
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_ROLES: Final[Mapping[str, ParagraphRole]] = {
    **{f"h{n}": "heading" for n in range(1, 7)},
    "li": "list",
    "dt": "list",
    "dd": "list",
    "tr": "table",
}
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._-]{2,40})", re.IGNORECASE)
_ENTITY: Final = re.compile(r"<!\s*ENTITY|<!DOCTYPE[^>]*\[", re.IGNORECASE)


def read(data: bytes, file: str, *, encoding: str | None = None, **options: Any) -> ImportResult:
    """Read a web page.

    Raises:
        ImportRejected: no text in it, or entities declared.
    """
    declared = _META.search(data[:4096])
    found = decode(data, file, encoding)
    if encoding is None and found.guessed and declared:
        with suppress(ImportRejected):  # a page that lies about its encoding is read as it looks
            found = decode(data, file, declared.group(1).decode("ascii"))
    if _ENTITY.search(found.text[:200_000]):
        raise ImportRejected(
            file, "the page declares entities.", place="line 1", remedy="Save the page again as plain HTML."
        )
    builder = TextBuilder(file)
    builder.changed(found.changes)
    if found.guessed:
        builder.notes.append(f"Read as {found.encoding}, which is a guess.")
    variables = write_page(builder, found.text)
    return builder.result(options, variables=variables, encoding=found.encoding)


def write_page(builder: TextBuilder, source: str) -> dict[str, Scalar]:
    """Write the paragraphs of a page; return what its head says: the title."""
    page = _Page(builder)
    page.feed(source.replace("\r\n", "\n").replace("\r", "\n"))
    page.close()
    page.end_block()
    page.report()
    title = " ".join(page.title.split())[: limits.current().name_characters]
    return {"title": title} if title else {}


class _Page(HTMLParser):
    """Turns tags into paragraphs without building a tree, so depth of nesting costs nothing."""

    def __init__(self, builder: TextBuilder) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = builder
        self.title = ""
        self._words: list[str] = []
        self._role: ParagraphRole = "body"
        self._hidden: list[str] = []
        self._pre = 0
        self._in_title = self._in_row = False
        self._links = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.append(tag)
            return
        self._look_at(tag, attrs)
        if tag in _HIDDEN:
            if _HIDDEN[tag]:
                self.builder.change(_HIDDEN[tag])
            self._hidden.append(tag)
        elif tag in _VOID:
            if _VOID[tag]:
                self.builder.change(_VOID[tag])
        elif tag == "title":
            self._in_title = True
        elif tag == "br":
            self._words.append("\n")
        elif tag in {"td", "th"} and self._words and "".join(self._words).strip():
            self._words.append("\t")
        elif tag in _BLOCKS and not (self._in_row and tag != "tr"):
            self.end_block()
            self._role = _ROLES.get(tag, self._role if tag == "p" and self._role == "list" else "body")
            self._pre += tag == "pre"
            self._in_row = tag == "tr"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _HIDDEN or tag == "title":
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
            return
        if tag == "title":
            self._in_title = False
        elif tag in _BLOCKS and not (self._in_row and tag not in {"tr", "table"}):
            self.end_block()
            self._role = "body"
            self._pre = max(0, self._pre - (tag == "pre"))
            self._in_row = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._hidden:
            # a line end in the source is a space on the page, and none between Han characters
            self._words.append(data if self._pre else re.sub(r"[ \t\n\f]+", _space, data))

    def _look_at(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            plain = re.sub(r"[\s\x00-\x1f]", "", value or "").lower()
            if name.startswith("on"):
                self.builder.change("event handlers were removed")
            elif name.startswith("data-") and "command" in name:
                self.builder.change("commands in attributes were removed")
            elif plain.startswith(("javascript:", "vbscript:", "data:text/html")):
                self.builder.change("links that run something were removed")
            elif name == "href" and tag == "a":
                self._links += 1
            elif name in {"src", "background", "poster"} and tag not in {*_HIDDEN, *_VOID}:
                self.builder.change("references to files elsewhere were not followed")
        if tag == "form":
            self.builder.change("forms were removed; their words were kept")
        if tag == "meta" and any(n == "http-equiv" and (v or "").lower() == "refresh" for n, v in attrs):
            self.builder.change("redirections were removed")

    def end_block(self) -> None:
        """Write the paragraph collected so far."""
        text = "".join(self._words)
        self._words = []
        if not self._pre:
            text = re.sub(r" *\n *", "\n", re.sub(" {2,}", " ", text)).strip(" \n\t")
        if text.strip():
            self.builder.block(text, self._role)

    def report(self) -> None:
        """Note what is left out without being a loss of words."""
        if self._links:
            self.builder.notes.append(f"{self._links} links were read as their words; the addresses are not kept.")


def _space(found: re.Match[str]) -> str:
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    han = re.compile("[\u3000-\u9fff\uff00-\uffef]")
    return "" if "\n" in found.group() and han.match(before) and han.match(after) else " "
