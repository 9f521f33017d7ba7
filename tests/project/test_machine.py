"""Anything a study may go through, in any order and through the public interface, in a file and on a server.

After every step the tables are what the journal says, nothing is orphaned, and every coding covers the words it says.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import coding as qc
from coding.errors import InvalidValue, NotFound, Refused
from coding.project.incoming import take_project
from coding.project.team import move
from coding.storage import Store
from coding.storage.fold import digest, read_state

TEXT = (
    "Q: Who?\n\nA: Nobody ordered it. 李副主任讲了三遍🙂👨‍👩‍👧. e\u0301t\u0301 𠮷野 wrote it up.\u0085Then all left.\n"
)
PICK = st.integers(0, 7)
PEOPLE = st.sampled_from(["amira", "ben", "chen"])
NAMES = st.sampled_from(["Driving", "Driving'; --", "压力机制", "Ünter <b>", "=1+1", "a"])
ANSWERS = (Refused, NotFound, InvalidValue)
"""Errors that tell a person what is not possible; anything else is a fault."""


class Study(RuleBasedStateMachine):
    """One project, at most one copy of it in a file, and whoever codes.

    Args:
        place: path or address of an empty place for the project.
    """

    def __init__(self, place):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.place = place(self.folder)
        self.project = qc.open_project(self.place, coder="amira", create=True)
        self.copy = None

    def teardown(self):
        for project in (self.project, self.copy):
            if project is not None:
                project.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- looking ----------------------------------------------------------------------------------

    def document(self, n):
        every = list(self.project.documents)
        return every[n % len(every)] if every else None

    def code(self, n):
        every = [c for c in self.project.codebook if c.redirect is None]
        return every[n % len(every)] if every else None

    def mine(self, n):
        every = [c for c in self.project.codings if c.coder == self.project.coder_uid]
        return every[n % len(every)] if every else None

    @staticmethod
    def attempt(work):
        try:
            return work()
        except ANSWERS:
            return None

    def passages(self, project):
        """Return what a reader of codings sees, whatever their uids: words, code, coder, document."""
        frame = project.codings.to_frame(text=True)
        return Counter(
            zip(frame["document"], frame["start"], frame["words"], frame["path"], frame["coder"], strict=True)
        )

    @staticmethod
    def words(project):
        """Return which words which coder coded how often: what every program keeps."""
        frame = project.codings.to_frame(text=True)
        return Counter(zip(frame["words"], frame["coder"], strict=True))

    # -- working ----------------------------------------------------------------------------------

    @initialize()
    def begin(self):
        self.project.documents.add("P01", TEXT)
        for name in ("Pressure", "Pulling"):
            self.project.codebook.add(name)

    @rule(n=PICK, c=PICK, start=st.integers(0, 60), length=st.integers(1, 25))
    def code_a_passage(self, n, c, start, length):
        document, code = self.document(n), self.code(c)
        if document and code:
            made = self.attempt(lambda: self.project.codings.add(document.uid, start, start + length, code=code.uid))
            if made:
                assert (
                    self.attempt(lambda: self.project.codings.add(document.uid, start, start + length, code=code.uid))
                    == made
                )

    @rule(n=PICK, c=PICK, start=st.integers(0, 60))
    def change_a_coding(self, n, c, start):
        coding, code = self.mine(n), self.code(c)
        if coding and code:
            self.attempt(lambda: self.project.codings.recode(coding, code=code.uid))
        if coding:
            self.attempt(lambda: self.project.codings.move(coding, start=start))

    @rule(n=PICK)
    def remove_a_coding(self, n):
        coding = self.mine(n)
        if coding:
            self.project.codings.remove(coding)

    @rule(c=PICK, p=PICK, name=NAMES, text=st.sampled_from(["", "x", "规则"]))
    def grow_the_codebook(self, c, p, name, text):
        code, parent = self.code(c), self.code(p)
        book = self.project.codebook
        self.attempt(lambda: book.add(name, parent=parent.uid if parent else None))
        if code:
            self.attempt(lambda: book.rename(code.uid, name))
            self.attempt(lambda: book.set(code.uid, definition=text, hue=len(text) * 90, reason="read apart"))

    @rule(c=PICK, p=PICK, how=st.sampled_from(["move", "merge", "split", "retire", "revive", "relate"]))
    def rearrange_the_codebook(self, c, p, how):
        code, other = self.code(c), self.code(p)
        book = self.project.codebook
        if code is None or other is None:
            return
        before = sum(self.project.code_counts().values())
        work = {
            "move": lambda: book.move(code.uid, other.uid),
            "merge": lambda: book.merge(code.uid, into=other.uid),
            "split": lambda: book.split(code.uid, ["up", "down"]),
            "retire": lambda: book.retire(code.uid),
            "revive": lambda: book.revive(code.uid),
            "relate": lambda: book.relate(code.uid, "causes", other.uid),
        }[how]
        self.attempt(work)
        assert sum(self.project.code_counts().values()) == before  # no way to arrange codes loses a coding

    @rule(n=PICK, body=st.sampled_from(["A thought.", "想法 🙂", "<script>"]))
    def write_a_memo(self, n, body):
        coding = self.mine(n)
        self.attempt(lambda: self.project.memos.add(body, about=coding.uid if coding else None))

    @rule(n=PICK, at=st.integers(0, 50), cut=st.integers(0, 6), new=st.sampled_from(["", "we ", "改"]))
    def correct_a_text(self, n, at, cut, new):
        document = self.document(n)
        if document:
            text, before = document.text, len(self.project.codings.of(document.uid))
            self.attempt(
                lambda: self.project.documents.correct(document.uid, text[:at] + new + text[at + cut :], reason="typo")
            )
            after = len(self.project.codings.of(document.uid))
            assert after == before or (after and after < before)  # two may have become one; none is deleted

    @rule(n=PICK, what=st.sampled_from(["add", "rename", "remove"]))
    def change_documents(self, n, what):
        document = self.document(n)
        if what == "add":
            self.project.documents.add(f"P{n + 2:02}", TEXT * (n + 1))
        elif document and what == "rename":
            self.project.documents.rename(document.uid, f"{document.name}'")
        elif document:
            self.attempt(lambda: self.project.documents.remove(document.uid))

    # -- going back -------------------------------------------------------------------------------

    @rule(times=st.integers(1, 3))
    def undo_and_redo_are_nothing(self, times):
        others = {c.uid for c in self.project.codings if c.coder != self.project.coder_uid}
        before, open_before = self.held()
        undone = [u for u in (self.attempt(self.project.undo) for _ in range(times)) if u is not None]
        assert others == {c.uid for c in self.project.codings if c.coder != self.project.coder_uid}
        for _ in undone:
            assert self.project.redo() is not None
        after, open_after = self.held()
        assert after == before
        # a step sets its fields again, which decides what a merge left open there; it never opens anything
        assert open_after <= open_before

    def held(self):
        """Return a hash of all that the project holds, and beside it what merges left open."""
        with self.project.store.database.reading() as connection:
            state = read_state(connection)
        conflicts, state.conflicts = set(state.conflicts), set()
        return digest(state, history=False), conflicts

    @rule()
    def undo(self):
        self.attempt(self.project.undo)

    # -- leaving and coming back ------------------------------------------------------------------

    @rule(name=PEOPLE, crash=st.booleans())
    def come_back_as(self, name, crash):
        before = self.project.store.state_hash()
        if crash:
            self.project = None  # as a kernel that was killed: nothing is closed
            gc.collect()
        else:
            self.project.close()
        self.project = qc.open_project(self.place, coder=name)
        assert self.project.store.state_hash() == before

    @precondition(lambda self: self.copy is None)
    @rule(name=PEOPLE)
    def someone_takes_a_copy_home(self, name):
        path = self.folder / "copy.coding"
        move(self.place, path)
        self.copy = qc.open_project(path, coder=name)
        assert self.passages(self.copy) == self.passages(self.project)

    @precondition(lambda self: self.copy is not None)
    @rule()
    def they_change_places(self):
        """What comes next is done on the copy, until they change places again."""
        self.project, self.copy = self.copy, self.project
        self.place = self.project.store.path or str(self.project.store.database.target)

    @precondition(lambda self: self.copy is not None)
    @rule()
    def the_copy_comes_back(self):
        there = self.copy.store.path or str(self.copy.store.database.target)
        said = self.project.team.merge(there, dry_run=True)[0]
        before = self.project.store.state_hash()
        done = self.project.team.merge(there)[0]
        assert (said.events, said.codings_added, said.changed) == (done.events, done.codings_added, done.changed)
        assert done.events or self.project.store.state_hash() == before
        once = self.project.store.state_hash()
        self.project.team.merge(there)
        assert self.project.store.state_hash() == once
        self.copy.team.merge(self.place)
        assert self.copy.store.state_hash() == once

    # -- handing on -------------------------------------------------------------------------------

    @rule()
    def a_backup_holds_the_same(self):
        if self.project.store.path is not None:
            with Store.open(self.project.backup(), readonly=True) as kept:
                assert kept.state_hash() == self.project.store.state_hash()

    @rule()
    def another_program_would_read_the_same_words(self):
        if not len(self.project.documents):
            return
        paths = [self.folder / f"{name}.qdpx" for name in ("one", "two")]
        for path in paths:
            path.unlink(missing_ok=True)
            self.project.export(path)
        assert paths[0].read_bytes() == paths[1].read_bytes()
        again = self.folder / "again.coding"
        again.unlink(missing_ok=True)
        with qc.open_project(again, coder="reader", create=True) as read:
            take_project(read, paths[0])
            assert self.words(read) == self.words(self.project)

    # -- always -----------------------------------------------------------------------------------

    @invariant()
    def nothing_is_broken(self):
        report = self.project.check()
        assert report.ok, str(report)
        texts = {d.uid: d.text for d in self.project.documents}
        frame = self.project.codings.to_frame(text=True)
        for row in frame.itertuples():
            assert 0 <= row.start < row.end <= len(texts[row.document_uid])
            assert row.words == texts[row.document_uid][row.start : row.end]


def steps(examples, count):
    return settings(
        max_examples=examples, stateful_step_count=count, deadline=None, print_blob=True,
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip


@pytest.fixture(params=["file", pytest.param("server", marks=pytest.mark.postgres)])
def place(request):
    """A function that gives an empty place for a project."""
    if request.param == "file":
        return lambda folder: folder / "study.coding"
    make = request.getfixturevalue("server")
    return lambda _: make("template0")


def test_a_study_survives_whatever_is_done(place):
    run_state_machine_as_test(lambda: Study(place), settings=steps(5, 12))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_study_survives_whatever_is_done_for_long(place):
    run_state_machine_as_test(
        lambda: Study(place), settings=steps(80, 30)
    )  # on a server each has a database of its own
