"""Killed in the middle of coding, importing, merging and migrating: all of a step is there, or nothing of it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa
from killing import in_child

from coding.model import Code, Coding, Document, new_uid
from coding.project import documents, open_project
from coding.storage import Store, backup, migrating

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
QUICK, LONG = 12, 200


def points(total: int, times: int, seed: int) -> list[int]:
    """Return statements at which to die: all of them where there are few, else the ends and a sample."""
    every = range(1, total + 1)
    if total <= times:
        return list(every)
    return sorted({1, 2, total - 1, total, *random.Random(seed).sample(every, times)})


def whole(path) -> None:
    with Store.open(path, coder="amira") as store:
        report = store.check()
        assert report.ok, str(report)


def kill_while_coding(project, times: int) -> int:
    chance, acknowledged, killed = random.Random(5), [], 0

    def work(say):
        store = Store.open(project, coder="amira")
        document, code = store.all(Document)[0], store.all(Code)[0]
        for start in range(chance.randint(0, 90_000), 96_000):
            with store.change("code") as change:
                made = change.put(Coding(new_uid(), document.uid, code.uid, store.coder.uid, start, start + 3))
            say(made.uid)

    for _ in range(times):
        at = chance.randint(8, 160)
        lines, _, died = in_child(work, at)
        acknowledged += lines
        killed += died
    with Store.open(project, coder="amira") as store:
        assert set(acknowledged) <= {c.uid for c in store.codings()}
    whole(project)
    return killed


def kill_while_importing(tmp_path, monkeypatch, times: int) -> int:
    monkeypatch.setattr(documents, "BATCH_BYTES", 2_000)  # several transactions for so few files
    texts = tmp_path / "texts"
    texts.mkdir()
    for i in range(12):
        (texts / f"P{i:02}.txt").write_text(f"Interviewer: Number {i}?\nP{i}: " + "We went there. " * 40, "utf-8")
    empty = tmp_path / "empty.coding"
    open_project(empty, coder="amira", create=True).close()

    def work(_say):
        with open_project(path, coder="amira") as project:
            project.documents.add_files(texts, progress=False)

    path = tmp_path / "counting.coding"
    shutil.copy(empty, path)
    total = in_child(work, None)[1]
    killed = 0
    for at in points(total, times, seed=6):
        path = tmp_path / f"{at}.coding"
        shutil.copy(empty, path)
        killed += in_child(work, at)[2]
        with open_project(path, coder="amira") as project:
            for document in project.documents:  # in with its words and its units, or not in
                assert document.text.endswith("We went there. ")
                assert len(document.outline.sentences) > 20
            project.documents.add_files(texts, progress=False)  # once more finishes it, and doubles nothing
            assert sorted(d.name for d in project.documents) == [f"P{i:02}" for i in range(12)]
        whole(path)
        path.unlink()
    return killed


def kill_while_merging(tmp_path, times: int) -> int:
    into, source = tmp_path / "into.coding", tmp_path / "from.coding"
    with open_project(into, coder="amira", create=True) as project:
        project.documents.add("P01", "We looked at Riverside. " * 200)
        project.codebook.add("Driving")
    shutil.copy(into, source)
    for path, coder in ((into, "amira"), (source, "ben")):
        with open_project(path, coder=coder) as project:
            project.codebook.set("Driving", definition=f"As {coder} has it.", reason="training")
            for i in range(20):
                project.codings.add("P01", start=24 * i, end=24 * i + 23, code="Driving")
    before = source.read_bytes()

    def work(_say):
        with Store.open(path, coder="amira") as store:
            store.merge(source)

    path = tmp_path / "merged.coding"
    shutil.copy(into, path)
    total = in_child(work, None)[1]
    with Store.open(into, readonly=True) as store:
        old = store.state_hash()
    with Store.open(path, readonly=True) as store:
        new = store.state_hash()
    assert old != new
    killed = 0
    for at in points(total, times, seed=7):
        path = tmp_path / f"{at}.coding"
        shutil.copy(into, path)
        killed += in_child(work, at)[2]
        with Store.open(path, coder="amira") as store:
            assert store.state_hash() in (old, new)
            store.merge(source)
            assert len(store.codings()) == 40
        whole(path)
        assert source.read_bytes() == before
        shutil.rmtree(backup.backup_folder(path), ignore_errors=True)
        path.unlink()
    return killed


def kill_while_migrating(project, tmp_path, times: int) -> int:
    def add_columns(operations, connection):
        operations.add_column("codes", sa.Column("weight", sa.Integer))
        connection.exec_driver_sql("UPDATE codes SET weight = 1")
        operations.add_column("documents", sa.Column("weight", sa.Integer))

    def work(_say):
        with Store.open(path, coder="amira") as store:
            migrating.migrate(store, 1, target=2, steps={1: add_columns})

    path = tmp_path / "counting.coding"
    shutil.copy(project, path)
    total = in_child(work, None)[1]
    with Store.open(project, readonly=True) as store:
        old = store.state_hash()
    killed = 0
    for at in points(total, times, seed=8):
        path = tmp_path / f"{at}.coding"
        shutil.copy(project, path)
        killed += in_child(work, at)[2]
        with closing(sqlite3.connect(path)) as raw:
            version = raw.execute("PRAGMA user_version").fetchone()[0]
            columns = [row[1] for row in raw.execute("PRAGMA table_info(codes)")]
            assert ("weight" in columns) == (version == 2)
            raw.execute("PRAGMA user_version=1")  # so that this version opens it
        with Store.open(path, readonly=True) as store:
            assert store.state_hash() == old
        for copy in backup.backup_folder(path).glob("*.coding"):
            with Store.open(copy, readonly=True) as store:
                assert store.state_hash() == old
        shutil.rmtree(backup.backup_folder(path), ignore_errors=True)
        path.unlink()
    return killed


def test_killed_while_coding(project):
    assert kill_while_coding(project, QUICK) > QUICK / 2


def test_killed_while_importing(tmp_path, monkeypatch):
    assert kill_while_importing(tmp_path, monkeypatch, QUICK) > QUICK / 2


def test_killed_while_merging(tmp_path):
    assert kill_while_merging(tmp_path, QUICK) > QUICK / 2


def test_killed_while_migrating(project, tmp_path):
    assert kill_while_migrating(project, tmp_path, QUICK) > QUICK / 2


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_killed_two_hundred_times_in_each(project, tmp_path, monkeypatch):
    for name in ("importing", "merging", "migrating"):
        (tmp_path / name).mkdir()
    died = {
        "coding": kill_while_coding(project, LONG),
        "importing": kill_while_importing(tmp_path / "importing", monkeypatch, LONG),
        "merging": kill_while_merging(tmp_path / "merging", LONG),
        "migrating": kill_while_migrating(project, tmp_path / "migrating", LONG),
    }
    print(died)
    assert died["coding"] > 150
    assert all(number >= 20 for number in died.values())
