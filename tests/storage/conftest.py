"""Fixtures of the store: a small study, on every engine."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from coding.model import Code, Coding, Document, Outline, new_uid
from coding.storage import Store

TEXT = "Nobody ordered it. We looked at Riverside. 李副主任讲了三遍🙂。\nThen we wrote it up."


@dataclass
class Study:
    """A store with one document and two codes, and the way to open it again."""

    store: Store
    target: str
    document: Document
    codes: list[Code]

    def code(self, start=0, end=6, code=0, store=None):
        store = store or self.store
        new = Coding(new_uid(), self.document.uid, self.codes[code].uid, store.coder.uid, start, end)
        with store.change("code") as change:
            return change.put(new)

    def reopened(self, coder="amira"):
        self.store.close()
        self.store = Store.open(self.target, coder=coder)
        return self.store


def fill(store, target):
    with store.change("import") as change:
        document = change.put_document(
            Document(new_uid(), "P01", 0, ""), TEXT, Outline("en", sentences=((0, 18), (19, 42)))
        )
        codes = [change.put(Code(new_uid(), name, position=i)) for i, name in enumerate(("Driving", "Pressure"))]
    return Study(store, target, document, codes)


@pytest.fixture
def study(tmp_path):
    path = str(tmp_path / "study.coding")
    study = fill(Store.open(path, create=True, coder="amira"), path)
    yield study
    study.store.close()
