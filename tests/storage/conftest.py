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


def fill(target):
    store = Store.open(target, create=True, coder="amira")
    with store.change("import") as change:
        document = change.put_document(
            Document(new_uid(), "P01", 0, ""), TEXT, Outline("en", sentences=((0, 18), (19, 42)))
        )
        codes = [change.put(Code(new_uid(), name, position=i)) for i, name in enumerate(("Driving", "Pressure"))]
    return Study(store, target, document, codes)


@pytest.fixture
def make_study():
    """The function that fills a new project at a path or an address."""
    return fill


@pytest.fixture(params=["file", pytest.param("server", marks=pytest.mark.postgres)])
def study(request, tmp_path):
    """A study in a file, and again on a server."""
    study = fill(str(tmp_path / "study.coding") if request.param == "file" else request.getfixturevalue("server")())
    yield study
    study.store.close()


@pytest.fixture
def file_study(tmp_path):
    """A study in a file, for what only files do."""
    study = fill(str(tmp_path / "study.coding"))
    yield study
    study.store.close()
