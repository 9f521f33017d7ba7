"""Merging copies: the order does not matter, twice is once, and nothing is lost silently."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from coding.errors import InvalidValue, ProjectDamaged
from coding.model import Code, Coder, Coding, Document, new_uid
from coding.storage import Store


@pytest.fixture
def copies(file_study, tmp_path):
    """Three copies of one project, for amira, ben and chen."""
    study = file_study
    study.code(0, 18)
    stores = [study.store]
    for name in ("ben", "chen"):
        path = study.store.copy_to(tmp_path / f"{name}.coding")
        stores.append(Store.open(path, coder=name))
    yield study, *stores
    for store in stores:
        store.close()


def edit(store, thing, **fields):
    with store.change("edit") as change:
        return change.put(replace(thing, **fields))


def converge(*stores):
    """Merge everything into everything, in turn."""
    for a in stores:
        for b in stores:
            if a is not b:
                a.merge(b)
    assert len({s.state_hash() for s in stores}) == 1
    for s in stores:
        assert s.check().ok, str(s.check())


def test_both_sides_arrive_and_twice_is_once(copies):
    study, a, b, _ = copies
    study.code(1, 5, store=a), study.code(1, 5, store=b), study.code(2, 9, code=1, store=b)
    b_before = hashlib.sha256(b.path.read_bytes()).hexdigest()
    report = a.merge(b.path)
    assert report.codings_added == 2
    assert hashlib.sha256(b.path.read_bytes()).hexdigest() == b_before
    assert len(a.codings()) == 4
    revision = a.revision
    assert str(a.merge(b)) == "ben.coding: nothing new."
    assert a.revision == revision
    converge(a, b)


def test_the_order_of_merges_does_not_matter(copies, tmp_path):
    study, a, b, c = copies
    study.code(1, 5, store=a)
    edit(b, study.codes[0], definition="b")
    edit(c, study.codes[0], definition="c")
    with c.change("remove") as change:
        change.remove(Code, study.codes[1].uid)
    other = Store.open(a.copy_to(tmp_path / "other.coding"), coder="amira")
    a.merge(b), a.merge(c)
    b.merge(c), other.merge(b)
    assert a.state_hash() == other.state_hash()
    converge(a, b, c)


def test_a_field_changed_on_both_sides_is_listed_until_settled(copies):
    study, a, b, _ = copies
    edit(a, study.codes[0], definition="by amira", hue=5)
    edit(b, study.codes[0], definition="by ben")
    dry = a.merge(b, dry_run=True)
    assert [c.field for c in dry.conflicts] == ["definition"]
    assert a.get(Code, study.codes[0].uid).definition == "by amira"
    assert a.conflicts() == ()
    a.merge(b)
    (conflict,) = a.conflicts()
    assert {conflict.kept, conflict.other} == {'"by amira"', '"by ben"'}
    assert a.get(Code, study.codes[0].uid).hue == 5
    converge(a, b)
    with a.change("settle") as change:
        change.settle(conflict.kind, conflict.thing, conflict.field, "by amira")
    assert a.conflicts() == ()
    assert a.check().ok
    b.merge(a)
    assert b.conflicts() == ()
    assert b.get(Code, study.codes[0].uid).definition == "by amira"


def test_moves_that_would_make_a_cycle_are_left_out_and_listed(copies):
    study, a, b, _ = copies
    x, y = study.codes
    edit(a, x, parent=y.uid)
    edit(b, y, parent=x.uid)
    converge(a, b)
    assert sum(code.parent is not None for code in a.all(Code)) == 1
    assert "parent" in {c.field for c in a.conflicts()}


def test_a_code_removed_here_and_used_there_stays(copies):
    study, a, b, _ = copies
    with a.change("remove") as change:
        change.remove(Code, study.codes[1].uid)
    theirs = study.code(3, 8, code=1, store=b)
    converge(a, b)
    assert theirs in a.codings()
    assert study.codes[1].uid in {c.uid for c in a.all(Code)}
    assert "live" in {c.field for c in a.conflicts()}


def test_a_code_removed_here_and_edited_there_stays(copies):
    study, a, b, _ = copies
    edit(b, study.codes[1], definition="still needed")
    with a.change("remove") as change:
        change.remove(Code, study.codes[1].uid)
    converge(a, b)
    assert [c.name for c in a.all(Code)] == ["Driving", "Pressure"]


def test_the_same_coding_made_twice_becomes_one_under_both_uids(copies, tmp_path):
    study, a, *_ = copies
    twin = Store.open(a.copy_to(tmp_path / "laptop.coding"), coder="amira")
    one, two = study.code(2, 7, store=a), study.code(2, 7, store=twin)
    converge(a, twin)
    stands = [c for c in a.codings() if c.start == 2]
    assert len(stands) == 1
    assert a.get(Coding, one.uid) == a.get(Coding, two.uid) == stands[0]
    with a.change("remove") as change:
        change.remove(Coding, stands[0].uid)
    assert [c.start for c in a.codings()] == [0]
    assert a.undo() == "remove"
    assert [c.start for c in a.codings()] == [0, 2]
    converge(a, twin)


def test_codings_made_on_an_older_text_follow_it(copies):
    study, a, b, _ = copies
    text = a.text(study.document.uid)
    theirs = study.code(32, 41, store=b)
    with a.change("correct") as change:
        change.revise_document(study.document.uid, "Well. " + text)
    converge(a, b)
    here = a.get(Coding, theirs.uid)
    assert a.text(study.document.uid)[here.start : here.end] == "Riverside"


def test_strangers_of_one_name_are_offered_not_united(file_study, tmp_path):
    other = Store.open(tmp_path / "stranger.coding", create=True, coder="Amira")
    with other.change("import") as change:
        change.put(Code(new_uid(), "driving"))
        change.put_document(Document(new_uid(), "Q01", 0, ""), "Another text.")
    report = file_study.store.merge(other)
    assert {(kind, name) for kind, name, _, _ in report.same_names} == {("code", "driving"), ("coder", "Amira")}
    assert len(file_study.store.all(Code)) == 3
    assert len(file_study.store.all(Coder)) == 2
    assert file_study.store.info().name == "study"
    assert file_study.store.coder.name == "amira"
    assert file_study.store.check().ok


def test_a_project_is_not_merged_with_itself_or_with_a_damaged_one(copies):
    _, a, b, _ = copies
    with pytest.raises(InvalidValue, match="with itself"):
        a.merge(a.path)
    b.close()
    import sqlite3

    connection = sqlite3.connect(b.path)
    connection.execute("UPDATE codes SET definition = 'tampered'")
    connection.commit()
    connection.close()
    before = a.state_hash()
    with pytest.raises(ProjectDamaged, match="fails its own checks"):
        a.merge(b.path)
    assert a.state_hash() == before


def test_a_backup_is_made_before_a_merge(copies):
    _, a, b, _ = copies
    a.merge(b)
    (backup,) = (a.path.parent / "study.coding.backups").glob("*before-merge.coding")
    with Store.open(backup, readonly=True) as old:
        assert old.check().ok
