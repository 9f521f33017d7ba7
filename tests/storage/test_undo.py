"""Undo and redo: without end, per coder, across sittings, never anothers' work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coding.errors import Refused
from coding.model import Code, Coding, Document, Memo, new_uid
from coding.storage import Store


def test_undo_and_redo_walk_through_everything(study):
    hashes = [study.store.state_hash()]
    one = study.code(0, 4)
    hashes.append(study.store.state_hash())
    with study.store.change("recode") as change:
        two = change.recode(one.uid, start=1)
    hashes.append(study.store.state_hash())
    with study.store.change("edit code") as change:
        change.put(replace(study.codes[0], name="Drive"))
    store = study.reopened()
    assert [store.undo() for _ in range(2)] == ["edit code", "recode"]
    assert store.codings() == [one]
    assert store.undo() == "code"
    assert store.codings() == []
    assert [store.redo() for _ in range(4)] == ["code", "recode", "edit code", None]
    assert store.codings() == [two]
    assert store.get(Code, study.codes[0].uid).name == "Drive"
    assert store.check().ok


def test_everything_can_be_undone(study):
    study.code()
    assert [study.store.undo() for _ in range(3)] == ["code", "import", None]
    assert study.store.all(Document) == study.store.all(Code) == ()
    assert [study.store.redo() for _ in range(3)] == ["import", "code", None]
    assert len(study.store.codings()) == 1
    assert study.store.check().ok


def test_a_new_action_ends_redo(study):
    study.code()
    study.store.undo()
    study.code(1, 5)
    assert study.store.redo() is None


def test_what_is_no_step_is_passed_over(study):
    study.code()
    with study.store.change("progress", undoable=False) as change:
        change.put(replace(study.document, description="read so far"))
    assert study.store.undo() == "code"
    assert study.store.redo() == "code"


def test_undo_leaves_others_alone(study):
    mine = study.code(0, 4)
    ben = Store.open(study.target, coder="ben")
    theirs = study.code(0, 4, store=ben)
    assert study.store.undo() == "code"
    assert study.store.codings() == [theirs]
    assert ben.undo() == "code"
    assert study.store.redo() == "code"
    assert study.store.codings() == [mine]


def test_undo_of_a_code_that_others_use_is_refused(study):
    with study.store.change("add code") as change:
        code = change.put(Code(new_uid(), "shared"))
    ben = Store.open(study.target, coder="ben")
    with ben.change("code") as change:
        change.put(Coding(new_uid(), study.document.uid, code.uid, ben.coder.uid, 0, 3))
    before = study.store.state_hash()
    with pytest.raises(Refused, match=r"1 by ben.*Retire"):
        study.store.undo()
    assert study.store.state_hash() == before


def test_undo_of_a_field_that_another_changed_since_is_refused(study):
    with study.store.change("edit code") as change:
        code = change.put(replace(study.codes[0], definition="mine"))
    ben = Store.open(study.target, coder="ben")
    with ben.change("edit code") as change:
        change.put(replace(code, definition="theirs"))
    with pytest.raises(Refused, match="definition of “Driving” has been changed since"):
        study.store.undo()
    assert study.store.get(Code, code.uid).definition == "theirs"


def test_a_batch_is_one_step(study):
    rows = [
        Coding(new_uid(), study.document.uid, study.codes[i % 2].uid, study.store.coder.uid, i, i + 2)
        for i in range(60)
    ]
    with study.store.change("bulk") as change:
        change.put_codings(rows)
    study.store.undo()
    assert study.store.codings() == []
    study.store.redo()
    assert len(study.store.codings()) == 60
    assert study.store.check().ok


def test_memos_come_and_go(study):
    memo = Memo(new_uid(), "first thought", title="t")
    with study.store.change("write memo") as change:
        memo = change.put(memo)
    with study.store.change("edit memo") as change:
        change.put(replace(memo, body="second thought"))
    assert study.store.get(Memo, memo.uid).body == "second thought"
    study.store.undo()
    assert study.store.get(Memo, memo.uid).body == "first thought"


def test_history_reads_newest_first(study):
    study.code()
    study.store.undo()
    assert [(e.action, e.coder) for e in study.store.history(3)] == [
        ("undo", "amira"),
        ("code", "amira"),
        ("import", "amira"),
    ]
