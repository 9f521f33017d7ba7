"""Bytes to text: the mark at the start, then strict UTF-8, then a guess that is recorded and can be overridden.

Nothing is ever decoded with replacement characters in silence. A byte order mark is no part of the
text. What is guessed is said in a note, so that the person can look and choose another encoding.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coding.errors import ImportRejected
from coding.importers.common_characters import HAN, KANA_PUNCTUATION, LETTERS

__all__ = ["Decoded", "decode"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_DOUBLE_BYTE: Final = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_SINGLE_BYTE: Final = (
    "cp1252", "cp1250", "cp1251", "koi8-r", "cp866", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "iso8859-15", "iso8859-2", "iso8859-5", "iso8859-7", "mac_roman", "mac_cyrillic", "cp850", "cp852",
)  # fmt: skip
_NAMES: Final = {
    "big5hkscs": "big5",
    "cp932": "shift_jis",
    "euc_jp": "euc-jp",
    "cp949": "euc-kr",
    "mac_roman": "macintosh",
}
_SEVEN_BIT: Final = (
    (b"\x1b$)C", "iso2022_kr", "iso-2022-kr"),
    (b"\x1b$", "iso2022_jp_2", "iso-2022-jp"),
    (b"\x1b(J", "iso2022_jp", "iso-2022-jp"),
    (b"~{", "hz", "hz"),
)
"""What gives an encoding of seven bits away, its name to Python, and its name in notes."""
_SAMPLE: Final = 65_536
_FOREIGN: Final = re.compile(rb"[\x80-\xff]")
_HEBREW: Final = re.compile("[\\x00-\\x7fא-ת“”„‘’–—…]+")
_FINAL_WITHIN: Final = re.compile("[ךםןףץ][א-ת]")
_SIGNS: Final = frozenset("“”„‘’‚–—…•«»‹›§©®°·€£¿¡ºª²³½¼¾№\u00a0")
_UTF8_CHARACTER: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CESU_PAIR: Final = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_OVERLONG: Final = re.compile(rb"[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}")
REMEDY: Final = (
    'Say which encoding it has: encoding="gb18030", "big5", "utf-16", "cp1252" … (--encoding on the command line).'
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how its bytes were read.

    Attributes:
        guessed: whether another decoding would have been possible; a note says so then.
        changes: what could not be read and was replaced, one for one.
    """

    text: str
    encoding: str
    guessed: bool = False
    changes: tuple[str, ...] = ()


def decode(data: bytes, file: str, encoding: str | None = None) -> Decoded:
    """Turn the bytes of a text file into text without its byte order mark.

    Args:
        data: the whole file.
        file: name for messages.
        encoding: what the person says it is; None finds out.

    Raises:
        ImportRejected: not a text, an unknown encoding, or bytes that the encoding does not have.

    >>> decode("您好".encode("utf-8-sig"), "a.txt")
    Decoded(text='您好', encoding='utf-8', guessed=False, changes=())
    """
    if encoding is not None:
        return _as_told(data, file, encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], file, name)
    if b"\x00" not in data:
        if data.isascii():
            return _ascii(data)
        try:
            return Decoded(data.decode("utf-8"), "utf-8")
        except UnicodeDecodeError as error:
            return _not_utf8(data, file, error)
    return _with_nul(data, file)


def _ascii(data: bytes) -> Decoded:
    """Read bytes below 128; old mail of East Asia hides in them behind escape sequences, or between ~{ and ~}."""
    for mark, name, shown in _SEVEN_BIT:
        text = _try(data, name) if mark in data else None
        if text is not None and not text.isascii():
            return Decoded(text, shown, guessed=shown == "hz")
    return Decoded(data.decode("ascii"), "utf-8")


def _as_told(data: bytes, file: str, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name).decode(name)
    except (LookupError, TypeError, ValueError):
        raise ImportRejected(file, f"“{encoding}” is no encoding of text.", remedy=REMEDY) from None
    for mark, marked in _MARKS:
        if data.startswith(mark) and marked.startswith(name.rstrip("-_sig")[:6]):
            data, name = data[len(mark) :], marked
            break
    try:
        return Decoded(data.decode(name), name)
    except UnicodeDecodeError as error:
        place = f"line {_line(data, error.start)}, byte {error.start}"
        raise ImportRejected(
            file, f"the bytes there are no {name}.", place=place, remedy="Leave the encoding out to have it guessed."
        ) from None


