"""The widget as a Python object: what it shows, holds and keeps out of a notebook."""

from __future__ import annotations

import pytest

import coding as qc
from coding.errors import InvalidValue, NotFound
from coding.screens import open_screen

TEXT = "Ann: A secret sentence.\n"


@pytest.fixture
def project(tmp_path):
    with qc.open_project(tmp_path / "a.coding", coder="amira", create=True) as project:
        project.documents.add("L1", TEXT)
        project.documents.add("L2", "Another text altogether.\n")
        project.codebook.add("Ranking")
        yield project


@pytest.fixture
def coder(project):
    widget = qc.TextCoder(project, "L1")
    widget.sent = []
    widget.send = lambda content, buffers=None: widget.sent.append(content)
    return widget


def test_no_word_of_the_text_is_in_what_a_notebook_keeps(coder):
    assert "secret" not in repr(coder)
    assert "secret" not in str({k: v for k, v in coder.get_state().items() if k != "_esm"})


def test_a_document_that_is_not_there_is_named_at_once(project):
    with pytest.raises(NotFound, match="There is no document “L9”"):
        qc.TextCoder(project, "L9")


def test_a_language_it_does_not_speak_is_refused(project):
    with pytest.raises(InvalidValue, match="“en” and “zh”"):
        qc.TextCoder(project, language="fr")


def test_the_first_unfinished_document_opens_by_default(project):
    project.rounds.finish("L1")
    assert qc.TextCoder(project).document_uid == project.documents.find("L2").uid


def test_an_empty_project_opens_too(tmp_path):
    with qc.open_project(tmp_path / "e.coding", coder="amira", create=True) as project:
        widget = qc.TextCoder(project)
        widget.send = lambda content, buffers=None: sent.append(content)
        sent = []
        widget._receive(widget, {"v": 1, "kind": "hello", "document": None}, [])
        assert sent[0]["document"] is None


def test_rubbish_is_answered_on_the_screen(coder):
    coder._receive(coder, {"v": 1, "kind": "nonsense"}, [])
    assert coder.sent[0]["kind"] == "trouble"


def test_a_broken_kernel_answers_without_quoting_the_text(coder, monkeypatch, caplog):
    def broken(request):
        secret = TEXT
        raise RuntimeError(secret)

    monkeypatch.setattr(coder._desk, "answer", broken)
    coder._receive(coder, {"v": 1, "kind": "ping"}, [])
    assert coder.sent[0]["kind"] == "trouble"
    assert "secret sentence" not in str(coder.sent) + caplog.text
    assert "RuntimeError" in caplog.text


def test_the_screen_opens_by_name(project):
    assert isinstance(open_screen("text_coder", project, "L2"), qc.TextCoder)
