"""Zip archives of strangers: read within a byte budget, and a member's name never becomes a path."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from coding.errors import ImportRejected
from coding.importers import limits

__all__ = ["SafeZip", "safe_member_name"]

_CHUNK: Final = 65_536
_RATIO_FROM: Final = 10_000_000
_SYMLINK: Final = 0o120000
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, OSError, NotImplementedError)
DAMAGED: Final = "Ask for the file again, or open it in the program that wrote it and save it anew."


def safe_member_name(name: str) -> bool:
    r"""Say whether a member's name stays inside the archive.

    >>> safe_member_name("word/document.xml"), safe_member_name("../up.txt"), safe_member_name("C:\\x")
    (True, False, False)
    """
    plain = name.replace("\\", "/")
    return (
        bool(plain)
        and not plain.startswith("/")
        and not re.match(r"[A-Za-z]:/", plain)
        and ".." not in plain.split("/")
    )


class SafeZip:
    """A zip archive that has been looked over; members are read into memory, never onto disk.

    Opening refuses: no zip at all, too many members, encrypted members, links, names that lead out of the
    archive, and two members of one name. Reading refuses what outgrows the budget.
    """

    def __init__(self, source: bytes | Path, file: str) -> None:
        """Open an archive.

        Args:
            source: the bytes or the path of the archive.
            file: name for messages.

        Raises:
            ImportRejected: with the member and the reason.
        """
        self.file = file
        self._spent = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        except _BROKEN as error:
            raise ImportRejected(file, f"the archive is damaged or cut off ({error}).", remedy=DAMAGED) from None
        self._members = self._look_over()

    def _look_over(self) -> Mapping[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > limits.current().members:
            raise limits.exceeded(self.file, "the archive has too many members", "members", found=len(infos))
        members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename.replace("\\", "/")
            place = f"member {info.filename[:100]!r}"
            if not safe_member_name(info.orig_filename):
                raise ImportRejected(self.file, "its name leads out of the archive.", place=place, remedy=DAMAGED)
            if (info.external_attr >> 16) & 0o170000 == _SYMLINK:
                raise ImportRejected(self.file, "it is a link to another file.", place=place, remedy=DAMAGED)
            if info.flag_bits & 1:
                raise ImportRejected(
                    self.file,
                    "it is encrypted with a password.",
                    place=place,
                    remedy="Save the file without a password.",
                )
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ImportRejected(
                    self.file,
                    "it is packed in a way that such files never are.",
                    place=place,
                    remedy="Pack the archive anew as an ordinary zip.",
                )
            if name in members and not name.endswith("/"):
                raise ImportRejected(self.file, "two members have the same name.", place=place, remedy=DAMAGED)
            members[name] = info
        return members

    def names(self) -> tuple[str, ...]:
        """Return the names of the members, with forward slashes, folders left out."""
        return tuple(name for name in self._members if not name.endswith("/"))

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        """Return what the archive claims as a member's size; `read` does not believe it."""
        return self._members[name].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of one member, counting them against the budget of the whole archive.

        Raises:
            ImportRejected: there is no such member, or it is damaged.
            LimitExceeded: it outgrows ``member_bytes``, ``archive_bytes`` or ``archive_ratio``.
        """
        info = self._members.get(name)
        place = f"member {name[:100]!r}"
        if info is None:
            raise ImportRejected(self.file, "this part of the file is missing.", place=place, remedy=DAMAGED)
        allowed = limits.current()
        packed, size = max(1, info.compress_size), 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    self._spent += len(chunk)
                    if size > allowed.member_bytes:
                        raise limits.exceeded(self.file, "it unpacks to too many bytes", "member_bytes", place=place)
                    if self._spent > allowed.archive_bytes:
                        raise limits.exceeded(self.file, "it unpacks to too many bytes", "archive_bytes", place=place)
                    if size > _RATIO_FROM and size > packed * allowed.archive_ratio:
                        raise limits.exceeded(
                            self.file,
                            "it unpacks to far more than was packed, as in a zip bomb",
                            "archive_ratio",
                            place=place,
                        )
                    yield chunk
        except (*_BROKEN, RuntimeError) as error:  # RuntimeError: zipfile's word for a missing password
            raise ImportRejected(self.file, f"it is damaged ({error}).", place=place, remedy=DAMAGED) from None

    def read(self, name: str) -> bytes:
        """Return one member whole; see `chunks`."""
        return b"".join(self.chunks(name))

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
