"""What other processes do to a project: die in the middle, hold the lock, fork, write at the same time."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
from contextlib import closing

import pytest

from coding.errors import ProjectLocked, ProjectNewer, ProjectReadOnly, Refused
from coding.model import Code, Coding, Document, new_uid
from coding.storage import Store


def add(store, start):
    with store.change("code") as change:
        return change.put(
            Coding(new_uid(), store.all(Document)[0].uid, store.all(Code)[0].uid, store.coder.uid, start, start + 3)
        )


def break_off(store):
    with store.change("import") as change:
        change.put(Code(new_uid(), "Half"))
        raise KeyboardInterrupt("stop")


def kill_at_random(project, writer, times, seed):
    """Kill the coding process after a random number of acknowledgements, again and again."""
    chance, acknowledged = random.Random(seed), []
    for turn in range(times):
        child = writer(project, first=turn * 200)
        acknowledged += [child.stdout.readline().strip() for _ in range(chance.randint(1, 15))]
        child.kill()
        # what was printed before the kill was acknowledged too; a line cut short was not
        acknowledged += [line.strip() for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        child.wait()
    with Store.open(project, coder="amira") as store:
        assert set(acknowledged) <= {c.uid for c in store.codings()}
        report = store.check()
        assert report.ok, str(report)
        add(store, 90_000)


def test_nothing_acknowledged_is_lost_when_the_coding_process_is_killed(project, writer):
    kill_at_random(project, writer, 3, seed=1)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_nothing_acknowledged_is_lost_at_two_hundred_kills(project, writer):
    kill_at_random(project, writer, 200, seed=2)


def half_a_change(project, folder):
    """Copy a project in the middle of a change that has already begun to overwrite its pages, as a kill leaves it."""
    with closing(sqlite3.connect(project, isolation_level=None)) as connection:
        for statement in ("journal_mode=truncate", "cache_size=2", "cache_spill=1"):
            connection.execute(f"PRAGMA {statement}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE contents SET body = body || printf('%.200000c', 'x')")
        folder.mkdir()
        for end in ("", "-journal"):
            shutil.copy(f"{project}{end}", folder / f"{project.name}{end}")
        connection.execute("ROLLBACK")
    return folder / project.name


@pytest.mark.parametrize("readonly", [False, True])
def test_a_project_whose_writer_was_killed_while_it_wrote_opens_as_it_was_before(project, tmp_path, readonly):
    with Store.open(project, coder="amira") as store:
        add(store, 1)
        before = store.state_hash()
    left = half_a_change(project, tmp_path / "left")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):  # reading alone does not get past it
        sqlite3.connect(f"{left.as_uri()}?mode=ro", uri=True).execute("SELECT * FROM here").fetchall()
    with Store.open(left, coder="amira", readonly=readonly) as store:
        assert store.state_hash() == before
        assert store.check().ok


def test_half_a_change_where_nothing_can_be_written_is_explained(project, tmp_path, monkeypatch):
    left = half_a_change(project, tmp_path / "left")
    plain = sqlite3.connect
    # as root nothing is unwritable, so the writing connection is made a reading one
    monkeypatch.setattr(
        sqlite3, "connect", lambda target, **options: plain(target.replace("mode=rw", "mode=ro"), **options)
    )
    with pytest.raises(ProjectReadOnly, match=r"Copy study\.coding and study\.coding-journal together"):
        Store.open(left, readonly=True)


def test_processes_that_code_at_once_lose_nothing(project, writer):
    children = [writer(project, coder=f"coder{i}", first=i * 100, times=8) for i in range(3)]
    acknowledged = [uid for child in children for uid in child.communicate(timeout=120)[0].split()]
    assert [child.returncode for child in children] == [0, 0, 0]
    with Store.open(project, coder="amira") as store:
        assert len(acknowledged) == 24
        assert {c.uid for c in store.codings()} == set(acknowledged)
        with pytest.raises(Refused, match="8 by coder0"):  # her own import, which the others have built on
            store.undo()
        assert store.check().ok


def test_a_lock_held_by_another_program_is_named_and_nothing_changes(project):
    with Store.open(project, coder="amira", timeout=0.2) as store:
        add(store, 0)
        before = store.state_hash()
        with closing(sqlite3.connect(project, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(ProjectLocked, match="another program"):
                add(store, 10)
            other.execute("ROLLBACK")
        assert store.state_hash() == before
        add(store, 10)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_uses_connections_of_its_own(project):
    with Store.open(project, coder="amira") as store:
        add(store, 0)
        child = os.fork()
        if child == 0:
            try:
                add(store, 10)
            finally:
                os._exit(0 if len(store.codings()) == 2 else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        add(store, 20)
        assert len(store.codings()) == 3
        assert store.check().ok


def test_threads_take_turns(project):
    with Store.open(project, coder="amira") as store:
        add(store, 0)
        threads = [threading.Thread(target=add, args=(store, 10 * i)) for i in range(1, 11)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.codings()) == 11
        assert store.check().ok


def test_an_interrupt_in_a_change_takes_it_back(project):
    with Store.open(project, coder="amira") as store:
        add(store, 0)
        before = store.state_hash()
        with pytest.raises(KeyboardInterrupt, match="stop"):
            break_off(store)
        assert store.state_hash() == before
        add(store, 10)


def test_a_file_of_a_newer_version_is_refused_and_not_touched(project):
    with closing(sqlite3.connect(project)) as raw:
        raw.execute("PRAGMA user_version=999")
    before = project.read_bytes()
    with pytest.raises(ProjectNewer, match="newer version"):
        Store.open(project, coder="amira")
    assert project.read_bytes() == before


def test_a_file_that_may_not_grow_keeps_what_was_saved(project):
    resource = pytest.importorskip("resource")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            import signal

            from coding.errors import ProjectError

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with Store.open(project, coder="amira") as store:
                kept = add(store, 0)
                size = project.stat().st_size
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
                try:
                    with store.change("import") as change:
                        change.put_document(Document(new_uid(), "P02", 0, ""), "Long. " * 200_000)
                except ProjectError as error:
                    there = [c.uid for c in store.codings()] == [kept.uid] and len(store.all(Document)) == 1
                    code = 0 if there and "nothing was changed" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with Store.open(project, coder="amira") as store:
        assert store.check().ok
