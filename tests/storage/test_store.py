"""What a project keeps, gives back, and refuses."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from contextlib import suppress
from dataclasses import replace

import pytest

from coding.errors import (
    InvalidSpan,
    InvalidValue,
    NotAProject,
    NotFound,
    ProjectLocked,
    ProjectNewer,
    ProjectReadOnly,
    Refused,
    StaleView,
)
from coding.model import Assignment, Case, Code, Coder, Coding, Cue, Document, Memo, Round, Value, Variable, new_uid
from coding.storage import Store


def put(store, *things):
    with store.change("edit") as change:
        return [change.put(thing) for thing in things]


def test_everything_comes_back_after_reopening(study):
    case, variable = Case(new_uid(), "李副主任", pseudonym="L"), Variable(new_uid(), "age", "Integer")
    round_ = Round(new_uid(), "first", 1, protocol={"unit": "sentence", "sample": {"share": 0.2}})
    code = replace(study.codes[0], cues=(Cue("压力", "zh", weak=True),), aliases=("drive",), hue=120, exclusive=True)
    memo = Memo(new_uid(), "She hesitates.", about=(study.document.uid,))
    kept = put(study.store, case, variable, Value(variable.uid, case.uid, 47), round_, code, memo)
    coding = study.code(19, 42)
    store = study.reopened()
    assert store.all(Case) == (case,)
    assert store.all(Value)[0].value == 47
    assert store.all(Round)[0].protocol == round_.protocol
    assert store.all(Code) == (replace(code, version=2), study.codes[1])
    assert store.all(Memo, about=study.document.uid) == (kept[5],)
    assert kept[5].coder == store.coder.uid
    assert store.codings() == [coding]
    assert store.text(study.document.uid)[19:42] == "We looked at Riverside."
    assert store.outline(study.document.uid).sentences == ((0, 18), (19, 42))
    assert store.check().ok


def test_opening_writes_nothing(file_study):
    path = file_study.store.path
    file_study.store.close()
    before = path.read_bytes()
    store = Store.open(path, coder="ben")
    assert store.coder.name == "ben"
    assert [c.name for c in store.all(Coder)] == ["amira"]
    store.snapshot()
    store.close()
    assert path.read_bytes() == before


def test_files_are_private(file_study):
    assert stat.S_IMODE(file_study.store.path.stat().st_mode) == 0o600


def test_a_coder_is_found_by_name_in_any_case(study):
    uid = study.store.coder.uid
    assert study.reopened(" Amira ").coder.uid == uid


def test_an_identical_coding_is_the_one_that_is_there(study):
    first = study.code(0, 6)
    assert study.code(0, 6) == first
    assert len(study.store.codings()) == 1


def test_bulk_keeps_one_of_identical_rows_and_answers_for_each(study):
    rows = [
        Coding(new_uid(), study.document.uid, study.codes[0].uid, study.store.coder.uid, i % 5, 9) for i in range(20)
    ]
    with study.store.change("bulk") as change:
        kept = change.put_codings(rows)
    assert len(kept) == 20
    assert {c.uid for c in kept} == {c.uid for c in study.store.codings()}
    assert len(study.store.codings()) == 5


def test_codings_as_columns(study):
    columns = {
        "document": [study.document.uid] * 2, "code": [c.uid for c in study.codes], "coder": [study.store.coder.uid] * 2,
        "start": [0, 3], "end": [5, 9],
    }  # fmt: skip
    with study.store.change("bulk") as change:
        change.put_codings(columns)
    table = study.store.coding_table()
    assert table.start.tolist() == [0, 3]
    assert table.code.tolist() == [0, 1]
    snapshot = study.store.snapshot()
    assert list(snapshot.iter_codings()) == study.store.codings()


@pytest.mark.parametrize(
    ("start", "end"), [(-1, 5), (5, 5), (9, 3), (0, 1000), (0, 2**63), (0, 2**64), (0.5, 3), (True, 3)]
)
def test_impossible_passages_are_refused(study, start, end):
    with pytest.raises(InvalidSpan, match=r"characters|whole number"):
        study.code(start, end)
    assert study.store.codings() == []


def test_codings_of_unknown_things_are_refused(study):
    good = Coding(new_uid(), study.document.uid, study.codes[0].uid, study.store.coder.uid, 0, 3)
    for field in ("document", "code", "coder"):
        with pytest.raises(NotFound, match=f"no {field} with the uid"):
            put(study.store, replace(good, **{field: new_uid()}))
    with pytest.raises(InvalidValue, match="not a uid"):
        put(study.store, replace(good, uid="7"))


@pytest.mark.parametrize("name", ["a\x00b", "\ud83d", "x" * 501, " "])
def test_names_that_cannot_be_kept_are_refused(study, name):
    with pytest.raises(InvalidValue, match=r"NUL|surrogate|at most|needs a name"):
        put(study.store, Code(new_uid(), name))


@pytest.mark.parametrize(
    "name", ["a/b", "=1+1", "<script>", "Robert'); DROP TABLE codes;--", "‮rtl", "\u00e9", "e\u0301", "..", "👨‍👩‍👧"]
)
def test_odd_names_come_back_as_given(study, name):
    (code,) = put(study.store, Code(new_uid(), name))
    assert study.reopened().get(Code, code.uid).name == name


def test_texts_with_bare_returns_or_marks_are_refused(study):
    for text in ("a\r\nb", "\ufeffa", "a\x00"):
        with pytest.raises(InvalidValue, match=r"LF line ends|NUL"), study.store.change("import") as change:
            change.put_document(Document(new_uid(), "bad", 0, ""), text)
    assert len(study.store.all(Document)) == 1


def test_an_exception_takes_everything_back(study):
    before = study.store.state_hash()

    def fail():
        with study.store.change("many") as change:
            change.put(Code(new_uid(), "lost"))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert study.store.state_hash() == before
    assert [c.name for c in study.store.all(Code)] == ["Driving", "Pressure"]


def test_a_change_within_a_change_is_one_step(study):
    with study.store.change("outer") as change:
        change.put(Code(new_uid(), "one"))
        with study.store.change("inner") as inner:
            inner.put(Code(new_uid(), "two"))
        assert len(study.store.all(Code)) == 4
    assert study.store.undo() == "outer"
    assert len(study.store.all(Code)) == 2


def test_wording_versions_rise_with_their_kind(study):
    code = study.codes[0]
    (second,) = put(study.store, replace(code, definition="What drives."))
    (third,) = put(study.store, replace(second, hue=3))
    (fourth,) = put(study.store, replace(third, position=9))
    assert [c.version for c in (code, second, third, fourth)] == [1, 2, 3, 4]
    assert [v.kind for v in study.store.code_history(code.uid)] == ["structural", "semantic", "content", "structural"]
    assert put(study.store, fourth) == [fourth]


def test_a_wording_number_is_never_used_twice(study):
    put(study.store, replace(study.codes[0], definition="first try"))
    study.store.undo()
    assert study.store.get(Code, study.codes[0].uid) == study.codes[0]
    (again,) = put(study.store, replace(study.codes[0], definition="second try"))
    assert again.version == 3


def test_the_tree_has_no_cycles(study):
    a, b = study.codes
    put(study.store, replace(b, parent=a.uid))
    with pytest.raises(InvalidValue, match="below itself"):
        put(study.store, replace(a, parent=b.uid))
    with pytest.raises(InvalidValue, match="its own parent"):
        put(study.store, replace(a, parent=a.uid))
    assert [c.name for c in study.store.all(Code)] == ["Driving", "Pressure"]


def test_codes_come_parents_first_and_by_position(study):
    a, b = study.codes
    put(
        study.store,
        replace(a, position=5),
        Code(new_uid(), "under b", parent=b.uid),
        Code(new_uid(), "first", position=-1),
    )
    assert [c.name for c in study.store.all(Code)] == ["first", "Pressure", "under b", "Driving"]


def test_what_carries_codings_is_not_removed(study):
    study.code()
    for cls, uid in ((Code, study.codes[0].uid), (Document, study.document.uid)):
        with pytest.raises(Refused, match="1 by amira"), study.store.change("remove") as change:
            change.remove(cls, uid)
    with study.store.change("remove") as change:
        change.remove(Code, study.codes[1].uid)
    assert study.store.all(Code) == (study.codes[0],)
    with pytest.raises(NotFound, match="no code with the uid"):
        study.store.get(Code, study.codes[1].uid)


def test_recoding_replaces_and_leaves_the_old_row(study):
    old = study.code()
    with study.store.change("recode") as change:
        new = change.recode(old.uid, code=study.codes[1].uid)
    assert (new.replaces, new.code, new.start) == (old.uid, study.codes[1].uid, old.start)
    assert study.store.codings() == [new]
    with pytest.raises(NotFound, match="was removed"):
        study.store.get(Coding, old.uid)


def test_nobody_changes_anothers_coding(study):
    theirs = study.code()
    ben = Store.open(study.target, coder="ben")
    with pytest.raises(Refused, match="amira's"), ben.change("recode") as change:
        change.recode(theirs.uid, start=1)
    with pytest.raises(Refused, match="amira's"), ben.change("remove") as change:
        change.remove(Coding, theirs.uid)
    assert ben.undo() is None
    assert study.store.codings() == [theirs]


def test_what_is_about_the_same_is_one_thing(study):
    assignment = Assignment(study.document.uid, study.store.coder.uid)
    (first,) = put(study.store, assignment)
    (second,) = put(study.store, replace(assignment, status="finished"))
    assert first.uid == second.uid
    assert [a.status for a in study.store.all(Assignment)] == ["finished"]


def test_counts(study):
    study.code(0, 3), study.code(0, 4), study.code(0, 3, code=1)
    assert study.store.code_counts() == {study.codes[0].uid: 2, study.codes[1].uid: 1}
    assert study.store.document_counts() == {study.document.uid: 3}
    assert study.store.code_counts(coders=[new_uid()]) == {}


def test_order_and_filters_of_codings(study):
    for start, end in ((5, 9), (0, 3), (0, 8)):
        study.code(start, end)
    assert [(c.start, c.end) for c in study.store.codings()] == [(0, 8), (0, 3), (5, 9)]
    assert study.store.codings(codes=[study.codes[1].uid]) == []
    assert [c.start for c in study.store.codings(documents=[study.document.uid], limit=1, offset=2)] == [5]


# -- files -------------------------------------------------------------------------------------------


def test_other_files_are_no_projects(tmp_path):
    text, other = tmp_path / "a.coding", tmp_path / "b.coding"
    text.write_text("hello")
    sqlite3.connect(other).execute("CREATE TABLE x (y)")
    for path, words in (
        (text, "another kind of file"),
        (other, "another program"),
        (tmp_path, "is a folder"),
        (tmp_path / "no", "no project at"),
    ):
        with pytest.raises(NotAProject, match=words):
            Store.open(path)
    assert not (tmp_path / "no").exists()


def test_triggers_and_views_of_others_are_refused(file_study):
    file_study.store.close()
    connection = sqlite3.connect(file_study.target)
    connection.execute("CREATE VIEW spy AS SELECT 1")
    connection.commit()
    with pytest.raises(NotAProject, match="triggers or views"):
        Store.open(file_study.target)


def test_a_newer_project_is_refused_untouched(file_study):
    file_study.store.close()
    connection = sqlite3.connect(file_study.target)
    connection.execute("PRAGMA user_version=999")
    connection.close()
    before = file_study.store.path.read_bytes()
    with pytest.raises(ProjectNewer, match="newer version"):
        Store.open(file_study.target)
    assert file_study.store.path.read_bytes() == before


def test_readonly_refuses_changes(study):
    study.store.close()
    store = Store.open(study.target, coder="amira", readonly=True)
    assert store.readonly
    with pytest.raises(ProjectReadOnly, match="opened for reading"), store.change("edit") as change:
        change.put(Code(new_uid(), "no"))


def test_a_locked_project_says_so(file_study):
    file_study.store.close()
    other = sqlite3.connect(file_study.target, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises((ProjectLocked, NotAProject), match=r"written by another program|locked"):
        Store.open(file_study.target, timeout=0.2)
    other.execute("ROLLBACK")


def test_a_writer_in_the_way_is_named_after_a_wait(file_study):
    store = Store.open(file_study.target, coder="amira", timeout=0.2)
    other = sqlite3.connect(file_study.target, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ProjectLocked, match="Close other notebooks"), store.change("edit") as change:
        change.put(Code(new_uid(), "late"))
    other.execute("ROLLBACK")
    with store.change("edit") as change:
        change.put(Code(new_uid(), "late"))


def test_threads_share_a_store(study):
    errors = []

    def work(n):
        try:
            for i in range(5):
                study.code(n, n + 1 + i)
                study.store.codings()
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert errors == []
    assert len(study.store.codings()) == 40
    assert study.store.check().ok


def test_a_forked_child_has_its_own_connection(study):
    study.code()
    pid = os.fork()
    if pid == 0:  # pragma: no cover
        status = 1
        try:
            study.code(1, 9)
            status = 0 if len(study.store.codings()) == 2 else 2
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0
    assert len(study.store.codings()) == 2


def test_two_programs_see_each_other(study):
    other = Store.open(study.target, coder="ben")
    before = study.store.revision
    put(other, Code(new_uid(), "from ben"))
    assert study.store.revision > before
    assert "from ben" in [c.name for c in study.store.all(Code)]


def test_a_snapshot_is_of_one_moment_while_others_work(study, monkeypatch):
    """Between two of its questions a colleague makes a code and uses it; the picture is that of the first question."""
    other, taking = Store.open(study.target, coder="ben", timeout=0.2), study.store.coding_table

    def work():
        (code,) = put(other, Code(new_uid(), "late", position=2))
        with other.change("code") as change:
            change.put(Coding(new_uid(), study.document.uid, code.uid, other.coder.uid, 0, 6))

    def a_colleague_works_first(**wanted):
        with suppress(ProjectLocked):  # a file without a write-ahead log makes her wait until the picture is taken
            work()
        return taking(**wanted)

    study.code()
    monkeypatch.setattr(study.store, "coding_table", a_colleague_works_first)
    before = study.store.snapshot()
    assert ([c.name for c in before.codes], len(before.codings)) == (["Driving", "Pressure"], 1)
    monkeypatch.undo()
    if len(study.store.all(Code)) == 2:
        work()
    after = study.store.snapshot()
    assert ([c.name for c in after.codes], len(after.codings)) == (["Driving", "Pressure", "late"], 2)
    other.close()


# -- texts that change -------------------------------------------------------------------------------


def test_codings_follow_a_corrected_text(study):
    kept, lost = study.code(32, 41), study.code(0, 6)
    text = study.store.text(study.document.uid)
    with study.store.change("correct") as change:
        waiting = change.revise_document(study.document.uid, text.replace("Nobody", "Who"))
    here = {c.uid: c for c in study.store.codings()}
    assert study.store.text(study.document.uid)[here[kept.uid].start : here[kept.uid].end] == "Riverside"
    assert [c.uid for c in waiting] == [lost.uid]
    assert [(c.uid, words) for c, words in study.store.to_review()] == [(lost.uid, "Nobody")]
    assert study.store.text(study.document.uid, version=1) == text
    assert study.store.check().ok
    assert study.store.undo() == "correct"
    assert sorted(study.store.codings(), key=lambda c: c.start) == [lost, kept]
    assert study.store.check().ok


def test_a_reversed_correction_restores_every_place(study):
    before = [study.code(i, i + 4) for i in range(0, 40, 3)]
    text = study.store.text(study.document.uid)
    for version in (text[:10] + "XXX" + text[25:], text):
        with study.store.change("correct") as change:
            change.revise_document(study.document.uid, version)
    assert [(c.uid, c.start, c.end) for c in study.store.codings()] == [(c.uid, c.start, c.end) for c in before]
    assert study.store.to_review() == []
    assert study.store.check().ok


def test_a_coding_of_an_older_text_is_stale(study):
    old = Coding(new_uid(), study.document.uid, study.codes[0].uid, study.store.coder.uid, 0, 3)
    with study.store.change("correct") as change:
        change.revise_document(study.document.uid, "Quite another text.")
    with pytest.raises(StaleView, match="version 2, not 1"):
        put(study.store, old)
