"""Codebooks as CSV for spreadsheets: one row a code, the tree in the column ``path``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from coding.codebook.drafts import MAX_BYTES, CodeDraft, assemble, known_or_near, name_based_uid
from coding.codebook.info import BookInfo
from coding.codebook.paths import join_path, split_path
from coding.codebook.tree import Codebook
from coding.errors import InvalidCodebook, InvalidValue
from coding.model import Code, Cue

__all__ = ["read_csv", "write_csv"]

_COLUMNS: Final = (
    "path", "name", "name_zh", "key", "definition", "definition_zh", "include", "include_zh", "exclude", "exclude_zh",
    "example", "example_zh", "cues", "weak_cues", "aliases", "direction", "hue", "exclusive", "codable", "stage",
    "review", "retired", "merged_into", "book", "version", "uid",
)  # fmt: skip
_SAME: Final = {
    "tag": "name", "code": "name", "description": "definition", "parent": "parent",
    "名称": "name_zh", "定义": "definition_zh", "路径": "path", "纳入标准": "include_zh", "排除标准": "exclude_zh",
}  # fmt: skip
_IGNORED: Final = frozenset({"number of highlights", "highlights", "count", "codings", "level"})
_BREAK: Final = "; "


def read_csv(source: str | Path | bytes, *, name: str | None = None) -> Codebook:
    """Read a codebook from CSV, or from its bytes.

    Wanted is a column ``path`` (``Parent > Child``) or ``name`` (with ``parent`` where codes lie below
    others); parents that only paths mention are made. Taguette's ``tag,description`` is taken as it is.
    Commas, semicolons and tabs part cells; UTF-8 with or without BOM, UTF-16 and GB18030 are read.

    Raises:
        InvalidCodebook: with file, line and remedy.
    """
    file = name or ("codebook" if isinstance(source, bytes) else Path(source).name)
    rows = _rows(_text(source, file), file)
    _, header = next(rows, (1, []))
    columns = _columns(header, file)
    drafts: list[CodeDraft] = []
    at_path: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
            reason = f"this row has {len(row)} cells, the header {len(columns)}."
            raise InvalidCodebook(reason, file=file, line=line, remedy="Put cells that hold the separator in quotes.")
        cells = {c: cell.strip() for c, cell in zip(columns, row, strict=False) if c}
        if any(cells.values()):
            _take_row(line, cells, drafts, at_path, file)
    return assemble(drafts, file, info=BookInfo())


def _text(source: str | Path | bytes, file: str) -> str:
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
    except OSError as error:
        raise InvalidCodebook(f"cannot be read: {error.strerror}.", file=file, remedy="Check the path.") from None
    if len(data) > MAX_BYTES:
        raise InvalidCodebook(f"it has {len(data):,} bytes; {MAX_BYTES:,} is the limit.", file=file)
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:  # Excel in China saves GB18030
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidCodebook("the encoding is not known.", file=file, remedy="Save it as “CSV UTF-8”.")


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            remedy = "Double the quotation marks inside a quoted cell."
            raise InvalidCodebook(f"not CSV: {error}.", file=file, line=start, remedy=remedy) from None
        if row is None:
            return
        yield start, row
        start = reader.line_num + 1


def _columns(header: list[str], file: str) -> list[str]:
    columns = []
    for cell in header:
        name = cell.strip().casefold()
        name = _SAME.get(name, name)
        if name and name not in _COLUMNS and name != "parent" and name not in _IGNORED:
            remedy = known_or_near(name, _COLUMNS)
            raise InvalidCodebook(f"there is no column “{cell.strip()}”.", file=file, line=1, remedy=remedy)
        if name in columns and name:
            raise InvalidCodebook(f"the column “{name}” stands twice.", file=file, line=1, remedy="Drop one.")
        columns.append("" if name in _IGNORED else name)
    if "path" not in columns and "name" not in columns:
        remedy = "The first line must name the columns; “path” or “name” is needed."
        raise InvalidCodebook("there is no column “path” or “name”.", file=file, line=1, remedy=remedy)
    return columns


def _take_row(
    line: int, cells: dict[str, str], drafts: list[CodeDraft], at_path: dict[tuple[str, ...], int], file: str
) -> None:
    values = _values(cells, line, file)
    draft = CodeDraft(line, values, parent_ref=cells.get("parent", ""), merged_into=cells.get("merged_into", ""))
    if cells.get("path"):
        try:
            names = tuple(split_path(cells["path"]))
        except InvalidValue as error:
            raise InvalidCodebook(str(error), file=file, line=line) from None
        values["name"] = names[-1]
        draft.parent_ref = ""
        draft.parent = _parent_of(names, line, drafts, at_path)
        at_path[names] = len(drafts)
    drafts.append(draft)


def _parent_of(
    names: tuple[str, ...], line: int, drafts: list[CodeDraft], at_path: dict[tuple[str, ...], int]
) -> int | None:
    """Return the place of the parent; parents that no row has named yet are made."""
    for depth in range(1, len(names)):
        path = names[:depth]
        if path not in at_path:
            at_path[path] = len(drafts)
            above = at_path[path[:-1]] if depth > 1 else None
            drafts.append(CodeDraft(line, {"name": path[-1]}, parent=above))
    return at_path[names[:-1]] if len(names) > 1 else None


def _values(cells: dict[str, str], line: int, file: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, cell in cells.items():
        if not cell or name in ("path", "parent", "merged_into", "cues", "weak_cues"):
            continue
        if name in ("exclusive", "codable", "retired"):
            if cell.casefold() not in ("true", "false", "1", "0", "yes", "no", "是", "否"):
                raise InvalidCodebook(f"“{name}” is true or false, not “{cell}”.", file=file, line=line)
            out[name] = cell.casefold() in ("true", "1", "yes", "是")
        elif name in ("hue", "version"):
            if not cell.isdecimal():
                raise InvalidCodebook(f"“{name}” is a whole number, not “{cell}”.", file=file, line=line)
            out[name] = int(cell)
        elif name in ("aliases", "review"):
            out[name] = tuple(_parts(cell))
        else:
            out[name] = cell
    out["cues"] = tuple(c for name in ("cues", "weak_cues") for c in _cues(cells.get(name, ""), name == "weak_cues"))
    return out


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace("；", ";").split(";") if part.strip()]


def _cues(cell: str, weak: bool) -> Iterator[Cue]:
    """Yield cues; ``zh:压力`` names the language, without it Han characters tell."""
    for part in _parts(cell):
        language, mark, text = part.partition(":")
        if not mark or len(language) > 8 or " " in language:
            language, text = ("zh" if any("\u3400" <= c <= "\u9fff" for c in part) else "en"), part
        yield Cue(text.strip(), language, weak)


def write_csv(codebook: Codebook, path: str | Path) -> Path:
    """Write a codebook as CSV with a BOM, which spreadsheets need to read Chinese; relations stay in YAML."""
    path = Path(path)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        for code in codebook:
            writer.writerow(_row(codebook, code))
    return path


def _row(codebook: Codebook, code: Code) -> dict[str, object]:
    named = bool(code.book and code.key and code.uid == name_based_uid(code.book, code.key))
    row: dict[str, object] = {c: getattr(code, c, "") for c in _COLUMNS}
    for flag in ("exclusive", "codable", "retired"):
        row[flag] = str(getattr(code, flag)).lower()
    row |= {
        "path": join_path(codebook.names(code)),
        "cues": _BREAK.join(f"{c.language}:{c.text}" for c in code.cues if not c.weak),
        "weak_cues": _BREAK.join(f"{c.language}:{c.text}" for c in code.cues if c.weak),
        "aliases": _BREAK.join(code.aliases),
        "review": _BREAK.join(code.review),
        "merged_into": (codebook.get(code.redirect).key or code.redirect)
        if code.redirect and code.redirect in codebook
        else "",
        "uid": "" if named else code.uid,
    }
    return {k: "" if v is None else v for k, v in row.items()}
