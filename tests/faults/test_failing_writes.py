"""The n-th write fails, the disk is full, nothing may be written, somebody interrupts: a clear error and nothing half."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from killing import Statements

import coding as qc
from coding.errors import CodingError, ProjectError, ProjectReadOnly
from coding.model import Code, Coding, Document, new_uid
from coding.project import open_project
from coding.storage import Store


def interrupt() -> None:
    raise KeyboardInterrupt("stop")


@pytest.fixture
def room():
    """Give a function that lets a project grow by so many pages and no more: SQLite then finds the disk full."""
    hooks = []

    def leave(store, pages):
        def limit(connection, _record, _proxy):
            used = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={used + pages}")

        sa.event.listen(store.database.engine, "checkout", limit)
        hooks.append((store.database.engine, limit))

    yield leave
    for engine, limit in hooks:
        sa.event.remove(engine, "checkout", limit)


def work(store, i=0):
    """Do a bit of everything in one change."""
    with store.change("import") as change:
        document = change.put_document(Document(new_uid(), f"P{i}", 0, ""), f"{i} " + "Long words of a text. " * 2_000)
        code = change.put(Code(new_uid(), f"Code {i}"))
        change.put_codings([Coding(new_uid(), document.uid, code.uid, store.coder.uid, n, n + 5) for n in range(300)])


def test_the_disk_is_full_at_every_page(project, room):
    with Store.open(project, coder="amira") as store:
        before = store.state_hash()
        failed = 0
        for pages in range(0, 40, 3):
            room(store, pages)
            try:
                work(store, pages)
                break
            except ProjectError as error:
                said = str(error)
            failed += 1
            assert "nothing was changed" in said
            assert store.state_hash() == before
        assert failed > 3
        assert store.check().ok


def test_an_interrupt_at_every_statement_takes_the_whole_step_back(project):
    with Store.open(project, coder="amira") as store:
        work(store, 0)  # who the coder is is asked once
        with Statements(None, interrupt) as counting:
            work(store, 1)
        before = store.state_hash()
        for at in range(2, counting.seen):
            with Statements(at, interrupt), pytest.raises(KeyboardInterrupt, match="stop"):
                work(store, at)
            assert store.state_hash() == before
        work(store, 2)
        assert store.check().ok


def test_an_import_and_a_merge_are_cancelled_half_way(tmp_path):
    for i in range(6):
        (tmp_path / f"P{i}.txt").write_text(f"P{i}: We went there. It was late.", "utf-8")
    with open_project(tmp_path / "a.coding", coder="amira", create=True) as project:
        with Statements(20, interrupt), pytest.raises(KeyboardInterrupt, match="stop"):
            project.documents.add_files(tmp_path / "*.txt", progress=False)
        assert len(project.documents) == 0
        project.documents.add_files(tmp_path / "*.txt", progress=False)
        assert len(project.documents) == 6
    shutil.copy(tmp_path / "a.coding", tmp_path / "b.coding")
    with open_project(tmp_path / "b.coding", coder="ben") as ben:
        ben.codebook.add("Late")
    with open_project(tmp_path / "a.coding", coder="amira") as project:
        with Statements(25, interrupt), pytest.raises(KeyboardInterrupt, match="stop"):
            project.team.merge(tmp_path / "b.coding")
        assert "Late" not in project.codebook
        project.team.merge(tmp_path / "b.coding")
        assert "Late" in project.codebook
        assert project.check().ok


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs users")
def test_a_folder_that_may_not_be_written_is_read_with_a_word_and_refuses_coding(tmp_path):
    path = tmp_path / "study.coding"
    with qc.build_sample(path) as rehearsal:  # another user may not be allowed to load modules from here
        rehearsal.codebook.add("More")
        rehearsal.undo()
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if os.geteuid() == 0:
                for folder in tmp_path.parents:
                    if folder.is_relative_to(tempfile.gettempdir()) and folder != Path(tempfile.gettempdir()):
                        folder.chmod(folder.stat().st_mode | 0o055)
                os.seteuid(65534)
            project = open_project(path, coder="amira")
            seen = len(project.codings)
            try:
                project.codebook.add("More")
            except ProjectReadOnly:
                code = 0 if seen > 500 and project.store.readonly else 3
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    tmp_path.chmod(0o755)


@pytest.mark.parametrize("what", ["x.qdpx", "x.xlsx", "x.csv", "x.html", "backup"])
def test_a_file_that_cannot_be_finished_leaves_the_old_one_and_no_part(tmp_path, what):
    resource = pytest.importorskip("resource")
    path = tmp_path / "study.coding"
    qc.build_sample(path).close()
    target = tmp_path / "out" / what
    target.parent.mkdir()
    if what != "backup":
        target.write_bytes(b"the old one")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            project = open_project(path, coder="amira", readonly=what != "backup")
            resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))
            try:
                if what == "backup":
                    project.backup()
                else:
                    project.export(target)
            except CodingError:
                code = 0
            except OSError:
                code = 4
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    if what == "backup":
        assert [p.name for p in path.with_name("study.coding.backups").glob("*")] == []
    else:
        assert target.read_bytes() == b"the old one"
        assert [p.name for p in target.parent.iterdir()] == [what]
    with Store.open(path, readonly=True) as store:
        assert store.check().ok
