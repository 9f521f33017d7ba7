"""Writing files so that there is either the whole new one or the old one untouched."""

from __future__ import annotations

import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from coding.errors import ExportFailed

__all__ = ["FIXED_TIME", "atomic", "entry", "write_bytes"]

FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""Of every archive member: two exports of one project are the same bytes."""


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; what was written there replaces `path` at the end.

    On any error the temporary file goes and `path` is as it was.

    Raises:
        ExportFailed: the folder is missing, cannot be written or is full.
    """
    _check_target(path)
    if not path.parent.is_dir():
        raise ExportFailed(f"There is no folder “{path.parent.name}” to write {path.name} into; make it first.")
    temporary = path.with_name(f".{secrets.token_hex(6)}.part")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise ExportFailed(f"{path.name} was not written: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _check_target(path: Path) -> None:
    """Refuse a target that cannot be a file, and one that is a project: those are never replaced by an export."""
    if "\0" in str(path) or not path.name.strip(" ."):
        raise ExportFailed(f"“{path}” cannot be the name of a file; give another one.")
    try:
        if path.is_dir():
            raise ExportFailed(f"{path.name or path} is a folder; give the name of a file.")
        if path.exists():
            with path.open("rb") as old:
                if old.read(16) == b"SQLite format 3\x00":
                    raise ExportFailed(f"{path.name} is a project or another database; give another name.")
    except OSError as error:
        raise ExportFailed(f"{path.name[:60]} cannot be written: {error.strerror or error}.") from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write a small file whole."""
    with atomic(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def entry(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """Open a member of an archive for writing, with fixed time and rights."""
    info = zipfile.ZipInfo(name, FIXED_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with archive.open(info, "w", force_zip64=False) as out:
        yield out
