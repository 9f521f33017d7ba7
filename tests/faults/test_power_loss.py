"""The plug pulled while coding: what was not synced to the disk may be lost or torn, what was acknowledged may not.

A kill ends a process and leaves the system's cache. Here the system calls of a coder are recorded, and the disk is built
anew as it could stand after any of them: synced writes are there, of the others each may be missing, there, or cut at a
sector. What the store does about it is SQLite's journal and our choice of when to sync.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from killing import WRITER

from coding.errors import CodingError
from coding.storage import Store

SECTOR, CODINGS, CUTS = 512, 60, 150
CALLS = "pwrite64,write,ftruncate,fsync,fdatasync,unlink"
LINE = re.compile(r"^\d+\s+(?P<call>\w+)\((?:(?P<fd>\d+)<(?P<path>[^>]*)>|\"(?P<name>[^\"]*)\")(?P<rest>.*)\) += \d+")
HEX = re.compile(r"\\x([0-9a-f]{2})")


@dataclass(frozen=True)
class Call:
    """One system call: what it did to which file."""

    kind: str
    file: str
    data: bytes = b""
    at: int = 0


@dataclass
class Disk:
    """What is surely on the disk, and what was written since each file was last synced."""

    files: dict[str, bytearray]
    pending: dict[str, list[Call]] = field(default_factory=dict)

    def take(self, call: Call) -> None:
        if call.kind == "sync":
            for write in self.pending.pop(call.file, []):
                apply(self.files, write)
        else:
            self.pending.setdefault(call.file, []).append(call)

    def after_a_crash(self, chance: random.Random) -> dict[str, bytearray]:
        files = {name: bytearray(content) for name, content in self.files.items()}
        for writes in self.pending.values():
            for write in writes:
                match chance.randrange(3):
                    case 0:
                        apply(files, write)
                    case 1 if write.kind == "write" and len(write.data) > SECTOR:
                        whole = chance.randrange(len(write.data) // SECTOR) * SECTOR
                        apply(files, Call("write", write.file, write.data[:whole], write.at))
        return files


def apply(files: dict[str, bytearray], call: Call) -> None:
    if call.kind == "unlink":
        files.pop(call.file, None)
        return
    content = files.setdefault(call.file, bytearray())
    if call.kind == "truncate":
        del content[call.at :]
        return
    content.extend(bytes(max(0, call.at + len(call.data) - len(content))))
    content[call.at : call.at + len(call.data)] = call.data


def unhexed(text: str) -> bytes:
    return bytes.fromhex("".join(HEX.findall(text)))


def calls_in(trace: Path, folder: Path) -> list[Call]:
    """Return the calls on the project's files in order, and each acknowledgement as a call on stdout."""
    found = []
    for line in trace.read_text().splitlines():
        if not (parts := LINE.match(line)):
            continue
        path = Path(unhexed(parts["path"] or parts["name"] or "").decode())
        rest = parts["rest"]
        if parts["call"] == "write" and parts["fd"] == "1":
            found.append(Call("say", "", unhexed(rest)))
        elif path.parent != folder or path.name.endswith("-shm"):  # the index of a WAL is made anew after a crash
            continue
        elif parts["call"] == "pwrite64":
            found.append(Call("write", path.name, unhexed(rest), int(rest.rsplit(",", 1)[1])))
        elif parts["call"] == "ftruncate":
            found.append(Call("truncate", path.name, at=int(rest.rsplit(",", 1)[1])))
        else:
            found.append(Call("unlink" if parts["call"] == "unlink" else "sync", path.name))
    return found


@pytest.fixture(params=["rollback journal", "write-ahead log"])
def recorded(request, project, tmp_path):
    """The project's files as they were, and what a coder's process then did to them."""
    if not shutil.which("strace"):
        pytest.skip("recording what is written needs strace")
    folder = tmp_path / "disk"
    folder.mkdir()
    path = folder / project.name
    shutil.copy(project, path)
    safe = (0,) if request.param == "write-ahead log" else (99,)
    choose = f"import coding.storage.database as database\ndatabase.WAL_SAFE = {safe}\n"
    before = {path.name: bytearray(path.read_bytes())}
    trace = tmp_path / "trace"
    record = ["strace", "-f", "-y", "-xx", "-s", "300000", "-e", f"trace={CALLS}", "-o", str(trace)]
    done = subprocess.run(
        [*record, sys.executable, "-c", choose + WRITER, str(path), "amira", "0", str(CODINGS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "ptrace" in done.stderr and done.returncode:
        pytest.skip("this machine lets no process be traced")
    assert done.returncode == 0, done.stderr
    calls = calls_in(trace, folder)
    assert sum(call.kind == "sync" for call in calls) >= CODINGS
    return path.name, before, calls


def lost(name: str, before: dict[str, bytearray], calls: list[Call], place: Path) -> int:
    """Pull the plug at many calls; return how often an acknowledged coding was missing or the project not whole."""
    chance, bad, said = random.Random(11), 0, b""
    cuts = set(chance.sample(range(1, len(calls)), min(CUTS, len(calls) - 1)))
    disk = Disk({file: bytearray(content) for file, content in before.items()})
    for number, call in enumerate(calls, 1):
        if call.kind == "say":
            said += call.data
        else:
            disk.take(call)
        if number in cuts:
            folder = place / str(number)
            folder.mkdir(parents=True)
            for file, content in disk.after_a_crash(chance).items():
                (folder / file).write_bytes(content)
            bad += not holds(folder / name, set(said.decode().split()))
            shutil.rmtree(folder)
    return bad


def holds(path: Path, acknowledged: set[str]) -> bool:
    try:
        with Store.open(path, coder="amira") as store:
            return acknowledged <= {coding.uid for coding in store.codings()} and store.check().ok
    except CodingError:
        return False


@pytest.mark.long
def test_what_was_acknowledged_outlives_the_plug(recorded, tmp_path):
    assert lost(*recorded, tmp_path / "crashes") == 0


@pytest.mark.long
def test_a_store_that_synced_less_would_be_found_out(recorded, tmp_path):
    """The same writes, with the journal's own syncs left out."""
    name, before, calls = recorded
    deaf = [call for call in calls if call.kind != "sync" or call.file == name]
    assert lost(name, before, deaf, tmp_path / "crashes") > 0
