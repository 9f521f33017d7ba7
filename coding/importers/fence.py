"""The fence round the worker process: starts it, hands it files one by one, replaces it, and survives its death.

A worker gets a private folder, an almost empty environment and limits of memory and time; it is renewed
after a number of files, after every failure, and when the settings change. Its answers are JSON.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import coding
from coding.errors import CodingError, ImportRejected, LimitExceeded
from coding.importers import limits

__all__ = ["run_fenced"]

_FILES_A_WORKER: Final = 100
_START: Final = "import sys; sys.path[:] = sys.argv[1:]; from coding.importers.worker import main; main()"
_KEPT: Final = ("SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_SANDBOX: Final = "/usr/bin/sandbox-exec"


class _Worker:
    """One worker process."""

    def __init__(self, settings: limits.Limits) -> None:
        self.settings, self.owner, self.served, self.late = settings, os.getpid(), 0, False
        self._folder = tempfile.mkdtemp(prefix="coding-")  # made with mode 0700
        self._process = subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=_environment(),
            close_fds=True,
        )
        self._job = _windows_job(self._process, settings) if sys.platform == "win32" else None
        self._send(json.dumps({"memory_bytes": settings.memory_bytes}).encode() + b"\n")

    def ask(self, kind: str, data: bytes, file: str, options: dict[str, Any]) -> dict[str, Any] | None:
        """Return the worker's answer, or None if it died or took too long."""
        job = {"kind": kind, "file": file, "options": options, "size": len(data), "limits": self.settings.as_json()}
        timer = threading.Timer(2 * self.settings.seconds + 10, self._too_late)
        timer.daemon = True
        timer.start()
        stop = _watch_memory(self._process.pid, self.settings.memory_bytes, self.kill)
        try:
            self.served += 1
            if not self._send(json.dumps(job).encode("ascii") + b"\n" + data):
                return None
            return self._receive()
        finally:
            timer.cancel()
            stop.set()

    def _send(self, data: bytes) -> bool:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            return False
        return True

    def _receive(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        head = self._process.stdout.readline(32).strip()
        # JSON in ASCII takes up to twelve bytes a character
        if not head.isdigit() or int(head) > 12 * self.settings.text_characters + 200_000_000:
            return None
        try:
            answer = json.loads(self._process.stdout.read(int(head)))
        except ValueError:
            return None
        return answer if isinstance(answer, dict) else None

    def _too_late(self) -> None:
        self.late = True
        self.kill()

    def kill(self) -> None:
        """End the process; a second time does nothing."""
        if self._process.poll() is None:
            self._process.kill()

    def close(self) -> int:
        """End the process, remove its folder and return how it ended."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        try:
            ended = self._process.wait(1)  # without input it ends by itself
        except subprocess.TimeoutExpired:
            self.kill()
            ended = self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        return ended


_lock = threading.Lock()
_worker: _Worker | None = None


def run_fenced(kind: str, data: bytes, file: str, options: dict[str, Any]) -> Any:
    """Let the worker read one file.

    Args:
        kind: key of `coding.importers.worker.READERS`, or ``codings``.
        data: the whole file.
        file: its name, for messages.
        options: plain values for the reader.

    Returns:
        What the reader returns, as JSON holds it.

    Raises:
        ImportRejected: the reader's own word, or that the worker died of the file.
        LimitExceeded: the worker ran out of time or memory.
    """
    settings = limits.current()
    with _lock:
        worker = _current_worker(settings)
        answer = None
        try:
            answer = worker.ask(kind, data, file, options)
        finally:
            # also on Ctrl+C: half an answer would be taken for the next file's
            code = _retire() if answer is None else None
    if answer is None:
        raise _death(file, worker, code, settings)
    if "result" in answer:
        return answer["result"]
    name, reason, place, remedy = next(iter(answer.values()))
    error = LimitExceeded if "limit" in answer else ImportRejected
    raise error(name, reason, place=place, remedy=remedy)


def _current_worker(settings: limits.Limits) -> _Worker:
    global _worker
    fit = _worker is not None and _worker.owner == os.getpid() and _worker.settings == settings
    if not fit or (_worker is not None and _worker.served >= _FILES_A_WORKER):
        _retire()
        try:
            _worker = _Worker(settings)
        except OSError as error:
            raise CodingError(f"The process that reads documents could not be started: {error.strerror}.") from error
    assert _worker is not None
    return _worker


def _retire() -> int | None:
    global _worker
    gone, _worker = _worker, None
    if gone is None or gone.owner != os.getpid():  # after a fork the parent's worker is not ours to end
        return None
    return gone.close()


def _death(file: str, worker: _Worker, code: int | None, settings: limits.Limits) -> ImportRejected:
    out_of_time = worker.late or (hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU)
    if out_of_time:
        return limits.exceeded(file, f"reading it takes longer than {settings.seconds} s of processor time", "seconds")
    return ImportRejected(
        file,
        "it is damaged, or made so that no reader gets through it.",
        remedy="Open it in the program that wrote it, save it again or as txt or docx, and import that.",
    )


def _command() -> list[str]:
    here = str(Path(coding.__file__).resolve().parent.parent)
    path = [here, *(p for p in sys.path if p and os.path.isdir(p)), *(p for p in sys.path if p.endswith(".zip"))]
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START, *dict.fromkeys(path)]
    if sys.platform == "darwin" and os.path.exists(_SANDBOX):
        return [_SANDBOX, "-p", "(version 1)(allow default)(deny network*)", *command]
    return command


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # each thread of a linear algebra library would take its share of the memory allowed
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENPYXL_LXML": "False"}


def _watch_memory(pid: int, allowed: int, kill: Any) -> threading.Event:
    """On macOS, which has no limit of address space, look every quarter second and kill above the limit."""
    stop = threading.Event()
    if sys.platform != "darwin":
        return stop
    try:
        import psutil  # type: ignore[import-untyped]
    except ImportError:
        return stop

    def watch() -> None:
        while not stop.wait(0.25):
            try:
                if psutil.Process(pid).memory_info().rss > allowed:
                    kill()
            except psutil.Error:
                return

    threading.Thread(target=watch, daemon=True).start()
    return stop


def _windows_job(process: subprocess.Popen[bytes], settings: limits.Limits) -> Any:
    """Put the worker into a job object with limits of memory and time that ends with this process."""
    import ctypes
    from ctypes import wintypes

    class Basic(ctypes.Structure):
        _fields_ = [
            ("process_time", ctypes.c_int64),
            ("job_time", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("minimum_set", ctypes.c_size_t),
            ("maximum_set", ctypes.c_size_t),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority", wintypes.DWORD),
            ("scheduling", wintypes.DWORD),
        ]

    class Extended(ctypes.Structure):
        _fields_ = [
            ("basic", Basic),
            ("io", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peak_process", ctypes.c_size_t),
            ("peak_job", ctypes.c_size_t),
        ]

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
    limit = Extended()
    # process time, process memory, one process only, end with the last handle, die on unhandled exceptions
    limit.basic.flags = 0x2 | 0x100 | 0x8 | 0x2000 | 0x400
    limit.basic.process_time = settings.seconds * _FILES_A_WORKER * 10_000_000
    limit.basic.processes = 1
    limit.process_memory = settings.memory_bytes
    kernel.SetInformationJobObject(job, 9, ctypes.byref(limit), ctypes.sizeof(limit))
    kernel.AssignProcessToJobObject(job, wintypes.HANDLE(int(process._handle)))  # type: ignore[attr-defined,unused-ignore]
    return job


atexit.register(_retire)
