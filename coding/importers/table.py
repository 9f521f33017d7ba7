"""Tables as documents, cases, survey answers or codings, from rows of cells; csv is read here."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.own import refuse_own_table
from coding.importers.results import CodingRow, ImportedCase, ImportedDocument, ImportResult
from coding.importers.text import checked, decoded_text, normalise, stem
from coding.model import ParagraphRole, Scalar, fold_name

__all__ = ["Table", "coding_rows", "headers", "read_csv", "read_csv_table", "table_result"]

_TEXT_NAMES: Final = frozenset(
    [
        "text",
        "content",
        "transcript",
        "abstract",
        "body",
        "full text",
        "interview",
        "document text",
        "response",
        "answer",
        "comment",
        "文本",
        "正文",
        "内容",
        "全文",
        "摘要",
        "转录",
        "访谈",
        "回答",
        "答案",
        "回复",
    ]
)
_NAME_NAMES: Final = frozenset(
    [
        "name",
        "title",
        "document",
        "file",
        "filename",
        "file name",
        "id",
        "case",
        "participant",
        "respondent",
        "code name",
        "名称",
        "题名",
        "标题",
        "文件",
        "文件名",
        "编号",
        "个案",
        "受访者",
        "姓名",
        "序号",
    ]
)
_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9]\d*)\.\d+(?:[eE][+-]?\d{1,3})?")
_LONG: Final = 40
"""Mean characters from which a column without a telling name is taken for the text."""
_CODINGS: Final = ("document", "code", "coder", "start", "end")


@dataclass(slots=True)
class Table:
    """Rows of cells under a header.

    Attributes:
        rows: (number, cells); the number is counted as a spreadsheet does, the header being row 1.
    """

    file: str
    columns: list[str]
    rows: list[tuple[int, list[Scalar]]] = field(repr=False)
    encoding: str = ""
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_csv(
    data: bytes, file: str, *, encoding: str | None = None, as_: str | None = None, **options: Any
) -> ImportResult:
    """Read a table with separators: each row is a document, a case or a respondent; see `table_result`."""
    return table_result(read_csv_table(data, file, encoding=encoding), as_=as_, **options)


def read_csv_table(data: bytes, file: str, *, encoding: str | None = None) -> Table:
    """Read the cells of a table with separators: comma, semicolon, tab or bar, found out.

    Raises:
        ImportRejected: a quote that is never closed, or a row with more cells than the header, by its line.
    """
    text, used, changes, notes = decoded_text(data, file, encoding)
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r"sep=(.)", first, re.IGNORECASE)  # Excel's own line
    delimiter = told.group(1) if told else _delimiter(text)
    rows = list(_rows(rest if told else text, file, delimiter))
    if told:
        rows = [(number + 1, cells) for number, cells in rows]
    if not rows:
        raise ImportRejected(file, "the table is empty.", remedy="Check that the right file was saved.")
    header, body = rows[0][1], rows[1:]
    columns, more = headers(header, file)
    for number, cells in body:
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise ImportRejected(
                file,
                f"the row has {len(cells)} cells, the header {len(columns)}.",
                place=f"row {number}",
                remedy="Put texts that hold the separator in quotes, or save the table as xlsx.",
            )
    filled: list[tuple[int, list[Scalar]]] = [
        (number, [*cells[: len(columns)], *[""] * (len(columns) - len(cells))])
        for number, cells in body
        if any(cell.strip() for cell in cells)
    ]
    return Table(file, columns, filled, used, changes, (*notes, *more))


def _delimiter(text: str) -> str:
    """Return the separator that cuts the header most, outside quotes."""
    head, quoted, counts = text[:20_000], False, {",": 0, ";": 0, "\t": 0, "|": 0}
    for c in head:
        if c == '"':
            quoted = not quoted
        elif c == "\n" and not quoted:
            break
        elif c in counts and not quoted:
            counts[c] += 1
    return max(counts, key=lambda c: counts[c]) if any(counts.values()) else ","


def _rows(text: str, file: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    allowed = limits.current()
    before = csv.field_size_limit(max(131_072, allowed.text_characters))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    cells = 0
    try:
        for number, row in enumerate(reader, 1):
            cells += len(row)
            if number > allowed.table_rows + 1:
                raise limits.exceeded(file, "the table has too many rows", "table_rows", place=f"row {number}")
            if len(row) > allowed.table_columns:
                raise limits.exceeded(
                    file, "the row has too many cells", "table_columns", found=len(row), place=f"row {number}"
                )
            if cells > allowed.table_cells:
                raise limits.exceeded(file, "the table has too many cells", "table_cells", place=f"row {number}")
            yield number, row
    except csv.Error as error:
        reason = "a quote is never closed" if "unexpected end" in str(error) else str(error)
        raise ImportRejected(
            file,
            f"the table cannot be read: {reason}.",
            place=f"line {reader.line_num}",
            remedy='Correct the quotes ("" inside a quoted cell stands for "), or save the table as xlsx.',
        ) from None
    finally:
        csv.field_size_limit(before)


def headers(header: Sequence[Scalar], file: str) -> tuple[list[str], list[str]]:
    """Return names for the columns: unique, none empty, and notes on those that were made up."""
    columns: list[str] = []
    notes: list[str] = []
    seen: set[str] = set()
    cells = [" ".join(str(cell).split()) for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    allowed = limits.current().name_characters
    for number, name in enumerate(cells, 1):
        if len(name) > allowed:
            raise limits.exceeded(
                file, "the heading is too long", "name_characters", found=len(name), place=f"column {number}"
            )
        unique, twin = name or f"column {number}", 2
        while fold_name(unique) in seen:
            unique, twin = f"{name or f'column {number}'} ({twin})", twin + 1
        if unique != name:
            notes.append(f"Column {number} ({name or 'no heading'}) is called “{unique}”.")
        seen.add(fold_name(unique))
        columns.append(unique)
    if not columns:
        raise ImportRejected(
            file, "the first row holds no headings.", place="row 1", remedy="Give each column a heading."
        )
    return columns, notes


def _typed(table: Table, without: set[int | None]) -> Table:
    """Turn columns of numbers into numbers; names and texts stay, as do 007, 1.234,5 and 1e400."""
    for i in range(len(table.columns)):
        cells = [row[i] for _, row in table.rows if row[i] != ""]
        if i in without or not cells or not all(isinstance(c, str) for c in cells):
            continue
        turn: type[int | float]
        if all(_INTEGER.fullmatch(str(c)) for c in cells):
            turn = int
        elif all((_FLOAT.fullmatch(str(c)) or _INTEGER.fullmatch(str(c))) and math.isfinite(float(c)) for c in cells):
            turn = float
        else:
            continue
        for _, row in table.rows:
            if row[i] != "":
                row[i] = turn(row[i])
    return table


def table_result(
    table: Table,
    *,
    as_: str | None = None,
    text_column: str | None = None,
    name_column: str | None = None,
    kind: str | None = None,
    language: str | None = None,
    **_: Any,
) -> ImportResult:
    """Make documents or cases of the rows.

    Args:
        table: the cells.
        as_: ``document``: a row is a document; ``cases``: a row is a case with variables; ``survey``: a row
            is a respondent, open answers become one document with the questions as headings. None: documents
            where a column holds texts, else cases.
        text_column: heading of the column with the texts; found by its name or its length when None.
        name_column: heading of the column with the names.
        kind: kind of the documents.
        language: language of the documents.
    """
    if not table.rows:
        raise ImportRejected(table.file, "the table has a header and no rows.", remedy="Check the file.")
    if as_ is None and text_column is None:
        refuse_own_table(table.file, table.columns, table.rows[0][1])
    names = _column(table, name_column) if name_column else _name_column(table)
    if as_ == "survey":
        return _survey(table, names, text_column, language)
    text = _column(table, text_column) if text_column else None if as_ in {"case", "cases"} else _text_column(table)
    if text is None:
        if as_ == "document":
            raise ImportRejected(
                table.file,
                f"no column looks like texts; there are {', '.join(table.columns[:12])}.",
                remedy='Name the column: text_column="…", or import the rows as cases: as_="cases".',
            )
        return _cases(_typed(table, {names}), names)
    return _documents(
        _typed(table, {names, text}), names if names != text else None, text, kind or "document", language
    )


def _column(table: Table, given: str) -> int:
    folded = [fold_name(c) for c in table.columns]
    if fold_name(given) not in folded:
        raise ImportRejected(
            table.file,
            f"there is no column “{given}”.",
            place="row 1",
            remedy=f"There are: {', '.join(table.columns[:20])}.",
        )
    return folded.index(fold_name(given))


def _name_column(table: Table) -> int | None:
    for i, column in enumerate(table.columns):
        if fold_name(column) in _NAME_NAMES and all(str(row[i]).strip() for _, row in table.rows):
            return i
    first = [str(row[0]).strip() for _, row in table.rows]
    short = all(0 < len(v) <= 80 and "\n" not in v for v in first)
    return 0 if short and len(set(first)) == len(first) and len(table.columns) > 1 else None


def _mean_length(table: Table, i: int) -> float:
    cells = [row[i] for _, row in table.rows if row[i] != ""]
    if not cells or not all(isinstance(c, str) for c in cells):
        return 0.0
    # a Han character says about as much as two and a half Latin ones
    return sum(len(c) + 1.5 * len(re.findall("[\u3400-\u9fff]", c)) for c in map(str, cells)) / len(cells)


def _text_column(table: Table) -> int | None:
    lengths = [_mean_length(table, i) for i in range(len(table.columns))]
    named = [i for i, c in enumerate(table.columns) if fold_name(c) in _TEXT_NAMES and lengths[i] > 0]
    best = max(named or range(len(lengths)), key=lambda i: lengths[i])
    return best if named or lengths[best] >= _LONG else None


def _row_name(table: Table, names: int | None, number: int, row: Sequence[Scalar]) -> str:
    name = " ".join(str(row[names]).split()) if names is not None else ""
    if len(name) > limits.current().name_characters:
        raise limits.exceeded(
            table.file, "the name is too long", "name_characters", found=len(name), place=f"row {number}"
        )
    return name or f"{stem(table.file)} row {number}"


def _variables(table: Table, row: Sequence[Scalar], without: set[int | None]) -> dict[str, Scalar]:
    return {c: row[i] for i, c in enumerate(table.columns) if i not in without and row[i] != ""}


def _documents(table: Table, names: int | None, text: int, kind: str, language: str | None) -> ImportResult:
    documents: list[ImportedDocument] = []
    empty: list[int] = []
    for number, row in table.rows:
        words, changes = checked(str(row[text]), table.file, place=f"row {number}")
        if not words.strip():
            empty.append(number)
            continue
        documents.append(
            ImportedDocument(
                _row_name(table, names, number, row),
                words,
                kind=kind,
                language=language,
                encoding=table.encoding,
                source_name=table.file,
                variables=_variables(table, row, {text, names}),
                changes=changes,
            )
        )
    left_out = list(table.changes)
    if empty:
        left_out.append(f"{len(empty)} rows without text were left out (row {', '.join(map(str, empty[:5]))})")
    if not documents:
        raise ImportRejected(
            table.file, f"column “{table.columns[text]}” is empty.", remedy="Name another text_column."
        )
    kept = tuple(c for i, c in enumerate(table.columns) if i not in {text, names})
    note = f"Each row is a document; the text is column “{table.columns[text]}”" + (
        f", the name column “{table.columns[names]}”." if names is not None else "."
    )
    return ImportResult(tuple(documents), (), kept, (*table.notes, note), tuple(left_out))


def _cases(table: Table, names: int | None) -> ImportResult:
    cases = tuple(
        ImportedCase(_row_name(table, names, number, row), _variables(table, row, {names}))
        for number, row in table.rows
    )
    kept = tuple(c for i, c in enumerate(table.columns) if i != names)
    note = "No column holds texts: each row is a case, each column a variable."
    return ImportResult((), cases, kept, (*table.notes, note), table.changes)


def _survey(table: Table, names: int | None, text_column: str | None, language: str | None) -> ImportResult:
    """Make a case of each respondent; open questions become headings of one document, closed ones variables."""
    chosen = [_column(table, c) for c in text_column.split("|")] if text_column else None
    open_ = chosen or [i for i in range(len(table.columns)) if i != names and _mean_length(table, i) >= _LONG / 2]
    table = _typed(table, {names, *open_})
    cases, documents = [], []
    for number, row in table.rows:
        name = _row_name(table, names, number, row)
        cases.append(ImportedCase(name, _variables(table, row, {names, *open_})))
        text, structure = _answers([(table.columns[i], normalise(str(row[i]))) for i in open_ if str(row[i]).strip()])
        if text:
            documents.append(
                ImportedDocument(
                    name,
                    checked(text, table.file, place=f"row {number}")[0],
                    kind="survey",
                    language=language,
                    encoding=table.encoding,
                    source_name=table.file,
                    case=name,
                    structure=structure,
                )
            )
    asked = ", ".join(f"“{table.columns[i]}”" for i in open_) or "none"
    note = f"Each row is a respondent; open questions: {asked}."
    return ImportResult(tuple(documents), tuple(cases), tuple(table.columns), (*table.notes, note), table.changes)


def _answers(pairs: Sequence[tuple[str, str]]) -> tuple[str, tuple[tuple[int, int, ParagraphRole], ...]]:
    text, structure = "", []
    for question, answer in pairs:
        text += "\n\n" if text else ""
        structure.append((len(text), len(text) + len(question), "heading"))
        text += f"{question}\n{answer}"
    roles: list[tuple[int, int, ParagraphRole]] = [(start, end, "heading") for start, end, _ in structure]
    return text, tuple(roles)


def coding_rows(table: Table) -> list[CodingRow]:
    """Read a table of codings: columns document, code, coder, start, end, in any order.

    Raises:
        ImportRejected: a missing column, or a row that cannot be, by its number.
    """
    at: Mapping[str, int] = {fold_name(c): i for i, c in enumerate(table.columns)}
    missing = [name for name in _CODINGS if name not in at]
    if missing:
        raise ImportRejected(
            table.file,
            f"a table of codings needs the columns {', '.join(_CODINGS)}; {', '.join(missing)} is missing.",
            place="row 1",
            remedy="Rename or add the columns.",
        )
    out = []
    for number, row in table.rows:
        document, code, coder = (str(row[at[name]]).strip() for name in _CODINGS[:3])
        start, end = (_offset(table.file, number, name, row[at[name]]) for name in _CODINGS[3:])
        for name, value in (("document", document), ("code", code), ("coder", coder)):
            if not value:
                raise ImportRejected(table.file, f"{name} is empty.", place=f"row {number}", remedy="Fill the cell.")
        if not 0 <= start < end:
            raise ImportRejected(
                table.file,
                f"a passage from {start} to {end} cannot be.",
                place=f"row {number}",
                remedy="0 ≤ start < end is needed, counted in characters from the start of the text; end is not included.",
            )
        out.append(CodingRow(document, code, coder, start, end, number))
    return out


def _offset(file: str, number: int, name: str, value: Scalar) -> int:
    whole = not isinstance(value, bool) and isinstance(value, int | float) and float(value).is_integer()
    if not whole and not re.fullmatch(r"\s*-?\d{1,15}\s*", str(value)):
        raise ImportRejected(
            file,
            f"{name} is {value!r}; a whole number is needed.",
            place=f"row {number}",
            remedy="Correct the cell.",
        )
    return int(value)
