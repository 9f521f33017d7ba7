"""A damaged file is made anew from its journal, on a copy; an old copy in the place of a project is noticed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

import coding as qc
from coding.cli import main
from coding.model import Code, Coding, Document, new_uid
from coding.storage import Store, places


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.coding"
    qc.build_sample(path).close()
    return path


DAMAGE = {
    "codings are gone": "DELETE FROM codings WHERE start % 3 = 0",
    "a passage has moved": 'UPDATE codings SET "end" = "end" + 100000 WHERE uid = (SELECT uid FROM codings LIMIT 1)',
    "a code has lost its parent": "UPDATE codes SET parent = NULL WHERE parent IS NOT NULL",
    "a document is called otherwise": "UPDATE documents SET name = 'Nobody' WHERE id = 1",
    "a code stands below itself": "UPDATE codes SET parent = uid WHERE id = 3",
}


@pytest.mark.parametrize("statement", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_made_anew_from_its_journal(study, tmp_path, statement, capsys):
    with Store.open(study, readonly=True) as store:
        codings = {c.uid: (c.code, c.start, c.end) for c in store.codings()}
    with closing(sqlite3.connect(study)) as raw:
        raw.execute(statement)
        raw.commit()
    before = study.read_bytes()
    assert main(["check", str(study)]) == 1
    assert "--repair-to" in capsys.readouterr().out
    assert main(["check", str(study), "--repair-to", str(tmp_path / "anew.coding")]) == 0
    assert study.read_bytes() == before
    with Store.open(tmp_path / "anew.coding", coder="amira") as anew:
        assert {c.uid: (c.code, c.start, c.end) for c in anew.codings()} == codings
        assert anew.undo()


def test_an_old_copy_in_the_place_of_a_project_is_noticed(study):
    old = study.with_name("old copy.coding")
    shutil.copy(study, old)
    with qc.open_project(study, coder="amira") as project:
        project.codebook.add("A later idea")
        project.backup()
    shutil.copy(old, study)
    places._seen.clear()
    with pytest.warns(places.PlaceWarning, match="older than its backup"):
        qc.open_project(study, coder="amira").close()
    backup = places.newer_backup(study)
    assert main(["merge", str(study), str(backup)]) == 0
    assert places.newer_backup(study) is None
    with qc.open_project(study, readonly=True) as project:
        assert "A later idea" in project.codebook


def test_a_file_that_is_damaged_as_such_is_said_to_be(project):
    """Pages that a disk lost: the tables answer nonsense then, and nothing else is asked of them."""
    with Store.open(project, coder="amira") as store, store.change("code") as change:
        document, code = store.all(Document)[0], store.all(Code)[0]
        for i in range(400):
            change.put(Coding(new_uid(), document.uid, code.uid, store.coder.uid, i, i + 5))
    content = bytearray(project.read_bytes())
    for page in range(30, len(content) // 4096, 7):
        content[page * 4096 : (page + 1) * 4096] = bytes(4096)
    project.write_bytes(content)
    with Store.open(project, coder="amira") as store:
        report = store.check()
    assert not report.ok
    assert {finding.check for finding in report.findings} == {"the file as such"}
    assert "Restore" in str(report) or "restore" in str(report)
