"""Words that are found, and words that are gone for good."""

from __future__ import annotations

import pytest

from coding.errors import Refused
from coding.model import Case, CaseLink, Document, Memo, Value, Variable, new_uid
from coding.storage import Store

CANARY = "Zwetschgenkuchen"


@pytest.fixture
def secret(file_study):
    """The study with a participant whose words are everywhere."""
    study = file_study
    with study.store.change("import") as change:
        document = change.put_document(
            Document(new_uid(), f"Talk with {CANARY}", 0, ""), f"My name is {CANARY}. 我叫李明。", None
        )
        case = change.put(Case(new_uid(), CANARY))
        change.put(CaseLink(case.uid, document.uid))
        variable = change.put(Variable(new_uid(), "village", "Text"))
        change.put(Value(variable.uid, case.uid, CANARY))
        change.put(Memo(new_uid(), f"{CANARY} hesitates", title=CANARY, about=(document.uid,)))
    with study.store.change("edit") as change:
        change.put(Case(case.uid, CANARY + " the elder"))
    return study, document, case


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        (["riverside"], True), (["looked", "at"], True), (["at", "looked"], False), (["讲", "了", "三"], True), (["讲了"], True),
        (["了讲"], False), (["river*"], True), (["river"], False), (['"'], False), (["NEAR("], False), (["a*", "OR"], False), (["*"], False),
        ([], False), (["主任"], True),
    ],
)  # fmt: skip
def test_phrases_find_their_documents(study, phrase, found):
    assert (study.document.uid in study.store.search_documents([phrase])) is found


def test_search_follows_every_change(study):
    store = study.store
    assert store.search_documents([["Riverside"], ["nothing"]]) == (study.document.uid,)
    with store.change("memo") as change:
        memo = change.put(Memo(new_uid(), "Riverside again"))
    assert store.search_documents([["Riverside"]]) == (study.document.uid, memo.uid)
    with store.change("correct") as change:
        change.revise_document(study.document.uid, "Hillside.")
        change.remove(Memo, memo.uid)
    assert store.search_documents([["Riverside"]]) == ()
    assert store.search_documents([["Hillside"]]) == (study.document.uid,)
    assert store.check().ok


def test_a_reader_without_index_gets_every_text_to_look_at(file_study):
    file_study.store.close()
    with Store.open(file_study.target, readonly=True) as reader:
        assert reader.search_documents([["whatever"]]) == (file_study.document.uid,)


def test_nothing_of_an_erased_participant_is_left_in_the_file(secret):
    study, document, case = secret
    store = study.store
    store.search_documents([["My", "name"]])
    backup = store.backup()
    report = store.erase(documents=[document.uid], cases=[case.uid])
    assert (report.documents, report.cases, report.memos) == (1, 1, 1)
    assert backup.name in str(report)
    assert store.check().ok, str(store.check())
    store.close()
    assert CANARY.encode() not in store.path.read_bytes()
    reopened = study.reopened()
    assert [d.name for d in reopened.all(Document)] == ["P01"]
    with pytest.raises(Refused, match="was erased"):
        reopened.text(document.uid)


def test_erased_words_do_not_come_back_by_merging(secret, tmp_path):
    study, document, case = secret
    other = Store.open(study.store.copy_to(tmp_path / "ben.coding"), coder="ben")
    with other.change("memo") as change:
        change.put(Memo(new_uid(), "An unrelated thought."))
    study.store.erase(documents=[document.uid], cases=[case.uid])
    study.store.merge(other)
    other.merge(study.store)
    assert study.store.state_hash() == other.state_hash()
    for store in (study.store, other):
        assert store.check().ok, str(store.check())
    study.store.close()
    assert CANARY.encode() not in study.store.path.read_bytes()


def test_documents_of_an_erased_case_are_named(secret):
    study, document, case = secret
    report = study.store.erase(cases=[case.uid])
    assert document.name in str(report)
    assert study.store.text(document.uid).startswith("My name")
