"""Anything a team may do, in any order: the tables stay what the journal says, and nothing is orphaned."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from coding.errors import InvalidValue, NotFound, Refused
from coding.model import Code, Coding, Document, Memo, new_uid
from coding.storage import Store

TEXT = "Nobody ordered it. 李副主任讲了三遍🙂👨‍👩‍👧. e\u0301t\u0301 Then we wrote it up."
PICK = st.integers(0, 5)
NAMES = ("amira", "ben", "chen")


class Team(RuleBasedStateMachine):
    """Up to three copies of one project, each with its coders."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.stores = []
        self.touched = set()

    @initialize()
    def begin(self):
        store = Store.open(self.folder / "0.coding", create=True, coder="amira")
        with store.change("import") as change:
            for name in ("P01", "P02"):
                change.put_document(Document(new_uid(), name, 0, ""), TEXT + name)
            for name in ("a", "b", "c"):
                change.put(Code(new_uid(), name))
        self.stores = [store]
        self.touched = {0}

    def teardown(self):
        for store in self.stores:
            store.close()
        shutil.rmtree(self.folder)

    def pick(self, n):
        i = n % len(self.stores)
        self.touched.add(i)
        return self.stores[i]

    def attempt(self, work):
        """Errors of the house are answers, not faults."""
        try:
            return work()
        except (Refused, NotFound, InvalidValue):
            return None

    @rule(n=PICK, d=PICK, c=PICK, start=st.integers(0, 30), length=st.integers(1, 12))
    def code(self, n, d, c, start, length):
        store = self.pick(n)
        documents, codes = store.all(Document), store.all(Code)
        if documents and codes:
            document, code = documents[d % len(documents)], codes[c % len(codes)]
            new = Coding(
                new_uid(),
                document.uid,
                code.uid,
                store.coder.uid,
                start,
                start + length,
                document_version=document.version,
            )
            self.attempt(lambda: self.put(store, new))

    @staticmethod
    def put(store, thing):
        with store.change("put") as change:
            return change.put(thing)

    @rule(n=PICK, k=PICK, c=PICK, start=st.integers(0, 30))
    def recode(self, n, k, c, start):
        store = self.pick(n)
        codings, codes = store.codings(), store.all(Code)
        if codings and codes:
            coding = codings[k % len(codings)]

            def work():
                with store.change("recode") as change:
                    change.recode(coding.uid, code=codes[c % len(codes)].uid, start=min(start, coding.end - 1))

            self.attempt(work)

    @rule(n=PICK, k=PICK, what=st.sampled_from([Coding, Code, Document]))
    def remove(self, n, k, what):
        store = self.pick(n)
        things = store.all(what)
        if things:

            def work():
                with store.change("remove") as change:
                    change.remove(what, things[k % len(things)].uid)

            self.attempt(work)

    @rule(n=PICK, c=PICK, p=PICK, text=st.sampled_from(["", "x", "规则"]))
    def edit_tree(self, n, c, p, text):
        store = self.pick(n)
        codes = store.all(Code)
        if codes:
            code, parent = codes[c % len(codes)], codes[p % len(codes)]
            parent_uid = parent.uid if parent is not code else None
            self.attempt(lambda: self.put(store, replace(code, definition=text, parent=parent_uid)))

    @rule(n=PICK, body=st.text(max_size=20))
    def memo(self, n, body):
        store = self.pick(n)
        self.attempt(lambda: self.put(store, Memo(new_uid(), body, about=tuple(c.uid for c in store.codings()[:1]))))

    @rule(n=PICK, d=PICK, at=st.integers(0, 20), cut=st.integers(0, 8), new=st.sampled_from(["", "we", "改"]))
    def correct(self, n, d, at, cut, new):
        store = self.pick(n)
        documents = store.all(Document)
        if documents:
            document = documents[d % len(documents)]
            text = store.text(document.uid)
            before = len(store.codings(documents=[document.uid]))

            def work():
                with store.change("correct") as change:
                    change.revise_document(document.uid, text[:at] + new + text[at + cut :])

            self.attempt(work)
            assert before == 0 or store.codings(documents=[document.uid])

    @rule(n=PICK, again=st.booleans())
    def undo(self, n, again):
        store = self.pick(n)
        mine = store.coder.uid
        others = {c.uid for c in store.codings() if c.coder != mine}
        self.attempt(store.undo)
        if again:
            self.attempt(store.redo)
        assert others == {c.uid for c in store.codings() if c.coder != mine}

    @rule(n=PICK)
    def undo_then_redo_is_nothing(self, n):
        store = self.pick(n)
        before = store.state_hash(history=False)
        if self.attempt(store.undo) is not None:
            assert store.redo() is not None
            assert store.state_hash(history=False) == before

    @rule(n=PICK, name=st.sampled_from(NAMES))
    def reopen(self, n, name):
        i = n % len(self.stores)
        path = self.stores[i].path
        self.stores[i].close()
        self.stores[i] = Store.open(path, coder=name)

    @precondition(lambda self: len(self.stores) < 3)
    @rule(n=PICK, name=st.sampled_from(NAMES))
    def fork(self, n, name):
        path = self.pick(n).copy_to(self.folder / f"{len(self.stores)}.coding")
        self.stores.append(Store.open(path, coder=name))
        self.touched.add(len(self.stores) - 1)

    @precondition(lambda self: len(self.stores) > 1)
    @rule(n=PICK, m=PICK)
    def merge(self, n, m):
        a, b = self.pick(n), self.stores[m % len(self.stores)]
        if a is not b:
            from coding.storage.merging import merge

            live = {c.uid for c in b.codings()}
            merge(a, b)
            first = a.state_hash()
            merge(a, b)
            assert a.state_hash() == first
            merge(b, a)
            assert b.state_hash() == first
            for uid in live:  # removed by someone, or there, perhaps under an identical one's uid
                self.attempt(lambda uid=uid: a.get(Coding, uid))

    @invariant()
    def nothing_is_broken(self):
        for i in self.touched:
            report = self.stores[i].check()
            assert report.ok, str(report)
            for c in self.stores[i].codings():
                assert 0 <= c.start < c.end <= len(self.stores[i].text(c.document))
        self.touched = set()


TestTeam = Team.TestCase
TestTeam.settings = settings(
    max_examples=12,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
