"""A small project in a file, and a child process that works on it until it is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coding.model import Code, Document, new_uid
from coding.storage import Store

sys.path.insert(0, str(Path(__file__).parent))  # killing.py
from killing import WRITER

collect_ignore = ["killing.py"]


@pytest.fixture
def project(tmp_path):
    """Path of a project with one document and one code."""
    path = tmp_path / "study.coding"
    with Store.open(path, create=True, coder="amira") as store, store.change("import") as change:
        change.put_document(Document(new_uid(), "P01", 0, ""), "We looked at Riverside. " * 4000)
        change.put(Code(new_uid(), "Driving"))
    return path


@pytest.fixture
def writer():
    """Start a process that codes and prints each uid once it is acknowledged."""

    def start(path, coder="amira", first=0, times=10_000):
        command = [sys.executable, "-c", WRITER, str(path), coder, str(first), str(times)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    return start
