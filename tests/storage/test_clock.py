"""Many coders on one server: nobody waits for another's commit, and nobody's late commit is passed over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from coding.errors import ProjectError
from coding.model import Code, Coding, new_uid
from coding.storage import Store
from coding.storage.checking import check
from coding.storage.journal import read_events

pytestmark = pytest.mark.postgres


@pytest.fixture
def team(server, make_study):
    """The address of a study, and the stores of two coders who have joined it."""
    study = make_study(server())
    stores = [Store.open(study.target, coder=name) for name in ("ann", "bob")]
    for store in stores:
        store.initialise()
    yield study, *stores
    for store in (*stores, study.store):
        store.close()


def coding(study, store, start):
    return Coding(new_uid(), study.document.uid, study.codes[0].uid, store.coder.uid, start, start + 3)


def events(store):
    with store.database.reading() as connection:
        return [e for e in read_events(connection) if e.coder == store.coder.uid and e.action == "code"]


def test_a_coder_does_not_wait_for_another_who_has_not_committed(team):
    study, ann, bob = team
    mine, theirs = coding(study, ann, 0), coding(study, bob, 4)
    with ann.change("code", alone=False) as change:
        change.put(mine)
        with bob.change("code", alone=False) as other:  # would wait for ever if there were one lock for all
            other.put(theirs)
        assert [c.uid for c in bob.codings()] == [theirs.uid]
    assert {c.uid for c in bob.codings()} == {mine.uid, theirs.uid}
    assert check(study.store).ok, str(check(study.store))


def test_a_late_commit_with_an_early_number_still_moves_the_revision(team):
    study, ann, bob = team
    mine, theirs = coding(study, ann, 0), coding(study, bob, 4)
    with ann.change("code", alone=False) as change:
        change.put(mine)
        with bob.change("code", alone=False) as other:
            other.put(theirs)
        seen = study.store.revision
    assert events(ann)[0].lamport < events(bob)[0].lamport
    assert study.store.revision > seen


def test_the_codebook_changes_only_when_no_coding_is_under_way(team):
    study, ann, bob = team
    renamed = threading.Event()

    def rename():
        with bob.change("edit code") as change:
            change.put(replace(study.codes[0], name="Steering"))
        renamed.set()

    with ThreadPoolExecutor(1) as pool:
        with ann.change("code", alone=False) as change:
            change.put(coding(study, ann, 0))
            done = pool.submit(rename)
            assert not renamed.wait(0.5)
        done.result(timeout=10)

    assert study.store.get(Code, study.codes[0].uid).name == "Steering"
    assert check(study.store).ok, str(check(study.store))


def test_two_screens_of_one_coder_keep_one_chain(team):
    study, ann, _ = team
    again = Store.open(study.target, coder="ann")

    def work(store, offset):
        for i in range(15):
            with store.change("code", alone=False) as change:
                change.put(coding(study, ann, offset + 2 * i))

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, ann, 0), pool.submit(work, again, 1)]:
            done.result()
    again.close()
    assert len(ann.codings()) == 30
    assert len({e.lamport for e in events(ann)}) == 30
    assert check(study.store).ok, str(check(study.store))


def test_sixteen_coders_at_once_lose_nothing(team):
    study, *_ = team
    stores = [Store.open(study.target, coder=f"coder {i}") for i in range(16)]

    def work(store):
        for i in range(8):
            with store.change("code", alone=False) as change:
                change.put(coding(study, store, i))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, stores))
    assert len(study.store.codings()) == 16 * 8
    assert check(study.store).ok, str(check(study.store))
    for store in stores:
        store.close()


def test_what_others_may_be_using_is_not_changed_beside_them(team):
    study, ann, bob = team
    ann.codings()
    with pytest.raises(ProjectError, match="only codings may change"), ann.change("code", alone=False) as change:
        change.put(Code(new_uid(), "Honour burden"))
    with pytest.raises(ProjectError, match="Another coder"), ann.change("code", alone=False) as change:
        change.put(coding(study, bob, 0))
    assert ann.codings() == []
    assert len(ann.all(Code)) == 2


def test_an_event_that_was_altered_shows_in_every_chain(team):
    study, ann, bob = team
    for store, start in ((ann, 0), (bob, 3), (ann, 6), (bob, 9)):
        with store.change("code", alone=False) as change:
            change.put(coding(study, store, start))
    assert check(study.store).ok
    with study.store.database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE journal SET at = at + 1 WHERE uid = '{events(bob)[0].uid}'")
    found = check(study.store)
    assert not found.ok
    assert "altered" in str(found)
