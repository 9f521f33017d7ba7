"""Reading files of any kind: what a file is decides who reads it, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.detect import detect
from coding.importers.own import refuse_own
from coding.importers.results import CodingRow, ImportResult, from_json
from coding.importers.table import coding_rows, read_csv, read_csv_table
from coding.importers.text import read_markdown, read_text

__all__ = ["read", "read_bytes", "read_codings_table", "read_many"]

_HERE: Final[dict[str, Callable[..., ImportResult]]] = {"txt": read_text, "md": read_markdown, "csv": read_csv}
"""Plain kinds are read in this process; every other kind in the fenced worker."""

_ELSEWHERE: Final = {
    "qdpx": ("a REFI-QDA project", "coding import PROJECT FILE --as project"),
    "qde": ("the inside of a REFI-QDA project", "coding import PROJECT FILE --as project"),
    "qdc": ("a REFI-QDA codebook", "coding import PROJECT FILE --as codebook"),
}


def read_bytes(source: Path | bytes, file: str) -> bytes:
    """Return the bytes of a file after looking at its size and kind.

    Raises:
        ImportRejected: a folder, a pipe or device, or a file that cannot be read.
        LimitExceeded: more bytes than ``Limits.file_bytes``.
    """
    allowed = limits.current().file_bytes
    if isinstance(source, bytes):
        if len(source) > allowed:
            raise limits.exceeded(file, "the file has too many bytes", "file_bytes", found=len(source))
        return source
    try:
        if not source.is_file():  # a pipe would be waited for without end
            what = "a folder" if source.is_dir() else "no ordinary file" if source.exists() else "not there"
            raise ImportRejected(file, f"it is {what}.", remedy="Give the path of a file.")
        with source.open("rb") as stream:
            data = stream.read(allowed + 1)
    except OSError as error:
        reason = error.strerror or "the system refuses"
        raise ImportRejected(
            file, f"it cannot be read: {reason}.", remedy="Check the file and its permissions."
        ) from None
    except ValueError:
        raise ImportRejected(file, "its path cannot be used.", remedy="Rename the file.") from None
    if len(data) > allowed:
        raise limits.exceeded(file, "the file has too many bytes", "file_bytes")
    return data


def read(
    source: Path | str | bytes,
    *,
    name: str | None = None,
    encoding: str | None = None,
    as_: str | None = None,
    **options: Any,
) -> ImportResult:
    """Read one file into documents and cases; nothing is stored.

    Args:
        source: a path, or the bytes themselves.
        name: name of the file; that of the path when None.
        encoding: of a text file; guessed and noted when None.
        as_: how to take a table: ``document``, ``cases`` or ``survey``.
        options: ``kind``, ``language``, and for tables ``text_column``, ``name_column``, ``sheet``.

    Raises:
        ImportRejected: with file, place, reason and remedy.
        LimitExceeded: larger than a setting allows; the remedy names it.
    """
    if isinstance(source, str):
        source = Path(source)
    file = _label(name if name is not None else source.name if isinstance(source, Path) else "text.txt")
    data = read_bytes(source, file)
    kind = detect(data, file)
    _refuse_other_doors(kind, file)
    if as_ is None:
        refuse_own(source, data, file)
    given = {"encoding": encoding, "as_": as_, **options}
    given = {key: value for key, value in given.items() if value is not None}
    if kind in _HERE:
        return _HERE[kind](data, file, **given)
    from coding.importers.fence import run_fenced

    return _result(run_fenced(kind, data, file, given), file)


def _result(answer: Any, file: str) -> ImportResult:
    try:
        return from_json(answer)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ImportRejected(
            file, "the reader of this kind broke off.", remedy="Save the text as txt or docx."
        ) from None


def _label(name: str) -> str:
    """Return the last part of a name as data: lone surrogates of odd file systems become �."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1] or "untitled"
    return last.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _refuse_other_doors(kind: str, file: str) -> None:
    if kind in _ELSEWHERE:
        what, command = _ELSEWHERE[kind]
        raise ImportRejected(file, f"this is {what}, not a document.", remedy=f"Take it in with: {command}.")


def read_many(
    paths: Iterable[str | Path],
    on_result: Callable[[Path, ImportResult | ImportRejected], None] | None = None,
    *,
    progress: bool = True,
    **options: Any,
) -> Iterator[tuple[Path, ImportResult | ImportRejected]]:
    """Read files one after the other; a bad one is yielded as its error and the rest goes on.

    Args:
        paths: files.
        on_result: called with each path and what came of it.
        progress: whether to show a bar (for more than one file).
        options: as for `read`.

    Yields:
        The path with the result or the error. Stop iterating, or interrupt, to cancel.
    """
    files = [Path(path) for path in paths]
    for path in _with_bar(files) if progress and len(files) > 1 else files:
        outcome: ImportResult | ImportRejected
        try:
            outcome = read(path, **options)
        except ImportRejected as error:
            outcome = error
        if on_result is not None:
            on_result(path, outcome)
        yield path, outcome


def _with_bar(files: list[Path]) -> Iterable[Path]:
    from tqdm.auto import tqdm

    bar: Iterable[Path] = tqdm(files, desc="Reading", unit="file")
    return bar


def read_codings_table(
    source: Path | str | bytes, *, name: str | None = None, encoding: str | None = None, **options: Any
) -> list[CodingRow]:
    """Read a table of codings (csv, tsv, xlsx) with the columns document, code, coder, start, end.

    Args:
        source: a path, or the bytes themselves.
        name: name of the file; that of the path when None.
        encoding: of a csv file; guessed when None.
        options: ``sheet`` for a workbook.

    Raises:
        ImportRejected: naming the row and what is wrong in it.
    """
    if isinstance(source, str):
        source = Path(source)
    file = _label(name if name is not None else source.name if isinstance(source, Path) else "codings.csv")
    data = read_bytes(source, file)
    kind = detect(data, file)
    if kind in {"csv", "txt"}:
        return coding_rows(read_csv_table(data, file, encoding=encoding))
    if kind != "xlsx":
        raise ImportRejected(file, "this is no table.", remedy="Save the codings as csv or xlsx.")
    from coding.importers.fence import run_fenced

    answer = run_fenced("codings", data, file, {k: v for k, v in options.items() if k == "sheet" and v is not None})
    try:
        return [CodingRow(str(d), str(c), str(p), int(s), int(e), int(r)) for d, c, p, s, e, r in answer["rows"]]
    except (KeyError, TypeError, ValueError):
        raise ImportRejected(file, "the reader of workbooks broke off.", remedy="Save the table as csv.") from None
