"""The process that reads what strangers wrote: little memory, little time, no network, no files, no children.

It is started by `coding.importers.fence`, reads jobs from its standard input and answers on what was
its standard output: a line of JSON with the size, then JSON. It holds no broad ``except``: a reader that
breaks in an unforeseen way ends the process, and the fence reports the file as damaged.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from coding.importers.results import ImportResult

READERS: Final = {
    "html": "coding.importers.html",
    "docx": "coding.importers.docx",
    "odt": "coding.importers.odt",
    "rtf": "coding.importers.rtf",
    "epub": "coding.importers.epub",
    "pdf": "coding.importers.pdf",
    "xlsx": "coding.importers.xlsx",
    "vtt": "coding.importers.subtitles",
    "srt": "coding.importers.subtitles",
    "json": "coding.importers.records",
    "ris": "coding.importers.records",
}
"""Kind of file to the module whose ``read(data, file, kind=…, **options)`` takes it."""
PROJECTS: Final = {
    "project": ("coding.importers.refi", "read_project"),
    "codebook": ("coding.importers.refi", "read_codebook"),
    "qualcoder": ("coding.importers.qualcoder", "read_project"),
}
"""Kind of another program's project to the module and function that takes (data, file)."""

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_FORBIDDEN: Final = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.", "os.system",
                     "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.remove", "os.rename", "os.symlink", "os.link",
                     "shutil.", "ctypes.dlopen", "winreg.", "ftplib.", "urllib.", "http.client", "smtplib.")  # fmt: skip


def read_here(kind: str, data: bytes, file: str, options: dict[str, Any]) -> Any:
    """Read a file in this very process and return what JSON can hold; the worker's work, and the tests'.

    Raises:
        ImportRejected: with file, place, reason and remedy.
    """
    from coding.importers.plain import pack
    from coding.importers.results import as_json

    if kind in PROJECTS:
        module, function = PROJECTS[kind]
        return pack(getattr(import_module(module), function)(data, file))
    if kind == "codings":
        from coding.importers.table import coding_rows
        from coding.importers.xlsx import read_table

        rows = coding_rows(read_table(data, file, **options))
        return {"rows": [[r.document, r.code, r.coder, r.start, r.end, r.row] for r in rows]}
    return as_json(read_document(kind, data, file, options))


def read_document(kind: str, data: bytes, file: str, options: dict[str, Any]) -> ImportResult:
    """Read a document of a kind of `READERS` in this very process.

    Raises:
        ImportRejected: with file, place, reason and remedy.
    """
    result: ImportResult = import_module(READERS[kind]).read(data, file, kind_of_file=kind, **options)
    return result


def main() -> None:
    """Serve jobs until the input ends."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints must not get between the answers
    jobs = sys.stdin.buffer
    first = jobs.readline()
    if not first:
        return
    _shut_in(json.loads(first))
    while line := jobs.readline():
        job = json.loads(line)
        data = jobs.read(job["size"])
        if len(data) < job["size"]:
            return
        _answer(replies, _do(job, data))


def _do(job: dict[str, Any], data: bytes) -> dict[str, Any]:
    from coding.errors import ImportRejected, LimitExceeded
    from coding.importers import limits

    _renew_seconds(job["limits"]["seconds"])
    with limits.using(**job["limits"]):
        try:
            return {"result": read_here(job["kind"], data, job["file"], job["options"])}
        except MemoryError:
            error: ImportRejected = limits.exceeded(job["file"], "reading it takes too much memory", "memory_bytes")
        except RecursionError:
            error = limits.exceeded(job["file"], "its parts lie too deep in each other", "xml_depth")
        except ImportRejected as rejected:
            error = rejected
    kind = "limit" if isinstance(error, LimitExceeded) else "rejected"
    return {kind: [error.file, error.reason, error.place, error.remedy]}


def _answer(replies: BinaryIO, answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode("ascii")
    replies.write(b"%d\n" % len(body) + body)
    replies.flush()


def _renew_seconds(seconds: int) -> None:
    """Give the next file its own processor time; the counter of the process never goes back."""
    if sys.platform == "win32":
        return
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + 1 + seconds, hard))


def _shut_in(settings: dict[str, Any]) -> None:
    _leave_network()
    if sys.platform != "win32":  # there a job object of the parent does this
        import resource

        for what, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 16 * 1024 * 1024),
            (resource.RLIMIT_NOFILE, 64),
            (resource.RLIMIT_AS, settings["memory_bytes"]),
        ):
            _lower(resource, what, most)
    import coding.importers.limits  # what every job needs is loaded before the door closes
    import coding.importers.results

    del coding
    _close_the_door()


def _lower(resource: Any, what: int, most: int) -> None:
    with suppress(ValueError, OSError):  # macOS knows no limit of address space; the parent watches there
        resource.setrlimit(what, (most, most))


def _leave_network() -> None:
    """Move into a network of one's own with nothing in it, where Linux allows it."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "unshare") and libc.unshare(_NEW_NET) != 0:
        libc.unshare(_NEW_USER | _NEW_NET)


def _close_the_door() -> None:
    """Refuse, from inside Python, connections, child processes and every file but the libraries' own."""
    roots = tuple(
        os.path.realpath(p) + os.sep
        for p in {*sys.path, sys.prefix, sys.base_prefix, sys.exec_prefix}
        if os.path.isdir(p)
    )
    inside: Callable[[str], bool] = lambda path: os.path.realpath(path).startswith(roots)  # noqa: E731

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = args
            writing = any(c in (mode or "") for c in "wax+") or (
                isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            )
            if not isinstance(path, int) and (writing or not inside(os.fsdecode(path))):
                raise PermissionError("a reader of documents opens no files")
        elif event.startswith(_FORBIDDEN):
            raise PermissionError(f"a reader of documents has no use for {event}")

    sys.addaudithook(watch)


if __name__ == "__main__":
    main()
