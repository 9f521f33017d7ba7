"""How much an importer takes in before it refuses; every limit is a setting that its message names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields, replace
from typing import Final

from coding.errors import InvalidValue, LimitExceeded

__all__ = ["Limits", "current", "exceeded", "using"]

PREFIX: Final = "CODING_LIMIT_"
MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one import. Each is also an environment variable, such as ``CODING_LIMIT_FILE_BYTES``."""

    file_bytes: int = 100_000_000
    """Size of one file on disk."""
    archive_bytes: int = 1024 * MIB
    """All members of one archive (docx, xlsx, epub, qdpx …) unpacked."""
    member_bytes: int = 200 * MIB
    """One member of an archive, unpacked."""
    archive_ratio: int = 100
    """Unpacked bytes for each packed one, looked at once a member is past ten million bytes."""
    members: int = 10_000
    """Members of one archive."""
    text_characters: int = 20_000_000
    """Characters of one document."""
    name_characters: int = 500
    """Characters of the name of a document, code, case, coder or variable."""
    memo_characters: int = 1_000_000
    """Characters of one memo or comment."""
    code_depth: int = 64
    """Levels of a tree of codes."""
    codes: int = 100_000
    """Codes of one codebook."""
    xml_depth: int = 2_000
    """Elements inside each other."""
    table_rows: int = 200_000
    """Rows of one table."""
    table_columns: int = 2_000
    """Columns of one table."""
    table_cells: int = 5_000_000
    """Cells of one table that hold something."""
    pages: int = 10_000
    """Pages of one PDF."""
    seconds: int = 60
    """Processor time for one file in the worker process."""
    memory_bytes: int = 1024 * MIB
    """Memory of the worker process."""

    def as_json(self) -> dict[str, int]:
        """Return the limits as plain numbers, for the worker process."""
        return asdict(self)


_override: ContextVar[Limits | None] = ContextVar("coding_import_limits", default=None)


def current() -> Limits:
    """Return the limits that hold now: those of `using`, else the environment's, else the defaults.

    Raises:
        InvalidValue: an environment variable that is not a whole number above zero.
    """
    inside = _override.get()
    if inside is not None:
        return inside
    changes = {}
    for field in fields(Limits):
        given = os.environ.get(PREFIX + field.name.upper())
        if given is not None:
            changes[field.name] = _whole(PREFIX + field.name.upper(), given)
    return replace(Limits(), **changes)


@contextmanager
def using(**changes: int) -> Iterator[Limits]:
    """Let other limits hold inside the block.

    Args:
        changes: any field of `Limits`.

    >>> with using(file_bytes=10) as limits:
    ...     limits.file_bytes
    10
    """
    known = {field.name for field in fields(Limits)}
    if unknown := set(changes) - known:
        raise InvalidValue(f"There is no limit {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}.")
    limits = replace(current(), **{name: _whole(name, value) for name, value in changes.items()})
    token = _override.set(limits)
    try:
        yield limits
    finally:
        _override.reset(token)


def _whole(name: str, value: str | int) -> int:
    try:
        number = int(value)
    except ValueError:
        number = 0
    if number < 1:
        raise InvalidValue(f"{name} is {value!r}; a whole number above zero is needed.")
    return number


def exceeded(file: str, what: str, setting: str, *, found: int | None = None, place: str = "") -> LimitExceeded:
    """Build the error for something above a limit; it names the setting and how to raise it.

    Args:
        file: name of the file.
        what: what is too large: "the file", "the text".
        setting: name of the field of `Limits`.
        found: how large it is, where known.
        place: where in the file.

    >>> print(exceeded("big.txt", "the file has too many bytes", "file_bytes", found=5_000_000_000))
    big.txt: the file has too many bytes: 5,000,000,000 found, 100,000,000 allowed. The limit is the setting \
file_bytes; raise it with CODING_LIMIT_FILE_BYTES, or split the file.
    """
    limit = getattr(current(), setting)
    size = f"{found:,} found, {limit:,} allowed" if found is not None else f"{limit:,} allowed"
    return LimitExceeded(
        file,
        f"{what}: {size}.",
        place=place,
        remedy=f"The limit is the setting {setting}; raise it with {PREFIX}{setting.upper()}, or split the file.",
    )