def _marked(data: bytes, file: str, name: str) -> Decoded:
    try:
        return Decoded(data.decode(name), name)
    except UnicodeDecodeError as error:
        if name == "utf-8":
            return _damaged_utf8(data, file, error)
        if name.startswith("utf-16"):
            # a lone surrogate is the one thing that can be wrong besides a missing last byte
            whole = data[: len(data) // 2 * 2]
            text = whole.decode(name, "surrogatepass")
            odd = ("1 half character at the end was removed",) if len(whole) < len(data) else ()
            return Decoded(text, name, changes=odd)
        place = f"byte {error.start}"
        raise ImportRejected(file, f"it begins as {name} but is not.", place=place, remedy=REMEDY) from None


def _utf16_without_mark(data: bytes) -> Decoded | None:
    if len(data) % 2:
        return None
    sample = data[:_SAMPLE]
    even, odd, half = sample[0::2].count(0), sample[1::2].count(0), len(sample) // 2
    for name, here, there in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        text = _try(data, name)
        if text is None or _plausible(text[:_SAMPLE]) < 0.9:
            continue
        # Latin text has a NUL in every other byte; Han text none, but 一 (U+4E00) may put one in either
        if (here > 0.05 * half and there <= 0.01 * half) or _east_asian(_foreign(text)) > 0.7:
            return Decoded(text, name, guessed=True)
    return None


def _with_nul(data: bytes, file: str) -> Decoded:
    """Read bytes that hold NUL: UTF-16 without a mark, text with a stray NUL, or no text."""
    wide = _utf16_without_mark(data)
    if wide is not None:
        return wide
    sample = data[:_SAMPLE]
    if sample.count(0) <= max(8, len(sample) // 100) and not _looks_binary(sample.replace(b"\x00", b"")):
        plain = decode(data.replace(b"\x00", b"\x01"), file)  # the text rule lists the NULs one by one
        if plain.text.count("\x01") == data.count(0) + data.count(1):
            return Decoded(_nul_back(data, plain.text), plain.encoding, plain.guessed, plain.changes)
    raise _binary(file)


def _nul_back(data: bytes, text: str) -> str:
    marks = iter(byte for byte in data if byte in (0, 1))
    return re.sub("\x01", lambda _: chr(next(marks)), text)


def _binary(file: str) -> ImportRejected:
    return ImportRejected(
        file,
        "this is no text: the bytes are those of a program, a picture, a recording or another binary file.",
        remedy="Save the document as txt, docx, pdf, odt, rtf, html or csv and import that. "
        'If it is UTF-16 text without a mark, say encoding="utf-16-le".',
    )


def _looks_binary(data: bytes) -> bool:
    control = sum(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in data[:_SAMPLE])
    return control > 0.02 * max(1, len(data[:_SAMPLE]))


def _not_utf8(data: bytes, file: str, error: UnicodeDecodeError) -> Decoded:
    if _looks_binary(data):
        wide = _utf16_without_mark(data)
        if wide is None:
            raise _binary(file)
        return wide
    rest = _OVERLONG.sub(b"", data)
    if rest.isascii() and len(_OVERLONG.findall(data)) <= 3:
        raise ImportRejected(
            file,
            "a character is written in more bytes than UTF-8 allows (overlong form), as in crafted files.",
            place=f"line {_line(data, error.start)}",
            remedy=REMEDY,
        )
    if _CESU_PAIR.search(data):
        try:
            text = (
                data.decode("utf-8", "surrogatepass")
                .encode("utf-16-le", "surrogatepass")
                .decode("utf-16-le", "surrogatepass")
            )
            return Decoded(text, "cesu-8")
        except UnicodeDecodeError:
            pass
    if _mostly_utf8(data):
        return _damaged_utf8(data, file, error)
    return _guess(data, file)


def _mostly_utf8(data: bytes) -> bool:
    """Say whether whole lines are UTF-8, which lines of another encoding hardly ever are."""
    lines = [line for line in data[: 16 * _SAMPLE].split(b"\n") if not line.isascii()]
    whole = stray = good = 0
    for line in lines:
        rest = _UTF8_CHARACTER.sub(b"", line)
        found = len(_UTF8_CHARACTER.findall(line))
        good += found
        stray += sum(byte >= 0x80 for byte in rest)
        whole += rest.isascii() and found >= 3
    return 3 * whole >= len(lines) or good > 3 * stray


def _damaged_utf8(data: bytes, file: str, error: UnicodeDecodeError) -> Decoded:
    """Read UTF-8 with a few broken bytes, each replaced and listed; more is a mix of encodings."""
    parts: list[str] = []
    lines: list[int] = []
    at, line = 0, 1
    while True:
        try:
            parts.append(data[at:].decode("utf-8"))
            break
        except UnicodeDecodeError as bad:
            good = data[at : at + bad.start].decode("utf-8")
            line += good.count("\n")
            lines.append(line)
            parts.extend((good, "\ufffd"))
            at += bad.end
            if len(lines) > max(3, len(data) // 2000):
                raise ImportRejected(
                    file,
                    "most of it is UTF-8, but other bytes are mixed in: two encodings in one file.",
                    place=f"line {_line(data, error.start)}",
                    remedy="Open it in an editor, correct those lines and save it as UTF-8; or "
                    + REMEDY[0].lower()
                    + REMEDY[1:],
                ) from None
    where = ", ".join(str(n) for n in lines[:5]) + (" …" if len(lines) > 5 else "")
    change = f"{len(lines)} broken UTF-8 characters were replaced by � (line {where})"
    return Decoded("".join(parts), "utf-8", changes=(change,))


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _guess(data: bytes, file: str) -> Decoded:
    sample = _sample(data)
    scored = _scores(sample, _DOUBLE_BYTE, _east_asian)
    if len(sample) % 2 == 0:
        scored += [
            (score - 0.1, -99, name) for score, _, name in _scores(sample, ("utf-16-le", "utf-16-be"), _east_asian)
        ]
    if max(scored, default=(0.0,))[0] < 0.8:
        scored += _scores(sample, _SINGLE_BYTE, _alphabetic)
    for score, _, name in sorted(scored, reverse=True):
        if score < 0.3:
            break
        text = _try(data, name)
        if text is not None:
            if name in _SINGLE_BYTE:
                name, text = _second_opinion(data, name, text, score)
            return Decoded(text, _NAMES.get(name, name), guessed=True)
    raise ImportRejected(file, "its encoding could not be found out.", remedy=REMEDY)


def _sample(data: bytes) -> bytes:
    """Return a beginning that does not end inside a character: up to a line end, or the whole."""
    head = data[:8192]
    if len(head) == len(data) or not head.isascii():
        end = head.rfind(b"\n") + 1
        return data if len(head) == len(data) or end < 1024 else head[:end]
    # plain ASCII for pages: look where the other characters are
    found = _FOREIGN.search(data)
    start = data.rfind(b"\n", 0, found.start()) + 1 if found else 0
    return data[start : start + 8192] if len(data) <= start + 8192 else _sample(data[start:])


def _scores(sample: bytes, names: tuple[str, ...], judge: Callable[[str], float]) -> list[tuple[float, int, str]]:
    """Return (score, rank, name) of each encoding that reads the sample; of two equals the commoner ranks higher."""
    out = []
    for number, name in enumerate(names):
        text = _try(sample, name)
        if text is not None:
            out.append((judge(_foreign(text)), -number - (20 if judge is _alphabetic else 0), name))
    return out


def _try(data: bytes, name: str) -> str | None:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    # an encoding that cannot write the bytes again has read something into them
    again = text[:1000].encode(name, "replace")
    return text if again == data[: len(again)] else None


def _foreign(text: str) -> str:
    """Return the words with characters outside ASCII, which alone tell encodings apart."""
    return " ".join(re.findall(r"\S*[^\s\x00-\x7f]\S*", text[:_SAMPLE]))[:600]


def _east_asian(text: str) -> float:
    """Return the share of characters that Chinese, Japanese or Korean text is made of."""
    strange = [c for c in text if ord(c) > 127]
    if not strange:
        return 0.0
    good = 0.0
    for c in strange:
        if c in HAN or "\uac00" <= c <= "\ud7a3" or "\u3041" <= c <= "\u30fc" or c in KANA_PUNCTUATION:
            good += 1
        elif "\u4e00" <= c <= "\u9fff":
            good += 0.25
        elif "\uff01" <= c <= "\uff5e":
            good += 0.8
        elif "\uff61" <= c <= "\uff9f":  # half-width kana: what Chinese bytes look like in Shift-JIS
            good += 0.1
        elif "\ue000" <= c <= "\uf8ff":
            good -= 1
    return good / len(strange)


def _alphabetic(text: str) -> float:
    """Return the share of characters outside ASCII that one language of the encoding's region would use.

    A letter of another script inside a Latin word, or a capital after a small letter, counts against it.
    """
    strange = [(i, c) for i, c in enumerate(text) if ord(c) > 127]
    if not strange:
        return 0.0
    odd = 0.0
    for i, c in strange:
        before, after = text[i - 1] if i else " ", text[i + 1] if i + 1 < len(text) else " "
        if c.isalpha():
            odd += c.isupper() and before.islower()
            latin = any(x.isascii() and x.isalpha() for x in (before, after))
            odd += latin and ord(c) >= 0x370
        elif ord(c) < 0xA0:
            odd += 1
    fits = max(sum(c in letters or c in _SIGNS for _, c in strange) for letters in LETTERS)
    if len(strange) >= 20 and _HEBREW.fullmatch(text) and not _FINAL_WITHIN.search(text):
        odd -= 0.1 * len(strange)  # its bytes are letters of other alphabets too, but theirs would not be Hebrew
    return (fits - odd) / len(strange)


def _plausible(text: str) -> float:
    if not text:
        return 0.0
    return sum(c.isprintable() or c in "\t\r\n" for c in text) / len(text)


def _second_opinion(data: bytes, name: str, text: str, score: float) -> tuple[str, str]:
    """Ask charset-normalizer where none of the languages we know fits well."""
    if score > 0.85:
        return name, text
    from charset_normalizer import from_bytes  # loaded for the rare file that is neither UTF-8 nor well known

    best = from_bytes(data[:_SAMPLE], cp_isolation=list(_SINGLE_BYTE)).best()
    other = _try(data, best.encoding) if best is not None else None
    if best is None or other is None or _alphabetic(_foreign(other)) + 0.05 < score:
        return name, text
    return best.encoding, other
