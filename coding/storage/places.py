"""Where a project file lies, and what that means for it: network shares, folders that are synchronised."""

from __future__ import annotations

import os
import re
import sqlite3
import warnings
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from coding.storage.backup import backup_folder

__all__ = [
    "PlaceWarning",
    "conflicted_copies",
    "is_on_network",
    "newer_backup",
    "sync_service",
    "warn_about",
    "warn_if_older",
]

_NETWORK: Final = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "lustre", "beegfs", "ceph", "glusterfs", "ncpfs", "fuse.sshfs", "fuse.glusterfs",
    "fuse.s3fs", "fuse.rclone", "davfs", "fuse.davfs2",
})  # fmt: skip
_NAMES: Final = (
    ("Dropbox", re.compile(r"^dropbox( \(.*\))?$", re.IGNORECASE)),
    ("OneDrive", re.compile(r"^onedrive( - .*)?$", re.IGNORECASE)),
    ("iCloud", re.compile(r"^(com~apple~clouddocs|icloud ?drive)$", re.IGNORECASE)),
    ("Google Drive", re.compile(r"^(google ?drive|my drive)$", re.IGNORECASE)),
    ("Nextcloud", re.compile(r"^(nextcloud|owncloud)$", re.IGNORECASE)),
    ("坚果云", re.compile(r"^(nutstore( files)?|坚果云|我的坚果云)$", re.IGNORECASE)),
    ("百度网盘", re.compile(r"^(baidunetdisk|baidusyncdisk|百度网盘.*)$", re.IGNORECASE)),
)
_TRACES: Final = (
    ("Dropbox", ".dropbox"),
    ("Dropbox", ".dropbox.cache"),
    ("Syncthing", ".stfolder"),
    ("Nextcloud", ".sync_*.db"),
)
_CONFLICTED: Final = re.compile(
    r"conflict(ed)?[ _-]?copy|sync-conflict|\(conflict|冲突| \(\d+\)$|-[A-Z0-9]+-PC$", re.IGNORECASE
)
_seen: set[str] = set()


class PlaceWarning(UserWarning):
    """The project lies where files get damaged or doubled."""


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), field)


def is_on_network(path: Path, mountinfo: str | None = None) -> str | None:
    """Return the kind of network share that a path lies on, None where it is a disk of this machine.

    Args:
        path: of the project.
        mountinfo: what ``/proc/self/mountinfo`` holds; read when None, and empty on other systems.
    """
    if os.name == "nt" and str(path).startswith("\\\\"):
        return "network share"
    if mountinfo is None:
        source = Path("/proc/self/mountinfo")
        mountinfo = source.read_text(errors="replace") if source.exists() else ""
    best, kind = -1, None
    here = str(path.absolute())
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        mount, fs = _unescaped(left.split()[4]), right.split()[0]
        inside = here == mount or here.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= best:
            best, kind = len(mount), fs
    return kind if kind in _NETWORK else None


def sync_service(path: Path, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the name of the service that synchronises the folder of a project, None if no sign of one is seen."""
    for folder in path.absolute().parents:
        for name, pattern in _NAMES:
            if pattern.match(folder.name):
                return name
        for name, trace in _TRACES:
            if any(folder.glob(trace)):
                return name
    one = environ.get("OneDrive")
    return "OneDrive" if one and path.absolute().is_relative_to(one) else None


def conflicted_copies(path: Path) -> list[Path]:
    """Return files beside a project that a synchronising service seems to have split off from it."""
    found = [p for p in path.parent.glob(f"{glob_safe(path.stem)}*{path.suffix}") if p != path]
    return sorted(p for p in found if _CONFLICTED.search(p.stem[len(path.stem) :]))


def glob_safe(name: str) -> str:
    """Return a name in which nothing is a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def warn_about(path: Path, mountinfo: str | None = None) -> bool:
    """Say once for each project what its place means; return whether it should be opened for reading only."""
    share = is_on_network(path, mountinfo)
    key = str(path.absolute())
    first = key not in _seen
    _seen.add(key)
    if share and os.environ.get("CODING_ALLOW_NETWORK") != "1":
        if first:
            warnings.warn(
                f"{path.name} lies on a network share ({share}), where several writers damage a file. It is open for reading. Copy it to "
                "this machine, use a server for a team, or set CODING_ALLOW_NETWORK=1 if nobody else ever opens it.",
                PlaceWarning,
                stacklevel=4,
            )
        return True
    service = sync_service(path) if first else None
    if service:
        warnings.warn(
            f"{path.name} lies in a folder that {service} synchronises. Work on it on one machine at a time and let {service} finish "
            "before the next; better, keep it elsewhere and exchange copies with: coding merge.",
            PlaceWarning,
            stacklevel=4,
        )
    copies = conflicted_copies(path) if first else []
    if copies:
        names = ", ".join(p.name for p in copies)
        warnings.warn(
            f"Beside {path.name} lie copies that seem split off from it: {names}. Bring their work in with: coding merge {path.name} …",
            PlaceWarning,
            stacklevel=4,
        )
    return False


def newer_backup(path: Path) -> Path | None:
    """Return a backup beside a project that holds more of its journal than the project itself; None is as it should be.

    So an old copy shows that was put in the place of the project, or a file whose last pages were lost.
    """
    backups = sorted(backup_folder(path).glob("*.coding"), key=lambda p: p.stat().st_mtime)
    if not backups:
        return None
    own, kept = _furthest(path), _furthest(backups[-1])
    return backups[-1] if own is not None and kept is not None and kept > own else None


def _furthest(path: Path) -> int | None:
    """Return the counter of the last event in a project file, None where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as connection:
            found = connection.execute("SELECT max(lamport) FROM journal").fetchone()[0]
    except sqlite3.Error:
        return None
    return int(found or 0)


def warn_if_older(path: Path) -> None:
    """Say once for each project that a backup beside it is further on than the project itself."""
    key = f"older {path.absolute()}"
    if key in _seen:
        return
    _seen.add(key)
    if backup := newer_backup(path):
        warnings.warn(
            f"{path.name} is older than its backup {backup.name}: what was done since is not in it. If you did not put an old copy "
            f"in its place on purpose, bring the work back with: coding merge {path.name} {backup}",
            PlaceWarning,
            stacklevel=4,
        )
