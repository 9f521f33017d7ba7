"""Rich text: the words, without pictures, objects and fields; no command of the file is obeyed beyond that."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.builder import TextBuilder
from coding.importers.results import ImportResult

__all__ = ["read"]

_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|(\\)"
)
_DESTINATIONS: Final = frozenset(
    b"fonttbl colortbl stylesheet info listtable listoverridetable revtbl rsidtbl themedata colorschememapping generator "
    b"latentstyles datastore xmlnstbl header footer headerl headerr headerf footerl footerr footerf pgptbl mmathPr "
    b"fldinst bkmkstart bkmkend annotation atnid atnauthor atntime atndate atnref atrfstart atrfend listtext pntext "
    b"shpinst nonshppict filetbl ftnsep ftnsepc xe tc".split()
)
_LISTED: Final = {
    b"pict": "pictures were left out",
    b"object": "embedded objects were left out",
    b"objdata": "embedded objects were left out",
    b"template": "templates elsewhere were not followed",
}
_SIGNS: Final = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t", b"emdash": "—",
    b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"emspace": "\u2003",
    b"enspace": "\u2002",
}  # fmt: skip
_SYMBOLS: Final = {b"~": "\u00a0", b"_": "\u2011", b"-": "\u00ad", b"\n": "\n", b"\r": "\n"}
_CHARSETS: Final = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 238: "cp1250",
}  # fmt: skip
_PAGES: Final = {932: "cp932", 936: "gb18030", 949: "cp949", 950: "big5", 10000: "mac_roman", 65001: "utf-8"}


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside one pair of braces."""

    hidden: bool = False
    deleted: bool = False
    skip: int = 1
    encoding: str = "cp1252"


def read(data: bytes, file: str, **options: Any) -> ImportResult:
    """Read rich text.

    Raises:
        ImportRejected: braces that do not fit, or no text.
        LimitExceeded: groups too deep in each other.
    """
    return _Reader(data, file).read(options)


class _Reader:
    def __init__(self, data: bytes, file: str) -> None:
        self.data, self.file = data, file
        self.out = TextBuilder(file)
        self.text: list[str] = []
        self.bytes = bytearray()
        self.fonts: dict[int, str] = {}
        self.font: int | None = None
        self.group = _Group()
        self.stack: list[_Group] = []
        self.to_skip = 0
        self.in_fonts = 0

    def read(self, options: dict[str, Any]) -> ImportResult:
        at = self.data.find(b"{\\rtf")
        while at < len(self.data):
            token = _TOKEN.match(self.data, at)
            if token is None:
                break
            at = token.end()
            word, number, code, symbol, brace, plain, _ = token.groups()
            if brace == b"{":
                self._enter()
            elif brace == b"}":
                if not self._leave():
                    break
            elif word is not None:
                at = self._word(word, int(number) if number is not None else None, at)
            elif code is not None:
                self._bytes(bytes([int(code, 16)]))
            elif symbol is not None:
                self._symbol(symbol)
            elif plain is not None and not self.in_fonts:
                self._bytes(plain)
        if self.stack:
            raise ImportRejected(
                self.file,
                "it is cut off: braces are open at its end.",
                place=f"byte {at}",
                remedy="Ask for the file again.",
            )
        self._flush()
        for line in "".join(self.text).split("\n"):
            self.out.block(line.rstrip("\t"))
        return self.out.result(options)

    def _enter(self) -> None:
        self._flush()
        self.stack.append(self.group)
        if len(self.stack) > limits.current().xml_depth:
            raise limits.exceeded(self.file, "groups lie too deep in each other", "xml_depth")

    def _leave(self) -> bool:
        self._flush()
        if not self.stack:
            return False
        self.group = self.stack.pop()
        if len(self.stack) < self.in_fonts:
            self.in_fonts = 0
        return bool(self.stack)

    def _bytes(self, data: bytes) -> None:
        if self.to_skip:
            skipped = min(self.to_skip, len(data))
            self.to_skip -= skipped
            data = data[skipped:]
        if data and not self.group.hidden and not self.group.deleted:
            self.bytes += data

    def _flush(self) -> None:
        """Turn collected bytes into text: a double-byte character may come in two pieces."""
        if not self.bytes:
            return
        raw = bytes(self.bytes)
        self.bytes.clear()
        try:
            self.text.append(raw.decode(self.group.encoding))
        except UnicodeDecodeError:
            text = raw.decode(self.group.encoding, "replace")
            self.out.change(f"characters were no {self.group.encoding} and were replaced by �", text.count("\ufffd"))
            self.text.append(text)

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            # a destination this reader may not know: what is in it is no text of the page
            self.group = replace(self.group, hidden=True)
        elif symbol in _SYMBOLS:
            self._say(_SYMBOLS[symbol])
        else:
            self._bytes(symbol)

    def _say(self, text: str) -> None:
        self._flush()
        if not self.group.hidden and not self.group.deleted:
            self.text.append(text)

    def _word(self, word: bytes, number: int | None, at: int) -> int:
        """Obey a control word; return where reading goes on."""
        if word in _SIGNS:
            self._say(_SIGNS[word])
        elif word == b"u" and number is not None:
            self._say(self._unicode(number))
            self.to_skip = self.group.skip
        elif word == b"uc" and number is not None:
            self.group = replace(self.group, skip=min(max(number, 0), 16))
        elif word == b"bin" and number is not None:
            return at + max(0, number)
        elif word in _LISTED:
            if not self.group.hidden:
                self.out.change(_LISTED[word])
            self.group = replace(self.group, hidden=True)
        elif word in _DESTINATIONS:
            self.group = replace(self.group, hidden=True)
            self.in_fonts = len(self.stack) if word == b"fonttbl" else self.in_fonts
        elif word == b"deleted":
            if number != 0:
                self.out.change("tracked deletions were left out")
            self._flush()
            self.group = replace(self.group, deleted=number != 0)
        else:
            self._encoding(word, number)
        return at

    def _encoding(self, word: bytes, number: int | None) -> None:
        if word == b"ansicpg" and number is not None:
            self._use(_PAGES.get(number, f"cp{number}"))
        elif word == b"mac":
            self._use("mac_roman")
        elif word == b"f" and number is not None:
            if self.in_fonts:
                self.font = number
            elif number in self.fonts:
                self._use(self.fonts[number])
        elif word == b"fcharset" and self.in_fonts and self.font is not None and number in _CHARSETS and number != 0:
            self.fonts[self.font] = _CHARSETS[number]

    def _use(self, encoding: str) -> None:
        self._flush()
        try:
            b"".decode(encoding)
        except LookupError:
            return
        self.group = replace(self.group, encoding=encoding)

    def _unicode(self, number: int) -> str:
        unit = number & 0xFFFF
        if 0xDC00 <= unit <= 0xDFFF and self.text and len(self.text[-1]) == 1 and "\ud800" <= self.text[-1] <= "\udbff":
            high = ord(self.text.pop())
            return chr(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00))
        return chr(unit)
