"""Some twenty files of the corpus through ``coding import --json``: one object a file, and the project as it was."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import pytest

GOOD = ["zh.gbk.txt", "crlf.txt", "plain.docx", "plain.csv", "plain.vtt", "plain.qdpx", "code-script.qdc"]
CHANGED = ["nul.txt", "script.html", "tracked-deletion.docx", "macro.odt", "source-absolute.qdpx"]
BAD = [
    "bomb.docx", "local-file.docx", "symlink.docx", "password.pdf", "page-cycle.pdf", "lost-quote.csv", "picture.txt", "deep.rtf",
    "slip.qdpx", "entities.qdpx", "two-projects.qdpx", "deep.qdc", "mixed.txt",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(hostile, tmp_path_factory):
    """The chosen files on disk."""
    folder = tmp_path_factory.mktemp("files")
    for file in hostile.corpus():
        if file.name in {*GOOD, *CHANGED, *BAD}:
            (folder / file.name).write_bytes(file.data)
    return folder


def run(project, paths):
    command = [sys.executable, "-m", "coding", "import", str(project), *map(str, paths), "--coder", "amira", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=240)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def dump(project):
    with sqlite3.connect(f"file:{project}?mode=ro", uri=True) as connection:
        return list(connection.iterdump())


def test_each_file_ends_as_it_should_and_the_batch_goes_on(folder, tmp_path):
    code, reports, error = run(tmp_path / "p.coding", [folder / name for name in [*BAD, *CHANGED, *GOOD]])
    status = {r["file"]: r["status"] for r in reports}
    assert status == {
        **dict.fromkeys(GOOD, "imported"),
        **dict.fromkeys(CHANGED, "imported_with_changes"),
        **dict.fromkeys(BAD, "rejected"),
    }, error
    assert code == 1
    assert "Traceback" not in error
    for report in reports:
        assert bool(report["reason"]) == (report["status"] == "rejected")
        assert bool(report["changes"]) == (report["status"] == "imported_with_changes")
        assert report["file"] in report["reason"] or report["status"] != "rejected"


def test_a_rejected_file_leaves_the_project_as_it_was(folder, tmp_path):
    project = tmp_path / "p.coding"
    run(project, [folder / "zh.gbk.txt"])
    before = dump(project)
    code, reports, _ = run(project, [folder / name for name in BAD])
    assert code == 1
    assert {r["status"] for r in reports} == {"rejected"}
    assert dump(project) == before


def test_all_good_exits_with_nothing_to_complain(folder, tmp_path):
    code, reports, error = run(tmp_path / "p.coding", [folder / "zh.gbk.txt", folder / "plain.docx"])
    assert (code, [r["documents"] for r in reports]) == (0, [1, 1]), error
