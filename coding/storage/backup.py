"""Verified copies beside the project: made whole or not at all, and thinned out by age."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from coding.errors import ProjectDamaged, ProjectError

if TYPE_CHECKING:
    from coding.storage.store import Store

__all__ = ["backup_folder", "copy_project", "make_backup", "thin_out"]

RECENT, DAILY, WEEKLY = 10, 14, 8
_STAMP: Final = re.compile(r"\d{8}-\d{6}-\d{3}")


def backup_folder(path: Path) -> Path:
    """Return where the backups of a project lie: ``study.coding.backups``."""
    return path.with_name(path.name + ".backups")


def make_backup(store: Store, *, why: str = "") -> Path:
    """Write a verified copy and remove those that are too many; see `Store.backup`."""
    if store.path is None:
        raise ProjectError("A project on a server is backed up with pg_dump; see docs/team.")
    folder = backup_folder(store.path)
    folder.mkdir(mode=0o700, exist_ok=True)
    now = datetime.now(UTC)
    stamp = f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}"
    target = folder / f"{store.path.stem}-{stamp}{'-' + why if why else ''}.coding"
    copy_project(store, target)
    thin_out(folder)
    return target


def copy_project(store: Store, target: Path) -> None:
    """Write a whole and checked copy of a project file; on any trouble nothing is left behind.

    Raises:
        ProjectError: no room, or the folder cannot be written.
        ProjectDamaged: the copy fails SQLite's own check.
    """
    assert store.path is not None
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with (
            store.database.errors(),
            closing(sqlite3.connect(f"{store.path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as source,
            closing(sqlite3.connect(part, isolation_level=None)) as copy,
        ):
            part.chmod(0o600)
            copy.execute("PRAGMA synchronous=OFF")  # synced once, below, before it gets its name
            copy.execute("PRAGMA cache_size=-65536")
            source.backup(copy)  # page by page in one step: at size several times faster than VACUUM INTO
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the project's own journal is
            answer = copy.execute("PRAGMA quick_check").fetchone()[0]
        if answer != "ok":
            raise ProjectDamaged(f"The copy of {store.path} fails its check ({answer}); it was not kept.")
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
        part.with_name(part.name + "-journal").unlink(missing_ok=True)


def thin_out(folder: Path) -> list[Path]:
    """Keep the last 10 backups, one a day for 14 days, one a week for 8 weeks; return what was removed."""
    every = sorted((p for p in folder.glob("*.coding") if _STAMP.search(p.name)), key=_stamp, reverse=True)
    keep = set(every[:RECENT])
    for size, pattern in ((DAILY, "%Y%m%d"), (WEEKLY, "%G-%V")):
        first: dict[str, Path] = {}
        for path in every:
            first.setdefault(_when(path).strftime(pattern), path)
        keep |= {first[key] for key in sorted(first, reverse=True)[:size]}
    gone = [p for p in every if p not in keep]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def _stamp(path: Path) -> str:
    found = _STAMP.search(path.name)
    return found.group() if found else ""


def _when(path: Path) -> datetime:
    return datetime.strptime(_stamp(path)[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
