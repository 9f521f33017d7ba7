"""The worker process: what it may not do, and that the session outlives it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from coding import importers
from coding.errors import ImportRejected, LimitExceeded
from coding.importers import fence, limits, worker

PAGE = b"<html><body><p>words</p></body></html>"


def in_a_worker(action):
    """Run code in a process shut in as the worker is; return what it printed."""
    code = f"""
        import sys
        sys.path[:] = {[p for p in sys.path if p]!r}
        from coding.importers.worker import _shut_in
        _shut_in({{"memory_bytes": 1 << 30}})
        try:
            {action}
        except (PermissionError, OSError, MemoryError) as error:
            print(type(error).__name__)
        else:
            print("done")
    """
    done = subprocess.run(
        [sys.executable, "-B", "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip() or done.stderr


@pytest.mark.parametrize(
    "action",
    [
        "open('/etc/passwd').read()",
        "open('/etc/hostname', 'rb').read()",
        "open('new.txt', 'w')",
        "import os; os.open('/etc/passwd', os.O_RDONLY)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import os; os.remove('/nothing')",
    ],
)
def test_the_worker_reaches_no_file_no_network_and_no_program(action):
    assert in_a_worker(action) == "PermissionError"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a job object there")
def test_the_worker_has_little_memory():
    assert in_a_worker("bytearray(2 << 30)") == "MemoryError"


def test_the_worker_can_still_load_its_libraries():
    assert in_a_worker("import pypdf, defusedxml.ElementTree, charset_normalizer") == "done"


def test_one_worker_serves_many_files():
    importers.read(PAGE, name="a.html")
    first = fence._worker
    importers.read(PAGE, name="b.html")
    assert fence._worker is first


def test_a_refused_file_does_not_cost_the_worker():
    importers.read(PAGE, name="a.html")
    first = fence._worker
    with pytest.raises(ImportRejected, match="no text"):
        importers.read(b"<html></html>", name="b.html")
    assert fence._worker is first


def test_a_dead_worker_is_a_rejected_file_and_the_next_one_is_read():
    importers.read(PAGE, name="a.html")
    fence._worker.kill()
    with pytest.raises(ImportRejected, match=r"b\.html.*no reader gets through"):
        importers.read(PAGE, name="b.html")
    assert importers.read(PAGE, name="c.html").documents[0].text == "words"


def test_a_worker_is_renewed_when_the_settings_change():
    importers.read(PAGE, name="a.html")
    first = fence._worker
    with limits.using(text_characters=3), pytest.raises(LimitExceeded, match="CODING_LIMIT_TEXT_CHARACTERS"):
        importers.read(PAGE, name="b.html")
    assert fence._worker is not first


@pytest.mark.skipif(sys.platform == "win32", reason="processor time is a matter of the job object there")
def test_a_file_that_takes_too_long_is_refused_by_name(makers):
    slow = makers.pdf(["x"] * 30_000)  # many seconds of work also on a quick machine
    with limits.using(seconds=1), pytest.raises(LimitExceeded, match=r"slow\.pdf.*CODING_LIMIT_SECONDS"):
        importers.read(slow * 1, name="slow.pdf")


def test_the_private_folder_goes_with_the_worker():
    importers.read(PAGE, name="a.html")
    folder = fence._worker._folder
    assert os.stat(folder).st_mode & 0o077 == 0 or sys.platform == "win32"
    fence._retire()
    assert not os.path.exists(folder)


def test_every_kind_that_is_fenced_has_a_reader():
    assert {"html", "docx", "odt", "rtf", "epub", "pdf", "xlsx", "vtt", "srt", "json", "ris"} == set(worker.READERS)


def test_a_small_text_loads_no_heavy_library(tmp_path):
    (tmp_path / "a.txt").write_text("words", encoding="utf-8")
    code = (
        "import sys; from coding import importers; importers.read(sys.argv[1]); "
        "print(sorted({'pandas', 'spacy', 'lxml', 'openpyxl', 'pypdf', 'charset_normalizer', 'subprocess', 'tqdm'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.txt")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
